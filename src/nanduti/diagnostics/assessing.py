"""Recipes of assessments as data: read in the reader's language, checked, laid over answers, compared with one another.

A recipe is YAML: what it is, its sources, how answers of an instrument become what it asks for, and either a ``rubric``
(questions, bands, targets) or ``readiness`` rules (evidence, outcomes). The arithmetic is that of
``nanduti.methods.indices``; nothing of it is repeated here.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import polars as pl
import yaml
from django.utils.translation import get_language

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid, RuleSource, mark

from .errors import RecipeContradicts, RecipeUnreadable
from .yaml_text import yaml_of

FIRM, CLUSTER = "firm", "cluster"
_HEAD = {
    "assessment", "version", "title", "title_es", "about", "about_es", "subject", "sources", "notes", "notes_es",
    "answers_from", "answers", "rubric", "readiness",
}  # fmt: skip
#: How a question takes its answer from columns: the entry that says which, and others that may stand beside it.
MANNERS = {
    "ticked": {"ticked"}, "invested": {"invested", "planned"}, "each": {"each"}, "number": {"number", "recode"},
    "most": {"most", "recode"}, "count": {"count", "none"}, "holds": {"holds", "any_of"},
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """A recipe read in one language; exactly one of ``rubric`` and ``rules`` is there."""

    code: str
    version: str
    title: str
    about: str
    notes: str
    subject: str
    sources: tuple[RuleSource, ...]
    answers_from: str
    answers: Mapping[str, Mapping[str, Any]]
    digest: str
    rubric: indices.Rubric | None = None
    rules: indices.Readiness | None = None

    @property
    def bands(self) -> list[tuple[str, str]]:
        """Code and name of every band or outcome, the weakest first."""
        if self.rubric is not None:
            return [(b.code, b.name) for b in self.rubric.bands]
        return [(o.code, o.title) for o in self.rules.outcomes]  # type: ignore[union-attr]

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Code and words of everything it asks."""
        if self.rubric is not None:
            return [(q.code, q.name or q.code) for q in self.rubric.questions]
        return [(e.code, e.question) for e in self.rules.evidence]  # type: ignore[union-attr]

    @property
    def columns(self) -> list[str]:
        """The questions of the instrument that it takes its answers from."""
        found: dict[str, None] = {}
        for way in self.answers.values():
            for name, value in way.items():
                if name == "each":
                    found |= dict.fromkeys(value.values())
                elif name in MANNERS or name == "planned":
                    found[str(value)] = None
        return list(found)


# --- reading


def shipped() -> list[str]:
    """Codes of the recipes that come with Nanduti."""
    folder = resources.files(__package__) / "recipes" / "assessments"
    return sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml"))


@functools.cache
def shipped_text(code: str) -> str:
    """The text of a recipe that comes with Nanduti; raises ``RecipeUnreadable`` for a code that is none."""
    if code not in shipped():
        raise RecipeUnreadable.because(mark("“{code}” does not come with Nanduti"), code=code[:60])
    return (resources.files(__package__) / "recipes" / "assessments" / f"{code}.yaml").read_text(
        encoding="utf-8"
    )


