"""Programmes, coverage, agreements and resolutions for machines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from nanduti.methods.values import Money, Verdict

from . import funding, labour, organigram, pausing, queries, seating, team
from .models import Appointment, Programme

router = Router(tags=["programme"])


class Trouble(Schema):
    """What went wrong: a stable code, a title, a sentence and a remedy."""

    code: str
    title: str
    sentence: str
    remedy: str


TROUBLE = {401: Trouble, 403: Trouble, 404: Trouble, 409: Trouble, 422: Any}


def asked_programme(request: HttpRequest, code: str) -> Programme:
    """The programme that is asked about, if the asker may read it."""
    found = queries.programme_by_code(code=code)
    request.access.require("read", found.scope_id)  # type: ignore[attr-defined]
    return found


@router.get(
    "programmes", response={200: list[dict[str, Any]], **TROUBLE}, summary="The programmes you can see"
)
def list_programmes(request: HttpRequest):  # type: ignore[no-untyped-def]
    """Code, title and span of each programme within your grants."""
    return [
        {"code": p.code, "title": p.title, "title_es": p.title_es, "started": p.started, "ended": p.ended}
        for p in queries.readable_programmes(access=request.access)  # type: ignore[attr-defined]
    ]


@router.get("programmes/{programme}/coverage", response={200: list[dict[str, Any]], **TROUBLE})
def list_coverage(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Which component runs in which cluster, since when."""
    rows = queries.coverage(programme=asked_programme(request, programme))
    return [
        {
            "cluster": row.cluster.code,
            "component": row.component.code,
            "since": row.since,
            "note": row.note,
            "source": row.cite(),
        }
        for row in rows
    ]


