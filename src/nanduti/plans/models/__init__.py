from .activities import Activity, ActivityRole
from .contributions import Contribution
from .milestones import Milestone
from .participations import Participation
from .plans import ActionPlan, Objective, Vision
from .revisions import Revision, RevisionLine

__all__ = [
    "ActionPlan",
    "Activity",
    "ActivityRole",
    "Contribution",
    "Milestone",
    "Objective",
    "Participation",
    "Revision",
    "RevisionLine",
    "Vision",
]
