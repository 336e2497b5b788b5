"""What the door hands on: values between the network and the rows, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanduti.foundation.models import Scope, User

    from .models import Enumerator, InstrumentVersion


@dataclass(frozen=True)
class Head:
    """What the door reads of a submission: which form, which instance; the answers are read later."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str = ""
    is_encrypted: bool = False
    # Named by the manifest of an encrypted submission; other files are expected once the answers are read.
    file_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptFile:
    """A file that lies sealed and flushed below MEDIA_ROOT, before any row tells of it."""

    name: str
    media_type: str
    n_bytes: int
    digest: str
    path: str

    def as_dict(self) -> dict[str, str | int]:
        return {
            "name": self.name,
            "media_type": self.media_type,
            "n_bytes": self.n_bytes,
            "digest": self.digest,
            "path": self.path,
        }


@dataclass(frozen=True)
class Arrival:
    """A post that was read as far as the door reads, with its bytes sealed: ready to become rows."""

    head: Head
    scope: Scope
    digest: str
    n_bytes: int
    sealed: bytes
    channel: str
    received_at: datetime
    enumerator: Enumerator | None = None
    user: User | None = None
    # The draft that is being tried, where the post came by a draft's key.
    draft: InstrumentVersion | None = None
    device_id: str = ""
    files: tuple[KeptFile, ...] = ()


@dataclass
class Outcome:
    """What became of an arrival."""

    status: str  # "new", "known" or "differs"
    submission_id: int
    n_files_expected: int = 0
    n_files_arrived: int = 0
    is_parked: bool = False
    # Files that lie on disk and were not needed: the same bytes are there already.
    unneeded: list[KeptFile] = field(default_factory=list)
