"""Pages of needs and offers: what both sides said, which of it may fit, and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import saying, words
from nanduti.interface.forms import LARGEST
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.matching import match_recipe
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import dated, form_page, link, show, take_back_page
from nanduti.register.models import SizeBand

from .. import actions, wanting
from ..models import BusinessInterest, Linkage, Requirement, Twinning
from ..requirement_forms import EditRequirementForm, RequirementForm
from .pairs import EDIT, twinning_of

# What each criterion of the matching is called where a pair is explained.
CRITERIA = {
    "text": gettext_lazy("words in common"),
    "service": gettext_lazy("the same kind of help"),
    "size": gettext_lazy("size of the firms"),
    "kind": gettext_lazy("who hardly competes"),
    "known": gettext_lazy("they have met"),
}


@programme_page(step=7, item="programme")
def requirements(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Needs and offers of a pair of clusters, and which of them may fit."""
    twinning = twinning_of(frame, pair)
    rows = list(wanting.requirements(twinning=twinning))
    found = wanting.proposals(twinning=twinning)
    may_edit = frame.access.may(EDIT, twinning.scope_id)
    return show(
        request,
        frame,
        title=_("Needs and offers"),
        state=_state(rows, found),
        back=link(frame.url("twinning:pair", pair), f"{twinning.emerging} – {twinning.advanced}"),
        action=link(frame.url("twinning:new_requirement", pair), _("Write down a need or an offer"))
        if may_edit
        else None,
        sections=[
            _pairs_section(request, frame, twinning, found, may_edit),
            _unanswered_section(request, found),
            _rows_section(request, frame, twinning, rows, may_edit),
        ],
    )


def _state(rows: list[Requirement], found: wanting.Proposals) -> str:
    if not rows:
        return _("Nobody has said yet what either side needs or can offer.")
    n = len(found.pairs)
    said = ngettext(
        "%(n)s pair may fit and is worth an introduction.",
        "%(n)s pairs may fit and are worth an introduction.",
        n,
    ) % {"n": words.number(n)}
    if not found.unanswered:
        return said
    without = len(found.unanswered)
    return (
        said
        + " "
        + ngettext(
            "%(n)s need has no offer yet.", "%(n)s needs have no offer yet.", without
        )
        % {"n": words.number(without)}
    )  # fmt: skip


def who(row: Requirement) -> str:
    """Who needs or offers: the organisation, or its kind where nobody is named; with the cluster's side."""
    name = str(row.organisation) if row.organisation else row.get_stakeholder_type_display()
    return f"{name} ({row.get_side_display()})"


def why(proposal: wanting.Proposal) -> str:
    """Which criteria gave points, and what is to be asked."""
    told = proposal.told
    parts = [
        str(CRITERIA[name]) for name, n in told.points.items() if n and name in CRITERIA and name != "text"
    ]
    if proposal.words:
        parts.append(_("words in common: %(words)s") % {"words": ", ".join(proposal.words[:5])})
    said = "; ".join(parts)
    asked = [str(CRITERIA[name]) for name in told.ask if name in CRITERIA]
    return said + (". " + _("To ask: %(what)s.") % {"what": ", ".join(asked)} if asked else ".")


def _pairs_section(
    request: HttpRequest, frame: Frame, twinning: Twinning, found: wanting.Proposals, may_edit: bool
) -> dict[str, Any]:
    columns = [
        Col("need", gettext_lazy("Need"), value=lambda p: str(p.need), phone=True),
        Col("needs", gettext_lazy("Who needs it"), value=lambda p: who(p.need)),
        Col("offer", gettext_lazy("Offer"), value=lambda p: str(p.offer), phone=True),
        Col("offers", gettext_lazy("Who offers it"), value=lambda p: who(p.offer)),
        Col("share", gettext_lazy("Fit"), "share", value=lambda p: p.share, phone=True),
        Col("why", gettext_lazy("Why"), value=why, phone=True),
        Col("conditions", gettext_lazy("Conditions"), value=_conditions),
    ]  # fmt: skip
    return {
        "title": _("Who may help whom"),
        "intro": _(
            "For each need of one side the offer of the other that fits best, and those nearly as good. "
            "Firms that sell the same to the same buyers are left out."
        )
        + " " + str(saying.say_source(match_recipe("partners").source)),
        "table": DataTable(found.pairs, request, columns=columns, name="proposals"),
        "links": [link(frame.url("twinning:new_linkage", twinning.pair), _("Write down a linkage"))]
        if may_edit and found.pairs
        else [],
        "empty_title": _("No need and no offer fit yet"),
        "empty_why": _("Ask both sides what they need and what they can offer; pairs appear by themselves."),
    }  # fmt: skip