def digest_of(text: str) -> str:
    """Fingerprint of a recipe's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def read(text: str) -> Recipe:
    """A recipe in the reader's language.

    Raises:
        RecipeUnreadable: text that is no recipe, with what is wrong and where.
    """
    return _read(text, (get_language() or "en")[:2])


@functools.lru_cache(maxsize=128)
def _read(text: str, language: str) -> Recipe:
    document = yaml_of(text)
    try:
        return _recipe(_in_language(document, language == "es"), text)
    except RecipeUnreadable:
        raise
    except BadInput as error:
        raise RecipeUnreadable.because("{place} {problem}. {remedy}", **error.details) from None
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise RecipeUnreadable.because(
            mark("an entry is not as expected ({said})"), said=str(error)[:120]
        ) from None


def _in_language(value: Any, spanish: bool) -> Any:
    """Every text in the reader's language: ``title_es`` beside ``title`` goes, and in Spanish takes its place."""
    if isinstance(value, list):
        return [_in_language(v, spanish) for v in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, entry in value.items():
        if isinstance(key, str) and key.endswith("_es") and key[:-3] in value:
            continue
        chosen = value.get(f"{key}_es") if spanish and isinstance(key, str) else None
        out[key] = _in_language(chosen or entry, spanish)
    return out


def _recipe(document: dict[str, Any], text: str) -> Recipe:
    strange = sorted(str(k) for k in document if k not in _HEAD)
    if strange:
        raise RecipeUnreadable.because(mark("the entry “{name}” is not known"), name=strange[0])
    for name in ("assessment", "title"):
        if not str(document.get(name) or "").strip():
            raise RecipeUnreadable.because(mark("the entry “{name}” is missing"), name=name)
    if ("rubric" in document) == ("readiness" in document):
        raise RecipeUnreadable.because(mark("it needs either “rubric” or “readiness”"))
    subject = document.get("subject", FIRM)
    if subject not in (FIRM, CLUSTER):
        raise RecipeUnreadable.because(mark("“subject” is neither firm nor cluster"))
    sources = tuple(
        RuleSource(str(s["document"]), str(s.get("place", ""))) for s in document.get("sources") or ()
    )
    if not sources:
        raise RecipeUnreadable.because(
            mark("it names no source; write your own programme if the rule is yours")
        )
    rubric, rules = _rubric(document), _rules(document)
    found = Recipe(
        code=str(document["assessment"]), version=str(document.get("version", "1")), title=str(document["title"]),
        about=str(document.get("about") or ""), notes=str(document.get("notes") or ""), subject=subject,
        sources=sources, answers_from=str(document.get("answers_from") or ""),
        answers=_ways(document.get("answers") or {}), digest=digest_of(text), rubric=rubric, rules=rules,
    )  # fmt: skip
    unknown = sorted(set(found.answers) - {code for code, _ in found.asked})
    if unknown:
        raise RecipeUnreadable.because(
            mark("“answers” speaks of “{name}”, which is not asked"), name=unknown[0]
        )
    return found


def _head(document: Mapping[str, Any]) -> dict[str, Any]:
    sources = document.get("sources") or []
    return {"title": document["title"], "version": str(document.get("version", "1")), "sources": sources}


def _rubric(document: Mapping[str, Any]) -> indices.Rubric | None:
    if "rubric" not in document:
        return None
    body = dict(document["rubric"])
    body["dimensions"] = [
        {**d, "questions": [_plain_items(q) for q in d["questions"]]} for d in body.get("dimensions") or ()
    ]
    whole = {"rubric": document["assessment"], **_head(document), **body}
    return indices.parse_rubric(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))


def _plain_items(question: Mapping[str, Any]) -> dict[str, Any]:
    items = question.get("items")
    if not isinstance(items, Mapping):
        return dict(question)
    names = {k: v["name"] if isinstance(v, Mapping) else v for k, v in items.items()}
    return {**question, "items": names}


def _rules(document: Mapping[str, Any]) -> indices.Readiness | None:
    if "readiness" not in document:
        return None
    whole = {"readiness": document["assessment"], **_head(document), **dict(document["readiness"])}
    return indices.parse_readiness(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False))


