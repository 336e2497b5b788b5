"""Audits and scores: 5S, rated parameters, checklists, and progress of improvement modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nanduti.methods.values import BadInput, CannotBeSaid, Share, mark
from nanduti.methods.values.guards import above_zero, amount, figure, one_of

from ._checks import listed, named

FIVE_S = ("sort", "set", "shine", "standardise", "sustain")
#: From which per cent a 5S audit is called what.
FIVE_S_BANDS = ((90.0, "world_class"), (80.0, "very_good"), (60.0, "medium"), (0.0, "poor"))


@dataclass(frozen=True)
class FiveS:
    """A 5S audit: points reached in per cent for each S and in all, and the word for it.

    ``by_s`` and ``total`` are ``None`` where nothing was rated; ``weakest`` is the S to begin with.
    """

    by_s: dict[str, float | None]
    total: float | None
    band: str | None
    weakest: str | None
    n_unrated: int


def five_s(ratings: Mapping[str, Sequence[float | None]], *, most: float = 5.0) -> FiveS:
    """Points reached over points possible, for each S and over all rated items.

    Items that were not rated (``None``) are left out of both. There is no standard limit; the bands are those
    of one printed template with 1, 3 or 5 points for an item (above 90 world class, 80 to 90 very good, 60 to
    79 medium, below 60 poor).

    >>> a = five_s({"sort": [5, 3, 3], "set": [3, 1], "shine": [1, 3, 1], "standardise": [3, None], "sustain": [3]})
    >>> {k: round(v) for k, v in a.by_s.items()}, round(a.total, 1), a.band, a.weakest
    ({'sort': 73, 'set': 40, 'shine': 33, 'standardise': 60, 'sustain': 60}, 52.0, 'poor', 'shine')
    """
    ceiling = above_zero(most, "points of an item")
    ratings = {k: listed(v, f"points of {k!r}") for k, v in named(ratings, "the ratings").items()}
    for name, points in ratings.items():
        one_of(name, FIVE_S, "")
        for n, value in enumerate(points, start=1):
            if value is not None and amount(value, f"item {n} of {name!r}") > ceiling:
                raise BadInput(
                    place=f"item {n} of {name!r} ({value:g})",
                    problem=mark("has more points than there are"),
                    remedy=mark("Correct the points or the most an item can have."),
                )
    rated = {k: [v for v in ratings.get(k, ()) if v is not None] for k in FIVE_S}
    by_s = {k: 100 * sum(v) / (ceiling * len(v)) if v else None for k, v in rated.items()}
    every = [v for points in rated.values() for v in points]
    total = 100 * sum(every) / (ceiling * len(every)) if every else None
    known = {k: v for k, v in by_s.items() if v is not None}
    return FiveS(
        by_s,
        total,
        None if total is None else five_s_band(total),
        min(known, key=lambda k: (known[k], FIVE_S.index(k))) if known else None,
        sum(len(v) for v in ratings.values()) - len(every),
    )


def five_s_band(percent: float) -> str:
    """The word of the template for a per cent; 90 itself is still very good.

    >>> [five_s_band(p) for p in (91, 90, 79, 59)]
    ['world_class', 'very_good', 'medium', 'poor']
    """
    if amount(percent, "per cent") > 100:
        raise BadInput(
            place=f"{percent:g} per cent", problem=mark("lies above 100"), remedy=mark("Correct the points.")
        )
    if percent > FIVE_S_BANDS[0][0]:
        return FIVE_S_BANDS[0][1]
    return next(word for start, word in FIVE_S_BANDS[1:] if percent >= start)


#: Marks of the five levels in the original ZED scheme of India.
ZED_MARKS = (0.0, 2.0, 3.0, 4.0, 5.0)
#: Bands as they are commonly told: a proposal until a programme enters those that the scheme has published.
ZED_BANDS = ((4.0, "platinum"), (3.5, "diamond"), (3.0, "gold"), (2.5, "silver"), (2.2, "bronze"))


@dataclass(frozen=True)
class Rating:
    """A rating over parameters: weighted mean mark, band, and the reason where there is none.

    ``is_band_proposed``: the band follows limits that are a proposal, not the scheme's published ones.
    """

    rating: float | None
    band: str | None
    n_rated: int
    reason: str = ""
    is_band_proposed: bool = False


def zed_rating(
    levels: Mapping[str, int],
    *,
    essential: Sequence[str],
    weights: Mapping[str, float] | None = None,
    least_rated: int = 30,
    bands: Sequence[tuple[float, str]] | None = None,
) -> Rating:
    """Rating of a firm in the original ZED scheme: weighted mean of the marks of its levels.

    Args:
        levels: parameter → level, 1 to 5 (marks 0, 2, 3, 4, 5).
        essential: parameters that must be rated (the scheme names 20).
        least_rated: fewest parameters rated in all (20 essential and at least ten others).
        bands: (from which mark, band), the highest first, as the scheme has published them; the highest begins
            above its mark, the others at theirs. Left out, the bands commonly told are used (bronze from 2.2,
            silver from 2.5, gold from 3.0, diamond from 3.5, platinum above 4.0), and the rating says that its
            band follows a proposal.

    Source: zed.org.in (50 parameters, marks and the least number); it does not print the bands.

    >>> zed_rating({f"p{n}": 3 for n in range(30)}, essential=[f"p{n}" for n in range(20)])
    Rating(rating=3.0, band='gold', n_rated=30, reason='', is_band_proposed=True)
    >>> zed_rating({f"p{n}": 3 for n in range(30)}, essential=[], bands=[(3.5, "high"), (2.0, "middle")]).band
    'middle'
    """
    limits, is_proposed = (ZED_BANDS, True) if bands is None else (_bands(bands), False)
    levels, weights = named(levels, "the levels"), named(weights, "the weights")
    missing = [p for p in listed(essential, "the essential parameters") if p not in list(levels)]
    if missing or len(levels) < figure(least_rated, "the fewest parameters"):
        reason = mark("Too few parameters are rated, or an essential one is missing.")
        return Rating(None, None, len(levels), reason)
    total = weight_sum = 0.0
    for name, level in levels.items():
        if isinstance(level, bool) or level not in (1, 2, 3, 4, 5):
            raise BadInput(
                place=f"level of {name!r} ({level})",
                problem=mark("is not a level from 1 to 5"),
                remedy=mark("Correct the level."),
            )
        weight = amount(weights.get(name, 1.0), f"weight of {name!r}")
        total, weight_sum = total + weight * ZED_MARKS[int(level) - 1], weight_sum + weight
    if weight_sum == 0:
        raise CannotBeSaid(
            what=mark("The rating"), why=mark("all weights are nil"), remedy=mark("Give one above zero.")
        )
    value = total / weight_sum
    first, *others = limits
    band = first[1] if value > first[0] else next((word for start, word in others if value >= start), None)
    reason = "" if band else mark("The rating lies below the lowest band.")
    return Rating(value, band, len(levels), reason, is_proposed)


def _bands(given: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Bands as a programme gave them: at least one, the highest first."""
    found = [(figure(start, f"band {word!r} from"), str(word)) for start, word in given]
    starts = [start for start, _ in found]
    if not found or starts != sorted(set(starts), reverse=True):
        raise BadInput(
            place=mark("the bands"),
            problem=mark("are none or out of order"),
            remedy=mark("Give the highest first, each from another mark."),
        )
    return found


