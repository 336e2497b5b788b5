"""How the bytes of field work are kept: envelopes sealed in a row, files sealed in pieces of a mebibyte on disk.

A file is a row of pieces, each with its length before it (4 bytes, big-endian) and bound to the path and to its
number, so that pieces cannot be moved, and a digest of the whole in the row tells whether one is missing. Names
from outside never become a path. Nothing here returns before the disk has it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from nanduti.register.sealing import open_sealed, resealed, seal

from .arrivals import KeptFile
from .models import Envelope, QuarantinedPost, Submission, SubmissionFile

PIECE = 1_048_576
FOLDER = "surveys"


# --- envelopes


def seal_xml(xml: bytes, *, programme_code: str, instance_id: str) -> bytes:
    """The bytes of a submission's XML, compressed and sealed to its place."""
    return seal(zlib.compress(xml, 6), bound_to=("envelope", programme_code, instance_id))


def open_xml(sealed: bytes, *, programme_code: str, instance_id: str) -> bytes:
    """The bytes again."""
    return zlib.decompress(open_sealed(sealed, bound_to=("envelope", programme_code, instance_id)))


def xml_of(submission: Submission, envelope: Envelope | None = None) -> bytes:
    """The very bytes that arrived."""
    envelope = envelope or submission.envelope
    return open_xml(
        envelope.sealed, programme_code=submission.programme.code, instance_id=submission.instance_id
    )


def seal_quarantined(content: bytes, *, programme_code: str, digest: str) -> bytes:
    """Bytes that could not become a submission."""
    return seal(zlib.compress(content, 6), bound_to=("quarantine", programme_code, digest))


def quarantined_bytes(post: QuarantinedPost) -> bytes:
    """The bytes of a post in quarantine; empty where there were none."""
    if post.sealed is None:
        return b""
    bound = ("quarantine", post.programme.code, post.digest)
    return zlib.decompress(open_sealed(post.sealed, bound_to=bound))


# --- files


class FileWriter:
    """Seals a file piece by piece while it arrives; :meth:`finish` returns once it is on disk."""

    def __init__(self, name: str, media_type: str, folder: str = "") -> None:
        self.name, self.media_type = name, media_type[:100]
        self.path = fresh_path(folder)
        self.n_bytes = 0
        self._digest = hashlib.sha256()
        self._rest = bytearray()
        self._number = 0
        self._target = _full(self.path)
        make_folder(self._target.parent)
        self._file = open(self._target, "xb", buffering=0)  # noqa: SIM115  (closed by finish or discard)

    def write(self, content: bytes | memoryview) -> None:
        self._digest.update(content)
        self.n_bytes += len(content)
        self._rest += content
        while len(self._rest) >= PIECE:
            self._put(bytes(self._rest[:PIECE]))
            del self._rest[:PIECE]

    def _put(self, piece: bytes) -> None:
        sealed = seal(piece, bound_to=_bound(self.path, self._number))
        _write_all(self._file, len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1

    def finish(self) -> KeptFile:
        """Flush the file to the disk; its name is there once :func:`flush_names` was called."""
        if self._rest or not self._number:
            self._put(bytes(self._rest))
        os.fsync(self._file.fileno())
        self._file.close()
        return KeptFile(self.name, self.media_type, self.n_bytes, self._digest.hexdigest(), self.path)

    def discard(self) -> None:
        """Take away what was written."""
        self._file.close()
        self._target.unlink(missing_ok=True)


def read_file(path: str) -> Iterator[bytes]:
    """The pieces of a kept file, opened."""
    with open(_full(path), "rb") as file:
        number = 0
        while head := file.read(4):
            yield open_sealed(file.read(int.from_bytes(head, "big")), bound_to=_bound(path, number))
            number += 1


def content_of(file: SubmissionFile) -> Iterator[bytes]:
    """The content of a file of a submission."""
    return read_file(file.path)


def is_there(path: str) -> bool:
    """Whether the disk has the file; a restored installation may lack some, which then may be sent again."""
    return bool(path) and _full(path).is_file()


def remove_file(path: str) -> None:
    """Take a file away that nothing needs; one that is gone already is no fault."""
    with contextlib.suppress(OSError):
        _full(path).unlink()


def reseal_file(path: str) -> bool:
    """Seal a file under the present key: beside the former one, then in its place. Tells whether that was needed."""
    target = _full(path)
    with open(target, "rb") as file:
        first = file.read(int.from_bytes(file.read(4), "big"))
    if resealed(first, bound_to=_bound(path, 0)) is None:
        return False
    fresh = target.with_suffix(".new")
    with open(fresh, "wb", buffering=0) as file:
        for number, piece in enumerate(read_file(path)):
            sealed = seal(piece, bound_to=_bound(path, number))
            _write_all(file, len(sealed).to_bytes(4, "big") + sealed)
        os.fsync(file.fileno())
    os.replace(fresh, target)
    flush_folder(target.parent)
    return True


def fresh_folder() -> str:
    """One of 256 folders, by chance; the files of a post share one, so that one flush does for all their names."""
    return uuid.uuid4().hex[:2]


def fresh_path(folder: str = "") -> str:
    """A place for a new file, by chance."""
    return f"{FOLDER}/{folder or fresh_folder()}/{uuid.uuid4().hex}"


def flush_names(files: Iterable[KeptFile]) -> None:
    """Have the disk know the names of kept files: without them a power cut leaves content that nobody finds."""
    for folder in {_full(file.path).parent for file in files}:
        flush_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder, and have the disk know of it."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    flush_folder(folder.parent)
    flush_folder(folder.parent.parent)


def flush_folder(folder: Path) -> None:
    """A new name in a folder survives a power cut only when the folder was flushed too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(file, content: bytes) -> None:  # type: ignore[no-untyped-def]
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]


def _full(path: str) -> Path:
    return Path(settings.MEDIA_ROOT) / path


def _bound(path: str, number: int) -> tuple[str, str, str]:
    return ("file", path, str(number))
