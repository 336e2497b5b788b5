"""Rubrics: questionnaires that are scored, banded and compared with a target; written as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nanduti.methods.values import BadInput, RuleSource

from .index_recipe import _check_entries, load_document, shipped_text, sources_of
from .structure import refuse_if

KINDS = ("checklist", "invested_or_planned", "scale", "options", "rating")


@dataclass(frozen=True)
class Question:
    """One question of a rubric.

    Attributes:
        code, name: key of the answer, and words for screens.
        kind: ``checklist`` (which items hold), ``invested_or_planned`` (per item: done counts 1, planned
            alone ``planned_points``), ``scale`` (a number per item), ``options`` (a named option per item)
            or ``rating`` (one number).
        items: item codes with names.
        exclusive: items of a checklist that mean "none of these": worth nothing, and alone or not at all.
        low, high: ends of a scale or rating. favourable: which end is good; no default.
        options: points from 0 to 1 per option.
        weight: among the questions of its dimension.
    """

    code: str
    kind: str
    name: str = ""
    items: tuple[tuple[str, str], ...] = ()
    exclusive: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 5.0
    favourable: float = 5.0
    options: tuple[tuple[str, float], ...] = ()
    planned_points: float = 0.5
    weight: float = 1.0

    @cached_property
    def item_codes(self) -> tuple[str, ...]:
        """Codes of the items that count."""
        return tuple(code for code, _ in self.items if code not in self.exclusive)


@dataclass(frozen=True)
class RubricDimension:
    """A branch of a rubric: its questions, its weight in the total, and the score aimed at."""

    code: str
    name: str
    questions: tuple[Question, ...]
    weight: float = 1.0
    target: float | None = None


@dataclass(frozen=True)
class Band:
    """A named stretch of scores, from ``start`` up to the next band."""

    code: str
    name: str
    start: float


@dataclass(frozen=True)
class Flag:
    """A pattern worth a second look: all conditions hold."""

    code: str
    sentence: str
    when: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Rubric:
    """A scored questionnaire as data.

    Attributes:
        bands: lowest first; the first begins at 0.
        rounded_bands: scores are rounded to whole points (half up) before the band is read, for bands that
            are printed as 0-25, 26-50 and so on.
        least_answered_share: share of a question's items, of a dimension's questions and of the dimensions
            (by weight) that must be answered for a score; 1 lets no gap pass.
    """

    code: str
    title: str
    version: str
    dimensions: tuple[RubricDimension, ...]
    bands: tuple[Band, ...]
    rounded_bands: bool = True
    least_answered_share: float = 1.0
    flags: tuple[Flag, ...] = ()
    sources: tuple[RuleSource, ...] = ()
    notes: str = ""

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, in order."""
        return tuple(q for d in self.dimensions for q in d.questions)

    def band(self, score: float | None) -> Band | None:
        """The band of a score; ``None`` if there is no score.

        >>> rubric("digital-maturity-sme").band(25.4).code, rubric("digital-maturity-sme").band(25.5).code
        ('basic', 'average')
        """
        if score is None:
            return None
        # Sums of fractions end a little below the whole: three fifths of everything is 60, not 59.999….
        score += 1e-9
        value = float(int(score + 0.5)) if self.rounded_bands else score
        return [band for band in self.bands if band.start <= value][-1]


def rubric(name: str) -> Rubric:
    """A shipped rubric by name.

    >>> [d.code for d in rubric("digital-maturity-sme").dimensions]
    ['strategy', 'readiness', 'people', 'data', 'automation', 'green']
    """
    return parse_rubric(shipped_text(name))


