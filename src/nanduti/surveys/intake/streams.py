"""A post as it comes over the network: its XML into memory, up to a limit, its files sealed to the disk."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from ..arrivals import KeptFile
from ..errors import PostBroken, TooBig, TryLater, XmlMissing
from ..keeping import FileWriter, flush_names, fresh_folder, remove_file
from .multipart import PartHead, Reader, Receiver, Stream, boundary_of

XML_PART = "xml_submission_file"
INCOMPLETE = "*isIncomplete*"
MEBIBYTE = 1_048_576
MOST_XML = 8 * MEBIBYTE
MOST_FIELD = 65_536
# What a phone is told to send at once, and what is taken all the same: a larger file is sent alone.
ANNOUNCED = 100_000_000
MOST_FILE = 2048 * MEBIBYTE
MOST_POST = 2 * MOST_FILE
# So much stays free for the database and for what is in flight.
RESERVE = 64 * MEBIBYTE


@dataclass
class Parts:
    """What a post brought; :meth:`discard` takes it away again."""

    xml: bytes | None = None
    files: list[KeptFile] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def is_incomplete(self) -> bool:
        return self.fields.get(INCOMPLETE, "").strip().lower() in {"yes", "true", "1"}

    def discard(self) -> None:
        for file in self.files:
            remove_file(file.path)


class _Memory:
    """The content of a part, in memory."""

    def __init__(self, what: str, most: int) -> None:
        self.what, self.most = what, most
        self.content = bytearray()

    def write(self, content: bytes) -> None:
        if len(self.content) + len(content) > self.most:
            raise TooBig(what=self.what, most=max(1, self.most // MEBIBYTE))
        self.content += content

    def end(self) -> None:
        pass


class _File:
    """The content of a part, sealed to the disk."""

    def __init__(self, name: str, media_type: str, parts: Parts, folder: str) -> None:
        self.writer = FileWriter(name, media_type, folder)
        self.parts = parts

    def write(self, content: bytes) -> None:
        self.writer.write(content)
        if self.writer.n_bytes > MOST_FILE:
            raise TooBig(what=self.writer.name[:80], most=MOST_FILE // MEBIBYTE)

    def end(self) -> None:
        kept = self.writer.finish()
        same = next((f for f in self.parts.files if f.name == kept.name), None)
        if same is not None and same.digest == kept.digest:
            self.writer.discard()
        else:
            self.parts.files.append(kept)


class _Nothing:
    """A part that nobody needs."""

    def write(self, content: bytes) -> None:
        pass

    def end(self) -> None:
        pass


class _Desk:
    """Gives every part to whom it belongs."""

    def __init__(self) -> None:
        self.parts = Parts()
        self.xml: _Memory | None = None
        self.fields: dict[str, _Memory] = {}
        self.open: _File | None = None
        self.folder = fresh_folder()

    def receive(self, head: PartHead) -> Receiver:
        self.open = None
        if head.name == XML_PART:
            if self.xml is not None:
                raise PostBroken(problem=f"it has two parts called {XML_PART}")
            self.xml = _Memory("xml_submission_file", MOST_XML)
            return self.xml
        if head.filename is None:
            if len(self.fields) >= 100 or not head.name:
                return _Nothing()
            return self.fields.setdefault(head.name[:255], _Memory(head.name[:80], MOST_FIELD))
        self.open = _File(file_name(head.filename or head.name), head.media_type, self.parts, self.folder)
        return self.open

    def leave(self) -> None:
        if self.open is not None:
            self.open.writer.discard()
        self.parts.discard()


def read_parts(stream: Stream, *, content_type: str, content_length: int | None = None) -> Parts:
    """Read a multipart post from the network; files are on disk when this returns.

    Raises a ``DoorError`` for what cannot be taken, and leaves no file behind then.
    """
    boundary = boundary_of(content_type)
    if content_length is not None and content_length > MOST_POST:
        raise TooBig(what=XML_PART, most=MOST_POST // MEBIBYTE)
    look_for_room(content_length or 0)
    desk = _Desk()
    try:
        Reader(_Limited(stream, content_length), boundary, desk.receive).read()
        flush_names(desk.parts.files)
    except OSError as error:
        desk.leave()
        raise TryLater() from error
    except BaseException:
        desk.leave()
        raise
    parts = desk.parts
    parts.fields = {name: bytes(f.content).decode("utf-8", "replace") for name, f in desk.fields.items()}
    if desk.xml is None:
        parts.discard()
        raise XmlMissing()
    parts.xml = bytes(desk.xml.content)
    return parts


def look_for_room(n_bytes: int) -> None:
    """Refuse before a disk is full what would fill it: a full disk stops the database too."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    if shutil.disk_usage(folder).free < n_bytes + RESERVE:
        raise TryLater()


def file_name(given: str) -> str:
    r"""The bare name of a file: no folders, nothing that cannot be printed, at most 255 characters.

    >>> file_name("../../etc/passwd"), file_name(r"C:\photos\a.jpg"), file_name("..")
    ('passwd', 'a.jpg', 'file-d9046d43')
    """
    name = "".join(c for c in given.replace("\\", "/").rpartition("/")[2] if c.isprintable()).strip()
    digest = hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()[:8]
    if name in {"", ".", ".."}:
        return f"file-{digest}"
    if len(name) > 255:
        stem, dot, suffix = name.rpartition(".")
        ending = f"-{digest}{dot}{suffix[:20]}"
        return (stem or name)[: 255 - len(ending)] + ending
    return name


class _Limited:
    """A stream that ends where Content-Length says, also where the server would wait for more."""

    def __init__(self, stream: Stream, length: int | None) -> None:
        self.stream, self.left = stream, length
        self.n_read = 0

    def read(self, size: int, /) -> bytes:
        if self.left is not None:
            size = min(size, self.left)
        if not size:
            return b""
        piece = self.stream.read(size)
        self.n_read += len(piece)
        if self.left is not None:
            self.left -= len(piece)
        if self.n_read > MOST_POST:
            raise TooBig(what=XML_PART, most=MOST_POST // MEBIBYTE)
        return piece
