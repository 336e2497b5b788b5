"""Pages of single ties and of their kinds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show

from ..actions import ties as actions
from ..forms import KindForm, NewKindForm, TieForm
from ..kinds import Kind
from ..models import Tie, TieKind
from ..queries.kinds import kinds_of
from ..queries.ties import waves_of
from .common import EDIT, chosen, kinds_meant, ties_of
from .map import address

# Sources of ``kinds.yaml`` that are ours and not a document's.
SOURCES = {
    "Relation roster": gettext_lazy("Relation roster"),
    "Register of agreements": gettext_lazy("Register of agreements"),
    "Register of memberships": gettext_lazy("Register of memberships"),
    "Register of business networks": gettext_lazy("Register of business networks"),
    "Register of participation": gettext_lazy("Register of participation"),
}


@programme_page(step=3, item="networks")
def ties(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Every tie with who said so, since when, and where it is written."""
    choice = chosen(request, frame)
    found = ties_of(frame, choice)
    kinds = kinds_meant(choice, found)
    rows = found.of_kinds(kinds).to_dicts() if kinds else []
    labels = {code: kind.said for code, kind in found.kinds.items()}
    rounds = {wave.code: str(wave) for wave in choice.waves}
    columns = _tie_columns(frame, labels, rounds)
    table = DataTable(
        rows, request, name="ties", columns=columns, caption=_("Ties"), search=("source", "target")
    )
    if table.wants_export:
        return table.export()
    return render(
        request,
        "networks/table.html",
        {
            "title": _("Ties"),
            "state": ngettext("%(n)s statement (%(round)s).", "%(n)s statements (%(round)s).", table.n)
            % {"n": words.number(table.n), "round": choice.title},
            "back": link(address(frame, "networks:map", **choice.args()), _("Relation map")),
            "action": link(frame.url("networks:declare"), _("Write down a tie")) if frame.may(EDIT) else None,
            "table": table,
            "frame_of": frame,
            "empty_title": _("No tie"),
            "empty_why": _("Nobody has told of a tie of these kinds in this round."),
        },
    )


def _tie_columns(frame: Frame, labels: dict[str, str], rounds: dict[str, str]) -> list[Col]:
    columns = [
        _end_column(frame, "source", pgettext_lazy("a tie", "From")),
        Col(
            "kind", gettext_lazy("Kind"), "choice", choices=labels, filter="choice", sortable=True, phone=True
        ),
        _end_column(frame, "target", pgettext_lazy("a tie", "To")),
        Col("strength", gettext_lazy("Strength"), "number", sortable=True),
        Col(
            "state",
            gettext_lazy("State"),
            "choice",
            choices=Tie.State.choices,
            filter="choice",
            sortable=True,
        ),
        Col("began_on", gettext_lazy("Since"), "day", sortable=True),
        Col("ended_on", gettext_lazy("Until"), "day", shown=False),
        Col("on", gettext_lazy("Said on"), "day", shown=False),
        Col("wave", gettext_lazy("Round"), value=lambda r: rounds.get(r["wave"], r["wave"])),
        Col("told_by", gettext_lazy("Who said so"), shown=False),
        Col("cited", gettext_lazy("Source"), value=lambda r: SOURCES.get(r["cited"], r["cited"]) or "–"),
    ]
    if frame.may(EDIT):
        columns.append(
            Col(
                "open",
                "",
                value=lambda r: _("Open") if r["tie"] else "",
                plain=lambda r: "",
                url=lambda r: frame.url("networks:tie", r["tie"]) if r["tie"] else None,
            )
        )
    return columns


def _end_column(frame: Frame, name: str, title: Any) -> Col:
    return Col(
        name,
        title,
        "code",
        sortable=True,
        phone=True,
        url=lambda r: frame.url("networks:actor", r[name]),
    )


