"""What is asked, of whom, and what was answered: field work by phone, browser and spreadsheet.

Nouns: `Instrument` with its frozen `InstrumentVersion`s; `Enumerator`; `Submission` with its `Envelope` (the bytes
that arrived), `SubmissionFile`s and `AnswerSet`; `QuarantinedPost`; `EntityList`, `Entity` and `EntityVersion`;
`ReviewStep` and `Finding`; `AnswerMapping` and `RecordLink`; `Wave`, `Sample`, `SampleUnit` and `Coupon`. Promises:
what was acknowledged is on disk and counted once; field data is parked, never refused, for a fault of the office;
answers that identify somebody are sealed and go to the vault; every record opens to the answer it came from.
"""
