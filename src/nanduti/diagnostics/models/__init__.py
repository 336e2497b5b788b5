from .challenges import Challenge, ChallengeChange, ChallengeState
from .issues import Issue, IssueParty
from .partners import OutputRate, Prospect
from .sectors import SectorFigure, SectorTable
from .studies import DiagnosticStudy, StudyReport

__all__ = [
    "Challenge",
    "ChallengeChange",
    "ChallengeState",
    "DiagnosticStudy",
    "Issue",
    "IssueParty",
    "OutputRate",
    "Prospect",
    "SectorFigure",
    "SectorTable",
    "StudyReport",
]
