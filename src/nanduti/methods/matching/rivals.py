"""Rivalry: who sells the same to the same buyers competes, and suppliers of principal firms do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nanduti.methods.values import Reason, RuleSource, Share, Verdict, flag, mark, no, yes

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 2, section 4; step 7")

#: Kinds that supply or serve principal firms and so hardly compete with them.
SUPPORT = frozenset({"support_firm", "bdsp", "technical_institution", "association"})


@dataclass(frozen=True)
class Party:
    """One side: ``kind`` (``firm`` is a principal firm), what it sells (``position``), and to whom finally."""

    name: str
    kind: str
    end_markets: frozenset[str] = frozenset()
    position: str = ""


@dataclass(frozen=True)
class Rivalry:
    """``degree``: 0 none, 0.5 the same buyers from another place in the chain, 1 the same; ``None`` not known."""

    degree: Share | None
    verdict: Verdict


def rivalry(one: Party, other: Party) -> Rivalry:
    """Whether two parties compete; the order does not matter.

    The meaning is that of ``mutual_gain`` in the room of twinning, which looks at two clusters and asks what each
    side gains besides; here it is the test that a proposal of two firms has to pass.

    >>> tanner = Party("Cuero Sur", "firm", frozenset({"brands"}), "finished leather")
    >>> rival = Party("Conceria X", "firm", frozenset({"brands", "army"}), "finished leather")
    >>> rivalry(tanner, rival).verdict.decision
    'no'
    >>> rivalry(tanner, Party("Chimica Y", "support_firm")).degree
    Share(0.0)
    """
    pair = {"one": one.name, "other": other.name}
    if one.kind in SUPPORT or other.kind in SUPPORT:
        sentence = mark("{one} and {other} do not compete: one of them serves or supplies principal firms.")
        return Rivalry(Share(0), yes(Reason("support", sentence, pair), source=SOURCE))
    shared = one.end_markets & other.end_markets
    if not one.end_markets or not other.end_markets:
        sentence = mark("Whether {one} and {other} compete is not known: end markets are missing.")
        reason = Reason("markets_unknown", sentence, pair)
        return Rivalry(None, flag(reason, source=SOURCE, remedy=mark("Ask both whom they sell to.")))
    pair["markets"] = ", ".join(sorted(shared))
    if not shared:
        sentence = mark("{one} and {other} sell to different buyers.")
        return Rivalry(Share(0), yes(Reason("other_markets", sentence, pair), source=SOURCE))
    if one.position != other.position:
        sentence = mark(
            "{one} and {other} reach the same buyers ({markets}) from different places in the chain."
        )
        return Rivalry(Share(0.5), flag(Reason("some_rivalry", sentence, pair), source=SOURCE))
    sentence = mark("{one} and {other} sell the same thing to the same buyers ({markets}).")
    remedy = mark("Look for makers of machines, chemicals or materials and for providers of advice instead.")
    return Rivalry(Share(1), no(Reason("rivals", sentence, pair), source=SOURCE, remedy=remedy))


def preferred_kinds(party: Party, others: Sequence[Party]) -> list[tuple[Party, Rivalry]]:
    """Possible partners, those who do not compete first, support stakeholders before firms; nobody is dropped.

    >>> tanner = Party("t", "firm", frozenset({"brands"}), "leather")
    >>> others = [Party("rival", "firm", frozenset({"brands"}), "leather"), Party("stranger", "firm"),
    ...           Party("weaver", "firm", frozenset({"army"}), "cloth"), Party("chemist", "support_firm")]
    >>> [p.name for p, _ in preferred_kinds(tanner, others)]
    ['chemist', 'weaver', 'stranger', 'rival']
    """
    pairs = [(other, rivalry(party, other)) for other in others]

    def order(pair: tuple[Party, Rivalry]) -> tuple[float, bool, str]:
        degree = pair[1].degree
        return (0.75 if degree is None else float(degree), pair[0].kind not in SUPPORT, pair[0].name)

    return sorted(pairs, key=order)
