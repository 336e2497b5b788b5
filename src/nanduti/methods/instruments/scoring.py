"""Scores of questionnaires: scales with their direction said, reversed statements, and maturity with weights as data.

Which end of a scale is good is never guessed: ``good`` is "low" where 1 means "I agree" and "high" where 5 does.
A score stays on the scale of its statements; ``points`` turns it into 0 (worst) to 100 (best).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..values import BadInput

LOW, HIGH = "low", "high"
Answers = Mapping[str, Any]


# --- scales of statements


@dataclass(frozen=True)
class Item:
    """A statement of a scale; ``is_reversed``: agreeing with it says the contrary of the others."""

    question: str
    is_reversed: bool = False


@dataclass(frozen=True)
class Scale:
    """Statements that say one thing, answered from ``lowest`` to ``highest``; ``good`` tells which end is good."""

    code: str
    items: tuple[Item, ...]
    lowest: int
    highest: int
    good: str
    least_answered: int
    title: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problem = ""
        if self.good not in (LOW, HIGH):
            problem = f"says “{self.good}” where it must say which end is good: low or high"
        elif self.lowest >= self.highest:
            problem = f"runs from {self.lowest} to {self.highest}"
        elif not 1 <= self.least_answered <= len(self.items):
            problem = f"asks for {self.least_answered} answers of {len(self.items)} statements"
        if problem:
            raise BadInput(place=f"scale “{self.code}”", problem=problem, remedy="Correct the scale.")


@dataclass(frozen=True)
class ScaleScore:
    """The score of one person on one scale; ``mean`` is ``None`` where too few statements were answered."""

    code: str
    mean: float | None
    n_answered: int
    n_items: int
    points: float | None


def scale_from(data: Mapping[str, Any]) -> Scale:
    """A scale as a file says it; statements are names, or ``{question, reversed}``.

    >>> scale_from({"code": "t", "lowest": 1, "highest": 5, "good": "low", "items": ["a", "b"]}).least_answered
    2
    """
    items = tuple(
        Item(i, False) if isinstance(i, str) else Item(i["question"], bool(i.get("reversed")))
        for i in data["items"]
    )
    return Scale(
        code=data["code"],
        items=items,
        lowest=int(data["lowest"]),
        highest=int(data["highest"]),
        good=data["good"],
        least_answered=int(data.get("least_answered", len(items))),
        title=dict(data.get("title", {})),
    )


def answer_of(value: Any, scale: Scale) -> float | None:
    """The answer as a number of the scale; ``None`` for what is missing or none of its steps, such as "not seen"."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if scale.lowest <= number <= scale.highest else None


def score(scale: Scale, answers: Answers) -> ScaleScore:
    """The mean of the answered statements, reversed ones turned round, if at least ``least_answered`` were answered.

    Missing statements count as the mean of the answered ones, which is what leaving them out of the mean does; with
    fewer than the least there is no score.

    >>> mood = scale_from({"code": "m", "lowest": 1, "highest": 5, "good": "low", "least_answered": 2,
    ...                    "items": ["a", "b", {"question": "c", "reversed": True}]})
    >>> score(mood, {"a": "1", "b": "2", "c": "5"})
    ScaleScore(code='m', mean=1.3333333333333333, n_answered=3, n_items=3, points=91.66666666666667)
    >>> score(mood, {"a": "1"}).mean is None
    True
    """
    turned = []
    for item in scale.items:
        value = answer_of(answers.get(item.question), scale)
        if value is not None:
            turned.append(scale.lowest + scale.highest - value if item.is_reversed else value)
    if len(turned) < scale.least_answered:
        return ScaleScore(scale.code, None, len(turned), len(scale.items), None)
    mean = sum(turned) / len(turned)
    return ScaleScore(scale.code, mean, len(turned), len(scale.items), points_of(scale, mean))


def points_of(scale: Scale, mean: float) -> float:
    """The mean as points from 0 (worst) to 100 (best), whichever end is good."""
    share = (mean - scale.lowest) / (scale.highest - scale.lowest)
    return 100 * (share if scale.good == HIGH else 1 - share)


@dataclass(frozen=True)
class GroupScore:
    """A scale over a group: mean, median, share at the good end (the two best steps), and how many are in it."""

    code: str
    n: int
    mean: float | None
    median: float | None
    good_share: float | None


def group_score(scale: Scale, scores: Sequence[ScaleScore]) -> GroupScore:
    """The group's figures from those who have a score; whether they may be shown to the group is another matter."""
    means = [s.mean for s in scores if s.mean is not None]
    if not means:
        return GroupScore(scale.code, 0, None, None, None)
    if scale.good == LOW:
        n_good = sum(m <= scale.lowest + 1 for m in means)
    else:
        n_good = sum(m >= scale.highest - 1 for m in means)
    return GroupScore(
        scale.code, len(means), sum(means) / len(means), statistics.median(means), n_good / len(means)
    )


