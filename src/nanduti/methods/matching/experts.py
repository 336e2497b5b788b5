"""Expert fit: to the product, the material and the size of the *firm*, not to the cluster in general."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, Reason, RuleSource, mark

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 2, sections 3.4 and 4; step 7")

#: Points by criterion; proposed by Nanduti, the programme's to change.
EXPERT_POINTS: Mapping[str, int] = {"product": 30, "material": 25, "size": 25, "language": 10, "proven": 10}


@dataclass(frozen=True)
class Expert:
    """What an expert knows; an empty set means that it is not known. ``is_proven``: experience demonstrated."""

    name: str
    products: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    is_proven: bool | None = None


@dataclass(frozen=True)
class Firm:
    """What a firm makes, of what, its size class, and the languages its people follow."""

    name: str
    products: frozenset[str] = frozenset()
    materials: frozenset[str] = frozenset()
    size: str = ""
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ExpertFit:
    """Points by criterion (``None``: not known), their sum, what they could reach at most, and warnings."""

    expert: str
    firm: str
    points: Mapping[str, float | None]
    score: float
    possible: float
    warnings: tuple[Reason, ...]
    source: RuleSource = SOURCE


def expert_fit(expert: Expert, firm: Firm, *, points: Mapping[str, int] = EXPERT_POINTS) -> ExpertFit:
    """How well an expert fits a firm: for products and materials the share of the firm's that the expert knows.

    What is not known gives no points and is asked for: ``possible`` is what the score may still become. The room
    of twinning gives the same judgement as a verdict without points.

    >>> shoes = Expert("A", products=frozenset({"upper"}), materials=frozenset({"bovine"}), languages=frozenset({"en"}),
    ...                sizes=frozenset({"medium", "large"}), is_proven=True)
    >>> gloves = Firm("Guantes Sur", frozenset({"glove"}), frozenset({"goat"}), "micro", frozenset({"en", "ta"}))
    >>> fit = expert_fit(shoes, gloves)
    >>> fit.score, [w.code for w in fit.warnings]
    (20.0, ['product', 'material', 'size'])
    >>> fit.warnings[2].say()
    'The size does not match: A has worked with large, medium, Guantes Sur is micro.'
    """
    if unknown := set(points) - set(EXPERT_POINTS):
        raise BadInput(
            place=f"criterion {min(unknown)!r}",
            problem=mark("is not known"),
            remedy="Use some of " + ", ".join(EXPERT_POINTS) + ".",
        )
    shares = {
        "product": _share(expert.products, firm.products),
        "material": _share(expert.materials, firm.materials),
        "size": _share(expert.sizes, frozenset({firm.size} - {""})),
        "language": None
        if not (expert.languages and firm.languages)
        else float(bool(expert.languages & firm.languages)),
        "proven": None if expert.is_proven is None else float(expert.is_proven),
    }
    got = {c: None if (s := shares[c]) is None else points[c] * s for c in points}
    score = float(sum(v for v in got.values() if v is not None))
    possible = score + sum(points[c] for c in points if got[c] is None)
    warnings = [w for c in points if (w := _warning(c, shares[c], expert, firm)) is not None]
    return ExpertFit(expert.name, firm.name, got, score, float(possible), tuple(warnings))


def _share(has: frozenset[str], needs: frozenset[str]) -> float | None:
    return None if not has or not needs else len(has & needs) / len(needs)


_MISMATCH = {
    "product": mark("The product does not match: {expert} knows {has}, {firm} makes {needs}."),
    "material": mark("The material does not match: {expert} knows {has}, {firm} works {needs}."),
    "size": mark("The size does not match: {expert} has worked with {has}, {firm} is {needs}."),
    "language": mark("They share no language: {expert} speaks {has}, {firm} {needs}."),
    "proven": mark("The experience of {expert} has been looked into and not been shown."),
}
_PARTLY = mark("Only a part matches ({what}): {expert} knows {has}, {firm} has {needs}.")
_UNKNOWN = mark("Whether {expert} and {firm} match is not known ({what}).")


def _warning(criterion: str, share: float | None, expert: Expert, firm: Firm) -> Reason | None:
    if share == 1.0:
        return None
    has = {
        "product": expert.products,
        "material": expert.materials,
        "size": expert.sizes,
        "language": expert.languages,
    }
    needs = {
        "product": firm.products,
        "material": firm.materials,
        "size": {firm.size},
        "language": firm.languages,
    }
    details = {
        "what": criterion,
        "expert": expert.name,
        "firm": firm.name,
        "has": ", ".join(sorted(has.get(criterion, ()))),
        "needs": ", ".join(sorted(needs.get(criterion, ()))),
    }
    if share is None:
        return Reason(f"{criterion}_unknown", _UNKNOWN, details)
    if share == 0.0:
        return Reason(criterion, _MISMATCH[criterion], details)
    return Reason(f"{criterion}_partly", _PARTLY, details)


def rank_experts(
    firm: Firm, experts: Sequence[Expert], *, points: Mapping[str, int] = EXPERT_POINTS
) -> list[ExpertFit]:
    """Experts for one firm, the best first; ties by what they may still reach, then by name. Nobody is dropped.

    >>> firm = Firm("g", frozenset({"glove"}), frozenset({"goat"}), "small", frozenset({"en"}))
    >>> best = Expert("B", frozenset({"glove"}), frozenset({"goat"}), frozenset({"small"}), frozenset({"en"}), True)
    >>> [(f.expert, f.score, f.possible) for f in rank_experts(firm, [Expert("A"), best])]
    [('B', 100.0, 100.0), ('A', 0.0, 100.0)]
    """
    fits = [expert_fit(e, firm, points=points) for e in experts]
    return sorted(fits, key=lambda f: (-f.score, -f.possible, f.expert))


def mentor_scores(
    mentors: pl.DataFrame, mentees: pl.DataFrame, *, points: Mapping[str, int] | None = None
) -> pl.DataFrame:
    """Points for every pair of a skilled firm and a smaller maker that may work together, for ``assign`` or stability.

    Both frames: ``firm``; ``products`` (list); one column ``skill_<name>`` from 1 to 5 for each skill. A pair
    qualifies where the mentor is at least two steps ahead in some skill. Points (proposed): products shared 50, breadth
    of what can be taught 50. Columns out: ``mentor``, ``mentee``, ``score``, ``teaches`` (skills).

    Source: Lowe (2003), AGREM: mentors of skill 4 to 5, mentees of 1 to 2.

    >>> mentors = pl.DataFrame({"firm": ["M"], "products": [["shirt", "dress"]], "skill_cutting": [5],
    ...                         "skill_sewing": [3]})
    >>> mentees = pl.DataFrame({"firm": ["a", "b"], "products": [["shirt"], ["shoe"]], "skill_cutting": [2, 4],
    ...                         "skill_sewing": [3, 2]})
    >>> mentor_scores(mentors, mentees).rows()
    [('M', 'a', 75.0, ['cutting'])]
    """
    worth = {"product": 50, "skill": 50, **(points or {})}
    skills = sorted(c for c in mentors.columns if c.startswith("skill_") and c in mentees.columns)
    for name, frame in (("mentors", mentors), ("mentees", mentees)):
        missing = {"firm", "products"} - set(frame.columns)
        if missing or not skills:
            raise BadInput(
                place=f"{name}: column {min(missing) if missing else 'skill_…'!r}",
                problem=mark("is missing"),
                remedy=mark("Give firm, products and at least one skill that both frames have."),
            )
    rows = []
    for m in mentors.sort("firm").iter_rows(named=True):
        for e in mentees.sort("firm").iter_rows(named=True):
            if m["firm"] == e["firm"]:
                continue
            known = [s for s in skills if m[s] is not None and e[s] is not None]
            teaches = [s.removeprefix("skill_") for s in known if m[s] - e[s] >= 2]
            if not teaches:
                continue
            own, theirs = set(m["products"] or ()), set(e["products"] or ())
            product = len(own & theirs) / len(theirs) if theirs else 0.0
            score = worth["product"] * product + worth["skill"] * len(teaches) / len(known)
            rows.append((m["firm"], e["firm"], float(score), teaches))
    schema = {"mentor": pl.String, "mentee": pl.String, "score": pl.Float64, "teaches": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")
