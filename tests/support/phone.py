"""A double of ODK Collect, written from the specifications and from what the app is known to do.

It keeps its queue on a disk of its own, asks by HEAD how much may be sent at once, splits what is larger, repeats
what was not acknowledged, tells versions of forms apart by MD5, and merges entity lists as the app does. What lies
between it and the server is a :class:`Network`, which may lose, cut, double and delay.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

BOUNDARY = "phone-boundary-7e3f"
DEFAULT_LIMIT = 10_000_000
MOST_FILES = 100
LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"


class Lost(Exception):
    """No answer came: the phone cannot know whether the server has heard."""


class NotOpenRosa(Exception):
    """An answer that the app refuses to read."""


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> str:
        """What the app would show; empty where the body is no envelope."""
        try:
            said = ElementTree.fromstring(self.body).find(f"{RESPONSE}message")
        except ElementTree.ParseError:
            return ""
        return (said.text or "") if said is not None else ""


class Network(Protocol):
    """Carries one request; raises :class:`Lost`."""

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply: ...


# --- the queue


@dataclass
class Filled:
    """A form that was filled and finalised."""

    folder: Path

    @property
    def instance_id(self) -> str:
        return json.loads((self.folder / "about.json").read_text())["instance_id"]

    @property
    def xml(self) -> bytes:
        return (self.folder / "submission.xml").read_bytes()

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "media").iterdir())

    @property
    def is_sent(self) -> bool:
        return (self.folder / "sent").exists()

    def mark_sent(self) -> None:
        (self.folder / "sent").touch()


@dataclass
class Phone:
    """One phone with its own disk."""

    disk: Path
    base: str
    network: Network
    random: random.Random = field(default_factory=random.Random)
    device_id: str = "collect:double"
    language: str = "es-PY"

    # --- filling and sending

    def fill(self, xml: bytes, instance_id: str, files: dict[str, bytes] | None = None) -> Filled:
        """Finalise a form; from now on it is in the queue."""
        folder = self.disk / uuid.UUID(int=self.random.getrandbits(128)).hex
        (folder / "media").mkdir(parents=True)
        (folder / "submission.xml").write_bytes(xml)
        for name, content in (files or {}).items():
            (folder / "media" / name).write_bytes(content)
        (folder / "about.json").write_text(json.dumps({"instance_id": instance_id}))
        return Filled(folder)

    def queue(self) -> list[Filled]:
        """What was filled, sent or not, as the disk has it."""
        found = (
            [Filled(f) for f in self.disk.iterdir() if (f / "about.json").exists()]
            if self.disk.exists()
            else []
        )
        return sorted(found, key=lambda one: one.folder.name)

    def send_all(self) -> list[Reply]:
        """Try everything that is not acknowledged yet, once."""
        return [reply for one in self.queue() if not one.is_sent and (reply := self.send(one)) is not None]

    def send(self, one: Filled) -> Reply | None:
        """Send one form, in as many posts as it takes; it counts as sent when every post was acknowledged."""
        try:
            limit = self._limit()
            reply = None
            for post in self._posts(one, limit):
                reply = self._carry("POST", "/submission", post, self._type())
                if reply.status not in {201, 202}:
                    return reply
        except Lost:
            return None
        one.mark_sent()
        return reply

    def _limit(self) -> int:
        """HEAD; only 204 says anything."""
        reply = self._carry("HEAD", "/submission")
        if reply.status != 204:
            return DEFAULT_LIMIT
        return int(reply.headers.get("x-openrosa-accept-content-length", DEFAULT_LIMIT))

    def _posts(self, one: Filled, limit: int) -> Iterator[bytes]:
        files = one.files
        while True:
            parts = [part("xml_submission_file", one.folder.name + ".xml", "text/xml", one.xml)]
            size, n = len(one.xml), 0
            while files:
                content = files[0].read_bytes()
                if n and (size + len(content) > limit or n >= MOST_FILES):
                    break
                name = files.pop(0).name
                parts.append(part(name, name, "application/octet-stream", content))
                size, n = size + len(content), n + 1
            if files:
                parts.append(part("*isIncomplete*", None, "", b"yes"))
            yield b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
            if not files:
                return

    # --- forms

    def form_list(self) -> list[dict[str, str]]:
        """The forms; one entry without what is needed voids the whole list, as in the app."""
        root = self._xml("/formList")
        found = []
        for form in root.iter(f"{LIST}xform"):
            entry = {child.tag.removeprefix(LIST): (child.text or "") for child in form}
            if not all(entry.get(name) for name in ("formID", "name", "downloadUrl")):
                return []
            found.append(entry)
        return found

    def download(self, entry: dict[str, str]) -> bytes:
        """A form; another MD5 than the list's is another form."""
        reply = self._carry_url(entry["downloadUrl"])
        if f"md5:{hashlib.md5(reply.body, usedforsecurity=False).hexdigest()}" != entry["hash"]:
            raise NotOpenRosa("hash")
        return reply.body

    def manifest(self, entry: dict[str, str]) -> list[dict[str, str]]:
        """The files of a form."""
        if not entry.get("manifestUrl"):
            return []
        root = ElementTree.fromstring(self._checked(self._carry_url(entry["manifestUrl"])).body)
        found = []
        for file in root.iter(f"{MANIFEST}mediaFile"):
            said = {child.tag.removeprefix(MANIFEST): (child.text or "") for child in file}
            if not all(said.get(name) for name in ("filename", "hash", "downloadUrl")):
                return []
            found.append({**said, "type": file.get("type", ""), "md5": said["hash"][4:]})
        return found

    def fetch(self, file: dict[str, str], known: str = "") -> Reply:
        """A file or list; ``known`` is the ETag of what the cache holds."""
        return self._carry_url(file["downloadUrl"], {"If-None-Match": known} if known else {})

    def deleted(self, integrity_url: str, ids: list[str]) -> dict[str, bool]:
        """Which entities the server says are gone."""
        reply = self._checked(self._carry_url(f"{integrity_url}?id={','.join(ids)}"))
        words = {"true": True, "false": False}
        root = ElementTree.fromstring(reply.body)
        return {e.get("id", ""): words[e.findtext("deleted", "")] for e in root.iter("entity")}

    # --- requests

    def _xml(self, rest: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._checked(self._carry("GET", rest)).body)

    def _checked(self, reply: Reply) -> Reply:
        if reply.status != 200:
            raise NotOpenRosa(f"status {reply.status}")
        if "x-openrosa-version" not in reply.headers:
            raise NotOpenRosa("not an OpenRosa server")
        if "text/xml" not in reply.headers.get("content-type", ""):
            raise NotOpenRosa("probably a network proxy")
        return reply

    def _type(self) -> dict[str, str]:
        return {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    def _carry_url(self, url: str, headers: dict[str, str] | None = None) -> Reply:
        path = "/" + url.split("://", 1)[1].partition("/")[2]
        return self._request("GET", path, headers or {}, b"")

    def _carry(
        self, method: str, rest: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        return self._request(method, self.base + rest, headers or {}, body)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        mark = "&" if "?" in path else "?"
        said = {
            "X-OpenRosa-Version": "1.0",
            # A twelve-hour clock without its half of the day, and no clock can be trusted anyway.
            "Date": self.random.choice(
                ["Mon, 02 Mar 2026 03:15:00 GMT", "Sat, 01 Jan 1994 12:00:00 GMT", "lun."]
            ),
            "Accept-Language": self.language,
            **headers,
        }
        return self.network.carry(method, f"{path}{mark}deviceID={self.device_id}", said, body)


def part(name: str, filename: str | None, media_type: str, content: bytes) -> bytes:
    where = f'; filename="{filename}"' if filename is not None else ""
    kind = f"Content-Type: {media_type}\r\n" if media_type else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{where}\r\n{kind}\r\n'
    return head.encode() + content + b"\r\n"


# --- entity lists on the device


@dataclass
class Known:
    """An entity as the device has it."""

    version: int
    label: str
    values: dict[str, str]
    is_dirty: bool = False
    is_online: bool = True


def merge(
    mine: dict[str, Known], rows: bytes, deleted: Callable[[list[str]], dict[str, bool]]
) -> dict[str, Known]:
    """What the device holds after it fetched a list: the app's rules.

    One row without name, label or an integer version makes the app give up the whole update, in silence.
    """
    found: dict[str, Known] = {}
    for row in csv.DictReader(io.StringIO(rows.decode("utf-8-sig"))):
        if not row.get("name") or not row.get("label") or not (row.get("__version") or "").isdigit():
            return mine
        values = {k: v for k, v in row.items() if k not in {"name", "label", "__version"}}
        found[row["name"]] = Known(int(row["__version"]), row["label"], values)
    after: dict[str, Known] = {}
    for key, server in found.items():
        own = mine.get(key)
        if own is None or server.version > own.version or (server.version == own.version and own.is_dirty):
            after[key] = server
        else:
            after[key] = Known(own.version, own.label, own.values, own.is_dirty, is_online=True)
    offline = [key for key, own in mine.items() if key not in found and not own.is_online]
    gone = deleted(offline) if offline else {}
    return after | {key: mine[key] for key in offline if not gone.get(key, False)}


# --- networks


class Wire:
    """To a real server, by a connection for each request."""

    def __init__(self, host: str, port: int, patience: float = 20) -> None:
        self.host, self.port, self.patience = host, port, patience

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        return self.speak(self.written(method, path, headers, body), method)

    def written(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
        said = {"Host": f"{self.host}:{self.port}", "Connection": "close", **headers}
        if method == "POST":
            said["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def speak(self, request: bytes, method: str, *, until: int | None = None, hear: bool = True) -> Reply:
        """Send a request, or only so many bytes of it; then hear the answer, or hang up."""
        try:
            with socket.create_connection((self.host, self.port), timeout=self.patience) as line:
                line.sendall(request if until is None else request[:until])
                if until is not None or not hear:
                    raise Lost
                return self._heard(line, method)
        except OSError as error:
            raise Lost from error

    def _heard(self, line: socket.socket, method: str) -> Reply:
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += self._some(line)
        head, _blank, body = heard.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.strip().lower(): v.strip() for n, _colon, v in (said.partition(":") for said in lines)}
        wanted = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        while len(body) < wanted:
            body += self._some(line)
        return Reply(int(first.split()[1]), headers, body)

    def _some(self, line: socket.socket) -> bytes:
        piece = line.recv(65_536)
        if not piece:
            raise Lost
        return piece


class Inside:
    """To the door in this process, without a network; a stream may end before it should."""

    def __init__(self) -> None:
        from nanduti.surveys.openrosa import serve

        self.application = serve.application

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        return self.speak(method, path, headers, body)

    def speak(
        self, method: str, path: str, headers: dict[str, str], body: bytes, until: int | None = None
    ) -> Reply:
        bare, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(bare).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)) if method == "POST" else "",
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body if until is None else body[:until]),
        }
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        said: list = []
        content = b"".join(self.application(environ, lambda *given: said.extend(given)))
        return Reply(int(said[0][:3]), {name.lower(): value for name, value in said[1]}, content)


