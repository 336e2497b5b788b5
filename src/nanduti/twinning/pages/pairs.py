"""Pages of twinnings: the pairs, the scope of a pair on any day, its agenda, interests, linkages and tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import twinning as rules
from nanduti.programme import codes
from nanduti.programme.frames import Frame, day_of, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import amount_in_words, dated, link, show

from .. import implementing, queries, signing
from ..models import DealTask, Linkage, Twinning
from ..models.linkages import PartyType
from ..models.twinnings import Priority
from . import proposing
from .comparing import comparison_section

EDIT = "edit_twinning"
LEVELS = {
    "high": gettext_lazy("High"),
    "low": gettext_lazy("Low"),
    "not_applicable": gettext_lazy("not applicable"),
}
STAGES = {
    0: gettext_lazy("no framework is in force: only associations can cooperate much"),
    1: gettext_lazy("associations have a framework: institutions can cooperate much"),
    2: gettext_lazy("institutions have a framework too: their service providers can cooperate much"),
    3: gettext_lazy("the way is open for firms"),
}

CLASSES = {
    "C2C": gettext_lazy("clusters (C2C)"),
    "C2B": gettext_lazy("cluster and firm (C2B)"),
    "B2B": gettext_lazy("firms (B2B)"),
}


@programme_page(step=5, item="programme")
def pairs(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The pairs of clusters, the linkages between them by class, and the tasks on the way to deals."""
    rows = list(queries.twinnings(programme=frame.programme, cluster=frame.cluster))
    links_ = list(queries.linkages(programme=frame.programme, cluster=frame.cluster))
    agreed = [
        a for t in rows for a in queries.pair_agreements(twinning=t) if a.state_on(frame.as_of) != "draft"
    ]
    time = queries.time_to_b2b(links_, [a for a in agreed if a.status == "signed"])
    columns = [
        Col("emerging", gettext_lazy("Emerging cluster"), value=lambda t: str(t.emerging), phone=True,
            url=lambda t: frame.url("twinning:pair", t.pair)),
        Col("advanced", gettext_lazy("Advanced cluster"), value=lambda t: str(t.advanced), phone=True,
            url=lambda t: frame.url("twinning:pair", t.pair)),
        dated("started", gettext_lazy("Started")),
        dated("ended", gettext_lazy("Ended")),
        Col("outcome", gettext_lazy("Outcome"), value=lambda t: in_language(t, "outcome")),
        Col("source", gettext_lazy("Source"), value=lambda t: t.cite(), shown=False),
    ]  # fmt: skip
    state = (
        ngettext("%(n)s pair of clusters is twinned.", "%(n)s pairs of clusters are twinned.", len(rows))
        % {"n": words.number(len(rows))}
        if rows
        else _("No two clusters are twinned yet.")
    )
    return show(
        request,
        frame,
        title=_("Twinnings"),
        state=state,
        sections=[
            {
                "table": DataTable(rows, request, columns=columns, name="twinnings"),
                "links": [link(frame.url("twinning:new_twinning"), _("Twin two clusters"))]
                if frame.may_programme(EDIT)
                else [],
                "empty_title": _("No two clusters are twinned yet"),
                "empty_why": _(
                    "A twinning names the emerging cluster and the advanced one that it learns from and trades with."
                ),
            },
            comparison_section(request, frame),
            _linkage_section(request, frame, links_, time),
            _task_section(request, frame),
        ],
    )