def _ways(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    out = {}
    for code, way in given.items():
        manner = next((m for m in MANNERS if m in way), None)
        if manner is None or not set(way) <= MANNERS[manner]:
            raise RecipeUnreadable.because(
                mark("the answer to “{code}” is taken in no known way; use one of {ways}"),
                code=code, ways=", ".join(MANNERS),
            )  # fmt: skip
        out[str(code)] = dict(way)
    return out


def check(recipe: Recipe) -> None:
    """Refuse a recipe with rules that can never apply, naming them and what stands in their way."""
    found = indices.contradictions(recipe.rubric or recipe.rules)  # type: ignore[arg-type]
    if not found:
        return
    first = found[0]
    names = dict(recipe.bands)
    details = {
        "rule": names.get(first.rule, first.rule),
        "about": ", ".join(first.about),
        "by": ", ".join(f"“{names.get(b, b)}”" for b in first.by),
    }
    raise RecipeContradicts(
        rules=", ".join(f"“{names.get(c.rule, c.rule)}”" for c in found),
        why=WHY[first.kind].format(**details),
        why_template=WHY[first.kind],
        why_details=details,
    )


WHY = {
    "impossible": mark("“{rule}” asks of {about} what no answer can meet"),
    "at_odds": mark("two conditions of “{rule}” on {about} exclude each other"),
    "hidden": mark("every case of “{rule}” is already taken by {by}"),
    "outside": mark("“{rule}” has a limit outside 0 to 100 ({about})"),
}


# --- answers


def answers_of(recipe: Recipe, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of the unit frame answers; what it does not tell is ``None``."""
    questions = {} if recipe.rubric is None else {q.code: q for q in recipe.rubric.questions}
    return {code: _answer(way, row, questions.get(code)) for code, way in recipe.answers.items()}


def _answer(way: Mapping[str, Any], row: Mapping[str, Any], question: Any) -> Any:
    if "ticked" in way:
        ticked = _list(row.get(way["ticked"]))
        known = {*question.item_codes, *question.exclusive}
        return None if ticked is None else [t for t in ticked if t in known]
    if "invested" in way:
        done, planned = _list(row.get(way["invested"])), _list(row.get(way.get("planned", "")))
        if done is None:
            return None
        known = set(question.item_codes)
        return {
            "invested": [t for t in done if t in known],
            "planned": [t for t in planned or () if t in known],
        }
    if "each" in way:
        return _each(way["each"], row, question)
    if "number" in way:
        return _number(row.get(way["number"]), way.get("recode"), question)
    ticked = _list(row.get(way.get("most") or way.get("count") or way.get("holds")))
    if ticked is None:
        return None
    if "most" in way:
        return max((float(way["recode"][t]) for t in ticked if t in way["recode"]), default=None)
    if "count" in way:
        return float(len([t for t in ticked if t not in way.get("none", ())]))
    return 1.0 if set(ticked) & set(way["any_of"]) else 0.0


def _list(value: Any) -> list[str] | None:
    if value is None:
        return None
    return value.split() if isinstance(value, str) else [str(v) for v in value]


def _each(columns: Mapping[str, str], row: Mapping[str, Any], question: Any) -> dict[str, Any] | None:
    if question.kind == "options":
        known = {code for code, _ in question.options}
        found = {item: _option(row.get(c), known) for item, c in columns.items()}
    else:
        found = {item: _number(row.get(c), None, question) for item, c in columns.items()}
    return None if all(v is None for v in found.values()) else found


def _option(value: Any, known: set[str]) -> str | None:
    text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return str(text) if text is not None and str(text) in known else None


def _number(value: Any, recode: Mapping[str, Any] | None, question: Any) -> float | None:
    if value is None:
        return None
    if recode is not None:
        value = recode.get(str(value))
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None  # such as "could not be seen"
    outside = question is not None and not question.low <= number <= question.high
    return None if outside or number != number else number


# --- scoring


@dataclass(frozen=True)
class Result:
    """What one unit came to; without a score or band there is a reason.

    Attributes:
        reason: code of why nothing can be said: ``unanswered`` or ``contradicts``. about: the questions concerned.
        dimensions: code → score, band, target, gap. questions: code → score.
        says: reasons and flags as (code, details), said later in the reader's language.
        priority: weighted mean gap to the targets, in points.
    """

    score: float | None = None
    band: str = ""
    reason: str = ""
    about: tuple[str, ...] = ()
    dimensions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    questions: Mapping[str, float | None] = field(default_factory=dict)
    says: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    answered_share: float | None = None
    priority: float | None = None


def score(recipe: Recipe, answers: Mapping[str, Any]) -> Result:
    """Lay a recipe over the answers of one unit."""
    return scorer(recipe)(answers)


def scorer(recipe: Recipe) -> Callable[[Mapping[str, Any]], Result]:
    """As :func:`score`, for the answers of many units one after the other: what they share is scored once."""
    if recipe.rubric is None:
        return functools.partial(_by_rules, recipe)
    return functools.partial(_by_rubric, indices.Assessor(recipe.rubric))


def _by_rubric(many: indices.Assessor, answers: Mapping[str, Any]) -> Result:
    try:
        found = many.assess(answers)
    except BadInput:
        return Result(reason="contradicts", about=_contradicting(many, answers))
    dimensions = {
        d.code: {"score": d.score, "band": d.band, "target": d.target, "gap": d.gap} for d in found.dimensions
    }
    questions = {q.code: q.score for q in found.questions}
    lacking = tuple(code for code, value in questions.items() if value is None)
    return Result(
        score=found.score,
        band=found.band or "",
        reason="unanswered" if found.score is None else "",
        about=lacking,
        dimensions=dimensions,
        questions=questions,
        says=tuple((f.code, f.details) for f in found.flags),
        answered_share=found.answered_share,
        priority=found.mean_gap,
    )


def _contradicting(many: indices.Assessor, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The questions whose answer cannot be used, tried one by one."""
    wrong = []
    for code in [q.code for q in many.rubric.questions]:
        try:
            many.assess({code: answers.get(code)})
        except BadInput:
            wrong.append(code)
    return tuple(wrong)


def _by_rules(recipe: Recipe, answers: Mapping[str, Any]) -> Result:
    rules = recipe.rules
    lacking = tuple(e.code for e in rules.evidence if answers.get(e.code) is None)  # type: ignore[union-attr]
    share = 1 - len(lacking) / len(rules.evidence)  # type: ignore[union-attr]
    try:
        found = indices.decide(rules, answers)  # type: ignore[arg-type]
    except CannotBeSaid:
        return Result(reason="unanswered", about=lacking, answered_share=share)
    except BadInput:
        return Result(reason="contradicts", about=tuple(c for c, v in answers.items() if v is not None))
    says = tuple((r.code, dict(r.details)) for r in found.verdict.reasons)
    return Result(band=found.outcome, about=lacking, says=says, answered_share=share)


def priorities(recipe: Recipe, results: Sequence[Result]) -> list[dict[str, Any]]:
    """Which dimension the firms together should work on first; empty for rules, which have no gaps."""
    if recipe.rubric is None or not results:
        return []
    codes = [d.code for d in recipe.rubric.dimensions]
    frame = pl.DataFrame(
        {c: [r.dimensions[c]["score"] if r.dimensions else None for r in results] for c in codes},
        schema=dict.fromkeys(codes, pl.Float64),
    )
    return indices.gap_priorities_of(recipe.rubric, frame).rows(named=True)


def bands(recipe: Recipe, results: Sequence[Result]) -> dict[str, int]:
    """How many units stand in each band; under "" those of which nothing can be said."""
    found = {code: 0 for code, _ in recipe.bands} | {"": 0}
    for r in results:
        found[r.band] = found.get(r.band, 0) + 1
    return found


# --- the effect of a change


@dataclass(frozen=True)
class Effect:
    """What a changed recipe does to the units that are there.

    Attributes:
        moves: (band before, band after) → how many. changed: units whose band changes, with both bands.
    """

    n: int
    moves: Mapping[tuple[str, str], int]
    changed: tuple[tuple[Any, str, str], ...]

    @property
    def n_changed(self) -> int:
        return len(self.changed)


def effect(old: Recipe, new: Recipe, answers: Mapping[Any, Mapping[str, Any]]) -> Effect:
    """Who changes band when one recipe takes the place of another, over the same answers.

    Answers to questions that the new recipe no longer asks are left out; what it asks anew nobody has answered.
    """
    moves: dict[tuple[str, str], int] = {}
    changed = []
    ways = [(scorer(one), {code for code, _ in one.asked}) for one in (old, new)]
    for unit, given in answers.items():
        before, after = (way({c: v for c, v in given.items() if c in codes}).band for way, codes in ways)
        pair = (before, after)
        moves[pair] = moves.get(pair, 0) + 1
        if pair[0] != pair[1]:
            changed.append((unit, *pair))
    return Effect(len(answers), moves, tuple(changed))


def restored(band: str, parts: Mapping[str, Any]) -> Result:
    """So much of a result as a round is summed up from, out of what the record keeps."""
    return Result(band=band, dimensions=parts.get("dimensions", {}))


def stored(result: Result) -> dict[str, Any]:
    """A result as the record keeps it."""
    return {
        "score": result.score,
        "band": result.band,
        "reason": result.reason,
        "parts": {
            "dimensions": dict(result.dimensions),
            "questions": dict(result.questions),
            "about": list(result.about),
        },
        "says": [[code, dict(details)] for code, details in result.says],
        "answered_share": result.answered_share,
        "priority": result.priority,
    }
