"""Who pays the start on which condition, whether it is kept, and who may do what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.models import AuditEvent
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.planning import FundedPart

from .. import actions, funding
from ..condition_forms import ConditionForm, CostForm, NewConditionForm, SeenForm
from ..frames import Frame, programme_page
from ..funding import Checked
from ..models import FundingCondition
from ..models.programmes import in_language
from . import form_page, labour, link, show, way_in

EDIT = "edit_programme"
KEPT = {
    "yes": pgettext_lazy("condition", "kept"),
    "flag": gettext_lazy("not known"),
    "no": gettext_lazy("not kept"),
    "none": gettext_lazy("asks for nothing"),
}
STATES = {
    "yes": gettext_lazy("This condition is kept."),
    "flag": gettext_lazy("It is not known whether this condition is kept."),
    "no": gettext_lazy("This condition is not kept."),
    "none": gettext_lazy("Nothing is asked in return."),
}
TONES = {"yes": "good", "no": "warn"}


@programme_page()
def conditions(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Who pays which share, on which condition, whether it is kept, and which institution may do what."""
    rows = funding.check_all(programme=frame.programme, on=frame.today)
    may_edit = frame.may_programme(EDIT)
    new_url = frame.url("programme:new_condition")
    return show(
        request,
        frame,
        title=_("Conditions and division of labour"),
        state=_state(rows),
        action=link(new_url, _("Write down a condition")) if may_edit else None,
        sections=[
            _money(request, frame, may_edit),
            {
                "title": _("What is asked in return"),
                "table": DataTable(rows, request, columns=_columns(frame), name="funding"),
                "empty_title": _("No funding condition is written down"),
                "empty_why": _("Conditions such as open minutes are kept only if somebody can look them up."),
                **_first(frame, may_edit, new_url, _("Write down a condition")),
            },
            labour.section(request, frame, may_edit),
            *labour.against(request, frame),
        ],
    )


def _first(frame: Frame, may_edit: bool, url: str, label: Any) -> dict[str, Any]:
    return {"empty_url": url, "empty_label": label} if may_edit else way_in(frame)


def _state(rows: list[Checked]) -> str:
    asking = [row for row in rows if row.verdict is not None]
    broken = sum(row.verdict.decision == "no" for row in asking)
    open_ = sum(row.verdict.decision == "flag" for row in asking)
    if broken:
        return ngettext(
            "%(n)s condition is not kept.", "%(n)s conditions are not kept.", broken
        ) % {"n": words.number(broken)}  # fmt: skip
    if open_:
        return ngettext(
            "Of %(n)s condition it is not known whether it is kept.",
            "Of %(n)s conditions it is not known whether they are kept.",
            open_,
        ) % {"n": words.number(open_)}
    return _("Every condition that is written down is kept.") if asking else _("No funding condition is written down.")  # fmt: skip  # noqa: E501


def _columns(frame: Frame) -> list[Col]:
    return [
        Col("funder", gettext_lazy("Funder"), phone=True, value=lambda r: str(r.row.funder),
            url=lambda r: frame.url("programme:condition", r.row.code)),
        Col("condition", gettext_lazy("Condition"), phone=True,
            value=lambda r: in_language(r.row, "condition") or _records_of(r) or _("none")),
        Col("kept", gettext_lazy("Is it kept?"), "chip", phone=True, value=_kept, choices=KEPT,
            tone=lambda v: TONES.get(v, "")),
        Col("why", gettext_lazy("Why"), value=_why),
        Col("source", gettext_lazy("Source"), value=lambda r: r.row.cite()),
    ]  # fmt: skip


def _records_of(checked: Checked) -> str:
    names = ", ".join(checked.opens)
    return _("Open to the funder: %(records)s") % {"records": names} if names else ""


def _kept(checked: Checked) -> str:
    return "none" if checked.verdict is None else checked.verdict.decision


def _why(checked: Checked) -> str:
    return "" if checked.verdict is None else " ".join(saying.say_verdict(checked.verdict).reasons)


# --- the money


def _money(request: HttpRequest, frame: Frame, may_edit: bool) -> dict[str, Any]:
    """Who bears which share; amounts for those who may see sensitive records of the whole programme."""
    sees = frame.may_programme("read_sensitive")
    paid = funding.funding(programme=frame.programme)
    cost_url = frame.url("programme:start_cost")
    parts = list(paid.parts) if paid else []
    columns = _share_columns(parts, sees)
    cost = funding.start_cost(frame.programme)
    section = {
        "title": _("Who pays the start"),
        "facts": [(_("What the start costs"), words.money(cost) if cost else _("not known"))] if sees else [],
        "verdict": paid.verdict if paid and sees else None,
        "verdict_about": "open",
        "table": DataTable(parts, request, columns=columns, name="shares", prefix="s."),
        "empty_title": _("No share is written down"),
        "empty_why": _("Who pays how much of a start is agreed before it begins, and compared with what comes."),
        **_first(frame, may_edit, frame.url("programme:new_condition"), _("Write down who pays")),
    }  # fmt: skip
    if may_edit:
        label = _("Correct what the start costs") if cost else _("Write down what the start costs")
        section["links"] = [link(cost_url, label)]
    return section


