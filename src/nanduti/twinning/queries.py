"""Questions about twinnings: the scope of cooperation on any day, linkages by class, steps and their gates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Min, Q, QuerySet, When
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from nanduti.diagnostics.queries import studies
from nanduti.foundation.errors import NotFound
from nanduti.methods import twinning as rules
from nanduti.plans import queries as plan_queries
from nanduti.plans import visions as plan_visions
from nanduti.programme import queries as programme_queries
from nanduti.programme import team
from nanduti.programme.dating import Cut
from nanduti.programme.models import Appointment, CooperationAgreement, Programme
from nanduti.programme.models.programmes import in_language
from nanduti.programme.queries import agreements
from nanduti.register.models import Cluster, Organisation

from .models import AgendaTopic, BusinessInterest, DealTask, Linkage, Requirement, StepEvidence, Twinning


def twinnings(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Twinning]:
    """The pairs of clusters that a programme brings together."""
    rows = Twinning.objects.filter(programme=programme).select_related("emerging", "advanced", "source")
    return rows.filter(emerging=cluster) if cluster else rows


def twinning_by_pair(*, programme: Programme, pair: str) -> Twinning:
    """The twinning that "emerging:advanced" names, by cluster codes."""
    emerging, _colon, advanced = pair.partition(":")
    rows = twinnings(programme=programme).filter(emerging__code=emerging, advanced__code=advanced)
    found = None if "\x00" in pair else rows.first()
    if found is None:
        raise NotFound(kind="twinning", code_given=pair)
    return found


def linkages(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Linkage]:
    """Working connections between parties of two clusters."""
    rows = Linkage.objects.filter(programme=programme).select_related(
        "from_cluster", "to_cluster", "from_organisation", "to_organisation", "source"
    )
    return rows.filter(from_cluster=cluster) if cluster else rows


def agenda(*, twinning: Twinning) -> QuerySet[AgendaTopic]:
    """The topics of cooperation with their place on each side's agenda."""
    return twinning.agenda.select_related("source")


def interests(*, twinning: Twinning) -> QuerySet[BusinessInterest]:
    """What each kind of stakeholder hopes to gain."""
    return twinning.interests.select_related("source")


def deal_tasks(*, programme: Programme) -> QuerySet[DealTask]:
    """Tasks on the way to deals."""
    return DealTask.objects.filter(programme=programme).select_related("source")


