"""A programme as its coordinator and its committee see it.

Nouns: `Programme`, `Component`, `Coverage` (which component runs in which cluster), `Committee`, `Meeting`,
`Resolution`, `Candidate` (long list to short list, with reasons), `CooperationAgreement` and its parties,
`FundingCondition`, `DivisionOfLabour`.
Promises: an agreement's state on any day follows from its dates, never from a tick; a resolution past its
day is shown as overdue; every candidate has a reason.
"""
