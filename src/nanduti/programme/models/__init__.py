from .agreements import AgreementParty, CooperationAgreement
from .candidates import Candidate
from .committees import Committee, Meeting, Resolution
from .conditions import DivisionOfLabour, FundingCondition
from .coverage import Component, Coverage
from .programmes import Programme
from .statements import Statement

__all__ = [
    "AgreementParty",
    "Candidate",
    "Committee",
    "Component",
    "CooperationAgreement",
    "Coverage",
    "DivisionOfLabour",
    "FundingCondition",
    "Meeting",
    "Programme",
    "Resolution",
    "Statement",
]
