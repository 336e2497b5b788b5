from .assessments import Assessment, AssessmentRecipe, AssessmentScore
from .challenges import Challenge, ChallengeChange, ChallengeState
from .issues import Issue, IssueParty
from .partners import OutputRate, Prospect
from .sectors import SectorFigure, SectorTable
from .selections import CandidateScore, MemberWeighting, Selection, SelectionCandidate
from .studies import DiagnosticStudy, StudyReport

__all__ = [
    "Assessment",
    "AssessmentRecipe",
    "AssessmentScore",
    "CandidateScore",
    "Challenge",
    "ChallengeChange",
    "ChallengeState",
    "DiagnosticStudy",
    "Issue",
    "IssueParty",
    "MemberWeighting",
    "OutputRate",
    "Prospect",
    "SectorFigure",
    "SectorTable",
    "Selection",
    "SelectionCandidate",
    "StudyReport",
]
