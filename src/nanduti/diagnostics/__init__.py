"""What a cluster is like, what holds it back and who can help: selection, studies and assessments.

Nouns: `Selection` with the `CandidateScore`s of its committee, `DiagnosticStudy` with its `BusinessOperation`s,
`Challenge`s and sections, `Assessment` with its recipe. Promises: a score opens to its evidence; a ranking is shown
with its doubt; a gate is passed or not, with its reason, before anything is ranked; a study names its sources.
"""