def parse_rubric(text: str) -> Rubric:
    """Read a rubric from YAML.

    Raises:
        BadInput: entries that are missing, unknown or contradict each other.
    """
    document = load_document(text, "rubric")
    known = {
        "rubric",
        "title",
        "version",
        "sources",
        "notes",
        "dimensions",
        "bands",
        "rounded_bands",
        "least_answered_share",
        "flags",
    }
    _check_entries(document, known, {"rubric", "dimensions", "bands"})
    found = Rubric(
        code=str(document["rubric"]),
        title=str(document.get("title", document["rubric"])),
        version=str(document.get("version", "1")),
        dimensions=tuple(_dimension(d) for d in document["dimensions"]),
        bands=tuple(
            Band(str(b["code"]), str(b.get("name", b["code"])), float(b["from"])) for b in document["bands"]
        ),
        rounded_bands=bool(document.get("rounded_bands", True)),
        least_answered_share=float(document.get("least_answered_share", 1.0)),
        flags=tuple(Flag(f["code"], f["sentence"], tuple(f["when"])) for f in document.get("flags", ())),
        sources=sources_of(document),
        notes=str(document.get("notes", "")),
    )
    _check(found)
    return found


def _dimension(given: Mapping[str, Any]) -> RubricDimension:
    known = {"code", "name", "weight", "target", "questions"}
    _check_entries(given, known, {"code", "questions"})
    target = given.get("target")
    return RubricDimension(
        code=str(given["code"]),
        name=str(given.get("name", given["code"])),
        questions=tuple(_question(q) for q in given["questions"]),
        weight=float(given.get("weight", 1.0)),
        target=None if target is None else float(target),
    )


def _question(given: Mapping[str, Any]) -> Question:
    _check_entries(given, set(Question.__dataclass_fields__), {"code", "kind"})
    entries = dict(given)
    items = entries.pop("items", {})
    pairs = items.items() if isinstance(items, Mapping) else ((i, i) for i in items)
    # YAML reads unquoted yes and no as true and false; an option code is always text.
    options = tuple((_text(k), float(v)) for k, v in entries.pop("options", {}).items())
    if entries["kind"] in ("scale", "rating") and not {"low", "high", "favourable"} <= set(entries):
        raise BadInput(
            place=f"question {entries['code']!r}",
            problem="does not say low, high and favourable",
            remedy="Say which end of the scale is good.",
        )
    return Question(
        **{**entries, "exclusive": tuple(entries.get("exclusive", ()))},
        items=tuple((str(code), str(name)) for code, name in pairs),
        options=options,
    )


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _check(found: Rubric) -> None:
    codes = [d.code for d in found.dimensions] + [q.code for q in found.questions]
    refuse_if(len(set(codes)) < len(codes), "a code", "is used twice", "Give each its own.")
    starts = [band.start for band in found.bands]
    rising = bool(starts) and starts == sorted(set(starts)) and starts[0] == 0
    refuse_if(not rising, "the bands", "do not rise from 0", "Begin at 0 and rise.")
    refuse_if(
        not 0 < found.least_answered_share <= 1,
        "least_answered_share",
        "is not between 0 and 1",
        "Use 1 to let no gap pass.",
    )
    for q in found.questions:
        _check_question(q)
    weights = [d.weight for d in found.dimensions]
    refuse_if(
        min(weights, default=0) < 0 or sum(weights) <= 0, "the weights", "are not positive", "Give some."
    )
    names = set(codes) | {f"{q.code}.planned" for q in found.questions}
    for flag in found.flags:
        unknown = [c.get("code") for c in flag.when if c.get("code") not in names]
        refuse_if(
            bool(unknown), f"flag {flag.code!r}", f"asks for {unknown[:1]}", "Name a question or dimension."
        )


def _check_question(q: Question) -> None:
    place = f"question {q.code!r}"
    refuse_if(q.kind not in KINDS, place, f"is of kind {q.kind!r}", f"Use one of {', '.join(KINDS)}.")
    refuse_if(q.kind != "rating" and not q.item_codes, place, "has no items", "Give at least one.")
    refuse_if(q.kind == "options" and not q.options, place, "has no options", "Give points per option.")
    wrong = [o for o, points in q.options if not 0 <= points <= 1]
    refuse_if(bool(wrong), place, f"gives option {wrong[:1]} points outside 0 to 1", "Correct them.")
    ends = q.low < q.high and q.favourable in (q.low, q.high)
    refuse_if(
        q.kind in ("scale", "rating") and not ends, place, "has no proper scale", "Put low before high."
    )
