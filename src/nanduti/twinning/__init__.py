"""Two clusters that learn and trade across their difference.

Nouns: `Twinning` (an emerging and an advanced cluster), `StepEvidence` (what a gate of the eight steps asks
for), `AgendaTopic`, `BusinessInterest`, `DealTask`, `Linkage`. Promises: the scope of cooperation on any day
follows from the agreements in force; the class of a linkage follows from its parties; a step is passed by its
evidence and by nothing else.
"""
