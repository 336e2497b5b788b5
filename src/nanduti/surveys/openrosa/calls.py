"""A request as the door sees it, and the answer it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from ..errors import NotServed
from ..intake import ANNOUNCED

XML = "text/xml; charset=utf-8"
Headers = list[tuple[str, str]]


@dataclass
class Call:
    """One request."""

    environ: Mapping[str, Any]
    path: str
    method: str
    query: dict[str, str]

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Call:
        raw = environ.get("PATH_INFO") or "/"
        # WSGI hands over bytes in the guise of Latin-1.
        path = raw.encode("latin-1", "replace").decode("utf-8", "replace")
        query = parse_qs(environ.get("QUERY_STRING") or "", keep_blank_values=True, max_num_fields=None)
        return cls(environ, path, environ["REQUEST_METHOD"], {name: said[-1] for name, said in query.items()})

    @property
    def headers(self) -> _Headers:
        return _Headers(self.environ)

    @property
    def language(self) -> str:
        """The language the phone asks for, of those we speak."""
        for code, _weight in parse_accept_lang_header(self.headers["Accept-Language"].lower()[:500]):
            try:
                return get_supported_language_variant(code)
            except LookupError:
                continue
        return settings.LANGUAGE_CODE

    @property
    def origin(self) -> str:
        """Scheme and host as the phone wrote them; documents name their links by it."""
        host = self.headers["Host"] or f"{self.environ.get('SERVER_NAME')}:{self.environ.get('SERVER_PORT')}"
        domain, _port = split_domain_port(host)
        if not domain or not validate_host(domain, settings.ALLOWED_HOSTS or ["localhost", "127.0.0.1"]):
            raise NotServed()
        return f"{'https' if self.is_safe else self.environ.get('wsgi.url_scheme', 'http')}://{host}"

    @property
    def is_safe(self) -> bool:
        """Whether the phone reaches us over TLS, which the proxy before us ends."""
        return bool(settings.BEHIND_TLS) and self.headers["X-Forwarded-Proto"] == "https"

    @property
    def content_length(self) -> int | None:
        said = str(self.environ.get("CONTENT_LENGTH") or "")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None

    @property
    def device_id(self) -> str:
        return self.query.get("deviceID", "")


class _Headers:
    """The headers of a request by their names; one that is missing is empty."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.environ = environ

    def __getitem__(self, name: str) -> str:
        key = name.upper().replace("-", "_")
        return str(self.environ.get(key if key == "CONTENT_TYPE" else f"HTTP_{key}") or "")


@dataclass
class Answer:
    """What goes back."""

    status: int
    body: bytes | Iterable[bytes] = b""
    content_type: str = XML
    headers: Headers = field(default_factory=list)
    language: str = ""

    def all_headers(self) -> Headers:
        """With those that every OpenRosa answer carries."""
        ours = [
            ("X-OpenRosa-Version", "1.0"),
            ("X-OpenRosa-Accept-Content-Length", str(ANNOUNCED)),
            ("Date", formatdate(usegmt=True)),
            ("Content-Language", self.language or settings.LANGUAGE_CODE),
            ("X-Content-Type-Options", "nosniff"),
            ("Vary", "Accept-Language, Authorization"),
        ]
        if self.status not in {204, 304}:
            ours.append(("Content-Type", self.content_type))
            if isinstance(self.body, bytes):
                ours.append(("Content-Length", str(len(self.body))))
        return [*ours, *self.headers]

    @property
    def status_line(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def quoted(segment: str) -> str:
    """A segment of a path."""
    return quote(segment, safe="")
