from .agreements import AgreementParty, CooperationAgreement
from .appointments import Appointment
from .candidates import Candidate
from .committees import Committee, Meeting, Presence, Resolution, Seat
from .conditions import DivisionOfLabour, FundingCondition
from .coverage import Component, Coverage
from .programmes import Programme
from .statements import Statement
from .time_outs import TimeOut

__all__ = [
    "AgreementParty",
    "Appointment",
    "Candidate",
    "Committee",
    "Component",
    "CooperationAgreement",
    "Coverage",
    "DivisionOfLabour",
    "FundingCondition",
    "Meeting",
    "Presence",
    "Programme",
    "Resolution",
    "Seat",
    "Statement",
    "TimeOut",
]
