"""What a cluster is like, what holds it back and who can help: selection, studies and assessments.

Nouns: `Selection` with the `CandidateScore`s of its committee, `DiagnosticStudy` with its `Issue`s, `Prospect`s,
`OutputRate`s and `StudyReport`s, `SectorTable`, `Challenge`, `Assessment` with its recipe. Promises: a score opens to
its evidence; a ranking is shown with its doubt; a gate is passed or not, with its reason, before anything is ranked;
a study names its sources and says what cannot be said; no report names a firm.
"""
