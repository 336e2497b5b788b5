from .consents import Consent, Purpose
from .identities import Identity, IdentityField
from .requests import ContactRequest, Reveal, StandingGrant
from .uploads import KeptUpload, KeptUploadPart

__all__ = [
    "Consent",
    "ContactRequest",
    "Identity",
    "IdentityField",
    "KeptUpload",
    "KeptUploadPart",
    "Purpose",
    "Reveal",
    "StandingGrant",
]
