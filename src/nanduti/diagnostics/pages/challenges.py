"""Pages of challenges: known at the start, met on the way, what we believe, what we now ask, how it moved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from nanduti.foundation.errors import NotAllowed
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import dated, form_page, link, show

from ..actions import challenges as actions
from ..forms.studies import ChallengeForm, MoveChallengeForm, NewChallengeForm
from ..models import Challenge, ChallengeState
from ..queries import challenges as queries

EDIT = "edit_diagnostics"
TONES = {"solved": "good", "open": "warn", "set_aside": "calm"}


@programme_page(step=3)
def challenges(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The challenges of a programme, or of the cluster chosen."""
    rows = list(queries.challenges(programme=frame.programme, cluster=frame.cluster))
    columns = _challenge_columns(frame)
    n_emergent = sum(row.kind == Challenge.Kind.EMERGENT for row in rows)
    silent = sum(queries.asks_something(row).decision == "flag" for row in rows)
    state = _("%(initial)s known at the start, %(emergent)s met on the way.") % {
        "initial": words.number(len(rows) - n_emergent),
        "emergent": words.number(n_emergent),
    }
    if silent:
        state += " " + ngettext(
            "From %(n)s of these no learning question has been drawn.",
            "From %(n)s of these no learning question has been drawn.",
            silent,
        ) % {"n": words.number(silent)}
    new_url = frame.url("diagnostics:new_challenge") if frame.may(EDIT) else ""
    return show(
        request,
        frame,
        title=_("Challenges and what we learn"),
        state=state if rows else _("No challenge is written down yet."),
        sees={"level": "open", "to": _("everybody in the programme")},
        action=link(new_url, _("Write down a challenge")) if new_url else None,
        figures=[
            Figure(len(rows) - n_emergent, _("known at the start"), "?kind=initial"),
            Figure(n_emergent, _("met on the way"), "?kind=emergent"),
            Figure(
                sum(r.state == ChallengeState.OPEN for r in rows),
                pgettext("challenges", "open"),
                "?state=open",
            ),
        ],
        sections=[
            {
                "table": DataTable(
                    rows, request, columns=columns, name="challenges", caption=_("Challenges")
                ),
                "empty_title": _("No challenge is written down yet"),
                "empty_why": _(
                    "What a programme meets on the way changes what it asks; a new challenge brings a new question."
                ),
                "empty_url": new_url,
                "empty_label": _("Write down a challenge"),
            }
        ],
    )


def _challenge_columns(frame: Frame) -> list[Col]:
    return [
        Col("number", gettext_lazy("No."), "number", sortable=True),
        Col("label", gettext_lazy("Challenge"), value=str, phone=True,
            url=lambda r: frame.url("diagnostics:challenge", r.number)),
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(r.cluster or _("the whole programme"))),
        Col("kind", gettext_lazy("Kind"), "choice", choices=Challenge.Kind.choices, filter="choice"),
        Col("state", gettext_lazy("State"), "chip", choices=ChallengeState.choices, filter="choice",
            tone=lambda s: TONES.get(s, ""), phone=True),
        dated("seen", gettext_lazy("Seen"), sortable="seen_start"),
        Col("question", gettext_lazy("Learning question"), value=lambda r: in_language(r, "learning_question")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip


@programme_page(step=3, may=EDIT)
def new_challenge(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a challenge."""
    cluster = frame.writes_in(EDIT)
    form = NewChallengeForm(request.POST or None, initial={"version": 0, "kind": "emergent"})
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.note_challenge(
            programme=frame.programme, cluster=cluster, values=values, by=request.user
        ),
        title=_("Write down a challenge"),
        state=str(cluster or frame.programme),
        back=frame.url("diagnostics:challenges"),
        save_label=_("Write down the challenge"),
        done=_("The challenge is written down."),
    )


def _edits(frame: Frame, row: Challenge) -> bool:
    return frame.access.may(EDIT, row.scope_id)


def _state_of(row: Challenge) -> str:
    """When it was met and how it stands: a sentence, which begins with a capital."""
    said = _("%(kind)s; %(state)s.") % {"kind": row.get_kind_display(), "state": row.get_state_display()}
    return said[:1].upper() + said[1:]


@programme_page(step=3)
def challenge(request: HttpRequest, frame: Frame, number: int) -> HttpResponse:
    """One challenge: what we believe, what shows it, what it asks, how it moved."""
    row = queries.challenge_by_number(programme=frame.programme, number=number)
    edits = _edits(frame, row)
    form = MoveChallengeForm(
        request.POST or None, initial={"version": row.version, "on": frame.today, "state": row.state}
    )
    if request.method == "POST":
        if not edits:
            raise NotAllowed(capability=EDIT)
        if form.is_valid() and form.try_to(
            actions.move_challenge, challenge=row, by=request.user, **form.cleaned_data
        ):
            messages.success(request, _("It is written down how the challenge moved."))
            return redirect(frame.url("diagnostics:challenge", row.number))
        row = queries.challenge_by_number(programme=frame.programme, number=number)
    sees = frame.access.may("read_sensitive", row.scope_id)
    return render(
        request,
        "diagnostics/challenge.html",
        {
            "title": str(row),
            "state": _state_of(row),
            "facts": [
                (_("Cluster"), str(row.cluster or _("the whole programme"))),
                (_("Seen"), words.written(row.seen)),
                (_("What we believe"), in_language(row, "hypothesis")),
                (_("What shows it"), in_language(row, "evidence")),
                (_("New learning question"), in_language(row, "learning_question")),
            ],
            "verdict": queries.asks_something(row),
            "changes": list(row.changes.all()),
            "sees": sees,
            "form": form if edits else None,
            "edit_url": frame.url("diagnostics:edit_challenge", row.number) if edits else "",
            "back": link(frame.url("diagnostics:challenges"), _("Challenges and what we learn")),
            "record": row,
        },
        status=form.status if request.method == "POST" else 200,
    )  # fmt: skip


@programme_page(step=3)
def edit_challenge(request: HttpRequest, frame: Frame, number: int) -> HttpResponse:
    """Correct a challenge."""
    row = queries.challenge_by_number(programme=frame.programme, number=number)
    if not _edits(frame, row):
        raise NotAllowed(capability=EDIT)
    form = ChallengeForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_challenge(
            challenge=row, values=values, version=version, by=request.user
        ),
        title=_("Edit: %(what)s") % {"what": row},
        back=frame.url("diagnostics:challenge", row.number),
        save_label=_("Save the challenge"),
        done=_("The challenge is saved."),
    )
