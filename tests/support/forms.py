"""The forms of a page as a browser sees them: where they go, what they would send, what they offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

TEXTS = {
    "text": "x",
    "search": "x",
    "date": "2010-05-05",
    "number": "1",
    "email": "a@example.org",
    "url": "x",
}


@dataclass
class Control:
    """One name in a form: what kind of control, what it offers, and what stands in it."""

    kind: str
    offered: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)

    def plausible(self) -> list[str]:
        """What somebody would send: what stands there, else the first that is offered, else a likely text."""
        if self.chosen and any(self.chosen):
            return self.chosen
        if self.kind in {"select", "radio"}:
            return [value for value in self.offered if value][:1]
        if self.kind in {"checkbox", "button", "file"}:
            return []
        return [TEXTS.get(self.kind, "x")]


@dataclass
class Form:
    """A form of a page."""

    page: str
    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return urljoin(self.page, self.action or self.page)

    def plausible(self) -> dict[str, list[str]]:
        """What somebody would send."""
        return {name: control.plausible() for name, control in self.controls.items()}


def forms_of(page: str, text: str) -> list[Form]:
    """The forms that stand on a page."""
    reader = _Reader(page)
    reader.feed(text)
    return reader.found


def encoded(sent: dict[str, Sequence[str]]) -> str:
    """As a browser sends it; a half of a pair that no text may hold goes along as its bytes."""
    return urlencode([(k, v.encode("utf-8", "surrogatepass")) for k, values in sent.items() for v in values])


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.found = page, []
        self.form: Form | None = None
        self.select: Control | None = None
        self.written: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(self.page, said.get("action", ""), said.get("method", "get").lower())
            self.found.append(self.form)
        elif tag == "option" and self.select is not None:
            self._offer(self.select, said, "selected")
        elif self.form is not None and tag in {"input", "textarea", "select", "button"} and said.get("name"):
            kind = said.get("type", "text") if tag == "input" else tag
            control = self.form.controls.setdefault(said["name"], Control(kind))
            if tag == "select":
                self.select = control
            elif tag == "textarea":
                self.written = control
                control.chosen.append("")
            elif tag == "input":
                self._offer(control, said, "checked" if kind in {"checkbox", "radio"} else "name")

    def _offer(self, control: Control, said: dict[str, str], when: str) -> None:
        value = said.get("value", "on" if when == "checked" else "")
        control.offered.append(value)
        if when in said:
            control.chosen.append(value)

    def handle_data(self, data: str) -> None:
        if self.written is not None:
            self.written.chosen[-1] = (self.written.chosen[-1] + data).removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.written = None