@programme_page(step=3, item="networks", may=EDIT)
def declare(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a tie that somebody told of."""
    cluster = frame.writes_in(EDIT)
    known = kinds_of(frame.programme)
    rounds = list(waves_of(programme=frame.programme, cluster=frame.cluster))
    form = TieForm(
        request.POST or None,
        kinds=[(code, kind.said) for code, kind in known.items()],
        waves=[(wave.code, str(wave)) for wave in rounds],
    )
    by_code = {wave.code: wave for wave in rounds}

    def act(values: dict[str, Any]) -> Tie:
        wave = by_code.get(values.pop("wave") or "")
        return actions.declare_tie(
            programme=frame.programme,
            cluster=cluster or (wave.cluster if wave else None),
            wave=wave,
            access=frame.access,
            by=request.user,
            **values,
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Write down a tie"),
        back=frame.url("networks:ties"),
        save_label=_("Save the tie"),
        done=_("The tie is written down."),
    )


@programme_page(step=3, item="networks", may=EDIT)
def tie(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One tie: what is said, by whom, from where; and the way to take it back."""
    row = (
        Tie._base_manager.filter(programme=frame.programme, pk=pk)
        .select_related(
            "origin__establishment",
            "origin__organisation",
            "origin__person",
            "target__establishment",
            "target__organisation",
            "target__person",
            "wave",
            "source",
            "told_by__establishment",
            "nomination",
        )
        .first()
    )
    if row is None:
        raise NotFound(kind="tie", code_given=str(pk))
    for capability in (EDIT, "read_sensitive"):
        if not frame.access.may(capability, row.scope_id):
            raise NotAllowed(capability=capability)
    if request.method == "POST" and row.nomination_id is None:
        actions.withdraw_tie(tie=row, by=request.user)
        messages.success(request, _("The tie is taken back."))
        return redirect(frame.url("networks:ties"))
    kind = kinds_of(frame.programme).get(row.kind)
    return show(
        request,
        frame,
        template="networks/tie.html",
        title=f"{row.origin} – {row.target}",
        state=kind.said if kind else row.kind,
        back=link(frame.url("networks:ties"), _("Ties")),
        record=row,
        from_roster=row.nomination_id is not None,
        sections=[{"facts": _facts(row, kind)}],
    )


def _facts(row: Tie, kind: Kind | None) -> list[tuple[Any, str]]:
    return [
        (pgettext_lazy("a tie", "From"), str(row.origin)),
        (pgettext_lazy("a tie", "To"), str(row.target)),
        (_("Kind"), kind.said if kind else row.kind),
        (_("Where the kind comes from"), SOURCES.get(kind.source, kind.source) if kind else "–"),
        (_("Strength"), words.number(row.strength) if row.strength is not None else _("not said")),
        (_("State"), row.get_state_display()),
        (_("Since"), words.day(row.began_on) if row.began_on else _("not known")),
        (_("Until"), words.day(row.ended_on) if row.ended_on else _("it lasts, as far as is known")),
        (_("Said on"), words.day(row.stated_on) if row.stated_on else _("not known")),
        (_("Who said so"), str(row.told_by) if row.told_by else _("not known")),
        (_("Round"), str(row.wave) if row.wave else _("of no round")),
        (_("Note"), row.note or "–"),
    ]


# --- kinds


@programme_page(step=3, item="networks")
def kinds(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The kinds of tie that the programme knows, with their sources."""
    own = {row.code: row for row in TieKind._base_manager.filter(programme=frame.programme)}
    rows = list(kinds_of(frame.programme).values())
    may_edit = frame.may_programme(EDIT)
    columns = [
        Col(
            "said",
            gettext_lazy("Kind"),
            phone=True,
            url=lambda k: (
                frame.url("networks:edit_kind", own[k.code].pk) if may_edit and k.code in own else None
            ),
        ),
        Col("code", gettext_lazy("Code"), "code"),
        Col("is_directed", gettext_lazy("Has a direction"), "bool", phone=True),
        Col("scale", gettext_lazy("Scale"), value=lambda k: "–".join(f"{end:g}" for end in k.scale)),
        Col("is_record", gettext_lazy("Read from records"), "bool", filter="bool"),
        Col("is_open", gettext_lazy("Open to all who read"), "bool", filter="bool"),
        Col("own", gettext_lazy("Of this programme"), "bool", value=lambda k: k.code in own, filter="bool"),
        Col("source", gettext_lazy("Source"), value=lambda k: SOURCES.get(k.source, k.source), phone=True),
    ]
    return show(
        request,
        frame,
        title=_("Kinds of tie"),
        state=_("What can pass between two: %(n)s kinds, %(own)s of them the programme's own.")
        % {"n": words.number(len(rows)), "own": words.number(len(own))},
        back=link(frame.url("networks:map"), _("Relation map")),
        action=link(frame.url("networks:new_kind"), _("Add a kind")) if may_edit else None,
        sections=[{"table": DataTable(rows, request, name="kinds", columns=columns)}],
    )


@programme_page(step=3, item="networks", may=EDIT, whole=True)
def new_kind(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Add a kind of tie."""
    return form_page(
        request,
        frame,
        NewKindForm(request.POST or None),
        lambda values: actions.add_kind(programme=frame.programme, values=values, by=request.user),
        title=_("Add a kind of tie"),
        back=frame.url("networks:kinds"),
        save_label=_("Add the kind"),
        done=_("The kind is added."),
    )


@programme_page(step=3, item="networks", may=EDIT, whole=True)
def edit_kind(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a kind of the programme's own."""
    row = TieKind._base_manager.filter(programme=frame.programme, pk=pk).first()
    if row is None:
        raise NotFound(kind="kind of tie", code_given=str(pk))
    form = KindForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_kind(kind=row, values=values, version=version, by=request.user),
        title=str(row),
        back=frame.url("networks:kinds"),
        save_label=_("Save the kind"),
        done=_("Saved."),
    )
