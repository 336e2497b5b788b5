"""Walks the whole site as somebody: every address of the resolver, and every link found on the way.

Rooms that come later are walked without being named: their addresses stand in the resolver, their records
behind links. Each address pattern is visited plainly, narrowed
and in each format that it exports, not once for each record.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import parse_qsl, urlsplit

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from django.urls.resolvers import RoutePattern

PARAMETER = re.compile(r"<(?:(?P<kind>[^>:]+):)?(?P<name>[^>]+)>")
LINK = re.compile(r"""(?:href|hx-get|action)\s*=\s*["']([^"'#]+)""")
# What a parameter is tried with where the world names no value for it.
DEFAULTS = {"int": ["1"], "uuid": ["00000000-0000-0000-0000-000000000000"], "slug": ["x"], "str": ["x"]}
# Addresses that end the session, or that only the browser's own parts use.
LEFT_OUT = ("/static/", "/style/", "/account/logout", "/account/sessions")


def routes(patterns: Sequence[URLPattern | URLResolver] | None = None, before: str = "/") -> Iterator[str]:
    """Every address pattern of the site, as it is written in the rooms' urls."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if not isinstance(pattern.pattern, RoutePattern):
            continue
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def filled(route: str, values: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The addresses of a pattern with every combination of the given values."""
    slots = list(PARAMETER.finditer(route))
    choices = [values.get(m["name"]) or DEFAULTS.get(m["kind"] or "str", ["x"]) for m in slots]
    for chosen in product(*choices):
        address, given = route, iter(chosen)
        yield PARAMETER.sub(lambda _match, given=given: next(given), address)


def _manner(query: str) -> str:
    """How a page is asked for: plain, narrowed somehow, or taken along in one of the formats."""
    for name, value in parse_qsl(query):
        if name.endswith("export"):
            return value
    return "narrowed" if query else "plain"


@dataclass
class Page:
    """One answer of the site."""

    url: str
    status: int
    text: str


@dataclass
class Walk:
    """A walk of one client through the site."""

    client: Client
    values: Mapping[str, Sequence[str]]
    # Pages of this kind of record differ so much that several are visited.
    often: str = "<pseudonym"
    visits_often: int = 5
    seen: set[str] = field(default_factory=set)
    visits: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def pages(self) -> Iterator[Page]:
        """Every page, each as soon as it has been read."""
        waiting = deque(url for route in routes() for url in filled(route, self.values))
        while waiting:
            url = waiting.popleft()
            if not self._is_new(url):
                continue
            page = self._read(url)
            yield page
            waiting.extend(link for link in links(page) if link not in self.seen)

    def _is_new(self, url: str) -> bool:
        """Whether this address should be visited: new, and its pattern not yet visited often enough."""
        parts = urlsplit(url)
        if url in self.seen or parts.path.startswith(LEFT_OUT):
            return False
        try:
            match = resolve(parts.path)
        except Resolver404:
            return False
        pattern = (match.route, _manner(parts.query))
        self.visits[pattern] += 1
        if self.visits[pattern] > (self.visits_often if self.often in match.route else 1):
            return False
        self.seen.add(url)
        return True

    def _read(self, url: str) -> Page:
        response = self.client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        return Page(url, response.status_code, f"{headers}\n{body_text(body)}")


def body_text(body: bytes) -> str:
    """The words of an answer; of a workbook, the words of its sheets."""
    if body[:2] == b"PK":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return html.unescape(body.decode("utf-8", "replace"))


def links(page: Page) -> Iterator[str]:
    """The addresses of this site that a page leads to."""
    for found in LINK.findall(page.text):
        parts = urlsplit(found)
        if parts.scheme or parts.netloc:
            continue
        path = parts.path or urlsplit(page.url).path
        if path.startswith("/"):
            yield f"{path}?{parts.query}" if parts.query else path