def _share_columns(parts: list[FundedPart], sees: bool) -> list[Col]:
    """Agreed and given; what nobody has written down is said to be unknown."""
    columns = [
        Col("name", gettext_lazy("Who pays"), phone=True),
        Col(
            "agreed", gettext_lazy("Share agreed"), phone=True, value=lambda p: _known(words.share(p.agreed))
        ),
    ]
    if not sees:
        return columns
    columns += [
        Col("due", gettext_lazy("That is"), value=lambda p: _known(words.money(p.due))),
        Col("given", gettext_lazy("What has come"), phone=True, value=lambda p: _known(words.money(p.given))),
        Col("given_share", gettext_lazy("Share given"), value=lambda p: _known(words.share(p.given_share))),
    ]
    if any(part.n_uncounted for part in parts):
        columns.append(Col("n_uncounted", gettext_lazy("Gifts not counted"), "number"))
    return columns


def _known(said: str) -> str:
    return said or _("not known")


@programme_page(may=EDIT, whole=True)
def start_cost(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Say what the start costs."""
    form = CostForm.of(frame.programme, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.set_start_cost(
            programme=frame.programme, cost=values["cost"], version=version, by=request.user
        ),
        title=_("What the start costs"),
        back=frame.url("programme:conditions"),
        save_label=_("Save the cost"),
        done=_("The cost is saved."),
    )


# --- one condition


@programme_page()
def condition(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One condition: what is paid, what is asked in return, whether it is kept, and who saw it."""
    row = funding.condition_by_code(programme=frame.programme, code=code)
    checked = funding.check(row, on=frame.today)
    may_edit = frame.may_programme(EDIT)
    return show(
        request,
        frame,
        title=str(row.funder),
        state=STATES[_kept(checked)],
        back=link(frame.url("programme:conditions"), _("Conditions and division of labour")),
        action=link(frame.url("programme:see_condition", code), _("Write down what you saw"))
        if may_edit
        else None,
        record=row,
        history=_history(row) if may_edit else [],
        sections=[
            {
                "verdict": checked.verdict,
                "verdict_about": "open",
                "facts": [*_facts(row), *_openings(checked), *_seen(frame, row)],
                "links": [link(frame.url("programme:edit_condition", code), _("Correct it"))]
                if may_edit
                else [],
            }
        ],
    )


def _facts(row: FundingCondition) -> list[tuple[str, Any]]:
    return [
        (_("What is paid"), row.get_kind_display()),
        (_("Share agreed"), words.share(float(row.share)) if row.share is not None else _("not known")),
        (_("Condition"), in_language(row, "condition") or _("none in words")),
    ]


def _openings(checked: Checked) -> list[tuple[str, Any]]:
    """Each kind of record that must be open, and whether it is; what belongs to it is said, names never do."""
    answers = {True: _("open to the funder"), False: _("not open to the funder"), None: _("not known")}
    facts = []
    for kind in funding.known_records(checked.row.opens):
        opening = checked.opens[str(kind)]
        answer = _("not complete") if opening.missing else answers[opening.is_open]
        facts.append((str(kind).capitalize(), f"{answer} ({kind.about_said})"))
    if facts and not checked.has_account:
        facts.append(
            (_("Account of the funder"), _("none stands for it, so Nanduti cannot know what it reads"))
        )
    return facts  # fmt: skip


def _seen(frame: Frame, row: FundingCondition) -> list[tuple[str, Any]]:
    if row.is_verified is None:
        return [(_("Seen by a person"), _("not yet"))]
    answer = str(KEPT["yes" if row.is_verified else "no"])
    when = f", {words.day(row.verified_on)}" if row.verified_on else ""
    facts = [(_("Seen by a person"), f"{answer}{when}")]
    if row.verified_note and frame.may_programme("read_sensitive"):
        facts.append((_("What was seen"), row.verified_note))
    return facts


def _history(row: FundingCondition) -> list[AuditEvent]:
    """The deeds that concern a condition, the newest first."""
    rows = AuditEvent.objects.filter(subject_kind="programme.fundingcondition", subject_id=str(row.pk))
    return list(rows.order_by("-at")[:50])


@programme_page(may=EDIT, whole=True)
def new_condition(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down who pays, and on which condition."""
    return form_page(
        request,
        frame,
        NewConditionForm(request.POST or None),
        lambda values, version: actions.lay_down_condition(
            programme=frame.programme, values=values, by=request.user
        ),
        title=_("Who pays, on which condition"),
        back=frame.url("programme:conditions"),
        save_label=_("Save the condition"),
        done=_("The condition is saved."),
    )


@programme_page(may=EDIT, whole=True)
def edit_condition(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct a condition."""
    row = funding.condition_by_code(programme=frame.programme, code=code)
    return form_page(
        request,
        frame,
        ConditionForm.of(row, request.POST or None),
        lambda values, version: actions.edit_condition(
            condition=row, values=values, version=version, by=request.user
        ),
        title=_("Who pays, on which condition"),
        back=frame.url("programme:condition", code),
        save_label=_("Save the condition"),
        done=_("The condition is saved."),
    )


@programme_page(may=EDIT, whole=True)
def see_condition(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Write down that somebody looked whether a condition is kept."""
    row = funding.condition_by_code(programme=frame.programme, code=code)
    return form_page(
        request,
        frame,
        SeenForm.of(row, request.POST or None),
        lambda values, version: actions.see_condition(
            condition=row, **values, version=version, by=request.user
        ),
        title=_("Is it kept? %(funder)s") % {"funder": row.funder},
        verdict=funding.check(row, on=frame.today).verdict,
        verdict_about="open",
        back=frame.url("programme:condition", code),
        save_label=_("Save"),
        done=_("It is written down."),
    )
