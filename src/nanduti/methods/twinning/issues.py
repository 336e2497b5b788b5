"""Where an issue is solved, and which advanced cluster answers most of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, Share, Verdict, counted, flag, mark, no, yes
from nanduti.methods.values.guards import one_of

from .kinds import source

ROUTE_SOURCE = source("step 3")
CHOICE_SOURCE = source("chapter 3, section 1.2; steps 3 and 4")

#: Where an issue can be solved.
SOLVERS = ("cluster", "country", "advanced_cluster")
#: Why the Marche were chosen: criteria for an advanced cluster beside the issues it answers.
CRITERIA = ("size_match", "joint_action", "international_experience", "existing_links")


@dataclass(frozen=True)
class Route:
    """Which plan an issue belongs to: ``cluster_programme``, ``twinning``, or ``None``; and why."""

    plan: str | None
    verdict: Verdict


def route_issue(solvable_by: Collection[str], *, is_for_implementation: bool = True) -> Route:
    """Send an issue to the plain programme or to twinning: what is near is solved near.

    An issue that the cluster or the country can solve goes to the plain programme, knowledge at home before
    knowledge from abroad; one that only an advanced cluster solves makes twinning.

    >>> route_issue({"country", "advanced_cluster"}).plan, route_issue({"advanced_cluster"}).plan
    ('cluster_programme', 'twinning')
    >>> route_issue(set()).verdict.decision
    'no'
    """
    for where in solvable_by:
        one_of(where, SOLVERS, "solver")
    if not is_for_implementation:
        text = mark("The issue was found, and is not chosen for implementation.")
        return Route(None, flag(Reason("not_chosen", text), source=ROUTE_SOURCE))
    if not solvable_by:
        text = mark("Nobody is known who could solve it.")
        return Route(
            None, no(Reason("nobody", text), source=ROUTE_SOURCE, remedy=mark("Look for who could."))
        )
    if {"cluster", "country"} & set(solvable_by):
        text = mark("It can be solved at home; knowledge at home comes first.")
        return Route("cluster_programme", yes(Reason("at_home", text), source=ROUTE_SOURCE))
    text = mark("Only an advanced cluster can solve it.")
    return Route("twinning", yes(Reason("twinning", text), source=ROUTE_SOURCE))


def has_twinning_issue(routes: Sequence[Route]) -> Verdict:
    """Whether any issue goes to twinning; without one the programme cannot be called twinning.

    >>> has_twinning_issue([route_issue({"cluster"})]).decision
    'no'
    """
    n = sum(r.plan == "twinning" for r in routes)
    if n:
        return yes(
            Reason(
                "some",
                counted(
                    n,
                    mark("One issue needs an advanced cluster."),
                    mark("{n} issues need an advanced cluster."),
                ),
                {"n": n},
            ),
            source=ROUTE_SOURCE,
        )
    text = mark("No issue is solved by an advanced cluster, so it cannot be called twinning.")
    return no(Reason("none", text), source=ROUTE_SOURCE, remedy=mark("Run it as a plain programme."))


@dataclass(frozen=True)
class Advanced:
    """A cluster that might be the advanced one.

    Attributes:
        answers: issues it can answer.
        willingness: 0 to 1; ``None`` if it has not been asked.
        criteria: criterion of ``CRITERIA`` → 0 to 1, or ``None`` where not known.
    """

    code: str
    answers: frozenset[str]
    willingness: float | None = None
    criteria: Mapping[str, float | None] | None = None


@dataclass(frozen=True)
class AdvancedChoice:
    """A cluster with its score, what the score is made of, and its place.

    Attributes:
        coverage: issues it answers over all.
        parts: contribution of coverage, willingness and each criterion; unknown ones are left out.
        score: their sum over the weights of what is known; ``None`` if it answers no issue.
        unknown: what was not known.
        reason: why it stands where it stands.
    """

    code: str
    coverage: Share | None
    parts: dict[str, float]
    score: float | None
    unknown: tuple[str, ...]
    reason: Reason


def choose_advanced(
    issues: Collection[str], candidates: Sequence[Advanced], *, weights: Mapping[str, float] | None = None
) -> list[AdvancedChoice]:
    """Rank clusters that might be the advanced one by the needs of the diagnosis, best first.

    The choice is not predetermined: it follows from the issues. A cluster that answers none comes last with its
    reason. Several may be taken together. Criteria are the paper's, weights (1 each, 2 for coverage) Nanduti's.

    >>> found = choose_advanced({"finishing", "design"}, [
    ...     Advanced("marche", frozenset({"finishing", "design"}), 0.8, {"size_match": 1.0, "joint_action": 0.9}),
    ...     Advanced("firenze", frozenset({"design"}), 0.9, {"size_match": 0.5}), Advanced("x", frozenset())])
    >>> [(c.code, None if c.score is None else round(c.score, 2)) for c in found]
    [('marche', 0.94), ('firenze', 0.6), ('x', None)]
    """
    wanted = frozenset(issues)
    weight = {"coverage": 2.0, "willingness": 1.0, **dict.fromkeys(CRITERIA, 1.0), **(weights or {})}
    placed = [_judge(c, wanted, weight) for c in candidates]
    return sorted(placed, key=lambda c: (c.score is None, -(c.score or 0.0), c.code))


def _judge(c: Advanced, wanted: frozenset[str], weight: Mapping[str, float]) -> AdvancedChoice:
    coverage = Share.of(len(wanted & c.answers), len(wanted))
    known = {
        "coverage": coverage,
        "willingness": c.willingness,
        **dict.fromkeys(CRITERIA),
        **(c.criteria or {}),
    }
    for name, value in known.items():
        one_of(name, weight, f"candidate {c.code!r}, criterion")
        if value is not None and not 0 <= value <= 1:
            raise BadInput(
                place=f"{name} of {c.code!r} ({value})",
                problem=mark("is not between 0 and 1"),
                remedy=mark("Give 0.8 for 80 %."),
            )
    unknown = tuple(n for n, v in known.items() if v is None)
    if not coverage:
        text = mark("It answers none of the issues.")
        return AdvancedChoice(c.code, coverage, {}, None, unknown, Reason("answers_none", text))
    whole = sum(weight[n] for n, v in known.items() if v is not None)
    parts = {n: weight[n] * v / whole for n, v in known.items() if v is not None}
    text = counted(len(wanted), mark("It answers the one issue."), mark("It answers {n} of {whole} issues."))
    reason = Reason("answers", text, {"n": len(wanted & c.answers), "whole": len(wanted)})
    return AdvancedChoice(c.code, coverage, parts, sum(parts.values()), unknown, reason)
