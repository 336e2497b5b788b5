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
from .convergence import convergence_verdict
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
from .plan_change import CostChange, LineChange, Moved, PlanChange, Slippage, moved, plan_change, slippage
from .plan_curve import CurvePoint, MoneyCurve, MoneyPoint, PlanCurve, money_curves, plan_curve
from .plan_lines import Outcome, PlanLine, Target, stored_when
from .progress import Planned, Progress, plan_progress, planned_by
from .representation import CATEGORIES, Representation, representation
from .status import ActivityStatus, status_at
from .time_outs import hold_verdict, time_out_verdict
from .variance import (
    ActivityVariance,
    CountVariance,
    MoneyVariance,
    TargetVariance,
    activity_variance,
    count_variance,
    money_variance,
    share_variance,
    target_variance,
)
from .variance_sums import CountSum, EarnedValue, MoneySum, PlanVariance, earned_value, plan_variance
from .variance_time import TimeVariance, time_variance
from .visions import VisionFocus, revalidation_due, vision_focus, vision_verdict

__all__ = [
    "CATEGORIES",
    "LADDER",
    "OPEN_RECORDS",
    "ActivityStatus",
    "ActivityVariance",
    "Amount",
    "Breadth",
    "ChartLine",
    "Contribution",
    "CostChange",
    "CountSum",
    "CountVariance",
    "CurvePoint",
    "Doer",
    "EarnedValue",
    "EndBeforeStart",
    "Finding",
    "FundedPart",
    "Funder",
    "Funding",
    "LabourTerm",
    "LineChange",
    "Lists",
    "LocalShare",
    "MoneyCurve",
    "MoneyPoint",
    "MoneySum",
    "MoneyVariance",
    "Moved",
    "Newcomers",
    "NextStep",
    "Opening",
    "Organigram",
    "Outcome",
    "Part",
    "Participation",
    "PlanChange",
    "PlanCurve",
    "PlanLine",
    "PlanVariance",
    "Planned",
    "Post",
    "PostKind",
    "Progress",
    "Representation",
    "Rung",
    "Slippage",
    "StatedPost",
    "Statement",
    "Target",
    "TargetVariance",
    "TeamNeed",
    "TimeVariance",
    "UnreadableDate",
    "Vacancy",
    "VisionFocus",
    "When",
    "Yardstick",
    "Yardsticks",
    "access_check",
    "activity_variance",
    "agent_verdict",
    "amount_in",
    "breadth",
    "cda_guard",
    "cda_yardsticks",
    "cofinance_geometric",
    "cofinance_linear",
    "cofinance_verdict",
    "convergence_verdict",
    "count_variance",
    "day_first_of",
    "earned_value",
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
    "money_curves",
    "money_variance",
    "moved",
    "newcomers_over_time",
    "no_show",
    "organigram",
    "parse_list",
    "parse_when",
    "plan_change",
    "plan_curve",
    "plan_progress",
    "plan_variance",
    "planned_by",
    "quorum_verdict",
    "registered_share",
    "representation",
    "revalidation_due",
    "rights_verdict",
    "seats_verdict",
    "share_variance",
    "slippage",
    "status_at",
    "stored_when",
    "target_variance",
    "team_needs",
    "time_out_verdict",
    "time_variance",
    "vision_focus",
    "vision_verdict",
]
