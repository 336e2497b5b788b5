"""Needs and offers of the two sides, and which of them may fit (UNIDO 2013, step 7, parts 4 and 5).

A need of one side is held against offers of the other, by the recipe for partners of :mod:`nanduti.methods.matching`:
only help of the same family may fit, firms that sell the same to the same buyers are refused, and every point can be
traced. What nobody has said is asked, never taken for no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db.models import QuerySet

from nanduti.methods.matching import MatchExplanation, OfferIndex, explain_match, match_recipe, tokens
from nanduti.methods.values import Reason, mark
from nanduti.programme.models.programmes import in_language

from .models import Linkage, Requirement, Twinning

Kind = Linkage.Kind
#: Kinds of linkage that can answer each other: a course may answer a wish for advice, a machine never does.
FAMILIES = (
    frozenset({Kind.LEARNING, Kind.ADVICE, Kind.SERVICE}),
    frozenset({Kind.TECHNOLOGY_TRANSFER, Kind.MACHINERY_SALE}),
    frozenset({Kind.OUTSOURCING}),
    frozenset({Kind.INVESTMENT}),
)
# For one need the best offer is proposed, and others that come near it: so many at most, with so much of its points.
BEST = 3
NEAR = 0.8
NO_OFFER = Reason("no_offer", mark("The other side offers nothing of this kind yet."))


@dataclass(frozen=True)
class Proposal:
    """A need and an offer that may fit, with the points that each criterion gave."""

    need: Requirement
    offer: Requirement
    told: MatchExplanation

    @property
    def words(self) -> list[str]:
        """The words that both say, as the need writes them in the reader's language, the weightiest first."""
        text = " ".join(in_language(self.need, name) for name in ("label", "product", "technology"))
        said = {term: word for word in re.findall(r"[\w-]+", text) for term in tokens(word)}
        return [said[term].casefold() for term in self.told.terms if term in said]

    @property
    def share(self) -> float:
        """The points of what could be compared, out of what they are worth at best."""
        best = sum(self.told.out_of.values())
        return self.told.score / best if best else 0.0


@dataclass(frozen=True)
class Proposals:
    """The pairs that may fit, the likeliest first, and each need that has none with the reason."""

    pairs: list[Proposal]
    unanswered: list[tuple[Requirement, tuple[Reason, ...]]]


def requirements(*, twinning: Twinning) -> QuerySet[Requirement]:
    """What both sides said that they need and can offer."""
    return twinning.requirements.select_related("organisation", "source", "scope")


def proposals(*, twinning: Twinning) -> Proposals:
    """Which offers of the other side may answer each open need, both ways."""
    rows = [row for row in requirements(twinning=twinning) if row.state == Requirement.State.OPEN]
    met = _who_met(twinning)
    pairs: list[Proposal] = []
    unanswered = []
    for side, other in (("emerging", "advanced"), ("advanced", "emerging")):
        needs = [r for r in rows if r.side == side and r.direction == Requirement.Direction.NEED]
        offers = [r for r in rows if r.side == other and r.direction == Requirement.Direction.OFFER]
        for need in needs:
            fitting = [offer for offer in offers if _family(offer) == _family(need)]
            found, refused = _ranked(need, fitting, met)
            pairs += found
            if not found:
                unanswered.append((need, refused or (NO_OFFER,)))
    pairs.sort(key=lambda p: (-p.share, p.need.pk, p.offer.pk))
    return Proposals(pairs, unanswered)


def _family(row: Requirement) -> str:
    """The family of help that a kind belongs to, by its first member in the alphabet."""
    return min(str(kind) for kind in next((f for f in FAMILIES if row.kind in f), {row.kind}))


def _ranked(
    need: Requirement, offers: list[Requirement], met: set[frozenset[int]]
) -> tuple[list[Proposal], tuple[Reason, ...]]:
    """The best offers of the same family, and why those that a rule refuses are refused."""
    if not offers:
        return [], ()
    # Nobody is proposed by contact: the two are brought together by their agents, so that consent is asked there.
    recipe = match_recipe("partners")
    recipe = replace(recipe, hard=recipe.hard - {"consent"})
    index = OfferIndex(_frame(offers, "offer"), recipe=recipe)
    asked = _frame([need], "need").with_columns(
        pl.Series(
            "known", [[str(o.pk) for o in offers if _pair_of(need, o) in met]], dtype=pl.List(pl.String)
        )
    )
    told = [(offer, explain_match(index, asked, str(offer.pk))) for offer in offers]
    # Help of another kind of the same family fits only where both speak of the same thing.
    told = [(offer, said) for offer, said in told if offer.kind == need.kind or said.points.get("text")]
    good = sorted((pair for pair in told if not pair[1].refused), key=lambda pair: -pair[1].score)
    refused = {reason.code: reason for _offer, said in told for reason in said.refused}
    near = [pair for pair in good[:BEST] if pair[1].score >= NEAR * good[0][1].score]
    return [Proposal(need, offer, said) for offer, said in near], tuple(refused.values())


def _frame(rows: Iterable[Requirement], name: str) -> pl.DataFrame:
    """Needs or offers as the matching takes them; an empty cell is not asked, or not known."""
    size = "size" if name == "need" else "sizes"
    told = [
        {
            name: str(row.pk),
            "services": [_family(row)],
            "kind": row.stakeholder_type,
            size: row.size_bands,
            "markets": [part.strip() for part in row.end_market.split(";") if part.strip()],
            "position": row.product.strip().casefold(),
            "text": " ".join(
                (row.label, row.label_es, row.product, row.product_es, row.technology, row.technology_es)
            ),
        }
        for row in rows
    ]
    lists = {key: pl.List(pl.String) for key in ("services", size, "markets")}
    texts = dict.fromkeys((name, "kind", "position", "text"), pl.String)
    return pl.DataFrame(told, schema_overrides={**lists, **texts})


def _pair_of(one: Requirement, other: Requirement) -> frozenset[int]:
    return frozenset(x for x in (one.organisation_id, other.organisation_id) if x)


def _who_met(twinning: Twinning) -> set[frozenset[int]]:
    """Which organisations of the two sides a linkage has brought together already."""
    rows = Linkage.objects.filter(programme=twinning.programme_id).values_list(
        "from_organisation", "to_organisation"
    )
    return {frozenset(pair) for pair in rows if None not in pair and pair[0] != pair[1]}


def as_dict(found: Proposals) -> dict[str, Any]:
    """For machines: each pair with its points, and each need without an offer with the reason."""
    return {
        "source": str(match_recipe("partners").source),
        "pairs": [
            {
                "need": _said(p.need),
                "offer": _said(p.offer),
                "share": round(p.share, 4),
                "points": {k: None if v is None else v / 1000 for k, v in p.told.points.items()},
                "out_of": {k: v / 1000 for k, v in p.told.out_of.items()},
                "words_in_common": list(p.told.terms),
                "ask": list(p.told.ask),
            }
            for p in found.pairs
        ],
        "unanswered": [
            {"need": _said(need), "reasons": [reason.say() for reason in reasons]}
            for need, reasons in found.unanswered
        ],
    }


def _said(row: Requirement) -> dict[str, Any]:
    return {
        "side": row.side,
        "kind": row.kind,
        "who": str(row.organisation) if row.organisation else None,
        "kind_of_stakeholder": row.stakeholder_type,
        "what": row.label,
        "product": row.product or None,
        "sizes": row.size_bands,
        "technology": row.technology or None,
        "conditions": row.conditions or None,
        "source": row.cite(),
    }