@dataclass
class Trouble:
    """A network that fails by a seed: loses requests and answers, cuts posts, doubles and delays them."""

    inner: Wire | Inside
    random: random.Random
    share: float = 0.5
    late: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        request = (method, path, headers, body)
        if self.late and self.random.random() < 0.3:
            # Something from before arrives now, and whoever sent it is not listening any more.
            self._quietly(self.late.pop(self.random.randrange(len(self.late))))
        if self.random.random() >= self.share:
            return self.inner.carry(*request)
        kind = self.random.choice(["lost", "unheard", "cut", "doubled", "late"])
        if method != "POST" or kind == "lost":
            raise Lost
        if kind == "cut":
            self._cut(request)
        elif kind == "late":
            self.late.append(request)
        elif kind == "doubled":
            self._quietly(request)
            return self.inner.carry(*request)
        else:
            self._quietly(request)
        raise Lost

    def _quietly(self, request: tuple[str, str, dict[str, str], bytes]) -> None:
        try:
            self.inner.carry(*request)
        except Lost:
            return

    def _cut(self, request: tuple[str, str, dict[str, str], bytes]) -> None:
        method, path, headers, body = request
        until = self.random.randrange(len(body))
        if isinstance(self.inner, Inside):
            self.inner.speak(method, path, headers, body, until)
            return
        whole = self.inner.written(method, path, headers, body)
        self.inner.speak(whole, method, until=len(whole) - len(body) + until)
