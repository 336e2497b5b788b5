"""What the columns of a unit frame mean, and where its rows come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.interface import words
from nanduti.methods.instruments import Definition, Question
from nanduti.methods.instruments.frames import typed

NUMBERS = frozenset({"integer", "int", "decimal"})


@dataclass(frozen=True)
class UnitColumn:
    """What a column means. ``kind``: number, text, choice, choices (several), date, moment or yes (ticked or not).

    ``sensitivity``: open or sensitive. ``source``: the instrument with its question, or the attribute of the register.
    ``choices``: code → language → words. ``repeat``: name of the repeat it stands in, or "".
    """

    name: str
    kind: str
    labels: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    sensitivity: str = "sensitive"
    source: str = ""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    repeat: str = ""

    def label(self, language: str = "en") -> str:
        """The label in a language, else in English, else the name."""
        return self.labels.get(language) or self.labels.get("en") or self.name

    def choice(self, code: str, language: str = "en") -> str:
        """What a code stands for, in words."""
        words = self.choices.get(code, {})
        return words.get(language) or words.get("en") or code


@dataclass(frozen=True)
class Citation:
    """Where the rows come from: an instrument (with the versions answered) or the register."""

    kind: str
    title: Mapping[str, str]
    versions: tuple[str, ...] = ()
    n: int = 0
    first_on: date | None = None
    last_on: date | None = None

    def say(self, language: str = "en") -> str:
        """One line; the days as machines write them."""
        title = self.title.get(language) or self.title.get("en", "")
        days = [d.isoformat() for d in (self.first_on, self.last_on) if d]
        parts = [title, ", ".join(self.versions), f"n = {self.n}", "/".join(dict.fromkeys(days))]
        return " · ".join(filter(None, parts))

    def tell(self, language: str = "en", *, whole: bool = False) -> str:
        """One line in the words of a language; whole, with how many firms answered which version."""
        with translation.override(language):
            days = dict.fromkeys(words.day(d) for d in (self.first_on, self.last_on) if d)
            parts = [self.title.get(language) or self.title.get("en", ""), " – ".join(days)]
            if whole:
                said = ngettext("%(n)s firm", "%(n)s firms", self.n) % {"n": words.number(self.n)}
                parts.insert(1, said)
            if whole and self.versions:
                parts.append(_("version %(n)s") % {"n": ", ".join(self.versions)})
            return ", ".join(filter(None, parts))


_LABELS = {
    "cluster": {"en": "Cluster", "es": "Clúster"},
    "place": {"en": "Place", "es": "Lugar"},
    "size_class": {"en": "Size", "es": "Tamaño"},
    "trade": {"en": "Trade", "es": "Rubro"},
}
_SIZES = {
    "micro": {"en": "micro (1–9)", "es": "micro (1–9)"},
    "small": {"en": "small (10–49)", "es": "pequeña (10–49)"},
    "medium": {"en": "medium (50–249)", "es": "mediana (50–249)"},
    "large": {"en": "large (250 and more)", "es": "grande (250 y más)"},
}


def base_columns(named: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, UnitColumn]:
    kinds = {"cluster": "choice", "place": "choice", "size_class": "choice", "trade": "text"}
    choices: dict[str, Any] = {"size_class": _SIZES, **named}
    return {
        name: UnitColumn(
            name, kind, _LABELS[name], sensitivity="open", source="register", choices=choices.get(name, {})
        )
        for name, kind in kinds.items()
    }


def described(definition: Definition, question: Question, name: str, code: str) -> UnitColumn:
    default = definition.default_language
    return UnitColumn(
        name,
        kind_of(question),
        {tongue: question.label(tongue, default) for tongue in ("en", "es")},
        unit=question.unit,
        sensitivity=question.sensitivity,
        source=f"{code}:{question.path}",
        choices={
            c.name: {
                tongue: c.labels.get(tongue) or c.labels.get(default) or c.name for tongue in ("en", "es")
            }
            for c in definition.choices_of(question)
        },
        repeat=question.repeat.rpartition("/")[2],
    )


def kind_of(question: Question) -> str:
    kind = typed(question)
    if kind in NUMBERS:
        return "number"
    if kind in ("select_one", "date"):
        return {"select_one": "choice"}.get(kind, kind)
    if kind in ("select_multiple", "rank"):
        return "choices"
    return {"datetime": "moment", "acknowledge": "yes"}.get(kind, "text")
