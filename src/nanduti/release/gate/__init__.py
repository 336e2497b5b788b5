"""The gate: material goes in; what may leave, what was hidden and why, and the verdicts come out.

Only here (and in the recoding of :mod:`nanduti.release.materials`) is ``nanduti.methods.disclosure`` asked.
"""
