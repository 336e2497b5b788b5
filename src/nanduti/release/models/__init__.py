"""The nouns of the only door out."""

from .checks import Approval, DisclosureCheck
from .publications import NoiseKey, Publication, PublishedFile
from .requests import ReleaseRequest
from .returning import Returning

__all__ = [
    "Approval",
    "DisclosureCheck",
    "NoiseKey",
    "Publication",
    "PublishedFile",
    "ReleaseRequest",
    "Returning",
]
