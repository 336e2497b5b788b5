"""Agreements of cooperation: their parties, how long they hold, and their renewal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable

from .. import actions, queries
from ..choosing import clusters_at_hand, organisations_at_hand
from ..forms import AgreementForm, EditPartyForm, NewAgreementForm, PartyForm, RenewalForm
from ..frames import Frame, programme_page
from ..models import AgreementParty, CooperationAgreement
from ..models.programmes import in_language
from . import amount_in_words, dated, form_page, link, show, take_back_page

AGREEMENT_STATES = {
    "in_force": gettext_lazy("in force"),
    "lapsed": gettext_lazy("lapsed"),
    "not_yet": gettext_lazy("not yet in force"),
    "undated": gettext_lazy("signed, no date known"),
    "draft": gettext_lazy("draft"),
    "attempted": gettext_lazy("attempted, not signed"),
}
AGREEMENT_TONES = {"in_force": "good", "lapsed": "warn"}


def agreement_columns(frame: Frame) -> list[Col]:
    """How agreements stand in a list, with their state on the cut-off day."""
    day = frame.as_of
    return [
        Col("title", gettext_lazy("Agreement"), value=str, phone=True,
            url=lambda r: frame.url("programme:agreement", r.code)),
        Col("kind", gettext_lazy("Kind"), "choice", choices=CooperationAgreement.Kind.choices, filter="choice",
            sortable=True),
        Col("level", gettext_lazy("Level"), "choice", choices=CooperationAgreement.Level.choices),
        Col("parties", gettext_lazy("Parties"),
            value=lambda r: ", ".join(str(p.organisation) for p in r.parties.all())),
        dated("signed", gettext_lazy("Signed"), sortable="signed_start", phone=True),
        dated("valid_until", gettext_lazy("Valid until"), sortable="valid_until_end"),
        Col("state", gettext_lazy("State"), "chip", value=lambda r: r.state_on(day), choices=AGREEMENT_STATES,
            tone=lambda s: AGREEMENT_TONES.get(s, ""), phone=True),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip


@programme_page(step=5)
def agreements(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Memoranda, twinning agreements, letters of intent, deals; which hold on the cut-off day."""
    rows = queries.agreements(programme=frame.programme, cluster=frame.cluster)
    states = [row.state_on(frame.as_of) for row in rows]
    lapsing = queries.agreements_about_to_lapse(rows, on=frame.as_of)
    state = _("No agreement is recorded yet.")
    if states:
        state = ngettext(
            "%(n)s of %(all)s agreement was in force on %(day)s.",
            "%(n)s of %(all)s agreements were in force on %(day)s.",
            len(states),
        ) % {
            "n": words.number(states.count("in_force")),
            "all": words.number(len(states)),
            "day": words.day(frame.as_of),
        }
    return show(
        request,
        frame,
        title=_("Agreements"),
        state=state,
        figures=[
            Figure(states.count("in_force"), pgettext("agreements", "in force"), tone="good"),
            Figure(states.count("lapsed"), pgettext("agreements", "lapsed")),
            Figure(len(lapsing), _("lapse within 90 days"), tone="warn" if lapsing else ""),
            Figure(states.count("attempted"), pgettext("agreements", "attempted, not signed")),
        ],
        action=link(frame.url("programme:new_agreement"), _("Record an agreement"))
        if frame.may_programme("edit_programme")
        else None,
        sections=[
            {
                "table": DataTable(rows, request, columns=agreement_columns(frame), name="agreements",
                                   caption=_("Agreements"), search=("title", "title_es")),
                "empty_title": _("No agreement is recorded"),
                "empty_why": _("Agreements between associations open the way for everybody else's cooperation."),
                "empty_url": frame.url("programme:new_agreement") if frame.may_programme("edit_programme") else "",
                "empty_label": _("Record an agreement"),
            }
        ],
    )  # fmt: skip


def _agreement(frame: Frame, code: str) -> CooperationAgreement:
    row = queries.agreements(programme=frame.programme).filter(code=code).first()
    if row is None:
        raise NotFound(kind="agreement", code_given=code)
    return row


def _validity(row: CooperationAgreement) -> str:
    since = words.written(row.valid_from or row.signed)
    if row.valid_until:
        until = words.written(row.valid_until)
        return _("from %(since)s until %(until)s") % {"since": since or "?", "until": until}
    return _("since %(since)s; no end agreed") % {"since": since} if since else "–"


