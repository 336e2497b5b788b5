"""A programme as its coordinator and its committee see it.

Nouns: `Programme`, `Component`, `Coverage` (which component runs in which cluster), `Appointment` (who works for
it, and what shows that they fit), `Committee` with its `Seat`s, `Meeting`, `Presence` and `Resolution`, `Candidate`
(long list to short list, with reasons), `CooperationAgreement` and its parties, `FundingCondition`,
`DivisionOfLabour`, `TimeOut` (a review in depth, which may put the programme on hold).
Promises: an agreement's state on any day follows from its dates, never from a tick; a resolution past its
day is shown as overdue; every candidate has a reason; a meeting of too few decides nothing unless somebody says why;
while a programme is on hold, every page says so.
"""
