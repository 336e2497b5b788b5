"""Candidates and their conflicts, mentors and mentees, kinds of circles, and demand that is chosen first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, counted, flag, mark, no, yes

from .homogeneity import similarity
from .reading import identifiers, values_of

FRONT = RuleSource("N. J. Lowe (2003), Overcoming the Challenges of Cooperation", "“Front-loading”")


@dataclass(frozen=True)
class Vetting:
    """What vetting decides: a verdict for each candidate, and the pairs to keep apart."""

    verdicts: Mapping[str, Verdict]
    apart: tuple[tuple[str, str], ...]

    @property
    def admitted(self) -> tuple[str, ...]:
        """Candidates who may join, some of them apart from others."""
        return tuple(c for c, v in self.verdicts.items() if v.allows)


def vet_candidates(
    candidates: Iterable[str],
    conflicts: Iterable[tuple[str, str, str]] = (),
    incidents: Mapping[str, int] | None = None,
    *,
    most_conflicts: int | None = None,
    most_incidents: int = 0,
) -> Vetting:
    """Admit, separate or refuse candidates by what association staff know of harmful dynamics.

    Args:
        candidates: who was proposed.
        conflicts: (firm, firm, what about); both are admitted but kept apart (a flag).
        incidents: blatant breaches known of a firm (theft of a design, a poached client).
        most_conflicts: with more candidates in conflict than this, a firm is refused; ``None``: never for that.
        most_incidents: with more incidents than this, a firm is refused.

    Source: Lowe (2003, "Front-loading") for the check, ("Free riding") for the breaches; the numbers are the
    programme's to set.

    >>> v = vet_candidates(["a", "b", "c"], [("a", "b", "a lawsuit")], {"c": 1})
    >>> {c: x.decision for c, x in v.verdicts.items()}, v.apart
    ({'a': 'flag', 'b': 'flag', 'c': 'no'}, (('a', 'b'),))
    """
    names = sorted(set(candidates))
    found: dict[str, dict[str, str]] = {c: {} for c in names}
    for first, second, about in conflicts:
        if first == second:
            raise BadInput(place=f"conflict of {first!r}", problem="is with itself", remedy="Name two firms.")
        if first in found and second in found:
            found[first][second] = found[second][first] = about
    verdicts = {c: _vet(found[c], (incidents or {}).get(c, 0), most_conflicts, most_incidents) for c in names}
    open_ = {c for c, v in verdicts.items() if v.allows}
    pairs = {(min(a, b), max(a, b)) for a in names for b in found[a] if a in open_ and b in open_}
    return Vetting(verdicts, tuple(sorted(pairs)))


def _vet(
    conflicts: Mapping[str, str], n_incidents: int, most_conflicts: int | None, most_incidents: int
) -> Verdict:
    if n_incidents > most_incidents:
        sentence = counted(
            n_incidents,
            mark("One blatant breach is known of it; at most {most} are accepted."),
            mark("{n} blatant breaches are known of it; at most {most} are accepted."),
        )
        return no(Reason("incidents", sentence, {"n": n_incidents, "most": most_incidents}), source=FRONT)
    if most_conflicts is not None and len(conflicts) > most_conflicts:
        sentence = counted(
            len(conflicts),
            mark("It is in conflict with one candidate; at most {most} are accepted."),
            mark("It is in conflict with {n} candidates; at most {most} are accepted."),
        )
        return no(Reason("conflicts", sentence, {"n": len(conflicts), "most": most_conflicts}), source=FRONT)
    if conflicts:
        sentence = mark("Keep it apart from {other}: {about}.")
        reasons = [Reason("apart", sentence, {"other": o, "about": a}) for o, a in sorted(conflicts.items())]
        return flag(*reasons, source=FRONT, remedy=mark("Seat them in different circles."))
    return yes(Reason("clear", mark("Nothing harmful is known."), {}), source=FRONT)


@dataclass(frozen=True)
class MentorPair:
    """A mentor and a mentee with the parts of their score, 0 to 1 each."""

    mentor: str
    mentee: str
    score: float
    parts: Mapping[str, float]


def pair_mentors(
    mentors: pl.DataFrame, mentees: pl.DataFrame, columns: Mapping[str, float] | Sequence[str], *,
    skill: str = "skill", least_step: int = 1, apart: Iterable[tuple[str, str]] = (),
) -> tuple[tuple[MentorPair, ...], pl.DataFrame]:  # fmt: skip
    """Pairs of mentor and mentee, as many and as fitting as can be; every mentee left out with the reason.

    A mentor may have several mentees (column ``places``, 1 by default). A pair needs a mentor whose ``skill`` is at
    least ``least_step`` above the mentee's, and must not be among ``apart``. Its score is the weighted mean of shared
    codes in ``columns`` (:func:`similarity`). As many mentees as can be get a mentor, and among all such ways the total
    score is the highest (Hungarian method).

    Source: Lowe (2003): skilled brand firms mentor smaller makers of similar or complementary goods.

    >>> a = pl.DataFrame({"firm": ["ruiz"], "skill": [5], "product": ["jeans"], "places": [1]})
    >>> b = pl.DataFrame({"firm": ["luz", "sol"], "skill": [2, 2], "product": ["jeans", "frocks"]})
    >>> pairs, left = pair_mentors(a, b, ["product"])
    >>> [(p.mentor, p.mentee, p.score) for p in pairs], left.rows()
    ([('ruiz', 'luz', 1.0)], [('sol', 'every mentor it could have has all places taken')])
    """
    a, b = identifiers(mentors, "firm"), identifiers(mentees, "firm")
    both = set(a) & set(b)
    if both:
        raise BadInput(
            place=f"firm {min(both)!r}", problem="is mentor and mentee", remedy="Leave it on one list."
        )
    mentors, mentees = mentors.sort("firm"), mentees.sort("firm")
    weights = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, 1.0)
    names, score, parts = _pair_scores(mentors, mentees, weights)
    at = {f: k for k, f in enumerate(names)}
    grid = score[np.ix_([at[f] for f in a], [at[f] for f in b])]
    step = np.subtract.outer(_skills(mentors, skill), _skills(mentees, skill))
    allowed = step >= least_step
    for first, second in apart:
        for x, y in ((first, second), (second, first)):
            if x in a and y in b:
                allowed[a.index(x), b.index(y)] = False
    places = values_of(mentors, "places") if "places" in mentors.columns else [1] * len(a)
    rows = [i for i, n in enumerate(places) for _ in range(n or 0)]
    gain = np.where(allowed, len(b) + 1.0 + np.nan_to_num(grid), 0.0)
    pairs = []
    if rows and len(b):
        for r, j in zip(*linear_sum_assignment(gain[rows], maximize=True), strict=True):
            i = rows[r]
            if allowed[i, j]:
                own = {c: round(float(np.nan_to_num(m[at[a[i]], at[b[j]]])), 6) for c, m in parts.items()}
                pairs.append(MentorPair(a[i], b[j], round(float(np.nan_to_num(grid[i, j])), 6), own))
    placed = {p.mentee for p in pairs}
    left = [(f, _no_mentor(allowed[:, j])) for j, f in enumerate(b) if f not in placed]
    schema = {"firm": pl.String, "reason": pl.String}
    return tuple(sorted(pairs, key=lambda p: (p.mentor, p.mentee))), pl.DataFrame(
        left, schema=schema, orient="row"
    )


def _pair_scores(mentors: pl.DataFrame, mentees: pl.DataFrame, weights: Mapping[str, float]):
    wanted = ["firm", *weights]
    for column in weights:
        values_of(mentors, column), values_of(mentees, column)
    everyone = pl.concat([mentors.select(wanted), mentees.select(wanted)], how="vertical_relaxed")
    names, total = similarity(everyone, weights)
    return names, total, {c: similarity(everyone, [c])[1] for c in weights}


def _skills(table: pl.DataFrame, column: str) -> np.ndarray:
    return np.array([np.nan if v is None else float(v) for v in values_of(table, column)])


def _no_mentor(allowed: np.ndarray) -> str:
    if not allowed.any():
        return "no mentor is skilled enough above it and free of conflict"
    return "every mentor it could have has all places taken"


CIRCLE_KINDS: Mapping[str, frozenset[str]] = {
    "production_sharing": frozenset({"shared_orders", "shared_machines", "full_package"}),
    "market_access": frozenset({"buyer_screening", "sub_brands", "joint_export", "shared_booth"}),
    "market_transition": frozenset({"new_styles", "new_segment", "delegated_production"}),
    "design_service": frozenset({"pattern_making", "cad_service", "design_advice"}),
    "policy_voice": frozenset({"tariff_case", "contraband_monitoring", "committee_seat", "standard_setting"}),
}
FORMALITY = ("informal", "coordinated", "statute", "legal_form", "registered")


def circle_kind(exchanges: Iterable[str]) -> tuple[str | None, dict[str, float], tuple[str, ...]]:
    """The kind of a mentoring circle by what its members exchange: kind, share of exchanges by kind, unknown ones.

    ``None`` where two kinds stand level or nothing is known. Source: Lowe (2003, "Impact") for the kinds; the lists
    of exchanges are Nanduti's reading.

    >>> circle_kind(["buyer_screening", "joint_export", "pattern_making", "coffee"])
    ('market_access', {'market_access': 0.667, 'design_service': 0.333}, ('coffee',))
    """
    listed = list(exchanges)
    count = {kind: sum(e in own for e in listed) for kind, own in CIRCLE_KINDS.items()}
    known = sum(count.values())
    unknown = tuple(sorted(e for e in set(listed) if not any(e in own for own in CIRCLE_KINDS.values())))
    if not known:
        return None, {}, unknown
    top = [k for k, n in count.items() if n == max(count.values())]
    return (
        (top[0] if len(top) == 1 else None),
        {k: round(n / known, 3) for k, n in count.items() if n},
        unknown,
    )


def formality_growth(steps: Sequence[tuple[int, str]]) -> tuple[str, int]:
    """The formality a circle has reached, and how many rungs it climbed since the first record.

    Args:
        steps: (year, rung), rungs from ``informal`` to ``registered``.

    >>> formality_growth([(1998, "informal"), (2001, "statute")])
    ('statute', 2)
    """
    if not steps:
        raise BadInput(place="steps", problem="are empty", remedy="Record at least how the circle began.")
    for _, rung in steps:
        if rung not in FORMALITY:
            raise BadInput(
                place=f"rung {rung!r}", problem="is not known", remedy=f"Use {', '.join(FORMALITY)}."
            )
    ordered = sorted(steps, key=lambda s: s[0])
    first, last = (FORMALITY.index(s[1]) for s in (ordered[0], ordered[-1]))
    return ordered[-1][1], last - first


@dataclass(frozen=True)
class DemandFirst:
    """Firms chosen for a demand that was there before them.

    Attributes:
        chosen: firms in the order of choice, with product and quantity they are taken on for.
        uncovered: product → quantity that no firm on the list can make.
        left: everybody else with the reason.
    """

    chosen: tuple[tuple[str, str, float], ...]
    uncovered: Mapping[str, float]
    left: pl.DataFrame


def demand_first(
    commitments: Mapping[str, float], firms: pl.DataFrame, *, reserve: float = 0.0
) -> DemandFirst:
    """Choose firms after the orders: for each product the most fitting makers until the committed quantity is covered.

    Args:
        commitments: product → quantity that buyers have committed to.
        firms: ``firm``, ``product`` (one or several), ``capacity``, and ``fit`` (0 to 1) if some makers fit better.
        reserve: share of capacity to have beyond the commitment, 0.2 for 20 %.

    The product with the fewest makers chooses first. Source: Lowe (2003, "Sectoral mismatch"), the second
    metal-working AGREM; the order of choice is Nanduti's.

    >>> firms = pl.DataFrame({"firm": list("abc"), "product": ["jig", "jig", "frock"], "capacity": [50, 80, 10]})
    >>> d = demand_first({"jig": 100}, firms)
    >>> d.chosen, d.uncovered, d.left.rows()
    ((('b', 'jig', 80.0), ('a', 'jig', 20.0)), {}, [('c', 'no commitment for frock')])
    """
    names = identifiers(firms, "firm")
    firms = firms.sort("firm")
    products = [v if isinstance(v, frozenset) else frozenset() if v is None else frozenset({v})
                for v in values_of(firms, "product")]  # fmt: skip
    capacity = [0.0 if v is None else float(v) for v in values_of(firms, "capacity")]
    fit = (
        [0.0 if v is None else float(v) for v in values_of(firms, "fit")]
        if "fit" in firms.columns
        else [1.0] * len(names)
    )
    for what, q in commitments.items():
        if not q > 0 or not np.isfinite(q):
            raise BadInput(
                place=f"commitment for {what!r}", problem=f"is {q}", remedy="Give a quantity above zero."
            )
    chosen, uncovered, free = [], {}, list(capacity)
    makers = {p: [i for i in range(len(names)) if p in products[i]] for p in commitments}
    for p in sorted(commitments, key=lambda p: (len(makers[p]), p)):
        need = commitments[p] * (1 + reserve)
        for i in sorted(makers[p], key=lambda i: (-fit[i], -free[i], names[i])):
            if need <= 1e-9:
                break
            if free[i] > 0:
                taken = min(free[i], need)
                chosen.append((names[i], p, taken))
                free[i] -= taken
                need -= taken
        if need > 1e-9:
            uncovered[p] = need
    taken_on = {c[0] for c in chosen}
    left = [
        (f, _why_not_chosen(products[i], capacity[i], commitments))
        for i, f in enumerate(names)
        if f not in taken_on
    ]
    schema = {"firm": pl.String, "reason": pl.String}
    return DemandFirst(tuple(chosen), uncovered, pl.DataFrame(left, schema=schema, orient="row"))


def _why_not_chosen(products: frozenset, capacity: float, commitments: Mapping[str, float]) -> str:
    if not products:
        return "its product is not known"
    if not products & set(commitments):
        return f"no commitment for {', '.join(sorted(map(str, products)))}"
    return (
        "it has no free capacity, or it is not known"
        if not capacity > 0
        else "the commitment was covered before it"
    )
