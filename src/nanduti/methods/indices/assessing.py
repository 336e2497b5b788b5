"""Assessing: answers and a rubric become scores, bands, gaps and flags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from nanduti.methods.values import BadInput, Reason

from .rubrics import Question, Rubric, RubricDimension


@dataclass(frozen=True)
class QuestionScore:
    """Score of one question, 0 to 100; ``None`` with a reason where too little is answered."""

    code: str
    score: float | None
    answered_share: float
    reason: str = ""
    planned: float | None = None


@dataclass(frozen=True)
class DimensionScore:
    """Score of a dimension, its band, and what is missing to the target (never below 0)."""

    code: str
    name: str
    score: float | None
    band: str | None
    target: float | None
    gap: float | None
    weight: float
    reason: str = ""


@dataclass(frozen=True)
class Assessment:
    """A rubric applied to one firm, group or place.

    Attributes:
        score: total, 0 to 100; ``None`` with ``reason`` where too little is answered.
        band: code of the band of the total.
        dimensions, questions: the parts.
        flags: patterns worth a second look, as sentences with their codes.
        answered_share: share of the rubric answered, by weight.
    """

    rubric: Rubric
    score: float | None
    band: str | None
    dimensions: tuple[DimensionScore, ...]
    questions: tuple[QuestionScore, ...]
    flags: tuple[Reason, ...]
    answered_share: float
    reason: str = ""

    def dimension(self, code: str) -> DimensionScore:
        """One dimension by code."""
        return next(d for d in self.dimensions if d.code == code)

    @property
    def mean_gap(self) -> float | None:
        """Mean gap to the targets over the dimensions that have one, by weight; ``None`` where none is known."""
        known = [(d.gap, d.weight) for d in self.dimensions if d.gap is not None]
        whole = sum(w for _, w in known)
        return sum(g * w for g, w in known) / whole if whole else None

    def frame(self) -> pl.DataFrame:
        """One row per dimension."""
        names = ("code", "name", "score", "band", "target", "gap", "weight", "reason")
        types = (pl.String, pl.String, pl.Float64, pl.String, pl.Float64, pl.Float64, pl.Float64, pl.String)
        rows = [tuple(getattr(d, n) for n in names) for d in self.dimensions]
        return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def assess(
    rubric: Rubric, answers: Mapping[str, Any], *, targets: Mapping[str, float] | None = None
) -> Assessment:
    """Score answers by a rubric. What is not answered is unknown, never zero.

    Args:
        answers: question code to answer: a checklist takes the list of items that hold (an empty list is an
            answer, ``None`` is not); ``invested_or_planned`` takes ``{"invested": […], "planned": […]}``;
            ``scale`` and ``options`` take a mapping from item to number or option; ``rating`` a number.
        targets: targets per dimension, instead of the rubric's.

    >>> from nanduti.methods import indices
    >>> r = indices.parse_rubric('''
    ... rubric: small
    ... bands: [{code: low, from: 0}, {code: high, from: 50}]
    ... dimensions:
    ...   - code: tools
    ...     target: 80
    ...     questions: [{code: q1, kind: checklist, items: [website, cad, erp, mes]}]
    ... ''')
    >>> a = assess(r, {"q1": ["website", "cad"]})
    >>> a.score, a.band, a.dimensions[0].gap
    (50.0, 'high', 30.0)
    >>> assess(r, {}).reason
    "dimension 'tools' has no score: question 'q1' is not answered"
    """
    return Assessor(rubric, targets=targets).assess(answers)


class Assessor:
    """A rubric laid over the answers of many: what was answered alike is scored once.

    Questionnaires are made of few choices, so thousands of firms share the scores of their questions and dimensions.
    Every result is the one that :func:`assess` gives.

    >>> from nanduti.methods import indices
    >>> many = Assessor(indices.rubric("digital-maturity-sme"))
    >>> many.assess({}).reason == indices.assess(many.rubric, {}).reason
    True
    """

    # Distinct answers to one question that are remembered; whoever answers otherwise is scored all the same.
    LARGEST = 10_000

    def __init__(self, rubric: Rubric, *, targets: Mapping[str, float] | None = None) -> None:
        astray = sorted(set(targets or {}) - {d.code for d in rubric.dimensions})
        if astray:
            raise BadInput(
                place=f"target of {astray[0]!r}",
                problem="belongs to no dimension",
                remedy="Correct its code.",
            )
        self.rubric, self._targets = rubric, targets or {}
        self._asked = rubric.questions
        self._codes = frozenset(q.code for q in self._asked)
        self._by_answer: dict[str, dict[Any, QuestionScore]] = {q.code: {} for q in self._asked}
        self._by_scores: dict[str, dict[Any, DimensionScore]] = {d.code: {} for d in rubric.dimensions}

    def assess(self, answers: Mapping[str, Any]) -> Assessment:
        """As :func:`assess`."""
        if not answers.keys() <= self._codes:
            unknown = sorted(set(answers) - self._codes)
            raise BadInput(
                place=f"answer {unknown[0]!r}", problem="belongs to no question", remedy="Correct its code."
            )
        rubric = self.rubric
        questions = tuple(self._question(q, answers.get(q.code)) for q in self._asked)
        by_code = {q.code: q for q in questions}
        dimensions = tuple(self._dimension(d, by_code) for d in rubric.dimensions)
        score, share = _weighted([(d.score, d.weight) for d in dimensions], rubric.least_answered_share)
        lacking = next((d for d in dimensions if d.score is None), None)
        reason = (
            ""
            if score is not None or lacking is None
            else f"dimension {lacking.code!r} has no score: {lacking.reason}"
        )
        band = rubric.band(score)
        flags = _flags(rubric, by_code, dimensions) if rubric.flags else ()
        return Assessment(
            rubric, score, band.code if band else None, dimensions, questions, flags, share, reason
        )

    def _question(self, q: Question, answer: Any) -> QuestionScore:
        known = self._by_answer[q.code]
        try:
            key = _frozen(answer)
            found = known.get(key)
        except TypeError:  # what cannot be a key is scored by itself
            return _question_score(self.rubric, q, answer)
        if found is None:
            found = _question_score(self.rubric, q, answer)
            if len(known) < self.LARGEST:
                known[key] = found
        return found

    def _dimension(self, d: RubricDimension, scores: Mapping[str, QuestionScore]) -> DimensionScore:
        own = [scores[q.code] for q in d.questions]
        key, known = tuple((q.score, q.reason) for q in own), self._by_scores[d.code]
        found = known.get(key)
        if found is None:
            found = _dimension_score(self.rubric, d, scores, self._targets)
            if len(known) < self.LARGEST:
                known[key] = found
        return found


def _frozen(answer: Any) -> Any:
    """An answer as a key: what is scored differently (1 and true) differs; the order of ticks makes no difference."""
    kind = type(answer)
    if kind is list or kind is tuple:
        if all(type(one) is str for one in answer):
            return tuple(sorted(answer))
        return (list, *map(_frozen, answer))
    if kind is dict:
        return (dict, *answer, *map(_frozen, answer.values()))
    return answer if kind is str or answer is None else (kind, answer)


def _weighted(parts: Sequence[tuple[float | None, float]], least: float) -> tuple[float | None, float]:
    whole = sum(w for _, w in parts)
    known = sum(w for s, w in parts if s is not None)
    share = known / whole if whole else 0.0
    if known <= 0 or share < least - 1e-12:
        return None, share
    return sum(s * w for s, w in parts if s is not None) / known, share


def _dimension_score(
    rubric: Rubric, d: RubricDimension, scores: Mapping[str, QuestionScore], targets: Mapping[str, float]
) -> DimensionScore:
    parts = [(scores[q.code].score, q.weight) for q in d.questions]
    score, _ = _weighted(parts, rubric.least_answered_share)
    lacking = next((scores[q.code] for q in d.questions if scores[q.code].score is None), None)
    target = targets.get(d.code, d.target)
    gap = None if score is None or target is None else max(0.0, target - score)
    band = rubric.band(score)
    reason = lacking.reason if score is None and lacking else ""
    return DimensionScore(d.code, d.name, score, band.code if band else None, target, gap, d.weight, reason)


def _question_score(rubric: Rubric, q: Question, answer: Any) -> QuestionScore:
    if answer is None:
        return QuestionScore(q.code, None, 0.0, f"question {q.code!r} is not answered")
    points = _POINTS[q.kind](q, answer)
    known = [p for p in points if p is not None]
    share = len(known) / len(points)
    if not known or share < rubric.least_answered_share - 1e-12:
        said = f"question {q.code!r} is answered for {len(known)} of {len(points)} items"
        return QuestionScore(q.code, None, share, said)
    planned = None
    if q.kind == "invested_or_planned":
        planned = 100 * len(set(answer.get("planned", ()))) / len(points)
    return QuestionScore(q.code, 100 * sum(known) / len(known), share, "", planned)


def _checklist(q: Question, answer: Any) -> list[float | None]:
    ticked = _items(q, answer, (*q.item_codes, *q.exclusive))
    none_of_these = [i for i in ticked if i in q.exclusive]
    if none_of_these and len(ticked) > 1:
        raise BadInput(
            place=f"question {q.code!r}",
            problem=f"ticks {none_of_these[0]!r} beside other items",
            remedy="Ask which holds; the two contradict each other.",
        )
    return [1.0 if code in ticked else 0.0 for code in q.item_codes]


def _invested_or_planned(q: Question, answer: Any) -> list[float | None]:
    if not isinstance(answer, Mapping) or not set(answer) <= {"invested", "planned"}:
        raise BadInput(
            place=f"question {q.code!r}",
            problem="is not answered with invested and planned",
            remedy='Write {"invested": […], "planned": […]}.',
        )
    done = _items(q, answer.get("invested", ()), q.item_codes)
    planned = _items(q, answer.get("planned", ()), q.item_codes)
    # What is done counts in full; planning more of the same adds nothing on top.
    return [1.0 if c in done else q.planned_points if c in planned else 0.0 for c in q.item_codes]


def _items(q: Question, given: Any, known: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, (str, Mapping)) or not hasattr(given, "__iter__"):
        raise BadInput(
            place=f"question {q.code!r}", problem="is not answered with a list", remedy="List the items."
        )
    ticked = tuple(str(i) for i in given)
    strange = [i for i in ticked if i not in known]
    if strange:
        raise BadInput(
            place=f"question {q.code!r}",
            problem=f"has no item {strange[0]!r}",
            remedy=f"Use: {', '.join(known)}.",
        )
    return ticked


def _per_item(q: Question, answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise BadInput(
            place=f"question {q.code!r}", problem="is not answered per item", remedy="Map items to answers."
        )
    _items(q, list(answer), q.item_codes)
    return answer


def _scale(q: Question, answer: Any) -> list[float | None]:
    given = _per_item(q, answer)
    return [None if given.get(c) is None else _share(q, given[c]) for c in q.item_codes]


def _options(q: Question, answer: Any) -> list[float | None]:
    given, points = _per_item(q, answer), dict(q.options)
    out: list[float | None] = []
    for code in q.item_codes:
        chosen = given.get(code)
        chosen = {True: "yes", False: "no"}.get(chosen, chosen) if isinstance(chosen, bool) else chosen
        if chosen is not None and str(chosen) not in points:
            raise BadInput(
                place=f"question {q.code!r}, item {code!r}",
                problem=f"is answered {chosen!r}",
                remedy=f"Use: {', '.join(points)}.",
            )
        out.append(None if chosen is None else points[str(chosen)])
    return out


def _rating(q: Question, answer: Any) -> list[float | None]:
    return [_share(q, answer)]


def _share(q: Question, value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not q.low <= value <= q.high:
        raise BadInput(
            place=f"question {q.code!r}",
            problem=f"is answered {value!r}, outside {q.low:g} to {q.high:g}",
            remedy="Correct the answer or leave it empty.",
        )
    share = (value - q.low) / (q.high - q.low)
    return share if q.favourable == q.high else 1 - share


_POINTS: dict[str, Callable[[Question, Any], list[float | None]]] = {
    "checklist": _checklist,
    "invested_or_planned": _invested_or_planned,
    "scale": _scale,
    "options": _options,
    "rating": _rating,
}


def _flags(
    rubric: Rubric, questions: Mapping[str, QuestionScore], dimensions: Sequence[DimensionScore]
) -> tuple[Reason, ...]:
    known: dict[str, float | None] = {d.code: d.score for d in dimensions}
    known |= {q.code: q.score for q in questions.values()}
    known |= {f"{q.code}.planned": q.planned for q in questions.values()}
    found = []
    for flag in rubric.flags:
        if all(_holds(known[c["code"]], c) for c in flag.when):
            details = {c["code"].replace(".", "_"): known[c["code"]] for c in flag.when}
            found.append(Reason(flag.code, flag.sentence, details))
    return tuple(found)


def _holds(value: float | None, condition: Mapping[str, Any]) -> bool:
    if value is None:
        return False
    low, high = condition.get("at_least", float("-inf")), condition.get("below", float("inf"))
    return bool(low <= value < high)


def assess_many(
    rubric: Rubric, answers: Mapping[str, Mapping[str, Any]], *, unit: str = "unit"
) -> pl.DataFrame:
    """Total, band and dimension scores of many firms; null with a reason where too little is answered.

    >>> from nanduti.methods import indices
    >>> r = indices.rubric("digital-maturity-sme")
    >>> assess_many(r, {"Taller Rosa": {}}).select("unit", "score", "band").rows()
    [('Taller Rosa', None, None)]
    """
    rows, many = [], Assessor(rubric)
    for name, given in answers.items():
        found = many.assess(given)
        row = {unit: name, "score": found.score, "band": found.band, "reason": found.reason or None}
        rows.append(row | {d.code: d.score for d in found.dimensions})
    schema = {unit: pl.String, "score": pl.Float64, "band": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema=schema | {d.code: pl.Float64 for d in rubric.dimensions})


def progress(before: Assessment, after: Assessment) -> pl.DataFrame:
    """What moved between two rounds of the same rubric, in points.

    Returns:
        one row per dimension and one for the total: ``code``, ``before``, ``after``, ``change``,
        ``band_before``, ``band_after``; null where a round has no score.
    """
    if (before.rubric.code, before.rubric.version) != (after.rubric.code, after.rubric.version):
        raise BadInput(
            place="the two rounds",
            problem="were scored by different rubrics or versions",
            remedy="Score both answers by the same one.",
        )
    pairs: list[tuple[str, Any, Any]] = [
        (a.code, a, b) for a, b in zip(before.dimensions, after.dimensions, strict=True)
    ]
    rows = [
        (code, a.score, b.score, _difference(a.score, b.score), a.band, b.band)
        for code, a, b in [*pairs, ("total", before, after)]
    ]
    names = ("code", "before", "after", "change", "band_before", "band_after")
    types = (pl.String, *(pl.Float64,) * 3, pl.String, pl.String)
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


def gap_priorities(
    assessments: Mapping[str, Assessment], *, willingness: Mapping[str, float] | None = None
) -> pl.DataFrame:
    """Which dimension a group of firms should work on first: ``Σ gap × weight × willingness``.

    Args:
        willingness: 0 to 1 per firm; 1 for all by default.

    Returns:
        per dimension: ``priority``, ``mean_gap``, ``n_with_gap``, ``n_known``, ``n_unknown``; highest
        priority first. Firms without a score in a dimension are counted as unknown, not as without gap.
    """
    if not assessments:
        raise BadInput(place="the assessments", problem="are empty", remedy="Give at least one firm.")
    for name, value in (willingness or {}).items():
        if name not in assessments or not 0 <= value <= 1:
            raise BadInput(
                place=f"willingness of {name!r}",
                problem=f"is {value}, or the firm is not assessed",
                remedy="Give a number from 0 to 1 for an assessed firm.",
            )
    first = next(iter(assessments.values()))
    rows = [_priority(d.code, d.name, assessments, willingness) for d in first.dimensions]
    names = ("code", "name", "priority", "mean_gap", "n_with_gap", "n_known", "n_unknown")
    types = (pl.String, pl.String, pl.Float64, pl.Float64, pl.Int64, pl.Int64, pl.Int64)
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    return frame.sort("priority", descending=True, nulls_last=True, maintain_order=True)


def gap_priorities_of(rubric: Rubric, scores: pl.DataFrame) -> pl.DataFrame:
    """As :func:`gap_priorities` with all equally willing, from a table with a column of scores per dimension.

    For many firms: one row each, null where a dimension has no score.

    >>> from nanduti.methods import indices
    >>> r = indices.parse_rubric('''
    ... rubric: small
    ... bands: [{code: low, from: 0}]
    ... dimensions:
    ...   - {code: a, target: 80, questions: [{code: q1, kind: rating, low: 0, high: 100, favourable: 100}]}
    ...   - {code: b, target: 40, questions: [{code: q2, kind: rating, low: 0, high: 100, favourable: 100}]}
    ... ''')
    >>> gap_priorities_of(r, pl.DataFrame({"a": [70.0, 50.0], "b": [90.0, None]})).select("code", "mean_gap").rows()
    [('a', 20.0), ('b', 0.0)]
    """
    rows = []
    for d in rubric.dimensions:
        known = scores[d.code].drop_nulls()
        gaps = (d.target - known).clip(lower_bound=0) if d.target is not None else known.clear()
        total = float(gaps.sum()) * d.weight if gaps.len() else None
        mean = gaps.mean() if gaps.len() else None
        unknown = scores.height - gaps.len()
        rows.append((d.code, d.name, total, mean, int((gaps > 0).sum()), gaps.len(), unknown))
    names = ("code", "name", "priority", "mean_gap", "n_with_gap", "n_known", "n_unknown")
    types = (pl.String, pl.String, pl.Float64, pl.Float64, pl.Int64, pl.Int64, pl.Int64)
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    return frame.sort("priority", descending=True, nulls_last=True, maintain_order=True)


def _priority(
    code: str, name: str, assessments: Mapping[str, Assessment], willingness: Mapping[str, float] | None
) -> tuple[Any, ...]:
    found = {firm: a.dimension(code) for firm, a in assessments.items()}
    gaps = {firm: d.gap for firm, d in found.items() if d.gap is not None}
    will = {firm: 1.0 if willingness is None else willingness.get(firm) for firm in gaps}
    lacking = [firm for firm, value in will.items() if value is None]
    if lacking:
        raise BadInput(
            place=f"willingness of {lacking[0]!r}",
            problem="is not given",
            remedy="Ask, or leave the firm out.",
        )
    priority = sum(g * found[firm].weight * float(will[firm] or 0) for firm, g in gaps.items())
    mean = sum(gaps.values()) / len(gaps) if gaps else None
    with_gap = sum(g > 0 for g in gaps.values())
    return code, name, priority if gaps else None, mean, with_gap, len(gaps), len(found) - len(gaps)
