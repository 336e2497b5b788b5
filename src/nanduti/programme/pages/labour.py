"""Which kind of institution may do which task: the lines, one of them, and writing them down."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import saying
from nanduti.interface.tables import Col, DataTable

from .. import actions, codes, queries
from .. import labour as rules
from ..condition_forms import LabourForm, NewLabourForm
from ..frames import Frame, programme_page
from ..models import DivisionOfLabour
from ..models.programmes import in_language
from . import form_page, link, show, way_in

EDIT = "edit_programme"
TONES = {"may": "good", "may_not": "warn"}


def section(request: HttpRequest, frame: Frame, may_edit: bool) -> dict[str, Any]:
    """The division of labour as a section of the page on conditions."""
    rows = sorted(queries.labour_division(programme=frame.programme), key=_in_words)
    new = link(frame.url("programme:new_labour"), _("Lay down who may do a task"))
    return {
        "title": _("Which institution may do what"),
        "intro": _obeyed(frame) if rows else "",
        "table": DataTable(rows, request, columns=_columns(frame), name="labour", prefix="l."),
        "empty_title": _("No division of labour is written down"),
        "empty_why": _(
            "Firms trust a university at the door and an association at the table; say who does what."
        ),
        **({"empty_url": new["url"], "empty_label": new["label"]} if may_edit else way_in(frame)),
        "links": [*([new] if may_edit and rows else []), link(frame.url("programme:rules"), _("Rules"))],
    }


def against(request: HttpRequest, frame: Frame) -> list[dict[str, Any]]:
    """What stands against a line, as a section; none where nothing does."""
    rows = rules.against(programme=frame.programme)
    columns = [
        Col("what", gettext_lazy("What"), value=lambda r: r[0].label, phone=True,
            url=lambda r: frame.url(*r[0].address)),
        Col("why", gettext_lazy("Why"), phone=True,
            value=lambda r: " ".join(saying.say_verdict(r[1]).reasons)),
    ]  # fmt: skip
    return [
        {
            "title": _("What stands against it"),
            "intro": _("What comes from a document, or was put aside with a reason, is kept as it is."),
            "table": DataTable(rows, request, columns=columns, name="against", prefix="a."),
        }
    ] if rows else []  # fmt: skip


def _in_words(row: DivisionOfLabour) -> tuple[str, str]:
    """Lines of one institution together, in the order in which they are read."""
    return codes.said(codes.INSTITUTIONS, row.institution_kind), rules.task_in_words(row)


def _obeyed(frame: Frame) -> str:
    """What the lines do when an activity is planned, as the programme has set the rule."""
    setting = frame.programme.rule_setting(rules.RULE)
    if setting == "off":
        return _("This programme has put the rule aside: the lines are kept and ask nobody.")
    if setting == "warn":
        return _("Whoever plans an activity against a line is warned.")
    return _("An activity against a line is refused, unless a coordinator says why.")


def _columns(frame: Frame) -> list[Col]:
    return [
        Col("institution_kind", gettext_lazy("Kind of institution"), phone=True,
            value=lambda r: codes.said(codes.INSTITUTIONS, r.institution_kind),
            url=lambda r: frame.url("programme:labour", r.pk)),
        Col("task", gettext_lazy("Task"), value=rules.task_in_words, phone=True),
        Col("verdict", gettext_lazy("Answer"), "chip", choices=DivisionOfLabour.May.choices, phone=True,
            tone=lambda v: TONES.get(v, "")),
        Col("reason", gettext_lazy("Why"), value=lambda r: in_language(r, "reason")),
        Col("task_code", gettext_lazy("Asked when planning"), "bool", value=rules.is_asked),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip


@programme_page()
def line(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One line of the division of labour."""
    row = rules.line_by_id(programme=frame.programme, pk=pk)
    institution = codes.said(codes.INSTITUTIONS, row.institution_kind)
    asked = _("yes, whenever an activity of this kind is planned") if rules.is_asked(row) else _("no, no kind of activity is this task")  # fmt: skip  # noqa: E501
    return show(
        request,
        frame,
        title=_("%(institution)s: %(task)s")
        % {"institution": capfirst(institution), "task": rules.task_in_words(row)},
        state=str(row.get_verdict_display()).capitalize() + ".",
        back=link(frame.url("programme:conditions"), _("Conditions and division of labour")),
        action=link(frame.url("programme:edit_labour", pk), _("Correct it"))
        if frame.may_programme(EDIT)
        else None,
        record=row,
        sections=[
            {
                "facts": [
                    (_("Kind of institution"), institution),
                    (_("Task"), rules.task_in_words(row)),
                    (_("Answer"), row.get_verdict_display()),
                    (_("Why"), in_language(row, "reason")),
                    (_("Asked when planning"), asked),
                ]
            }
        ],
    )


@programme_page(may=EDIT, whole=True)
def new_line(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Lay down whether a kind of institution may do a task."""
    return form_page(
        request,
        frame,
        NewLabourForm(request.POST or None),
        lambda values, version: actions.divide_labour(
            programme=frame.programme, values=values, by=request.user
        ),
        title=_("Who may do a task"),
        back=frame.url("programme:conditions"),
        save_label=_("Save the line"),
        done=_("The line is saved."),
    )


@programme_page(may=EDIT, whole=True)
def edit_line(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a line."""
    row = rules.line_by_id(programme=frame.programme, pk=pk)
    return form_page(
        request,
        frame,
        LabourForm.of(row, request.POST or None),
        lambda values, version: actions.edit_labour(
            line=row, values=values, version=version, by=request.user
        ),
        title=_("Who may do a task"),
        back=frame.url("programme:labour", pk),
        save_label=_("Save the line"),
        done=_("The line is saved."),
    )
