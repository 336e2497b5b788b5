"""A multipart form read as it arrives: nothing of a part is held longer than a buffer.

Written for what phones send (RFC 7578): parts in any order, as many as there are, any length. Whoever calls gives
a receiver for each part; a post that ends before its last boundary is broken, so that a connection that was cut
can never pass for a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote_to_bytes

from ..errors import PostBroken

BUFFER = 65_536
MOST_HEADER_BYTES = 16_384
MOST_PARTS = 5_000
LONGEST_BOUNDARY = 200


class Stream(Protocol):
    """Where the bytes come from; an empty answer is the end."""

    def read(self, size: int, /) -> bytes: ...


@dataclass
class PartHead:
    """What stands before the content of a part."""

    name: str
    filename: str | None
    media_type: str
    parameters: dict[str, str] = field(default_factory=dict)


class Receiver(Protocol):
    """What takes the content of one part."""

    def write(self, content: bytes, /) -> None: ...

    def end(self) -> None: ...


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type names."""
    kind, _semicolon, rest = content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        raise PostBroken(problem=f"it is {kind.strip()[:80] or 'of no type'}, not multipart/form-data")
    boundary = parameters_of(rest).get("boundary", "")
    if not boundary or len(boundary) > LONGEST_BOUNDARY or not boundary.isprintable():
        raise PostBroken(problem="no boundary between its parts is named")
    return boundary.encode("latin-1", "replace")


class Reader:
    """Reads one form from a stream."""

    def __init__(self, stream: Stream, boundary: bytes, receive: Callable[[PartHead], Receiver]) -> None:
        self.stream = stream
        self.receive = receive
        self.mark = b"\r\n--" + boundary
        # The first boundary may stand at the very beginning, without a line end before it.
        self.buffer = bytearray(b"\r\n")
        self.is_over = False
        self.n_parts = 0

    def read(self) -> None:
        """Read to the last boundary; what follows it is left alone."""
        self._content(None)
        while not self._is_last():
            self.n_parts += 1
            if self.n_parts > MOST_PARTS:
                raise PostBroken(problem=f"it has more than {MOST_PARTS} parts")
            receiver = self.receive(self._head())
            self._content(receiver)
            receiver.end()

    def _fill(self) -> None:
        piece = b"" if self.is_over else self.stream.read(BUFFER)
        if not piece:
            self.is_over = True
            raise PostBroken(problem="it ends too early")
        self.buffer += piece

    def _content(self, receiver: Receiver | None) -> None:
        """Hand on everything up to the next boundary, and step over it."""
        keep = len(self.mark) - 1
        while True:
            at = self.buffer.find(self.mark)
            end = at if at >= 0 else len(self.buffer) - keep
            if end > 0:
                if receiver is not None:
                    receiver.write(bytes(self.buffer[:end]))
                del self.buffer[:end]
            if at >= 0:
                del self.buffer[: len(self.mark)]
                return
            self._fill()

    def _is_last(self) -> bool:
        while len(self.buffer) < 2:
            self._fill()
        if self.buffer.startswith(b"--"):
            return True
        # Blanks may pad a boundary's line.
        while (end := self.buffer.find(b"\r\n")) < 0:
            if len(self.buffer) > LONGEST_BOUNDARY:
                raise PostBroken(problem="a boundary does not end its line")
            self._fill()
        if bytes(self.buffer[:end]).strip(b" \t"):
            raise PostBroken(problem="a boundary does not end its line")
        del self.buffer[: end + 2]
        return False

    def _head(self) -> PartHead:
        while True:
            # A part without any header begins with an empty line.
            end = 0 if self.buffer.startswith(b"\r\n") else self.buffer.find(b"\r\n\r\n")
            if max(end, 0 if end >= 0 else len(self.buffer)) > MOST_HEADER_BYTES:
                raise PostBroken(problem="the head of a part is too long")
            if end >= 0:
                break
            self._fill()
        raw = bytes(self.buffer[:end])
        del self.buffer[: end + (4 if end else 2)]
        return head_of(raw)


def head_of(raw: bytes) -> PartHead:
    """The head of a part.

    >>> head_of(b'Content-Disposition: form-data; name="a"; filename="b.jpg"\\r\\nContent-Type: image/jpeg')
    PartHead(name='a', filename='b.jpg', media_type='image/jpeg', parameters={'name': 'a', 'filename': 'b.jpg'})
    """
    headers: dict[str, str] = {}
    for line in raw.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.strip().lower().decode("latin-1"), _text(value.strip()))
    encoding = headers.get("content-transfer-encoding", "binary").lower()
    if encoding not in {"binary", "8bit", "7bit", ""}:
        raise PostBroken(problem=f"a part is encoded as {encoding[:40]}")
    kind, _semicolon, rest = headers.get("content-disposition", "").partition(";")
    given = parameters_of(rest) if kind.strip().lower() in {"form-data", "file", "attachment"} else {}
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return PartHead(given.get("name", ""), given.get("filename"), media_type[:100], given)


PARAMETER = re.compile(r';?\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)


def parameters_of(text: str) -> dict[str, str]:
    r"""The parameters of a header, quoted or not, also those of RFC 5987.

    >>> parameters_of('name="a b"; filename*=utf-8\'\'%C3%B1.jpg; x=1')
    {'name': 'a b', 'filename': 'ñ.jpg', 'x': '1'}
    """
    found: dict[str, str] = {}
    for name, quoted, plain in PARAMETER.findall(text):
        value = re.sub(r'\\(["\\])', r"\1", quoted) if quoted else plain.strip()
        name = name.lower()
        if name.endswith("*"):
            _charset, _tick, rest = value.partition("'")
            value = unquote_to_bytes(rest.partition("'")[2]).decode("utf-8", "replace")
            found[name[:-1]] = value
        else:
            found.setdefault(name, value)
    return found


def _text(value: bytes) -> str:
    """Phones write UTF-8; old browsers Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
