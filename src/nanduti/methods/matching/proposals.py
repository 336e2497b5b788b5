"""Quality of a company proposal: what is missing before anybody abroad can answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

from .capabilities import CapabilityTree
from .words import tokens

SOURCE = RuleSource(
    "UNIDO (2013), Cluster Twinning", "chapter 4, sections 3.3 and 4; fields after the EEN profile guidelines"
)

#: Types of profile, as the Enterprise Europe Network uses them: who pays is who requests.
PROFILE_TYPES = (
    "business_offer",
    "business_request",
    "technology_offer",
    "technology_request",
    "research_request",
)

#: Words that promise everything and say nothing; several languages, editable by the programme.
GENERAL_WORDS = frozenset(
    [
        "all",
        "any",
        "best",
        "better",
        "business",
        "company",
        "cooperation",
        "good",
        "high",
        "improve",
        "new",
        "opportunity",
        "partner",
        "partnership",
        "product",
        "quality",
        "service",
        "solution",
        "technology",
        "various",
        "wide",
        "world",
        "todo",
        "cualquier",
        "mejor",
        "bueno",
        "calidad",
        "cooperacion",
        "empresa",
        "negocio",
        "nuevo",
        "oportunidad",
        "producto",
        "servicio",
        "socio",
        "solucion",
        "tecnologia",
        "varios",
        "amplio",
        "mundo",
        "alianza",
        "tutti",
        "migliore",
        "buono",
        "qualita",
        "cooperazione",
        "azienda",
        "nuovo",
        "opportunita",
        "prodotto",
        "servizio",
        "soluzione",
        "vario",
        "tecnologie",
        "partnership",
    ]
)


@dataclass(frozen=True)
class CompanyProposal:
    """What a firm says of itself and of what it seeks; empty or ``None`` where it says nothing.

    Attributes:
        profile_type: one of :data:`PROFILE_TYPES`.
        product_codes: codes of the capability tree.
        text: the description.
        quantity, unit: how much, of what unit, in what time.
        specification: tolerance, material, standard, drawing.
        certificates: held or needed.
        partner_sought: kind and role of the partner.
        cooperation: subcontracting, joint venture, licence, agency …
        contribution: what the firm brings in itself.
        market: where the result is sold.
        terms: price, payment or investment in view.
        deadline: when it is needed; ``expires_on``: until when the proposal stands.
        technology_level: of what is offered or sought; it need not be the newest.
        references: customers or works to show.
    """

    name: str
    profile_type: str = ""
    product_codes: tuple[str, ...] = ()
    text: str = ""
    quantity: float | None = None
    unit: str = ""
    specification: str = ""
    certificates: tuple[str, ...] | None = None
    partner_sought: str = ""
    cooperation: str = ""
    contribution: str = ""
    market: str = ""
    terms: str = ""
    deadline: date | None = None
    expires_on: date | None = None
    technology_level: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """One thing that is missing: points lost and what to write."""

    criterion: str
    points: int
    reason: Reason


@dataclass(frozen=True)
class ProposalQuality:
    """``score`` of 100, by criterion, what is missing (the costliest first), and whether it may go out."""

    score: int
    points: Mapping[str, int]
    missing: tuple[Gap, ...]
    verdict: Verdict


#: Points by criterion; proposed by Nanduti.
PROPOSAL_POINTS: Mapping[str, int] = {
    "product": 20, "specification": 10, "quantity": 10, "partner": 12, "cooperation": 12, "contribution": 8,
    "market": 6, "terms": 6, "timing": 6, "technology": 4, "evidence": 6,
}  # fmt: skip

_ASK = {
    "product": mark("Name the product down to process or operation; «{what}» is too general."),
    "specification": mark("Say material, tolerance, standard or drawing."),
    "quantity": mark("Say how much, in which unit, in what time."),
    "partner": mark("Say which kind of partner is sought and what it is to do."),
    "cooperation": mark("Say the form: subcontracting, licence, joint venture, agency …"),
    "contribution": mark("Say what the firm itself brings in."),
    "market": mark("Say where the result is to be sold."),
    "terms": mark("Say price, payment or investment in view."),
    "timing": mark("Say by when, and until when the proposal stands."),
    "technology": mark("Say the level of technology; it need not be the newest."),
    "evidence": mark("Show certificates or references."),
}


def proposal_quality(
    proposal: CompanyProposal,
    *,
    tree: CapabilityTree | None = None,
    least_level: int = 4,
    ready_from: int = 70,
    on: date | None = None,
    points: Mapping[str, int] = PROPOSAL_POINTS,
) -> ProposalQuality:
    """How specific a proposal is. Too general ones failed in Chennai, so that each gap is named.

    Args:
        proposal: what the firm wrote.
        tree: with it, product codes give full points from ``least_level`` down (4 is the operation), part above.
            Without it the product is judged by words: how many of the text's terms say something.
        least_level: see ``tree``.
        ready_from: points from which a proposal may go out.
        on: today, to see whether the proposal has expired.
        points: criterion → points.

    >>> vague = CompanyProposal("Firm A", text="We seek best partners for good quality products")
    >>> answer = proposal_quality(vague)
    >>> answer.score, answer.verdict.decision, answer.missing[0].reason.say()
    (0, 'no', 'Name the product down to process or operation; «best, partner, good» is too general.')
    """
    if proposal.profile_type and proposal.profile_type not in PROFILE_TYPES:
        raise BadInput(
            place=f"profile type {proposal.profile_type!r}",
            problem=mark("is not known"),
            remedy="Use one of " + ", ".join(PROFILE_TYPES) + ". Ask which way the money is going to flow.",
        )
    if odd := set(points) - set(PROPOSAL_POINTS):
        raise BadInput(
            place=f"criterion {min(odd)!r}",
            problem=mark("is not known"),
            remedy="Use some of " + ", ".join(PROPOSAL_POINTS) + ".",
        )
    shares = {c: _CHECKS[c](proposal) for c in points if c != "product"}
    general: list[str] = []
    if "product" in points:
        shares["product"], general = _product(proposal, tree, least_level)
    got = {c: int(points[c] * shares[c] + 0.5) for c in points}
    gaps = [
        Gap(c, points[c] - got[c], Reason(c, _ASK[c], {"what": ", ".join(general) or proposal.name}))
        for c in points
        if got[c] < points[c]
    ]
    gaps.sort(key=lambda g: (-g.points, list(points).index(g.criterion)))
    top = sum(points.values())
    score = round(100 * sum(got.values()) / top) if top else 0
    return ProposalQuality(score, got, tuple(gaps), _verdict(proposal, score, gaps, ready_from, on))


def _both(one: object, other: object) -> float:
    return (bool(one) + bool(other)) / 2


_CHECKS: Mapping[str, Callable[[CompanyProposal], float]] = {
    "specification": lambda p: float(len(tokens(p.specification)) >= 1),
    "quantity": lambda p: _both(p.quantity is not None and p.quantity > 0, p.unit.strip()),
    "partner": lambda p: float(bool(set(tokens(p.partner_sought)) - GENERAL_WORDS)),
    "cooperation": lambda p: _both(p.cooperation.strip(), p.profile_type),
    "contribution": lambda p: float(bool(set(tokens(p.contribution)) - GENERAL_WORDS)),
    "market": lambda p: float(bool(set(tokens(p.market)) - GENERAL_WORDS)),
    "terms": lambda p: float(bool(p.terms.strip())),
    "timing": lambda p: _both(p.deadline, p.expires_on),
    "technology": lambda p: float(bool(p.technology_level.strip())),
    "evidence": lambda p: _both(p.certificates is not None, p.references),
}


def _product(
    proposal: CompanyProposal, tree: CapabilityTree | None, least_level: int
) -> tuple[float, list[str]]:
    """Share of the points for the product, and what is too general about it."""
    if tree is not None and proposal.product_codes:
        deepest = max(tree.level(code) for code in proposal.product_codes)
        return min(1.0, deepest / least_level), [] if deepest >= least_level else list(proposal.product_codes)
    terms = list(dict.fromkeys(tokens(proposal.text)))
    telling = [
        t for t in terms if t not in GENERAL_WORDS and f"{t}s" not in GENERAL_WORDS and t not in _FILLER
    ]
    general = [t for t in terms if t in GENERAL_WORDS][:3]
    return min(1.0, len(telling) / 5), general


_FILLER = frozenset(
    [
        "seek",
        "seeking",
        "look",
        "looking",
        "want",
        "offer",
        "offering",
        "busca",
        "buscamos",
        "busco",
        "ofrecemo",
        "ofrece",
        "cerca",
        "cerchiamo",
        "offre",
    ]
)


def _verdict(
    proposal: CompanyProposal, score: int, gaps: list[Gap], ready_from: int, on: date | None
) -> Verdict:
    details = {"name": proposal.name, "score": score, "least": ready_from}
    if on is not None and proposal.expires_on is not None and proposal.expires_on < on:
        sentence = mark("The proposal of {name} expired on {day}.")
        reason = Reason("expired", sentence, {**details, "day": proposal.expires_on.isoformat()})
        return no(reason, source=SOURCE, remedy=mark("Ask the firm whether it still stands and renew it."))
    if score < ready_from:
        sentence = mark("The proposal of {name} is too general: {score} of 100, {least} are needed.")
        reasons = (Reason("too_general", sentence, details), *(g.reason for g in gaps[:3]))
        return no(*reasons, source=SOURCE, remedy=mark("Complete what is missing, the costliest first."))
    if gaps:
        sentence = mark("The proposal of {name} may go out ({score} of 100); some things are still missing.")
        return flag(Reason("nearly", sentence, details), *(g.reason for g in gaps[:3]), source=SOURCE)
    return yes(
        Reason("ready", mark("The proposal of {name} says all that a partner asks."), details), source=SOURCE
    )
