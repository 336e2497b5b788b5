"""The kinds of stakeholders that twin, and the level each works at."""

from __future__ import annotations

from typing import Literal

from nanduti.methods.values import BadInput, RuleSource

PAPER = "UNIDO (2013), Cluster Twinning"

Kind = Literal["association", "technical_institution", "bdsp", "firm"]

#: The four kinds of table 8, in its order: association, technical institution, individual provider, firm.
KINDS: tuple[str, ...] = ("association", "technical_institution", "bdsp", "firm")
#: Kinds that act for a whole cluster; the others act for themselves.
CLUSTER_LEVEL = frozenset({"association", "technical_institution"})
BUSINESS_LEVEL = frozenset({"bdsp", "firm", "support_firm"})


def source(place: str) -> RuleSource:
    """A place in the paper."""
    return RuleSource(PAPER, place)


def check_kind(kind: str, allowed: frozenset[str] | tuple[str, ...] = KINDS) -> str:
    """The kind itself, or a clear refusal.

    >>> check_kind("bdsp")
    'bdsp'
    """
    if kind not in allowed:
        raise BadInput(
            place=f"stakeholder kind {kind!r}",
            problem="is not known",
            remedy=f"Use one of {', '.join(sorted(allowed))}.",
        )
    return kind