@router.get("programmes/{programme}/components", response={200: dict[str, Any], **TROUBLE})
def list_components(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """The parts of a programme, in how many clusters each runs, and whether they come together there."""
    found = asked_programme(request, programme)
    return {
        "components": [
            {
                "code": row.code,
                "name": row.name,
                "name_es": row.name_es,
                "aim": row.aim,
                "aim_es": row.aim_es,
                "n_clusters": row.n_clusters,
                "source": row.cite(),
            }
            for row in queries.components(programme=found)
        ],
        "convergence": _verdict(queries.coverage_matrix(programme=found).convergence),
    }


@router.get("programmes/{programme}/agreements", response={200: list[dict[str, Any]], **TROUBLE})
def list_agreements(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """The agreements with their parties and their state on a day (today if left out)."""
    day = on or timezone.localdate()
    rows = queries.agreements(programme=asked_programme(request, programme))
    return [
        {
            "code": row.code,
            "kind": row.kind,
            "title": row.title,
            "signed": row.signed,
            "begins_on": row.begins_on,
            "lapses_on": row.lapses_on,
            "state": row.state_on(day),
            "parties": [
                {"organisation": str(p.organisation), "type": p.party_type} for p in row.parties.all()
            ],
            "source": row.cite(),
        }
        for row in rows
    ]


def _verdict(verdict: Verdict | None) -> dict[str, Any] | None:
    """What a rule answers, with its reasons and its source."""
    if verdict is None:
        return None
    return {
        "decision": verdict.decision,
        "reasons": [{"code": r.code, "sentence": r.say()} for r in verdict.reasons],
        "remedy": verdict.remedy,
        "source": str(verdict.source),
    }


@router.get("programmes/{programme}/agents", response={200: dict[str, Any], **TROUBLE})
def list_agents(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """Who works for the programme in which post on a day (today if left out), and what the team still needs.

    Who it is, and whether they fit, only for those who may read sensitive records of that work.
    """
    found = asked_programme(request, programme)
    day = on or timezone.localdate()
    at_work = team.team(programme=found, on=day)
    codes = {member.row.pk: member.row.code for member in at_work.members}
    return {
        "on": day,
        "needs": [
            {"need": n.code, "cluster": n.cluster or None, "verdict": _verdict(n.verdict)}
            for n in at_work.needs
        ],
        "appointments": [_member(request, member, codes) for member in at_work.members],
    }


def _member(request: HttpRequest, member: team.Member, codes: dict[int, str]) -> dict[str, Any]:
    row: Appointment = member.row
    said = {
        "code": row.code,
        "kind": row.kind,
        "side": row.side,
        "cluster": row.cluster.code if row.cluster else None,
        "based_in": row.based_in.code if row.based_in else None,
        "reports_to": codes.get(row.reports_to_id),
        "since": row.since_text,
        "until": row.until_text,
        "is_held": member.is_held,
        "share_of_time": None if row.share_of_time is None else float(row.share_of_time),
        "workload": None if row.workload is None else float(row.workload),
        "source": row.cite(),
    }
    if request.access.may("read_sensitive", row.scope_id):  # type: ignore[attr-defined]
        said |= {
            "person": row.person.pseudonym if row.person else None,
            "is_technical": row.is_technical,
            "is_trained": row.is_trained,
            "knows_other_cluster": row.knows_other,
            "verdict": _verdict(member.verdict),
        }
    return said


@router.get("programmes/{programme}/organigram", response={200: dict[str, Any], **TROUBLE})
def show_organigram(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """Who reports to whom on a day (today if left out): each post with its superior, how we know, and the vacancies.

    Accounts are counted only for those who manage people, as of today.
    """
    found = asked_programme(request, programme)
    day = on or timezone.localdate()
    chart = organigram.organigram(programme=found, on=day)
    known = organigram.accounts(
        chart,
        access=request.access,  # type: ignore[attr-defined]
        programme=found,
        today=timezone.localdate(),
    )
    codes = {station.key: station.row.code for station in chart.held if station.row}
    return {
        "on": day,
        "verdict": _verdict(chart.verdict),
        "committees": [committee.code for committee in chart.committees],
        "posts": [_station(station, codes, known) for station in chart.stations],
    }


def _station(
    station: organigram.Station, codes: dict[str, str], known: dict[str, organigram.Accounts]
) -> dict[str, Any]:
    said = {
        "code": codes.get(station.key),
        "kind": station.kind.code,
        "cluster": station.cluster.code if station.cluster else None,
        "is_vacant": station.is_vacant,
        "reports_to": codes.get(station.superior),
        "basis": station.basis,
        "past_vacant": [kind.code for kind in station.passed],
        "role": station.kind.role.code if station.kind.role else None,
        "verdict": _verdict(station.verdict),
    }
    if station.key in known:
        said |= {"n_accounts": known[station.key].n, "account": _verdict(known[station.key].own)}
    return said


@router.get("programmes/{programme}/committees", response={200: list[dict[str, Any]], **TROUBLE})
def list_committees(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """The bodies of a programme with their seats on a day, and whether each meeting could decide."""
    found = asked_programme(request, programme)
    day = on or timezone.localdate()
    meetings = list(seating.meetings(programme=found))
    return [
        {
            "code": body.committee.code,
            "name": body.committee.name,
            "kind": body.kind.code,
            "required_seats": body.kind.seats,
            "seats": [
                {
                    "sector": s.sector,
                    "organisation": str(s.organisation),
                    "since": s.since_text,
                    "source": s.cite(),
                }
                for s in body.seats
            ],
            "complete": _verdict(body.verdict),
            "meetings": [
                {"number": m.number, "held_on": m.held_on, "quorum": _verdict(seating.quorum_verdict(m))}
                for m in meetings
                if m.committee_id == body.committee.pk
            ],
        }
        for body in seating.bodies_on(programme=found, on=day)
    ]


@router.get("programmes/{programme}/reviews", response={200: dict[str, Any], **TROUBLE})
def list_reviews(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """The reviews in depth of a programme, whether one is due on a day, and what is on hold."""
    found = asked_programme(request, programme)
    day = on or timezone.localdate()
    rows = list(pausing.time_outs(programme=found))
    return {
        "on": day,
        "verdict": _verdict(pausing.review_verdict(rows, on=day)) if rows else None,
        "reviews": [
            {
                "code": row.code,
                "cluster": row.cluster.code if row.cluster else None,
                "occasion": row.occasion,
                "turn": row.turn,
                "planned": row.planned,
                "held": row.held,
                "state": row.state_on(day),
                "findings": row.findings,
                "decision": row.decision or None,
                "changes": row.changes,
                "lifted": row.lifted,
                "solved": row.solved,
                "source": row.cite(),
            }
            for row in rows
        ],
    }


@router.get("programmes/{programme}/conditions", response={200: dict[str, Any], **TROUBLE})
def list_conditions(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Who pays which share of a start on which condition, and whether the records asked for are open to the funder.

    What was given, and what it answers about the money, only for those who may read sensitive records of the programme.
    """
    found = asked_programme(request, programme)
    sees = request.access.may("read_sensitive", found.scope_id)  # type: ignore[attr-defined]
    return {
        "money": _money(found) if sees else None,
        "conditions": [
            {
                "code": row.row.code,
                "kind": row.row.kind,
                "funder": str(row.row.funder),
                "share": None if row.row.share is None else float(row.row.share),
                "condition": row.row.condition,
                "opens": {str(kind): opening.is_open for kind, opening in row.opens.items()},
                "is_kept": row.row.is_verified,
                "seen_on": row.row.verified_on,
                "verdict": _verdict(row.verdict),
                "source": row.row.cite(),
            }
            for row in funding.check_all(programme=found, on=timezone.localdate())
        ],
    }


def _money(programme: Programme) -> dict[str, Any] | None:
    paid = funding.funding(programme=programme)
    cost = funding.start_cost(programme)
    if paid is None:
        return None
    return {
        "cost": _amount(cost),
        "missing": _amount(paid.missing),
        "verdict": _verdict(paid.verdict),
        "funders": [
            {
                "funder": part.name,
                "agreed_share": part.agreed,
                "due": _amount(part.due),
                "given": _amount(part.given),
                "given_share": part.given_share,
                "n_not_counted": part.n_uncounted,
            }
            for part in paid.parts
        ],
    }


def _amount(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


@router.get("programmes/{programme}/labour", response={200: list[dict[str, Any]], **TROUBLE})
def list_labour(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Which kind of institution may, may not or supports in which task, with reason and source."""
    rows = queries.labour_division(programme=asked_programme(request, programme))
    return [
        {
            "institution_kind": row.institution_kind,
            "task": row.task_code or None,
            "task_in_words": labour.task_in_words(row),
            "answer": row.verdict,
            "reason": row.reason,
            "source": row.cite(),
        }
        for row in rows
    ]
