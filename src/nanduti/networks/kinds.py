"""Kinds of tie and of business network as data. See ``kinds.yaml`` and ``network_kinds.yaml`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from nanduti.foundation.languages import in_tongue

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Kind:
    """A kind of tie.

    Attributes:
        is_directed: whether "A to B" differs from "B to A".
        reversed: what the other end answers when it tells of the same tie.
        scale: lowest and highest strength, more being closer; empty where strength is not asked.
        none_at: the strength that means "not at all": said, and no tie.
        is_record: read from records, so that nobody's answer can be missing.
        is_open: for all who read the programme; else told in confidence.
    """

    code: str
    title: str
    title_es: str
    is_directed: bool = True
    group: str = ""
    reversed: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    none_at: float | None = None
    is_record: bool = False
    is_open: bool = False
    source: str = ""

    @property
    def said(self) -> str:
        """Its name in the reader's language."""
        return in_tongue(self.title, self.title_es)


@dataclass(frozen=True)
class NetworkKind:
    """A kind of business network: what it means and how long one lasts."""

    code: str
    title: str
    title_es: str
    about: str
    about_es: str
    lasts: str
    source: str

    def in_words(self, name: str = "title") -> str:
        """Its title, or what it means, in the reader's language."""
        return in_tongue(getattr(self, name), getattr(self, f"{name}_es"))


def _rows(name: str) -> list[dict]:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def _kind(row: dict) -> Kind:
    return Kind(**{**row, "reversed": tuple(row.get("reversed", ())), "scale": tuple(row.get("scale", ()))})


KINDS: dict[str, Kind] = {row["code"]: _kind(row) for row in _rows("kinds.yaml")}
NETWORK_KINDS: dict[str, NetworkKind] = {
    row["code"]: NetworkKind(**row) for row in _rows("network_kinds.yaml")
}
# What the other end says → the kind it is.
REVERSED: dict[str, str] = {other: kind.code for kind in KINDS.values() for other in kind.reversed}
