"""Planning: dates as people write them, status, progress, contributions and the rules of an action plan.

A plan is a list of activities with dates, organisers, costs and participants. This room understands the
dates, says what is done, late or unknown at a cut-off day, values what stakeholders contribute, and answers
the rules of the cluster development agent's work with verdicts that carry their reason and source.

>>> from nanduti.methods import planning
>>> when = planning.parse_when("March-April 2009")
>>> str(when.start), str(when.period.last_day), when.precision
('2009-03-01', '2009-04-30', 'month')
"""

from .agents import Post, TeamNeed, agent_verdict, team_needs
from .amounts import Amount, amount_in
from .breadth import Breadth, Newcomers, Participation, breadth, gini, newcomers_over_time
from .cda_guard import cda_guard
from .cda_yardsticks import Yardstick, Yardsticks, cda_yardsticks
from .cofinance import cofinance_geometric, cofinance_linear, cofinance_verdict
from .contradictions import Finding, Lists, Statement, find_contradictions
from .contributions import Contribution, LocalShare, in_kind, local_share, local_share_over_time
from .dates import EndBeforeStart, Part, UnreadableDate, When, day_first_of, parse_list, parse_when
from .enforcement import NextStep, enforcement_step
from .formalisation import LADDER, Rung, formalisation, registered_share
from .funding import OPEN_RECORDS, FundedPart, Funder, Funding, Opening, access_check, funding_conditions
from .governance import quorum_verdict, seats_verdict
from .joint_benefit import joint_benefit
from .labour import Doer, LabourTerm, labour_verdict
from .no_show import no_show
from .organigram import (
    ChartLine,
    Organigram,
    PostKind,
    StatedPost,
    Vacancy,
    organigram,
    rights_verdict,
)
from .progress import Planned, Progress, plan_progress, planned_by
from .representation import CATEGORIES, Representation, representation
from .status import ActivityStatus, status_at
from .time_outs import hold_verdict, time_out_verdict
from .visions import VisionFocus, revalidation_due, vision_focus, vision_verdict

__all__ = [
    "CATEGORIES",
    "LADDER",
    "OPEN_RECORDS",
    "ActivityStatus",
    "Amount",
    "Breadth",
    "ChartLine",
    "Contribution",
    "Doer",
    "EndBeforeStart",
    "Finding",
    "FundedPart",
    "Funder",
    "Funding",
    "LabourTerm",
    "Lists",
    "LocalShare",
    "Newcomers",
    "NextStep",
    "Opening",
    "Organigram",
    "Part",
    "Participation",
    "Planned",
    "Post",
    "PostKind",
    "Progress",
    "Representation",
    "Rung",
    "StatedPost",
    "Statement",
    "TeamNeed",
    "UnreadableDate",
    "Vacancy",
    "VisionFocus",
    "When",
    "Yardstick",
    "Yardsticks",
    "access_check",
    "agent_verdict",
    "amount_in",
    "breadth",
    "cda_guard",
    "cda_yardsticks",
    "cofinance_geometric",
    "cofinance_linear",
    "cofinance_verdict",
    "day_first_of",
    "enforcement_step",
    "find_contradictions",
    "formalisation",
    "funding_conditions",
    "gini",
    "hold_verdict",
    "in_kind",
    "joint_benefit",
    "labour_verdict",
    "local_share",
    "local_share_over_time",
    "newcomers_over_time",
    "no_show",
    "organigram",
    "parse_list",
    "parse_when",
    "plan_progress",
    "planned_by",
    "quorum_verdict",
    "registered_share",
    "representation",
    "revalidation_due",
    "rights_verdict",
    "seats_verdict",
    "status_at",
    "team_needs",
    "time_out_verdict",
    "vision_focus",
    "vision_verdict",
]
