"""Pages of rounds: who was asked, who answered, who did not."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show

from ..actions import ties as actions
from ..forms import NewWaveForm, WaveForm
from ..models import TieRespondent, TieWave
from ..queries.kinds import kinds_of
from ..queries.ties import waves_of
from .common import EDIT

State = TieRespondent.State


@programme_page(step=3, item="networks")
def waves(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The rounds in which people were asked, or seen, with whom they deal."""
    answered = Count("respondents", filter=Q(respondents__state=State.ANSWERED), distinct=True)
    rows = waves_of(programme=frame.programme, cluster=frame.cluster).annotate(
        n_asked=Count("respondents", distinct=True), n_answered=answered
    )
    may_edit = frame.may(EDIT)
    columns = [
        Col(
            "title",
            gettext_lazy("Round"),
            value=str,
            phone=True,
            url=lambda w: frame.url("networks:wave", w.pk),
        ),
        Col("method", gettext_lazy("How it was asked"), "choice", choices=TieWave.Method.choices),
        Col("from_on", gettext_lazy("From"), "day", phone=True, sortable=True),
        Col("until_on", gettext_lazy("Until"), "day"),
        Col("n_asked", gettext_lazy("Asked"), "number", phone=True),
        Col("n_answered", gettext_lazy("Answered"), "number", phone=True),
        Col(
            "map",
            "",
            value=lambda w: _("Map"),
            plain=lambda w: "",
            url=lambda w: frame.url("networks:map", wave=w.code),
        ),
        Col("source", gettext_lazy("Source"), value=lambda w: w.cite() or "–", shown=False),
    ]
    new = frame.url("networks:new_wave") if may_edit else ""
    return show(
        request,
        frame,
        title=_("Rounds of asking"),
        state=_("A round is one time of asking with whom people deal; two of them show what changed."),
        back=link(frame.url("networks:map"), _("Relation map")),
        action=link(new, _("Begin a round")) if new else None,
        sections=[
            {
                "table": DataTable(rows, request, name="rounds", columns=columns),
                "empty_title": _("No round has been held"),
                "empty_why": _(
                    "A roster that is filled in the field begins one by itself; ties that are imported name theirs."
                ),
                "empty_url": new,
                "empty_label": _("Begin a round"),
            }
        ],
    )


def _wave(frame: Frame, pk: int) -> TieWave:
    row = waves_of(programme=frame.programme).filter(pk=pk).first()
    if row is None:
        raise NotFound(kind="wave", code_given=str(pk))
    return row


def _kinds(frame: Frame) -> list[tuple[str, Any]]:
    return [(code, kind.said) for code, kind in kinds_of(frame.programme).items() if not kind.is_record]


@programme_page(step=3, item="networks", may=EDIT)
def new_wave(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Begin a round."""
    cluster = frame.writes_in(EDIT)
    form = NewWaveForm(request.POST or None, kinds=_kinds(frame))
    return form_page(
        request,
        frame,
        form,
        lambda values: actions.begin_wave(
            programme=frame.programme, cluster=cluster, values=values, by=request.user
        ),
        title=_("Begin a round"),
        back=frame.url("networks:waves"),
        save_label=_("Begin the round"),
        done=_("The round has begun."),
    )


@programme_page(step=3, item="networks", may=EDIT)
def edit_wave(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct what is said of a round."""
    row = _wave(frame, pk)
    if not frame.access.may(EDIT, row.scope_id):
        raise NotAllowed(capability=EDIT)
    form = WaveForm.of(row, request.POST or None, kinds=_kinds(frame))
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_wave(wave=row, values=values, version=version, by=request.user),
        title=str(row),
        back=frame.url("networks:wave", pk),
        save_label=_("Save the round"),
        done=_("Saved."),
    )


@programme_page(step=3, item="networks")
def wave(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One round: how many were asked and answered, and, for those who may read answers, who."""
    row = _wave(frame, pk)
    asked = TieRespondent._base_manager.filter(wave=row)
    counts = dict(asked.values_list("state").annotate(n=Count("id")).values_list("state", "n"))
    sees = frame.access.may("read_sensitive", row.scope_id)
    known = kinds_of(frame.programme)
    may_edit = frame.access.may(EDIT, row.scope_id)
    n, n_answered = sum(counts.values()), counts.get(State.ANSWERED, 0)
    sections: list[dict[str, Any]] = [
        {
            "facts": [
                (_("How it was asked"), row.get_method_display()),
                (_("From"), words.day(row.from_on) if row.from_on else _("not known")),
                (_("Until"), words.day(row.until_on) if row.until_on else _("not known")),
                (
                    _("Kinds of tie asked for"),
                    ", ".join(known[code].said for code in row.kinds if code in known)
                    or _("whatever was named"),
                ),
                (_("Wave of the survey"), str(row.survey_wave) if row.survey_wave else "–"),
            ],
            "links": [link(frame.url("networks:map", wave=row.code), _("Relation map"))]
            + ([link(frame.url("networks:edit_wave", pk), _("Correct it"))] if may_edit else []),
        }
    ]
    if sees:
        sections.append(_who_was_asked(request, frame, asked))
    return show(
        request,
        frame,
        title=str(row),
        state=_wave_state(n, n_answered),
        record=row,
        sections=sections,
        back=link(frame.url("networks:waves"), _("Rounds of asking")),
        sees={
            "level": "sensitive" if sees else "open",
            "to": _("agents and coordinators") if sees else _("all who read this programme"),
        },
        figures=[
            Figure(n, pgettext("how many", "asked"), ""),
            Figure(n_answered, pgettext("how many", "answered"), "", tone="good"),
            Figure(
                n - n_answered,
                pgettext("how many", "gave no answer"),
                "",
                tone="warn" if n - n_answered else "",
            ),
        ]
        if n
        else [],
    )


def _wave_state(n: int, n_answered: int) -> str:
    if not n:
        return _("Nobody wrote down who was asked.")
    return _("%(answered)s of %(n)s who were asked answered (%(share)s).") % {
        "answered": words.number(n_answered),
        "n": words.number(n),
        "share": words.share(n_answered / n),
    }


def _who_was_asked(request: HttpRequest, frame: Frame, asked: Any) -> dict[str, Any]:
    rows = asked.select_related(
        "actor__establishment",
        "actor__organisation",
        "actor__person",
        "recruited_by__establishment",
        "recruited_by__organisation",
        "recruited_by__person",
    ).order_by("id")
    columns = [
        Col(
            "actor",
            gettext_lazy("Actor"),
            value=lambda r: str(r.actor),
            phone=True,
            url=lambda r: frame.url("networks:actor", r.actor.pseudonym),
        ),
        Col(
            "state",
            gettext_lazy("State"),
            "choice",
            choices=State.choices,
            filter="choice",
            phone=True,
            sortable=True,
        ),
        Col("answered_on", gettext_lazy("Day"), "day", sortable=True),
        Col("is_seed", gettext_lazy("The chain began here"), "bool", filter="bool"),
        Col(
            "recruited_by",
            gettext_lazy("Named by"),
            value=lambda r: str(r.recruited_by) if r.recruited_by else "",
        ),
        Col("n_more", gettext_lazy("More partners, not listed"), "number", sortable=True),
    ]
    return {
        "title": _("Who was asked"),
        "table": DataTable(rows, request, name="respondents", columns=columns),
        "empty_title": _("Nobody wrote down who was asked"),
        "empty_why": _("Without it, silence cannot be told from having no tie."),
    }
