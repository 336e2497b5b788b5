"""Pages of enumerators: who asks, what each has sent, the sheet that sets a phone up, taking a key back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.languages import in_tongue
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import link, show

from .. import enrolment
from ..actions import enumerators as actions
from ..actions.enumerators import Enrolled
from ..forms.enumerators import EnrolForm, KeyForm
from ..models import Enumerator
from ..queries import enumerators as queries

MANAGE = "manage_surveys"
STATES = {
    "in_force": gettext_lazy("in force"),
    "ended": gettext_lazy("ended"),
    "revoked": gettext_lazy("taken back"),
}
TONES = {"in_force": "good", "revoked": "warn"}


class EnumeratorTable(DataTable):
    """Who asks, one row each."""

    name, caption, order = "enumerators", gettext_lazy("Enumerators"), "code"
    search = ("code", "title")

    def prepare(self, rows: list[Any]) -> list[Any]:
        sent = queries.counts(enumerator_ids=[row.pk for row in rows])
        for row in rows:
            row.n_sent, row.last_sent = sent.get(row.pk, (0, None))
        return rows


def _columns(frame: Frame) -> list[Col]:
    return [
        Col("code", _("Code"), "code", sortable=True, phone=True,
            url=lambda r: frame.url("surveys:enumerator", r.code)),
        Col("title", _("Called"), sortable=True, phone=True),
        Col("cluster", _("Cluster"), value=lambda r: str(r.cluster or ""), shown=False),
        Col("state", _("Key"), "chip", choices=STATES, filter="choice", tone=lambda s: TONES.get(s, ""), phone=True),
        Col("n_sent", _("Sent"), "number"),
        Col("last_sent", _("Last sent"), "moment"),
        Col("last_seen_at", _("Last seen"), "moment", sortable=True),
        Col("expires_at", _("Ends"), "moment", sortable=True, shown=False),
    ]  # fmt: skip


@programme_page(item="field", may="read_sensitive")
def enumerators(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Everybody who asks in the field, what they sent and when they were last seen."""
    now = timezone.now()
    rows = queries.enumerators(programme=frame.programme, at=now, cluster=frame.cluster)
    n, n_seen = rows.count(), rows.filter(last_seen_at__gte=now - timedelta(days=7)).count()
    state = (
        ngettext(
            "%(n)s enumerator; %(seen)s was seen this week.",
            "%(n)s enumerators; %(seen)s were seen this week.",
            n,
        )
        if n
        else _("Nobody is enrolled yet.")
    )
    table = EnumeratorTable(rows, request, columns=_columns(frame))
    new_url = frame.url("surveys:enrol") if frame.may(MANAGE) else ""
    return show(
        request,
        frame,
        title=_("Enumerators"),
        state=state % {"n": words.number(n), "seen": words.number(n_seen)},
        sees={"level": "sensitive", "to": _("the agents of this programme")},
        action=link(new_url, _("Enrol an enumerator")) if new_url else None,
        sections=[
            {
                "table": table,
                "empty_title": _("Nobody is enrolled yet"),
                "empty_why": _("A phone is set up by scanning one printed code; nothing is typed."),
                "empty_url": new_url,
                "empty_label": _("Enrol an enumerator"),
            }
        ],
    )