def _linkage_section(
    request: HttpRequest, frame: Frame, rows: list[Linkage], time: rules.TimeToBusiness
) -> dict[str, Any]:
    columns = [
        Col("label", gettext_lazy("Linkage"), value=str, phone=True,
            url=lambda r: frame.url("twinning:edit_linkage", r.pk) if frame.access.may(EDIT, r.scope_id) else None),
        Col("class", gettext_lazy("Class"), "choice", value=queries.linkage_class, choices=CLASSES, phone=True),
        Col("kind", gettext_lazy("Kind"), "choice", choices=Linkage.Kind.choices),
        Col("from", gettext_lazy("Who"), value=lambda r: str(r.from_organisation or r.get_from_type_display())),
        Col("to", gettext_lazy("With whom"), value=lambda r: str(r.to_organisation or r.get_to_type_display())),
        Col("stage", gettext_lazy("Stage"), "chip", choices=Linkage.Stage.choices, phone=True,
            tone=lambda s: {"broken_off": "warn", "closed": "good", "agreed": "good"}.get(s, "")),
        dated("started", gettext_lazy("Started")),
    ]  # fmt: skip
    if frame.access.may("read_sensitive"):
        columns.append(
            Col("amount", gettext_lazy("Amount"), value=lambda r: amount_in_words(frame.access, r),
                shown=any(r.amount is not None for r in rows))
        )  # fmt: skip
    details = {k: words.day(v) if hasattr(v, "year") else v for k, v in time.reason.details.items()}
    said = (
        _("From the first linkage of clusters to the first of businesses: %(days)s days.")
        % {"days": words.number(time.days)}
        if time.days is not None
        else saying.fill(time.reason.sentence, details)
    )
    return {
        "title": _("Linkages"),
        "intro": said,
        "table": DataTable(rows, request, columns=columns, name="linkages", prefix="l."),
        "empty_title": _("No linkage is written down"),
        "empty_why": _("Cluster-level linkages build trust; business linkages are what they are for."),
    }


