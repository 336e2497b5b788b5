"""The way of a pair to its agreements: who opened the door, the first talk, drafts and attempts, the signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from nanduti.methods import twinning as rules
from nanduti.programme.dating import cut_of
from nanduti.programme.models import CooperationAgreement
from nanduti.register.models import Stakeholder

from . import queries
from .models import Twinning
from .queries import FEW, Found


@dataclass(frozen=True)
class WayToSignature:
    """What the records tell of it by a day, and how long it took."""

    openers: list[Found]
    talks: list[Found]
    drafts: list[Found]
    signatures: list[Found]
    time: rules.TimeToSignature


def way_to_signature(*, twinning: Twinning, on: date) -> WayToSignature:
    """From the first talk of the two associations to their agreements; five queries."""
    cut = cut_of(twinning.programme, on)
    talks = _talks(twinning, cut)
    rows = [row for row in queries.pair_agreements(twinning=twinning) if row.level != "firm"]
    signed = [row for row in rows if row.status == CooperationAgreement.Status.SIGNED]
    signed = [row for row in signed if cut.has(row.signed_start, row.signed_end, row.created_at)]
    signed.sort(key=lambda row: (row.signed_start is None, row.signed_start or date.max, row.pk))
    drafts = [row for row in rows if row.status != CooperationAgreement.Status.SIGNED]
    return WayToSignature(
        openers=_openers(twinning),
        talks=[piece for _span, piece in talks],
        drafts=[_agreement(row) for row in drafts][:FEW],
        signatures=[_agreement(row) for row in signed][:FEW],
        time=rules.time_to_signature(
            min((span for span, _piece in talks if span), default=None),
            next((span for row in signed if (span := _span(row.signed_start, row.signed_end))), None),
        ),
    )


def _span(start: date | None, end: date | None) -> rules.Span | None:
    return (start, end) if start and end else None


def _openers(twinning: Twinning) -> list[Found]:
    """Who mediated: a role that the register knows, toward either cluster."""
    rows = Stakeholder._base_manager.filter(
        cluster__in=[twinning.emerging_id, twinning.advanced_id], role=Stakeholder.Role.INTERMEDIARY
    )
    return [
        Found("intermediary", str(row.organisation), row.since_text, row.cite())
        for row in rows.select_related("organisation", "source").order_by("id")[:FEW]
    ]


def _talks(twinning: Twinning, cut: Any) -> list[tuple[rules.Span | None, Found]]:
    """Talks that somebody wrote down as evidence, and linkages of the two associations by their beginning."""
    found = []
    written = queries.step_evidence(programme=twinning.programme, cluster=twinning.emerging)
    for row in written.filter(evidence_kind="association_dialogue"):
        if cut.has(row.when_text_start, row.when_text_end, row.created_at):
            piece = Found("talk", str(row), row.when_text, row.cite(), ("home:step", (row.step,)))
            found.append((_span(row.when_text_start, row.when_text_end), piece))
    linked = queries.linkages(programme=twinning.programme, cluster=twinning.emerging).filter(
        from_type="association", to_type="association"
    )
    for link in linked:
        ours = link.to_cluster_id in (None, twinning.advanced_id)
        if ours and link.started and cut.has(link.started_start, link.started_end, link.created_at):
            piece = Found("talk", str(link), link.started, link.cite(), ("twinning:pairs", ()))
            found.append((_span(link.started_start, link.started_end), piece))
    found.sort(key=lambda one: (one[0] is None, one[0] or (date.max, date.max)))
    return found[:FEW]


def _agreement(row: CooperationAgreement) -> Found:
    return Found("agreement", str(row), row.signed, row.cite(), ("programme:agreement", (row.code,)))


def as_dict(found: WayToSignature) -> dict[str, Any]:
    """For machines: what is known of each part, and the least and the most days."""

    def told(pieces: list[Found]) -> list[dict[str, Any]]:
        return [{"label": p.label, "when": p.when or None, "source": p.source} for p in pieces]

    return {
        "intermediaries": told(found.openers),
        "first_talks": told(found.talks),
        "drafts_and_attempts": told(found.drafts),
        "signatures": told(found.signatures),
        "least_days": found.time.least,
        "most_days": found.time.most,
        "reason": found.time.reason.say(),
    }