@never_cache
@programme_page(item="field", may=MANAGE)
def enrol(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Enrol somebody; the sheet with the code follows, once."""
    cluster = frame.writes_in(MANAGE)
    form = EnrolForm(request.POST or None, programme=frame.programme)
    if request.method == "POST" and form.is_valid():
        made: list[Enrolled] = []
        if form.try_to(
            lambda: made.append(
                actions.enrol(programme=frame.programme, cluster=cluster, by=request.user, **form.values())
            )
        ):
            return _sheet(request, frame, made[0])
    return render(
        request,
        "programme/form.html",
        {
            "title": _("Enrol an enumerator"),
            "state": _("The sheet with the code is shown once: have a printer or the phone at hand."),
            "form": form,
            "back": link(frame.url("surveys:enumerators"), _("Enumerators")),
            "save_label": _("Enrol and show the code"),
        },
        status=form.status,
    )


@sensitive_variables("enrolled", "code", "address")
def _sheet(request: HttpRequest, frame: Frame, enrolled: Enrolled) -> HttpResponse:
    """What is printed and handed over: the code, and what to do with it in both languages."""
    row = enrolled.enumerator
    address = request.build_absolute_uri(f"/collect/{frame.programme.code}/key/{enrolled.token}")
    code = enrolment.settings_code(server_url=address, project=str(frame.programme))
    # The picture is drawn by us, from text that is encoded before.
    drawn = mark_safe(enrolment.picture(code))
    return render(
        request,
        "surveys/enumerators_sheet.html",
        {
            "title": _("Sheet for %(who)s") % {"who": row},
            "state": _("This page is shown once. Print it, or scan it with the phone now."),
            "row": row,
            "picture": drawn,
            "address": address,
            "digest_address": request.build_absolute_uri(f"/collect/{frame.programme.code}"),
            "password": enrolled.password,
            "steps": [_steps("es"), _steps("en")],
            "back": link(frame.url("surveys:enumerators"), _("Enumerators")),
        },
    )


def _steps(language: str) -> dict[str, Any]:
    """Three lines in a language, whatever the page is in: who gets the sheet may read another one."""
    with translation.override(language):
        return {
            "language": language,
            "lines": [
                _("Install the app ODK Collect and open it."),
                _("Choose “Configure with QR code” and hold the camera over the code."),
                _("Fill in forms, with or without a network; they are sent by themselves."),
            ],
        }


def _row(frame: Frame, code: str) -> Enumerator:
    return queries.enumerator(programme=frame.programme, code=code, at=timezone.now())


def _require(frame: Frame, row: Enumerator) -> None:
    if not frame.access.may(MANAGE, row.scope_id):
        raise NotAllowed(capability=MANAGE)


@programme_page(item="field", may="read_sensitive")
def enumerator(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One enumerator: whether the key holds, what was sent, what can be done about the key."""
    row = _row(frame, code)
    sent = queries.by_instrument(enumerator=row)
    n = sum(one["n"] for one in sent)
    may_manage = frame.access.may(MANAGE, row.scope_id)
    return render(
        request,
        "surveys/enumerators_one.html",
        {
            "title": str(row),
            "state": _state(row, n),
            "facts": _facts(row),
            "table": _sent_table(request, sent),
            "may_manage": may_manage,
            "form": KeyForm() if may_manage else None,
            "renew_url": frame.url("surveys:renew_key", row.code),
            "revoke_url": frame.url("surveys:revoke_key", row.code) if row.state != "revoked" else "",
            "back": link(frame.url("surveys:enumerators"), _("Enumerators")),
        },
    )


def _state(row: Enumerator, n: int) -> str:
    sent = ngettext("%(n)s submission was received.", "%(n)s submissions were received.", n) % {
        "n": words.number(n)
    }
    said = {
        "in_force": _("The key is in force."),
        "ended": _("The key has ended: the phone can send nothing."),
        "revoked": _("The key was taken back: the phone can send nothing."),
    }
    return f"{said[row.state]} {sent}"  # type: ignore[attr-defined]


def _facts(row: Enumerator) -> list[tuple[Any, Any]]:
    chosen = [in_language(instrument, "title") for instrument in row.instruments.all()]
    facts = [
        (_("Code"), row.code),
        (_("Cluster"), str(row.cluster) if row.cluster else _("the whole programme")),
        (_("Instruments"), ", ".join(chosen) or _("every open one")),
        (_("Enrolled"), words.moment(row.enrolled_at)),
        (_("Last seen"), words.moment(row.last_seen_at) if row.last_seen_at else _("never")),
        (_("Ends"), words.moment(row.expires_at) if row.expires_at else _("no end")),
    ]
    if row.revoked_at:
        facts.append((_("Taken back"), words.moment(row.revoked_at)))
    if row.is_shared:
        facts.append((_("Shared by several people"), _("yes")))
    return facts


def _sent_table(request: HttpRequest, sent: list[dict]) -> DataTable:
    def title(row: dict) -> str:
        return in_tongue(row["instrument__title"], row["instrument__title_es"]) or row["form_id"]

    columns = [
        Col("title", _("Instrument"), value=title, phone=True),
        Col("n", _("Sent"), "number", phone=True),
        Col("last", _("Last sent"), "moment", phone=True),
    ]
    return DataTable(sent, request, columns=columns, name="sent", caption=_("What was sent"), order="")


@never_cache
@require_POST
@programme_page(item="field", may=MANAGE)
def renew_key(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Give a new key; the sheet follows, once."""
    row = _row(frame, code)
    _require(frame, row)
    form = KeyForm(request.POST)
    made: list[Enrolled] = []
    if form.is_valid() and form.try_to(
        lambda: made.append(actions.renew_key(enumerator=row, by=request.user, **form.values()))
    ):
        return _sheet(request, frame, made[0])
    return render(
        request,
        "programme/form.html",
        {
            "title": _("A new key for %(who)s") % {"who": row},
            "form": form,
            "back": link(frame.url("surveys:enumerator", row.code), str(row)),
            "save_label": _("Give a new key and show the code"),
        },
        status=form.status,
    )


@require_POST
@programme_page(item="field", may=MANAGE)
def revoke_key(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Take a key back, at once."""
    row = _row(frame, code)
    _require(frame, row)
    actions.revoke_key(enumerator=row, by=request.user)
    messages.success(request, _("The key is taken back. What the phone sent before stays."))
    return redirect(frame.url("surveys:enumerator", row.code))