def _task_section(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    columns = [
        Col(
            "label",
            gettext_lazy("Task"),
            value=str,
            phone=True,
            url=lambda t: frame.url("twinning:edit_task", t.pk) if frame.may_programme(EDIT) else None,
        ),
        Col("phase", gettext_lazy("Phase"), "choice", choices=DealTask.Phase.choices, phone=True),
        Col("payer", gettext_lazy("Who pays"), value=lambda t: codes.said(codes.INSTITUTIONS, t.payer)),
        Col(
            "executor",
            gettext_lazy("Who does it"),
            value=lambda t: codes.said(codes.INSTITUTIONS, t.executor),
        ),
        Col(
            "verdict",
            gettext_lazy("Rule"),
            value=lambda t: str(saying.say_verdict(queries.task_verdict(t))),
            phone=True,
        ),
    ]
    return {
        "title": _("Tasks on the way to deals"),
        "intro": _(
            "The programme may pay for trust, partners and institutions; dossiers, deals and closing belong to "
            "a commercial entity."
        ),
        "table": DataTable(
            queries.deal_tasks(programme=frame.programme), request, columns=columns, name="tasks", prefix="t."
        ),
        "links": [link(frame.url("twinning:new_task"), _("Plan a task"))]
        if frame.may_programme(EDIT)
        else [],
        "empty_title": _("No task is planned"),
    }  # fmt: skip


def twinning_of(frame: Frame, pair: str) -> Twinning:
    """The pair that an address names; raises ``NotFound``."""
    return queries.twinning_by_pair(programme=frame.programme, pair=pair)


@programme_page(step=5, item="programme")
def pair(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """The scope matrix of a pair on a day, replayed by a date slider, with its agenda and interests."""
    twinning = twinning_of(frame, pair)
    day = day_of(request.GET.get("on", "")) or frame.as_of
    scope = queries.scope_on(twinning=twinning, on=day)
    topics = list(queries.agenda(twinning=twinning))
    may_edit = frame.access.may(EDIT, twinning.scope_id)
    return render(
        request,
        "twinning/pair.html",
        {
            "title": f"{twinning.emerging} – {twinning.advanced}",
            "state": _("On %(day)s %(stage)s.")
            % {"day": words.day(day), "stage": STAGES[scope.matrix.stage]},
            "frame_of": frame,
            "twinning": twinning,
            "record": twinning,
            "outcome": in_language(twinning, "outcome"),
            "back": link(frame.url("twinning:pairs"), _("Twinnings")),
            "day": day,
            "kinds": [(code, PartyType(code).label) for code in rules.KINDS],
            "rows": _matrix_rows(scope, frame),
            "history": _history(scope, frame, twinning),
            "slider": _slider(scope, day),
            "source": str(saying.say_source(rules.scope.SOURCE)),
            "may_begin": proposing.may_begin(frame, twinning, scope, day),
            "implementation": _implementation(frame, twinning, day),
            "signing": _way_to_signature(frame, twinning, day),
            "agenda": DataTable(
                topics, request, columns=_agenda_columns(frame, twinning, topics), name="agenda"
            ),
            "alignment": queries.alignment(topics).alignment if topics else None,
            **_gains(twinning),
            "needs": link(frame.url("twinning:requirements", pair), _("Needs and offers: who may help whom")),
            "hopes": _hopes(frame, twinning) if may_edit else [],
            "links": [
                link(frame.url("twinning:edit_twinning", pair), _("Correct dates and outcome")),
                link(frame.url("twinning:new_linkage", pair), _("Write down a linkage")),
                link(frame.url("twinning:new_requirement", pair), _("Write down a need or an offer")),
                link(frame.url("twinning:new_topic", pair), _("Put a topic on the agenda")),
                link(frame.url("twinning:new_interest", pair), _("Write down what a side hopes to gain")),
            ]
            if may_edit
            else [],
        },
    )


def _implementation(frame: Frame, twinning: Twinning, day: date) -> dict[str, Any]:
    """The six steps of implementation with what shows each, for the page."""
    found = implementing.implementation(twinning=twinning, on=day)
    following = next((s.title for s in found.steps if s.code == found.following), "")
    return {
        "state": _("Next: %(step)s.") % {"step": saying.fill(following, {})}
        if following
        else _("All six steps are done."),
        "steps": [
            {
                "title": saying.fill(step.title, {}),
                "is_done": step.is_done,
                "is_next": step.code == found.following,
                "late": _("Done before an earlier step; the paper offers the order as a guide.")
                if step.is_out_of_order
                else "",
                "pieces": [_piece(frame, p) for p in step.shown_by],
                "not_placed": [_piece(frame, p) for p in step.not_placed],
                "make": _made_at(frame, twinning, step.code),
            }
            for step in found.steps
        ],
        "source": str(saying.say_source(rules.sequence.ORDER_SOURCE)),
    }


def _way_to_signature(frame: Frame, twinning: Twinning, day: date) -> dict[str, Any]:
    """Who opened the door, the first talk, drafts, signatures, and how long it took."""
    found = signing.way_to_signature(twinning=twinning, on=day)
    parts = (
        (
            _("Who opened the door"),
            found.openers,
            _("Nobody with the role “intermediary” stands in the register."),
        ),
        (_("First talks"), found.talks, _("No talk of the two associations is written down.")),
        (_("Drafts and attempts"), found.drafts, _("None is on record.")),
        (_("Signatures"), found.signatures, _("None yet.")),
    )
    reason = found.time.reason
    return {
        "state": saying.fill(reason.sentence, {k: words.number(v) for k, v in reason.details.items()}),
        "parts": [
            {"title": title, "pieces": [_piece(frame, p) for p in pieces], "nothing": nothing}
            for title, pieces, nothing in parts
        ],
        "source": str(saying.say_source(rules.signature.SIGNATURE_SOURCE)),
    }


def _piece(frame: Frame, piece: queries.Found) -> dict[str, Any]:
    without_date = not piece.page or piece.page[0] == "twinning:pair"
    when = words.written(piece.when) or ("" if without_date else _("date not known"))
    return {
        "label": piece.label,
        "url": frame.url(piece.page[0], *piece.page[1]) if piece.page else "",
        "when": when,
        "source": piece.source,
    }


def _made_at(frame: Frame, twinning: Twinning, code: str) -> dict[str, Any] | None:
    """Where what is missing is written down, for those who may."""
    if not frame.access.may(EDIT, twinning.scope_id):
        return None
    if code == "requirements_stated":
        url = frame.url("twinning:new_requirement", twinning.pair)
        return link(url, _("Write down a need or an offer"))
    if code in {"association_interaction", "willing_identified"}:
        step = 5 if code == "association_interaction" else 7
        url = frame.url("twinning:new_evidence", step, cluster=twinning.emerging.code)
        return link(url, _("Write down what shows it"))
    if code == "mou":
        return link(frame.url("programme:agreements"), _("Agreements"))
    return link(frame.url("twinning:new_linkage", twinning.pair), _("Write down a linkage"))


def _matrix_rows(scope: queries.PairScope, frame: Frame) -> list[dict[str, Any]]:
    rows = []
    for kind in rules.KINDS:
        cells = []
        for other in rules.KINDS:
            cell = scope.matrix.cell(kind, other)
            cells.append(
                {
                    "level": cell.level,
                    "said": LEVELS[cell.level],
                    "since": cell.since if cell.level == "high" else None,
                    "agreements": [
                        link(frame.url("programme:agreement", code), str(scope.rows[code]))
                        for code in cell.because
                    ],
                    "reason": _cell_reason(cell),
                }
            )
        rows.append({"kind": PartyType(kind).label, "cells": cells})
    return rows


def _cell_reason(cell: rules.ScopeCell) -> str:
    return "" if cell.level == "not_applicable" else saying.fill(cell.reason.sentence, cell.reason.details)


def _history(scope: queries.PairScope, frame: Frame, twinning: Twinning) -> list[dict[str, Any]]:
    return [
        {
            "on": change.on,
            "url": frame.url("twinning:pair", twinning.pair, on=change.on.isoformat()),
            "grew": change.stage > change.stage_before,
            "said": STAGES[change.stage],
            "agreements": ", ".join(str(scope.rows[code]) for code in (*change.began, *change.lapsed)),
        }
        for change in scope.history
    ]


def _slider(scope: queries.PairScope, day: date) -> dict[str, Any]:
    """The stretch of days that the slider covers, as day numbers with their ends in words."""
    days = [change.on for change in scope.history] + [day]
    first, last = date(min(days).year, 1, 1), date(max(days).year, 12, 31)
    return {"first": first, "last": last, "day": day}


def _agenda_columns(frame: Frame, twinning: Twinning, topics: list[Any]) -> list[Col]:
    may_edit = frame.access.may(EDIT, twinning.scope_id)
    agenda = queries.alignment(topics) if topics else None
    standing = {}
    if agenda:
        for name, said in (
            ("joint", _("joint agenda")),
            ("one_sided", _("one side only")),
            ("open", _("to be talked about")),
            ("unknown", _("one side has not been asked")),
        ):
            standing |= {topic.name: said for topic in getattr(agenda, name)}
    return [
        Col("topic", gettext_lazy("Topic"), value=str, phone=True,
            url=lambda t: frame.url("twinning:edit_topic", twinning.pair, t.pk) if may_edit else None),
        Col("priority_emerging", gettext_lazy("Emerging cluster"), "choice", choices=Priority.choices),
        Col("priority_advanced", gettext_lazy("Advanced cluster"), "choice", choices=Priority.choices),
        Col("standing", gettext_lazy("Standing"), value=lambda t: standing.get(t.topic, ""), phone=True),
        Col("source", gettext_lazy("Source"), value=lambda t: t.cite()),
    ]  # fmt: skip


def _hopes(frame: Frame, twinning: Twinning) -> list[dict[str, Any]]:
    """What each side said that it hopes to gain, to be corrected."""
    return [
        link(
            frame.url("twinning:edit_interest", twinning.pair, row.pk), in_language(row, "business_interest")
        )
        for row in queries.interests(twinning=twinning)
    ]


def _gains(twinning: Twinning) -> dict[str, Any]:
    """Every pair of hopes, those that do not compete first, and whom to turn to where firms compete."""
    rows = list(queries.interests(twinning=twinning))
    in_words = {r.business_interest: in_language(r, "business_interest") for r in rows}
    gains = queries.mutual_gains(rows)
    gains.sort(key=lambda gain: (gain.rivalry is None, gain.rivalry or 0, -(gain.likelihood or 0)))
    told = [
        {
            "emerging": in_words.get(gain.emerging, gain.emerging),
            "advanced": in_words.get(gain.advanced, gain.advanced),
            "rivalry": gain.rivalry,
            "rivalry_said": _rivalry(gain.rivalry),
            "likelihood": _("not known") if gain.likelihood is None else words.share(gain.likelihood),
            "said": " ".join(saying.say_verdict(gain.verdict).reasons),
        }
        for gain in gains
    ]
    return {"gains": told, "gain_advice": proposing.advice(rows, gains)}


def _rivalry(share: Any) -> str:
    if share is None:
        return _("not known")
    return (
        _("none")
        if share == 0
        else _("same market")
        if share == 1
        else _("same market, another place in the chain")
    )
