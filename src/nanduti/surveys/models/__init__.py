from .entities import Entity, EntityList, EntityVersion, WaitingEntityUpdate
from .enumerators import Enumerator
from .instruments import Instrument, InstrumentMedia, InstrumentVersion
from .mappings import AnswerMapping, RecordLink
from .reviews import Finding, ReviewStep
from .samples import Coupon, Sample, SampleUnit, Wave
from .submissions import AnswerSet, Envelope, QuarantinedPost, Submission, SubmissionFile

__all__ = [
    "AnswerMapping",
    "AnswerSet",
    "Coupon",
    "Entity",
    "EntityList",
    "EntityVersion",
    "Enumerator",
    "Envelope",
    "Finding",
    "Instrument",
    "InstrumentMedia",
    "InstrumentVersion",
    "QuarantinedPost",
    "RecordLink",
    "ReviewStep",
    "Sample",
    "SampleUnit",
    "Submission",
    "SubmissionFile",
    "WaitingEntityUpdate",
    "Wave",
]