def alpha(scale: Scale, answers: Sequence[Answers]) -> float | None:
    """Cronbach's alpha of the complete answers: k/(k−1) · (1 − Σ variances of statements / variance of sums).

    ``None`` for fewer than ten complete answers, fewer than two statements, or sums that do not vary (Cronbach 1951,
    Psychometrika 16).
    """
    rows = []
    for one in answers:
        values = [answer_of(one.get(item.question), scale) for item in scale.items]
        if all(v is not None for v in values):
            turned = zip(values, scale.items)
            rows.append([scale.lowest + scale.highest - v if i.is_reversed else v for v, i in turned])  # type: ignore[operator]
    k = len(scale.items)
    if len(rows) < 10 or k < 2:
        return None
    total = statistics.variance([sum(row) for row in rows])
    if total == 0:
        return None
    parts = sum(statistics.variance(column) for column in zip(*rows))
    return k / (k - 1) * (1 - parts / total)


# --- maturity: points of lists of choices, levels and states, weighted up to dimensions and a total


@dataclass(frozen=True)
class DimensionScore:
    """Points from 0 to 100 in one dimension; ``None`` where none of its questions was answered."""

    code: str
    title: Mapping[str, str]
    points: float | None
    questions: tuple[float | None, ...]


@dataclass(frozen=True)
class Maturity:
    """The total, its band, and every dimension with the points of its questions."""

    points: float | None
    band: str
    band_title: Mapping[str, str]
    dimensions: tuple[DimensionScore, ...]


def maturity(recipe: Mapping[str, Any], answers: Answers) -> Maturity:
    """Score answers by a recipe: dimensions with weights, questions of the kinds share, invested_planned, levels and
    states, and bands by the points they reach up to.

    A question that was not answered is left out and the weights of the others are used; so is a dimension without
    answers. The total of the European DMA is the plain mean of six dimensions: weights of 1.
    """
    dimensions = []
    for data in recipe["dimensions"]:
        points = tuple(_points(question, answers) for question in data["questions"])
        weights = [float(q.get("weight", 1)) for q in data["questions"]]
        dimensions.append(
            DimensionScore(data["code"], dict(data.get("title", {})), _mean(points, weights), points)
        )
    weights = [float(d.get("weight", 1)) for d in recipe["dimensions"]]
    total = _mean([d.points for d in dimensions], weights)
    band = _band(recipe.get("bands", ()), total)
    return Maturity(total, band.get("code", ""), dict(band.get("title", {})), tuple(dimensions))


def _mean(points: Sequence[float | None], weights: Sequence[float]) -> float | None:
    known = [(p, w) for p, w in zip(points, weights) if p is not None and w > 0]
    total = sum(w for _, w in known)
    return sum(p * w for p, w in known) / total if total else None


def _band(bands: Sequence[Mapping[str, Any]], points: float | None) -> Mapping[str, Any]:
    """The lowest band that reaches the points; 25.4 rounds into the band up to 25, as whole points do."""
    if points is None or not bands:
        return {}
    ordered = sorted(bands, key=lambda b: b["upto"])
    return next((b for b in ordered if round(points) <= b["upto"]), ordered[-1])


def _points(question: Mapping[str, Any], answers: Answers) -> float | None:
    kind = question["kind"]
    if kind == "share":
        return _of_choices(question, answers)
    if kind == "invested_planned":
        return _of_plans(question, answers)
    if kind == "levels":
        known = [float(v) for v in (_number(answers.get(q)) for q in question["questions"]) if v is not None]
        return 100 * sum(known) / (question["highest"] * len(known)) if known else None
    if kind == "states":
        points = {str(k): float(v) for k, v in question["points"].items()}
        known = [points[a] for a in (answers.get(q) for q in question["questions"]) if a in points]
        return 100 * sum(known) / len(known) if known else None
    raise BadInput(
        place=f"question kind “{kind}”", problem="is not known", remedy="Write one of the four kinds."
    )


def _chosen(question: Mapping[str, Any], value: Any) -> set[str] | None:
    if value is None:
        return None
    return set(value) - set(question.get("none", ()))


def _of_choices(question: Mapping[str, Any], answers: Answers) -> float | None:
    chosen = _chosen(question, answers.get(question["question"]))
    return None if chosen is None else 100 * min(len(chosen), question["n"]) / question["n"]


def _of_plans(question: Mapping[str, Any], answers: Answers) -> float | None:
    """1 for an area where money was put in, a part of it for one that is planned only."""
    invested = _chosen(question, answers.get(question["question"]))
    planned = _chosen(question, answers.get(question["planned"]))
    if invested is None and planned is None:
        return None
    only_planned = (planned or set()) - (invested or set())
    points = len(invested or ()) + float(question["points_planned"]) * len(only_planned)
    return 100 * min(points, question["n"]) / question["n"]


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