def step_evidence(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[StepEvidence]:
    """What shows that gates are passed."""
    rows = StepEvidence.objects.filter(programme=programme).select_related("cluster", "source")
    return rows.filter(cluster=cluster) if cluster else rows


# How many records of one kind a gate shows.
FEW = 4


@dataclass(frozen=True)
class PairScope:
    """The scope of cooperation of a pair on a day, the days on which it changed, and the agreements behind it."""

    matrix: rules.ScopeMatrix
    history: tuple[rules.ScopeChange, ...]
    rows: dict[str, CooperationAgreement]


def pair_agreements(*, twinning: Twinning) -> list[CooperationAgreement]:
    """The agreements that have parties in both clusters of a pair."""
    pair = {twinning.emerging_id, twinning.advanced_id}
    rows = agreements(programme=twinning.programme)
    return [row for row in rows if pair <= {p.cluster_id for p in row.parties.all()}]


def _as_value(row: CooperationAgreement, twinning: Twinning) -> rules.Agreement:
    """An agreement as the rules take it: the kinds of its signatories on either side, and its validity."""

    def kinds(cluster_id: int) -> frozenset[str]:
        parties = [p for p in row.parties.all() if p.cluster_id == cluster_id and p.is_signatory]
        return frozenset(p.party_type for p in parties if p.party_type in rules.KINDS)

    return rules.Agreement(
        code=row.code,
        emerging=kinds(twinning.emerging_id),
        advanced=kinds(twinning.advanced_id),
        start=row.begins_on,
        end=row.lapses_on,
        is_signed=row.status == CooperationAgreement.Status.SIGNED,
    )


def scope_on(*, twinning: Twinning, on: date) -> PairScope:
    """How far each kind of stakeholder of the pair may cooperate on a day, and because of which agreements."""
    rows = pair_agreements(twinning=twinning)
    values = [_as_value(row, twinning) for row in rows]
    return PairScope(
        matrix=rules.scope_of_cooperation(values, on),
        history=rules.scope_history(values),
        rows={row.code: row for row in rows},
    )


def scope_as_dict(*, twinning: Twinning, on: date) -> dict[str, Any]:
    """For machines: the sixteen cells with since when and because of what, and every day of change."""
    scope = scope_on(twinning=twinning, on=on)
    return {
        "programme": twinning.programme.code,
        "pair": twinning.pair,
        "on": on.isoformat(),
        "stage": scope.matrix.stage,
        "source": str(rules.scope.SOURCE),
        "cells": [
            {
                "emerging": cell.emerging,
                "advanced": cell.advanced,
                "scope": cell.level,
                "since": cell.since.isoformat() if cell.since else None,
                "because": list(cell.because),
                "reason": cell.reason.say(),
            }
            for cell in scope.matrix.cells
        ],
        "undated_agreements": list(scope.matrix.undated),
        "changes": [
            {
                "on": change.on.isoformat(),
                "stage_before": change.stage_before,
                "stage": change.stage,
                "began": list(change.began),
                "lapsed": list(change.lapsed),
                "cells": [list(pair) for pair in change.cells],
            }
            for change in scope.history
        ],
    }


def linkage_class(linkage: Linkage) -> str:
    """C2C, C2B or B2B, from the kinds of the two parties."""
    return rules.linkage_class(linkage.from_type, linkage.to_type)


def time_to_b2b(rows: list[Linkage], agreed: list[CooperationAgreement]) -> rules.TimeToBusiness:
    """How long it took from the first linkage of clusters (agreements count) to the first of businesses."""
    dated = [(linkage_class(row), row.signed_start or row.started_start) for row in rows]
    dated += [("C2C", row.begins_on) for row in agreed if row.level != "firm" and row.begins_on]
    return rules.time_to_b2b(dated)


def alignment(topics: list[AgendaTopic]) -> rules.Agenda:
    """The topics sorted into joint, one-sided, open and unknown."""
    return rules.agenda_alignment(
        {t.topic: (t.priority_emerging or None, t.priority_advanced or None) for t in topics}
    )


def mutual_gains(rows: list[BusinessInterest]) -> list[rules.MutualGain]:
    """For every pair of interests of the two sides: rivalry and what the rule says of mutual gain."""
    sides: dict[str, list[rules.Interest]] = {"emerging": [], "advanced": []}
    for row in rows:
        markets = frozenset(part.strip() for part in row.end_market.split(";") if part.strip())
        sides[row.side].append(
            rules.Interest(
                stakeholder=in_language(row, "business_interest"),
                kind=row.stakeholder_type,
                gain=None if row.gain is None else float(row.gain),
                end_markets=markets,
                position=row.value_chain_position,
            )
        )
    return [rules.mutual_gain(e, a) for e in sides["emerging"] for a in sides["advanced"]]


def task_verdict(task: DealTask) -> Any:
    """Whether a task on the way to a deal may be paid and done as proposed."""
    return rules.developmental_commercial(
        task.phase, payer=task.payer or None, executor=task.executor or None
    )


def pairs_for_team(programme: Programme, on: date) -> list[team.Pair]:
    """The pairs with how much goes on across each emerging cluster's borders in the year before and after a day."""
    rows = list(twinnings(programme=programme))
    if not rows:
        return []
    year = timedelta(days=365)
    first, last = max(on, date.min + year) - year, min(on, date.max - year) + year
    across = plan_queries.activities(programme=programme).filter(
        activity_class__in=rules.sequence.TWINNING_CLASSES,
        date_text_start__gte=first,
        date_text_start__lte=last,
    )
    counted = dict(across.order_by().values_list("cluster_id").annotate(n=Count("id")))
    return [
        team.Pair(
            t.emerging,
            t.advanced,
            is_running=t.ended_end is None or on < t.ended_end,
            n_across=counted.get(t.emerging_id, 0),
        )
        for t in rows
    ]


# --- steps


@dataclass(frozen=True)
class Found:
    """A piece of evidence that the records themselves give."""

    code: str
    label: str
    when: str = ""
    source: str = ""
    page: tuple[str, tuple[Any, ...]] | None = None
    # Whether it had certainly happened by the day that was asked about; what has no date may not have.
    is_placed: bool = True


def evidence_from_records(*, programme: Programme, cluster: Cluster | None, cut: Cut) -> list[Found]:
    """What the records show by themselves by a day, so that nobody has to tick it: a handful of bounded queries."""
    pairs = list(twinnings(programme=programme, cluster=cluster))
    return [
        *from_selection(programme, cluster),
        *from_appointments(programme, cluster, pairs, cut),
        *_from_studies(programme, cluster, cut),
        *_from_agreements(programme, cluster, cut),
        *_from_activities(programme, cluster, cut.day),
        *_from_plans(programme, cluster, cut),
        *_from_twinnings(programme, cluster, pairs, cut),
    ]


def _by_then(rows: QuerySet[Any], name: str, cut: Cut) -> list[tuple[Any, bool]]:
    """The first records that had happened by the day; where there are none, the first of which nobody can tell."""
    counted = cut.counted(name)
    order = rows.query.order_by or rows.model._meta.ordering
    rows = rows.filter(counted | cut.not_placed(name))
    rows = rows.annotate(is_placed=Case(When(counted, then=True), default=False))
    found = [(row, row.is_placed) for row in rows.order_by("-is_placed", *order)[:FEW]]
    return [one for one in found if one[1] == found[0][1]]


def from_appointments(
    programme: Programme, cluster: Cluster | None, pairs: Iterable[Twinning], cut: Cut
) -> list[Found]:
    """Step 2: agents in their posts on the day; only what is known of them shows anything."""
    here = {pair.advanced_id for pair in pairs} | ({cluster.pk} if cluster else set())
    found: dict[str, list[Found]] = {}
    for row in team.appointments(programme=programme):
        if not row.holds_on(cut.day) or (cluster and row.cluster_id not in here | {None}):
            continue
        page = ("programme:appointment", (row.code,))
        has = cut.has(row.since_on, None, row.created_at)
        for code in _shows(row):
            if len(found.setdefault(code, [])) < FEW:
                found[code].append(Found(code, str(row), row.since_text, row.cite(), page, has))
    return [piece for some in found.values() for piece in some]


def _shows(row: Appointment) -> list[str]:
    """The kinds of evidence that an appointment is."""
    if row.kind == Appointment.Kind.COORDINATOR:
        return ["coordinator_appointed"] if row.based_in_id and row.side == "emerging" else []
    if row.kind != Appointment.Kind.AGENT:
        return []
    if row.side == Appointment.Side.ADVANCED:
        return ["advanced_agent_appointed"]
    return ["agent_appointed"] * (row.is_technical is True) + ["agent_trained"] * (row.is_trained is True)


def from_selection(programme: Programme, cluster: Cluster | None) -> list[Found]:
    rows = programme_queries.candidates(programme=programme).exclude(reason="")
    if cluster:
        rows = rows.filter(cluster=cluster)
    weighed = list(rows)
    found = [
        Found("selection_reasons", f"{row.cluster}: {in_language(row, 'reason')}", "", row.cite(),
              ("programme:selection", ()))
        for row in weighed[:FEW]
    ]  # fmt: skip
    chosen = [row for row in weighed if row.stage == "selected"]
    return found + [
        Found("cluster_selected", str(row.cluster), "", row.cite(), ("programme:selection", ()))
        for row in chosen[:FEW]
    ]


def _from_studies(programme: Programme, cluster: Cluster | None, cut: Cut) -> list[Found]:
    """What agreed studies show: steps 3 and 4 of the paper ask for them; a draft shows nothing yet."""
    found: list[Found] = []
    rows = studies.agreed(programme=programme, cluster=cluster)
    rows = [row for row in rows if row.agreed_on is None or row.agreed_on <= cut.day]
    for row in rows[:FEW]:
        page, when = ("diagnostics:study", (row.code,)), str(row.agreed_on or "")
        if row.kind == row.Kind.ADVANCED:
            if row.n_willing:
                found.append(Found("partner_interests", str(row), when, row.cite(), page))
            if row.n_between:
                found.append(Found("intermediaries_identified", str(row), when, row.cite(), page))
            continue
        found.append(Found("diagnostic_study", str(row), when, row.cite(), page))
        if row.n_abroad:
            found.append(Found("aobo_table", str(row), when, row.cite(), page))
        if studies.is_sampled_by_product(row):
            found.append(Found("product_sample", str(row), when, row.cite(), page))
    return found


def _from_agreements(programme: Programme, cluster: Cluster | None, cut: Cut) -> list[Found]:
    rows = agreements(programme=programme, cluster=cluster).filter(
        status="signed", kind__in=CooperationAgreement.FRAMEWORKS
    )
    states = [(row, row.state_on(cut.day)) for row in rows]
    # The gate asks for an agreement in force; one without any date may be, and nobody can tell.
    held = [(row, state == "in_force") for row, state in states if state in {"in_force", "undated"}]
    return [
        Found("agreement_signed", str(row), row.signed, row.cite(), ("programme:agreement", (row.code,)), has)
        for row, has in sorted(held, key=lambda one: not one[1])[:FEW]
    ]


# Kinds of party that are businesses: a linkage of two of them is B2B.
BUSINESS = ("bdsp", "firm")
CLASS_EVIDENCE = {
    "trust_building": "trust_activity",
    "preparatory": "preparatory_activity",
    "low_hanging_twinning": "twinning_activity",
    "long_run_twinning": "twinning_activity",
}
KIND_EVIDENCE = {
    "diagnostic": "diagnostic_study",
    "audit": "needs_audit",
    "impact_assessment": "impact_assessment",
}


def _from_activities(programme: Programme, cluster: Cluster | None, on: date) -> list[Found]:
    """One activity for each class and kind that is evidence: the first completed one; two queries."""
    rows = plan_queries.with_status(plan_queries.activities(programme=programme, cluster=cluster), as_of=on)
    done = rows.filter(status_now="closed").order_by()
    firsts = list(done.values_list("activity_class", "kind").annotate(first=Min("id")))
    wanted = [pk for one, kind, pk in firsts if one in CLASS_EVIDENCE or kind in KIND_EVIDENCE]
    shown = plan_queries.activities(programme=programme).filter(pk__in=wanted)
    found: dict[str, list[Found]] = {}
    for row in shown.order_by("date_text_start", "plan_id", "number"):
        for code in (CLASS_EVIDENCE.get(row.activity_class), KIND_EVIDENCE.get(row.kind)):
            if code and len(found.setdefault(code, [])) < 2:
                page = ("plans:activity", (row.plan.code, row.number))
                found[code].append(Found(code, str(row), row.date_text, row.cite(), page))
    pieces = [piece for some in found.values() for piece in some]
    if firsts:
        pieces.append(Found("outputs_recorded", _("Computed from the records"), page=("results:table", ())))
    return pieces


def _from_plans(programme: Programme, cluster: Cluster | None, cut: Cut) -> list[Found]:
    endorsed = plan_queries.plans(programme=programme, cluster=cluster).exclude(status="draft")[:FEW]
    found = [Found("action_plan_endorsed", str(p), "", p.cite(), ("plans:plan", ())) for p in endorsed]
    agreed = plan_visions.visions(programme=programme).filter(**({"cluster": cluster} if cluster else {}))
    found += [
        Found("vision_agreed", str(v), v.agreed_on, v.cite(), ("plans:vision", (v.pk,)), has)
        for v, has in _by_then(agreed, "agreed_on", cut)
    ]
    reached = plan_queries.milestones(programme=programme, cluster=cluster)
    return found + [
        Found("outcomes_recorded", str(m), m.reached_on, m.cite(), ("plans:plan", ()), has)
        for m, has in _by_then(reached, "reached_on", cut)
    ]


def _from_twinnings(
    programme: Programme, cluster: Cluster | None, pairs: Iterable[Twinning], cut: Cut
) -> list[Found]:
    begun = [(t, cut.has(t.started_start, t.started_end, t.created_at)) for t in pairs]
    # One that begins later is none yet; one without a date may be.
    begun = [one for one in begun if one[1]] or [one for one in begun if one[0].started_start is None]
    found = [
        Found("advanced_cluster_selected", str(t.advanced), t.started, t.cite(), ("twinning:pair", (t.pair,)), has)
        for t, has in begun[:FEW]
    ]  # fmt: skip
    made = linkages(programme=programme, cluster=cluster).exclude(stage="broken_off")
    made = made.filter(from_type__in=BUSINESS, to_type__in=BUSINESS)
    for row, has in _by_then(made, "started", cut):
        page = ("twinning:pairs", ())
        found.append(Found("business_linkage", str(row), row.started, row.cite(), page, has))
    some = [t.pk for t, _has in begun[:FEW]]
    hopes = list(BusinessInterest.objects.filter(twinning__in=some).select_related("source", "twinning"))
    found += [
        Found("partner_interests", in_language(hope, "business_interest"), "", hope.cite())
        for hope in [hope for hope in hopes if hope.side == "advanced"][:FEW]
    ]
    said = list(Requirement.objects.filter(twinning__in=some).select_related("source"))
    for t, _has in begun[:FEW]:
        of_it = [[row for row in rows if row.twinning_id == t.pk] for rows in (said, hopes)]
        found += stated_by_both(t, *of_it, cut)
    return found


BOTH = ("emerging", "advanced")


def stated_by_both(
    twinning: Twinning, said: list[Requirement], hopes: list[BusinessInterest], cut: Cut
) -> list[Found]:
    """What shows that both sides have stated what they need: needs and offers, else what they hope to gain.

    One for each side; nothing where a side is silent. Hopes carry no date.
    """
    pieces: list[tuple[str, Found]] = []
    for row in said:
        has = cut.has(row.stated_start, row.stated_end, row.created_at)
        if has or row.stated_start is None:
            page = ("twinning:requirements", (twinning.pair,))
            pieces.append((row.side, _stated(row, str(row), row.stated, page, has)))
    reported = cut.reported is None or cut.reported <= cut.day
    for hope in hopes:
        page = ("twinning:pair", (twinning.pair,))
        pieces.append((hope.side, _stated(hope, in_language(hope, "business_interest"), "", page, reported)))
    for rows in ([one for one in pieces if one[1].is_placed], pieces):
        firsts = [next((piece for side, piece in rows if side == asked), None) for asked in BOTH]
        if None not in firsts:
            is_sure = all(piece.is_placed for piece in firsts if piece)
            return [replace(piece, is_placed=is_sure) for piece in firsts if piece]
    return []


def _stated(
    row: Requirement | BusinessInterest, label: str, when: str, page: tuple[str, tuple[Any, ...]], has: bool
) -> Found:
    text = f"{capfirst(row.get_side_display())}: {label}"
    return Found("requirements_stated", text, when, row.cite(), page, has)


def bodies_of(cluster: Cluster) -> QuerySet[Organisation]:
    """The public bodies of a cluster wherever it lies: those that are at home there or have a role toward it."""
    here = Q(cluster=cluster) | Q(roles__cluster=cluster)
    return Organisation._base_manager.filter(here, is_public=True).distinct().order_by("sort_text", "id")