@dataclass(frozen=True)
class Checklist:
    """Points of a checklist: share of the weight of answered items that hold, and what is missing."""

    score: Share | None
    lacking: tuple[str, ...]
    unanswered: tuple[str, ...]


def checklist(answers: Mapping[str, bool | None], *, weights: Mapping[str, float] | None = None) -> Checklist:
    """A list of yes and no (a website, a shop floor, a certificate): what holds, what lacks, what is not known.

    What lacks comes heaviest first. Unanswered items stand apart and in no share.

    Source: UNIDO (2013), *Cluster Twinning*, chapter 4, section 3.2, for websites: own domain, title,
    description, keywords, speed, maintained.

    >>> c = checklist({"own domain": True, "title": True, "maintained": False, "fast": None})
    >>> round(c.score, 2), c.lacking, c.unanswered
    (0.67, ('maintained',), ('fast',))
    """
    answers, weights = named(answers, "the answers"), named(weights, "the weights")
    odd = [name for name, answer in answers.items() if answer is not None and not isinstance(answer, bool)]
    if odd:
        raise BadInput(
            place=f"answer to {odd[0]!r}",
            problem=mark("is neither yes nor no"),
            remedy=mark("Say true or false; leave empty what is not known."),
        )
    if not answers:
        raise BadInput(place="answers", problem=mark("are none"), remedy=mark("Answer at least one item."))
    weight = {k: amount(weights.get(k, 1.0), f"weight of {k!r}") for k in answers}
    whole = sum(weight[k] for k, v in answers.items() if v is not None)
    held = sum(weight[k] for k, v in answers.items() if v)
    lacking = sorted((k for k, v in answers.items() if v is False), key=lambda k: (-weight[k], k))
    return Checklist(Share.of(held, whole), tuple(lacking), tuple(k for k, v in answers.items() if v is None))


