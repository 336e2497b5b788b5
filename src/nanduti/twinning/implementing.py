"""The six steps of implementation of one pair of clusters: what the records show of each, and which comes next.

Source: UNIDO (2013), Cluster Twinning, chapter 5, step 7. Nobody ticks a step: it is done when a record shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from nanduti.methods import twinning as rules
from nanduti.methods.values import Verdict
from nanduti.programme.dating import Cut, cut_of
from nanduti.programme.models import CooperationAgreement

from . import queries
from .models import Linkage, Twinning
from .queries import FEW, Found

# Evidence that somebody wrote down at one of the eight steps, and the step of implementation that it shows.
WRITTEN = {
    "association_dialogue": "association_interaction",
    "willing_firms_identified": "willing_identified",
    "requirements_stated": "requirements_stated",
}
MADE = (Linkage.Stage.AGREED, Linkage.Stage.CLOSED)


@dataclass(frozen=True)
class ImplementationStep:
    """One of the six steps: what shows that it is done, and whether it comes in its order."""

    code: str
    title: str
    shown_by: list[Found]
    not_placed: list[Found]
    verdict: Verdict

    @property
    def is_done(self) -> bool:
        return bool(self.shown_by)

    @property
    def is_out_of_order(self) -> bool:
        """Done although an earlier one is not: the paper offers the order as a guide."""
        return self.is_done and self.verdict.decision == "flag"


@dataclass(frozen=True)
class Implementation:
    """The six steps of a pair on a day, and the first that nothing shows."""

    steps: list[ImplementationStep]
    following: str | None


def implementation(*, twinning: Twinning, on: date) -> Implementation:
    """How far the implementation of a pair had come by a day; a handful of queries."""
    cut = cut_of(twinning.programme, on)
    shown: dict[str, list[Found]] = {}
    for code, piece in _pieces(twinning, cut):
        shown.setdefault(code, []).append(piece)
    placed = {code: [p for p in some if p.is_placed][:FEW] for code, some in shown.items()}
    done = [code for code, _title in rules.sequence.IMPLEMENTATION if placed.get(code)]
    steps = [
        ImplementationStep(
            code,
            title,
            placed.get(code, []),
            [p for p in shown.get(code, []) if not p.is_placed][:FEW],
            rules.implementation_order([c for c in done if c != code], code),
        )
        for code, title in rules.sequence.IMPLEMENTATION
    ]
    return Implementation(steps, rules.next_step(done))


def _pieces(twinning: Twinning, cut: Cut) -> Iterable[tuple[str, Found]]:
    yield from _written(twinning, cut)
    yield from _from_agreements(twinning, cut)
    yield from _from_both_sides(twinning, cut)
    yield from _from_linkages(twinning, cut)


def _written(twinning: Twinning, cut: Cut) -> Iterable[tuple[str, Found]]:
    rows = queries.step_evidence(programme=twinning.programme, cluster=twinning.emerging)
    for row in rows.filter(evidence_kind__in=WRITTEN):
        has = cut.has(row.when_text_start, row.when_text_end, row.created_at)
        piece = Found(row.evidence_kind, str(row), row.when_text, row.cite(), ("home:step", (row.step,)), has)
        yield WRITTEN[row.evidence_kind], piece


def _from_agreements(twinning: Twinning, cut: Cut) -> Iterable[tuple[str, Found]]:
    """An agreement of the pair, even one that was only attempted, shows that associations or institutions met."""
    for row in queries.pair_agreements(twinning=twinning):
        if row.level == CooperationAgreement.Level.FIRM or row.status == CooperationAgreement.Status.DRAFT:
            continue
        has = cut.has(row.begins_on, row.signed_end, row.created_at)
        if not has and row.begins_on is not None:
            continue
        page = ("programme:agreement", (row.code,))
        piece = Found("agreement", str(row), row.signed, row.cite(), page, has)
        if row.level == CooperationAgreement.Level.ASSOCIATION:
            yield "association_interaction", piece
        is_framework = row.kind in CooperationAgreement.FRAMEWORKS
        if is_framework and row.status == CooperationAgreement.Status.SIGNED:
            yield "mou", piece


def _from_both_sides(twinning: Twinning, cut: Cut) -> Iterable[tuple[str, Found]]:
    """Requirements are stated once both sides have said what they need, can offer or hope to gain."""
    said = list(twinning.requirements.select_related("source"))
    hopes = list(queries.interests(twinning=twinning))
    for piece in queries.stated_by_both(twinning, said, hopes, cut):
        yield "requirements_stated", piece


def _from_linkages(twinning: Twinning, cut: Cut) -> Iterable[tuple[str, Found]]:
    """Somebody found on the other side is a partner; a linkage that came about is a linkage, also if it ended."""
    rows = queries.linkages(programme=twinning.programme, cluster=twinning.emerging)
    for row in rows:
        if row.to_cluster_id not in (None, twinning.advanced_id):
            continue
        start, end = row.signed_start or row.started_start, row.signed_end or row.started_end
        has = cut.has(start, end, row.created_at)
        if not has and start is not None:
            continue
        when = row.signed or row.started
        piece = Found("linkage", str(row), when, row.cite(), ("twinning:pairs", ()), has)
        is_business = rules.linkage_class(row.from_type, row.to_type) != "C2C"
        if is_business or row.to_type != "association":
            yield "partners_identified", piece
        if row.stage in MADE and (is_business or row.to_type != "association"):
            yield "linkages", piece


def as_dict(found: Implementation) -> dict[str, Any]:
    """For machines: each step with what shows it, its order, and the next one."""
    return {
        "next": found.following,
        "source": str(rules.sequence.ORDER_SOURCE),
        "steps": [
            {
                "code": step.code,
                "done": step.is_done,
                "out_of_order": step.is_out_of_order,
                "shown_by": [_piece(p) for p in step.shown_by],
                "date_not_known": [_piece(p) for p in step.not_placed],
            }
            for step in found.steps
        ],
    }


def _piece(piece: Found) -> dict[str, Any]:
    return {"label": piece.label, "when": piece.when or None, "source": piece.source}
