"""Mutual gain and rivalry: both sides must gain, and those who serve the same buyers compete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nanduti.methods.values import Reason, Share, Verdict, flag, mark, no, yes

from .kinds import source

SOURCE = source("chapter 2, section 4; step 7")
#: Kinds that supply principal firms and so hardly compete with them.
SUPPORT = frozenset({"support_firm", "bdsp", "technical_institution", "association"})


@dataclass(frozen=True)
class Interest:
    """What one side seeks.

    Attributes:
        stakeholder: code or name.
        kind: ``firm`` for principal firms; ``support_firm`` for makers of machines, chemicals, materials;
            ``bdsp``, ``technical_institution``, ``association``.
        gain: how much it would gain, from 0 to 1; ``None`` if it has not been asked.
        end_markets: whom it finally sells to.
        position: its place in the value chain.
    """

    stakeholder: str
    kind: str
    gain: float | None
    end_markets: frozenset[str] = frozenset()
    position: str = ""


@dataclass(frozen=True)
class MutualGain:
    """Rivalry (0 none, 0.5 the same market at another place in the chain, 1 the same), likelihood, verdict.

    ``rivalry`` is ``None`` where end markets are not known; ``likelihood`` where a gain is not known either.
    """

    emerging: str
    advanced: str
    rivalry: Share | None
    likelihood: Share | None
    verdict: Verdict


def mutual_gain(emerging: Interest, advanced: Interest) -> MutualGain:
    """Whether two stakeholders may both gain, and how much they compete.

    The likelihood is the smaller of the two gains times (1 - rivalry): the criteria are the paper's, the
    formula is Nanduti's proposal.

    >>> tanner = Interest("tanner", "firm", 0.8, frozenset({"brands"}), "finished_leather")
    >>> rival = Interest("rival", "firm", 0.6, frozenset({"brands"}), "finished_leather")
    >>> maker = Interest("machine maker", "support_firm", 0.5, frozenset({"tanneries"}), "supplier")
    >>> mutual_gain(tanner, rival).verdict.decision, mutual_gain(tanner, maker).verdict.decision
    ('no', 'yes')
    >>> mutual_gain(tanner, maker).likelihood
    Share(0.5)
    """
    rivalry = _rivalry(emerging, advanced)
    gains = (emerging.gain, advanced.gain)
    likelihood = None
    if rivalry is not None and None not in gains:
        likelihood = Share(min(Share(g) for g in gains) * (1 - rivalry))
    return MutualGain(
        emerging.stakeholder, advanced.stakeholder, rivalry, likelihood, _verdict(emerging, advanced, rivalry)
    )


def _rivalry(a: Interest, b: Interest) -> Share | None:
    if a.kind in SUPPORT or b.kind in SUPPORT:
        return Share(0)
    if not a.end_markets or not b.end_markets:
        return None
    if not a.end_markets & b.end_markets:
        return Share(0)
    return Share(1) if a.position == b.position else Share(0.5)


def _verdict(a: Interest, b: Interest, rivalry: Share | None) -> Verdict:
    without = [side.stakeholder for side in (a, b) if side.gain == 0]
    if without:
        sentence = (
            mark("{who} would gain nothing.") if len(without) == 1 else mark("Neither side would gain.")
        )
        return no(Reason("no_gain", sentence, {"who": without[0]}), source=SOURCE)
    if rivalry == 1:
        sentence = mark("Both sell the same thing to the same buyers.")
        remedy = mark(
            "Look for makers of machines, chemicals or materials and for providers of advice instead."
        )
        return no(Reason("rivals", sentence), source=SOURCE, remedy=remedy)
    unknown = [side.stakeholder for side in (a, b) if side.gain is None]
    if rivalry is None or unknown:
        what = mark("Who competes with whom cannot be said: end markets are not known.")
        reasons = [Reason("markets_unknown", what)] if rivalry is None else []
        if unknown:
            both = mark("What either side would gain is not known.")
            sentence = mark("What {who} would gain is not known.") if len(unknown) == 1 else both
            reasons.append(Reason("gain_unknown", sentence, {"who": unknown[0]}))
        return flag(*reasons, source=SOURCE, remedy=mark("Ask both sides."))
    if rivalry:
        sentence = mark("They reach the same buyers from different places in the chain.")
        return flag(Reason("some_rivalry", sentence), source=SOURCE)
    return yes(Reason("both_gain", mark("Both may gain and they do not compete.")), source=SOURCE)


def preferred_partners(emerging: Interest, advanced: Sequence[Interest]) -> list[MutualGain]:
    """Possible partners, the likeliest first; those whose likelihood cannot be said come last, never dropped.

    >>> tanner = Interest("tanner", "firm", 0.8, frozenset({"brands"}), "finished_leather")
    >>> sides = [Interest("rival", "firm", 0.9, frozenset({"brands"}), "finished_leather"),
    ...          Interest("chemist", "support_firm", 0.4), Interest("consultant", "bdsp", None)]
    >>> [m.advanced for m in preferred_partners(tanner, sides)]
    ['chemist', 'rival', 'consultant']
    """
    pairs = [mutual_gain(emerging, side) for side in advanced]
    return sorted(pairs, key=lambda m: (m.likelihood is None, -(m.likelihood or 0.0), m.advanced))
