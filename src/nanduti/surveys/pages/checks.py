"""What checks found in the answers of an instrument, and a button to look again."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation import languages
from nanduti.foundation.models import Job
from nanduti.foundation.work import present
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.instruments import Definition
from nanduti.programme.frames import Frame, programme_page

from ..actions import exports as actions
from ..models import Finding
from ..wording import finding_said
from .instruments import title_of
from .tables import instrument_of, newest_definition


class FindingTable(DataTable):
    """Findings, open ones first."""

    name, page_size = "findings", 50


@programme_page(item="field", may="read_sensitive")
def findings(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """All findings about an instrument."""
    instrument = instrument_of(frame, pk)
    definition = newest_definition(instrument)
    rows = (
        Finding.objects.filter(instrument=instrument, scope__in=frame.access.scopes_with("read_sensitive"))
        .select_related("enumerator", "submission__establishment")
        .annotate(
            place=Case(When(state="open", severity="error", then=Value(0)), When(state="open", then=Value(1)),
                       default=Value(2), output_field=IntegerField())
        )
        .order_by("place", "-found_at", "id")
    )  # fmt: skip

    table = FindingTable(rows, request, caption=_("Findings"), columns=_finding_columns(frame, definition))
    if table.wants_export:
        return table.export()
    n = rows.filter(state="open").order_by().values("pk")[:10_000].count()
    said = ngettext("%(n)s finding is open.", "%(n)s findings are open.", n) % {"n": words.number(n)}
    return render(
        request,
        "surveys/checks_findings.html",
        {
            "title": _("Checks: %(what)s") % {"what": title_of(instrument)},
            "state": said if n else _("No finding is open."),
            "table": table,
            "job": _running(instrument.pk),
            "run_url": frame.url("surveys:run_checks", instrument.pk),
            "may_run": frame.may("manage_surveys"),
            "back": frame.url("surveys:table", instrument.pk),
        },
    )


def _finding_columns(frame: Frame, definition: Definition | None) -> list[Col]:
    tongue = languages.tongue()

    def question(row: Finding) -> str:
        asked = definition.question(row.question) if definition and row.question else None
        return asked.label(tongue, definition.default_language) if asked else row.question  # type: ignore[union-attr]

    def url(row: Finding) -> str | None:
        if row.submission_id:
            return frame.url("surveys:submission", row.submission_id)
        return (
            frame.url("surveys:finding", row.pk) if frame.access.may("manage_surveys", row.scope_id) else None
        )

    def about(row: Finding) -> str:
        found = row.submission
        return found.establishment.pseudonym if found and found.establishment_id else ""  # type: ignore[union-attr]

    return [
        Col("said", _("What was noticed"), value=lambda f: finding_said(f, definition), phone=True, url=url),
        Col("about", _("About"), "code", value=about, phone=True),
        Col("question", _("Question"), value=question),
        Col("enumerator", _("Collected by"), value=lambda f: str(f.enumerator or ""), phone=True),
        Col("severity", _("How grave"), "chip", choices=Finding.Severity.choices, filter="choice",
            tone=lambda s: "warn" if s == "error" else ""),
        Col("state", _("State"), "chip", choices=Finding.State.choices, filter="choice", phone=True,
            tone=lambda s: "" if s == "open" else "good"),
        Col("note", _("Note"), shown=False),
        Col("found_at", _("Found"), "moment", sortable=True, shown=False),
    ]  # fmt: skip


def _running(instrument_id: int) -> Any:
    rows = Job.objects.filter(kind="surveys.checks", state__in=["queued", "running"]).order_by("-id")[:50]
    return next((present(job) for job in rows if job.arguments.get("instrument_id") == instrument_id), None)


@require_POST
@programme_page(item="field", may="manage_surveys")
def run(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Look at all answers again, in the background."""
    instrument = instrument_of(frame, pk)
    if _running(instrument.pk) is None:
        actions.order_checks(instrument=instrument, by=request.user)
    return redirect(frame.url("surveys:checks", instrument.pk))