def module_progress(start: float, now: float, target: float) -> float | None:
    """Way gone from the start of a module to its target, 0 to 100; ``None`` if the start is the target.

    Works for measures that fall (rejects, minutes of changeover) as for those that rise; beyond the target
    stays 100, behind the start 0.

    >>> module_progress(4200, 1100, 100), module_progress(40, 55, 80), module_progress(40, 30, 80)
    (75.6097561, 37.5, 0.0)
    """
    a, b, c = figure(start, "start"), figure(now, "now"), figure(target, "target")
    return None if a == c else 100 * min(1.0, max(0.0, (b - a) / (c - a)))


@dataclass(frozen=True)
class ProgrammeProgress:
    """Mean progress of a firm over its modules; modules without a figure are named, not counted as nil."""

    score: float | None
    by_module: dict[str, float]
    unknown: tuple[str, ...]


def programme_progress(
    measures: Mapping[str, tuple[float | None, float | None, float | None]],
) -> ProgrammeProgress:
    """Progress over the modules of a supplier development programme from (start, now, target) of each.

    Source: six modules of the programme at Ambattur, UNIDO (2013), *Cluster Twinning*, chapter 4, section 3.3.

    >>> programme_progress({"100 ppm": (4200, 1100, 100), "5S": (40, 60, 80), "layout": (3, None, 1)})
    ProgrammeProgress(score=62.8, by_module={'100 ppm': 75.6, '5S': 50.0}, unknown=('layout',))
    """
    measures = {
        k: listed(v, f"start, now and target of {k!r}", n=3)
        for k, v in named(measures, "the modules").items()
    }
    known = {k: v for k, v in measures.items() if all(part is not None for part in v)}
    by_module = {k: p for k, v in known.items() if (p := module_progress(*v)) is not None}
    unknown = tuple(k for k in measures if k not in by_module)
    score = sum(by_module.values()) / len(by_module) if by_module else None
    return ProgrammeProgress(score, by_module, unknown)


def tool_life_used(used: float, rated: float) -> float:
    """Tool life used over the life it is rated for; above 1 it should have been changed.

    >>> tool_life_used(900, 1200)
    0.75
    """
    if amount(rated, "rated life") == 0:
        raise CannotBeSaid(
            what=mark("The use of the tool's life"),
            why=mark("no rated life is known"),
            remedy=mark("Ask its maker."),
        )
    return amount(used, "life used") / rated