def _conditions(proposal: wanting.Proposal) -> str:
    said = (in_language(row, "conditions") for row in (proposal.need, proposal.offer))
    return " / ".join(text for text in said if text)


def _unanswered_section(request: HttpRequest, found: wanting.Proposals) -> dict[str, Any]:
    columns = [
        Col("need", gettext_lazy("Need"), value=lambda u: str(u[0]), phone=True),
        Col("who", gettext_lazy("Who needs it"), value=lambda u: who(u[0])),
        Col("why", gettext_lazy("Why there is none"), phone=True,
            value=lambda u: " ".join(saying.fill(r.sentence, r.details) for r in u[1])),
    ]  # fmt: skip
    return {
        "title": _("Needs without an offer"),
        "table": DataTable(found.unanswered, request, columns=columns, name="unanswered", prefix="u."),
        "empty_title": _("Every need has an offer that may fit"),
    }


def _rows_section(
    request: HttpRequest, frame: Frame, twinning: Twinning, rows: list[Requirement], may_edit: bool
) -> dict[str, Any]:
    columns = [
        Col("label", gettext_lazy("What it is about"), value=str, phone=True,
            url=lambda r: frame.url("twinning:edit_requirement", twinning.pair, r.pk) if may_edit else None),
        Col("direction", gettext_lazy("Need or offer"), "choice", choices=Requirement.Direction.choices, phone=True),
        Col("side", gettext_lazy("Side"), "choice", choices=BusinessInterest.Side.choices, phone=True),
        Col("kind", gettext_lazy("Kind"), "choice", choices=Linkage.Kind.choices),
        Col("who", gettext_lazy("Who"), value=lambda r: str(r.organisation or r.get_stakeholder_type_display())),
        Col("product", gettext_lazy("Product"), value=lambda r: in_language(r, "product")),
        Col("sizes", gettext_lazy("Size of the firms"), value=_sizes, shown=any(r.sizes for r in rows)),
        Col("technology", gettext_lazy("Technology"), value=lambda r: in_language(r, "technology"),
            shown=any(r.technology for r in rows)),
        Col("conditions", gettext_lazy("Conditions"), value=lambda r: in_language(r, "conditions")),
        Col("state", gettext_lazy("State"), "choice", choices=Requirement.State.choices,
            shown=any(r.state != Requirement.State.OPEN for r in rows)),
        dated("stated", gettext_lazy("When it was said"), shown=any(r.stated for r in rows)),
        Col("end_market", gettext_lazy("To whom it sells in the end"), shown=False),
        # Nine columns are as many as a screen holds; the export has it.
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip
    return {
        "title": _("What both sides said"),
        "table": DataTable(rows, request, columns=columns, name="needs-and-offers", prefix="r."),
        "empty_title": _("Nothing is written down yet"),
        "empty_why": _(
            "Both clusters say what they want: one to learn, say, the other to sell machines or have parts made."
        ),
    }  # fmt: skip


def _sizes(row: Requirement) -> str:
    known = dict(SizeBand.choices)
    return ", ".join(str(known.get(band, band)) for band in row.size_bands)


@programme_page(step=7, item="programme")
def new_requirement(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Write down what somebody needs or can offer."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    form = RequirementForm(request.POST or None, access=frame.access)
    return form_page(
        request,
        frame,
        form,
        lambda _values: actions.state_requirement(twinning=twinning, values=form.values(), by=request.user),
        title=_("Write down a need or an offer"),
        back=frame.url("twinning:requirements", pair),
        save_label=_("Save"),
        done=_("It is written down."),
    )


def _row(twinning: Twinning, pk: int) -> Requirement:
    rows = wanting.requirements(twinning=twinning)
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind="need or offer", code_given=pk)
    return row


@programme_page(step=7, item="programme")
def requirement(request: HttpRequest, frame: Frame, pair: str, pk: int) -> HttpResponse:
    """Correct a need or an offer, or say that it is met."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    row = _row(twinning, pk)
    return form_page(
        request,
        frame,
        EditRequirementForm.of(row, request.POST or None, access=frame.access),
        lambda values, version: actions.edit_requirement(
            requirement=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("twinning:requirements", pair),
        save_label=_("Save"),
        done=_("It is corrected."),
        take_back_url=frame.url("twinning:take_back_requirement", pair, pk),
    )


@programme_page(step=7, item="programme")
def take_back_requirement(request: HttpRequest, frame: Frame, pair: str, pk: int) -> HttpResponse:
    """Take a need or an offer back that was written down by mistake."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    row = _row(twinning, pk)
    return take_back_page(
        request, frame, row, actions.take_back_record, back=frame.url("twinning:requirements", pair)
    )
