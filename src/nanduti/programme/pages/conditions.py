"""Conditions under which the money comes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable

from .. import codes, queries
from ..frames import Frame, programme_page
from ..models import DivisionOfLabour
from ..models.programmes import in_language
from . import show, way_in


@programme_page()
def conditions(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Who pays on which condition, and which institution may do what."""
    funding = list(queries.funding_conditions(programme=frame.programme))
    labour = list(queries.labour_division(programme=frame.programme))
    n_open = sum(row.is_verified is not True for row in funding if row.condition)
    funding_columns = [
        Col("funder", gettext_lazy("Funder"), value=lambda r: str(r.funder), phone=True),
        Col("share", gettext_lazy("Share"), "share", phone=True),
        Col("condition", gettext_lazy("Condition"), value=lambda r: in_language(r, "condition"), phone=True),
        Col("is_verified", gettext_lazy("Seen to be kept"), "bool"),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]
    labour_columns = [
        Col("institution_kind", gettext_lazy("Kind of institution"), phone=True,
            value=lambda r: codes.said(codes.INSTITUTIONS, r.institution_kind)),
        Col("task", gettext_lazy("Task"), value=lambda r: in_language(r, "task"), phone=True),
        Col("verdict", gettext_lazy("Verdict"), "chip", choices=DivisionOfLabour.May.choices, phone=True,
            tone=lambda v: "warn" if v == "may_not" else "good"),
        Col("reason", gettext_lazy("Why"), value=lambda r: in_language(r, "reason")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    state = (
        ngettext(
            "%(n)s condition has not been seen to be kept.",
            "%(n)s conditions have not been seen to be kept.",
            n_open,
        )
        % {"n": words.number(n_open)}
        if n_open
        else _("Every condition that is written down is kept.")
        if funding
        else _("No funding condition is written down.")
    )  # fmt: skip
    return show(
        request,
        frame,
        title=_("Conditions and division of labour"),
        state=state,
        sections=[
            {
                "title": _("Who pays, on which condition"),
                "table": DataTable(funding, request, columns=funding_columns, name="funding"),
                "empty_title": _("No funding condition is written down"),
                "empty_why": _("Conditions such as open minutes are kept only if somebody can look them up."),
                **way_in(frame),
            },
            {
                "title": _("Which institution may do what"),
                "table": DataTable(labour, request, columns=labour_columns, name="labour", prefix="l."),
                "empty_title": _("No division of labour is written down"),
                "empty_why": _(
                    "Firms trust a university at the door and an association at the table; say who does what."
                ),
                **way_in(frame),
            },
        ],
    )
