"""Definitions of indicators as data: what is measured, in which unit, which way is good, by which formula."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nanduti.methods.instruments.formulas import Formula, read_formula
from nanduti.methods.values import BadInput

REGISTER = "register"
SHARE = "share"
DIRECTIONS = ("up", "down", "none")
LEVELS = ("context", "output", "outcome", "impact")
TEXTS = ("title", "question", "note")
_KEYS = frozenset(
    {"code", "title", "question", "note", "unit", "unit_es", "direction", "level", "instrument", "formula",
     "disaggregations", "source", "since", "until"}
)  # fmt: skip
CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")
MOST_DISAGGREGATIONS = 12


@dataclass(frozen=True)
class IndicatorDefinition:
    """One indicator as it describes itself. ``unit`` "share": a value from 0 to 1, shown as per cents.

    ``instruments``: codes of forms (of the library or the programme's own) whose questions the formula names, or
    "register". ``since``, ``until``: codes of the first and last wave for which the definition holds, or "".
    """

    code: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    unit: Mapping[str, str]
    direction: str
    level: str
    instruments: tuple[str, ...]
    formula: Formula
    disaggregations: tuple[str, ...] = ()
    source: str = ""
    source_place: str = ""
    note: Mapping[str, str] = field(default_factory=dict)
    since: str = ""
    until: str = ""

    @property
    def is_share(self) -> bool:
        return self.unit.get("en") == SHARE

    def text(self, name: str, language: str = "en") -> str:
        """title, question, note or unit in a language, else in English."""
        texts: Mapping[str, str] = getattr(self, name)
        return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")

    @property
    def cite(self) -> str:
        return ", ".join(filter(None, [self.source, self.source_place]))

    def to_json(self) -> dict[str, Any]:
        """As a file says it."""
        said: dict[str, Any] = {
            "code": self.code, "title": dict(self.title), "question": dict(self.question),
            "unit": self.unit.get("en", ""), "direction": self.direction, "level": self.level,
            "instrument": list(self.instruments), "formula": self.formula.to_json(),
            "disaggregations": list(self.disaggregations),
            "source": {"document": self.source, "place": self.source_place},
        }  # fmt: skip
        more = {
            "unit_es": self.unit.get("es", ""),
            "note": dict(self.note),
            "since": self.since,
            "until": self.until,
        }
        return said | {name: value for name, value in more.items() if value}


def read_definition(
    data: Any, sources: Mapping[str, str] | None = None, place: str = "the indicator"
) -> IndicatorDefinition:
    """A definition as a file says it; ``BadInput`` names the place and the remedy."""
    if not isinstance(data, Mapping):
        raise BadInput(
            place=place, problem="is no table of keys and values", remedy="Write code: … and so on below it."
        )
    unknown = [str(key) for key in data if key not in _KEYS]
    if unknown:
        raise BadInput(
            place=place, problem=f"has the key “{unknown[0]}”", remedy=f"Use only {', '.join(sorted(_KEYS))}."
        )
    code = _code(data, place)
    place = f"indicator “{code}”"
    unit = _line(data, "unit", place, 60)
    source = data.get("source") or {}
    if isinstance(source, str):
        source = {"document": source}
    if not isinstance(source, Mapping):
        raise BadInput(
            place=f"{place}, source", problem="is no source", remedy="Write document: and place: below it."
        )
    document = _line(source, "document", f"{place}, source", 200)
    return IndicatorDefinition(
        code=code,
        title=_texts(data, "title", place, 120),
        question=_texts(data, "question", place, 200, required=False),
        unit={"en": unit, "es": str(data.get("unit_es") or unit)[:60]},
        direction=_one_of(data, "direction", DIRECTIONS, place),
        level=_one_of(data, "level", LEVELS, place),
        instruments=_names(data, "instrument", place, least=1),
        formula=read_formula(data.get("formula"), f"{place}, formula"),
        disaggregations=_names(data, "disaggregations", place)[:MOST_DISAGGREGATIONS],
        source=(sources or {}).get(document, document),
        source_place=str(source.get("place") or "")[:200],
        note=_texts(data, "note", place, 600, required=False),
        since=str(data.get("since") or "")[:80],
        until=str(data.get("until") or "")[:80],
    )  # fmt: skip


def _code(data: Mapping[str, Any], place: str) -> str:
    code = data.get("code")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise BadInput(
            place=f"{place}, code",
            problem="is missing or no code",
            remedy="Write small letters, digits and _, beginning with a letter, such as women_share.",
        )
    return code


def _line(data: Mapping[str, Any], name: str, place: str, most: int) -> str:
    value = data.get(name)
    if not isinstance(value, str | int | float) or isinstance(value, bool) or not str(value).strip():
        raise BadInput(place=f"{place}, {name}", problem="is missing", remedy="Every indicator says it.")
    return " ".join(str(value).split())[:most]


def _texts(
    data: Mapping[str, Any], name: str, place: str, most: int, required: bool = True
) -> dict[str, str]:
    given = data.get(name)
    if isinstance(given, str):
        given = {"en": given}
    if not given and not required:
        return {}
    if not isinstance(given, Mapping) or not any(isinstance(v, str) and v.strip() for v in given.values()):
        raise BadInput(
            place=f"{place}, {name}",
            problem="is missing",
            remedy="Write it in English, Spanish or both: {en: …, es: …}.",
        )
    return {
        k: " ".join(v.split())[:most] for k, v in given.items() if k in ("en", "es") and isinstance(v, str)
    }


def _one_of(data: Mapping[str, Any], name: str, known: tuple[str, ...], place: str) -> str:
    value = data.get(name)
    if value not in known:
        raise BadInput(
            place=f"{place}, {name}", problem=f"is “{value}”", remedy=f"Use one of {', '.join(known)}."
        )
    return str(value)


def _names(data: Mapping[str, Any], name: str, place: str, least: int = 0) -> tuple[str, ...]:
    given = data.get(name) or []
    given = [given] if isinstance(given, str) else given
    if (
        not isinstance(given, list)
        or not all(isinstance(v, str) and v.strip() for v in given)
        or len(given) < least
    ):
        raise BadInput(
            place=f"{place}, {name}", problem="is no list of names", remedy="Write [first, second]."
        )
    return tuple(dict.fromkeys(v.strip()[:255] for v in given))