@programme_page(step=5)
def agreement(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One agreement: parties, span, renewals, where it is written."""
    row = _agreement(frame, code)
    may_edit = frame.may_programme("edit_programme")
    facts = [
        (_("Kind"), row.get_kind_display()),
        (_("Level"), row.get_level_display()),
        (_("Signed"), words.written(row.signed) or "–"),
        (_("Valid"), _validity(row)),
        (_("Renews"), str(row.renews) if row.renews else "–"),
        (_("Renewed by"), ", ".join(str(r) for r in row.renewals.all()) or "–"),
        (_("Areas of cooperation"), in_language(row, "areas") or "–"),
        (_("Who carries it out"), str(row.implementing_partner or "–")),
        *([(_("Amount"), amount_in_words(frame.access, row))] if row.amount is not None else []),
        (_("Note"), in_language(row, "note") or "–"),
    ]  # fmt: skip
    parties, links, action = row.parties.all(), [], None
    if may_edit:
        add = link(frame.url("programme:add_party", code), _("Add a party"))
        renew = link(frame.url("programme:renew_agreement", code), _("Renew"))
        # Without parties it opens nothing, so they come first.
        action = add if not parties else renew if row.status == "signed" else None
        links = [link(frame.url("programme:edit_agreement", code), _("Correct it"))]
        links += [one for one in (add, renew if row.status == "signed" else None) if one and one != action]
    columns = [
        Col("organisation", gettext_lazy("Organisation"), value=lambda p: str(p.organisation), phone=True),
        Col(
            "party_type", gettext_lazy("Kind of party"), "choice", choices=row.parties.model.PartyType.choices
        ),
        Col(
            "cluster",
            gettext_lazy("Cluster"),
            value=lambda p: str(p.cluster) if p.cluster else "",
            phone=True,
        ),
        Col("is_signatory", gettext_lazy("Has signed"), "bool"),
    ]
    if may_edit:
        columns.append(
            Col("edit", "", phone=True, value=lambda p: _("Correct it"),
                url=lambda p: frame.url("programme:edit_party", code, p.pk))
        )  # fmt: skip
    return show(
        request,
        frame,
        title=str(row),
        state=_("On %(day)s: %(state)s.")
        % {"day": words.day(frame.as_of), "state": AGREEMENT_STATES[row.state_on(frame.as_of)]},
        back=link(frame.url("programme:agreements"), _("Agreements")),
        action=action,
        record=row,
        sections=[
            {"facts": facts, "links": links},
            {
                "title": _("Parties"),
                "table": DataTable(parties, request, columns=columns, name="parties"),
                "empty_title": _("No party is named"),
                "empty_why": _("An agreement opens cooperation only for what its parties stand for."),
            },
        ],
    )


@programme_page(step=5, may="edit_programme", whole=True)
def new_agreement(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Record an agreement."""
    known = organisations_at_hand(programme=frame.programme)
    form = NewAgreementForm(request.POST or None, organisations=known)

    def act(values: dict[str, Any], version: int | None) -> CooperationAgreement:
        return actions.record_agreement(programme=frame.programme, values=values, by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Record an agreement"),
        back=frame.url("programme:agreements"),
        save_label=_("Save the agreement"),
        done=_("The agreement is saved. Now name its parties."),
        then=lambda made: frame.url("programme:agreement", made.code),
    )


@programme_page(step=5, may="edit_programme", whole=True)
def edit_agreement(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct an agreement."""
    row = _agreement(frame, code)
    known = organisations_at_hand(programme=frame.programme, also=[row.implementing_partner_id])
    form = AgreementForm.of(row, request.POST or None, organisations=known)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_agreement(
            agreement=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:agreement", code),
        save_label=_("Save the agreement"),
        done=_("The agreement is saved."),
    )


@programme_page(step=5, may="edit_programme", whole=True)
def add_party(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Name a party of an agreement."""
    row = _agreement(frame, code)
    return form_page(
        request,
        frame,
        PartyForm(
            request.POST or None,
            clusters=clusters_at_hand(programme=frame.programme),
            organisations=organisations_at_hand(programme=frame.programme),
        ),
        lambda values: actions.add_party(agreement=row, by=request.user, **values),
        title=_("Add a party"),
        back=frame.url("programme:agreement", code),
        save_label=_("Add the party"),
        done=_("The party is added."),
    )


def _party(row: CooperationAgreement, pk: int) -> AgreementParty:
    party = next((party for party in row.parties.all() if party.pk == pk), None)
    if party is None:
        raise NotFound(kind="party", code_given=pk)
    return party


@programme_page(step=5, may="edit_programme", whole=True)
def edit_party(request: HttpRequest, frame: Frame, code: str, pk: int) -> HttpResponse:
    """Correct as what a party stands here."""
    row = _party(_agreement(frame, code), pk)
    return form_page(
        request,
        frame,
        EditPartyForm.of(
            row,
            request.POST or None,
            clusters=clusters_at_hand(programme=frame.programme, also=[row.cluster_id]),
        ),
        lambda values, version: actions.edit_party(
            party=row, values=values, version=version, by=request.user
        ),
        title=str(row.organisation),
        back=frame.url("programme:agreement", code),
        save_label=_("Save the party"),
        done=_("The party is saved."),
        take_back_url=frame.url("programme:remove_party", code, pk),
    )


@programme_page(step=5, may="edit_programme", whole=True)
def remove_party(request: HttpRequest, frame: Frame, code: str, pk: int) -> HttpResponse:
    """Take out a party that was named by mistake."""
    row = _party(_agreement(frame, code), pk)
    return take_back_page(
        request,
        frame,
        row,
        actions.remove_party,
        back=frame.url("programme:agreement", code),
        title=row.organisation,
    )


@programme_page(step=5, may="edit_programme", whole=True)
def renew_agreement(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Renew an agreement."""
    row = _agreement(frame, code)
    return form_page(
        request,
        frame,
        RenewalForm(request.POST or None),
        lambda values: actions.renew_agreement(agreement=row, by=request.user, **values),
        title=_("Renew: %(agreement)s") % {"agreement": row},
        back=frame.url("programme:agreements"),
        save_label=_("Save the renewal"),
        done=_("The renewal is saved."),
    )
