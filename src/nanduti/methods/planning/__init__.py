"""Planning: dates as people write them, status, progress, contributions and the rules of an action plan.

A plan is a list of activities with dates, organisers, costs and participants. This room understands the
dates, says what is done, late or unknown at a cut-off day, values what stakeholders contribute, and answers
the rules of the cluster development agent's work with verdicts that carry their reason and source.

>>> from nanduti.methods import planning
>>> when = planning.parse_when("March-April 2009")
>>> str(when.start), str(when.period.last_day), when.precision
('2009-03-01', '2009-04-30', 'month')
"""

from .dates import EndBeforeStart, Part, UnreadableDate, When, day_first_of, parse_list, parse_when

__all__ = ["EndBeforeStart", "Part", "UnreadableDate", "When", "day_first_of", "parse_list", "parse_when"]
