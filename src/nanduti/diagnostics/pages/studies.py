"""Pages of studies: which there are, one with its sections and what is missing, agreeing it, its documents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.kept import kept
from nanduti.foundation.models import Job
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show
from nanduti.register.models import Cluster

from ..actions import studies as actions
from ..findings import Findings, from_json, safe
from ..forms.studies import AgreeForm, NewStudyForm, ReopenForm, ReportForm, StudyForm
from ..models import DiagnosticStudy, StudyReport
from ..queries import issues as issue_queries
from ..queries import studies as queries
from ..queries.profile import findings
from ..queries.sections import Material, Section, material, missing_in, sections
from ..reports.content import document
from .saying import history_of

EDIT = "edit_diagnostics"
# With more firms or answers than this it is computed in the background, so that no page holds the server.
LIVE = 5_000
TONES = {"agreed": "good", "draft": "calm"}
# Where what is missing in a section is made.
MADE_AT = {
    "profile": "diagnostics:edit_study",
    "coverage": "diagnostics:edit_study",
    "aobo": "diagnostics:aobo",
    "routing": "diagnostics:routing",
    "partners": "diagnostics:partners",
    "productivity": "diagnostics:rates",
}


def study_of(frame: Frame, code: str) -> DiagnosticStudy:
    """The study of a page."""
    return queries.study_by_code(programme=frame.programme, code=code)


def may_edit(frame: Frame, study: DiagnosticStudy) -> bool:
    """Whether the reader may change it, as far as it is not frozen."""
    return frame.access.may(EDIT, study.scope_id)


def require_edit(frame: Frame, study: DiagnosticStudy) -> None:
    if not may_edit(frame, study):
        raise NotAllowed(capability=EDIT)


def sees_answers(frame: Frame, study: DiagnosticStudy) -> bool:
    """Whether figures of few firms are for the reader."""
    return frame.access.may("read_sensitive", study.scope_id)


# --- which there are


@programme_page(step=3)
def studies(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The studies of a programme."""
    rows = list(queries.studies(programme=frame.programme, cluster=frame.cluster))
    columns = [
        Col("title", gettext_lazy("Study"), value=str, phone=True,
            url=lambda r: frame.url("diagnostics:study", r.code)),
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(r.cluster), sortable=True, phone=True),
        Col("kind", gettext_lazy("Kind"), "choice", choices=DiagnosticStudy.Kind.choices, filter="choice"),
        Col("n_issues", gettext_lazy("Issues"), "number", sortable=True),
        Col("n_prospects", gettext_lazy("Likely partners"), "number", sortable=True),
        Col("status", gettext_lazy("Status"), "chip", choices=DiagnosticStudy.Status.choices, filter="choice",
            tone=lambda s: TONES.get(s, ""), phone=True),
        Col("agreed_on", pgettext_lazy("study", "Agreed on"), "day", sortable=True),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip
    table = DataTable(rows, request, columns=columns, name="studies", caption=_("Studies"))
    n_open = sum(not row.is_agreed for row in rows)
    state = ngettext(
        "%(n)s study is being made.", "%(n)s studies are being made.", n_open
    ) % {"n": words.number(n_open)} if rows else _("No cluster has been studied yet.")  # fmt: skip
    new_url = frame.url("diagnostics:new_study") if frame.may(EDIT) else ""
    return show(
        request,
        frame,
        title=_("Studies of clusters"),
        state=state,
        action=link(new_url, _("Begin a study")) if new_url else None,
        sections=[
            {
                "table": table,
                "empty_title": _("No cluster has been studied yet"),
                "empty_why": _(
                    "What is planned rests on what was found out: "
                    "who the firms are, what holds them back, who can help."
                ),
                "empty_url": new_url,
                "empty_label": _("Begin a study"),
                "links": [
                    link(frame.url("diagnostics:challenges"), _("Challenges and what we learn")),
                    link(frame.url("diagnostics:comparison"), _("Clusters side by side")),
                    link(frame.url("diagnostics:sectors"), _("Published tables of the region")),
                ],
            }
        ],
    )  # fmt: skip


@programme_page(step=3, may=EDIT)
def new_study(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Begin a study."""
    clusters = _clusters_to_study(frame)
    initial = {"version": 0, "least_per_cell": 1, "cluster": frame.cluster and frame.cluster.pk}
    form = NewStudyForm(request.POST or None, initial=initial, programme=frame.programme, clusters=clusters)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        cluster = values.pop("cluster")
        made: list[DiagnosticStudy] = []

        def begin() -> None:
            made.append(
                actions.begin_study(
                    programme=frame.programme, cluster=cluster, values=values, by=request.user
                )
            )

        if form.try_to(begin):
            messages.success(request, _("The study is begun."))
            return redirect(frame.url("diagnostics:study", made[0].code))
    return render(
        request,
        "programme/form.html",
        {
            "title": _("Begin a study"),
            "state": _("What is known already is shown at once; answers join when a questionnaire is named."),
            "form": form,
            "back": link(frame.url("diagnostics:studies"), _("Studies of clusters")),
            "save_label": _("Begin the study"),
        },
        status=form.status,
    )


def _clusters_to_study(frame: Frame) -> list[Cluster]:
    """Those of the programme and those it considers, within which the reader may."""
    considered = Cluster.objects.filter(pk__in=frame.programme.candidates.values("cluster"))
    known = {c.pk: c for c in [*frame.clusters, *considered]}
    if frame.may_programme(EDIT):
        return list(known.values())
    return [c for c in known.values() if frame.access.may_work(EDIT, frame.programme.code, c.code)]


# --- one study


def found_for(frame: Frame, study: DiagnosticStudy) -> tuple[Findings | None, bool]:
    """The findings as the reader may see them, and whether they would have to be computed in the background."""
    frozen = from_json(study.findings)
    if study.is_agreed:
        return frozen, False
    if queries.is_large(study=study, limit=LIVE):
        return frozen, True
    sees = sees_answers(frame, study)
    key = ("study-findings", study.pk, study.version, sees, frame.access.scope_ids)
    found = kept(
        key, lambda: findings(study=study, access=frame.access, at=timezone.now(), with_answers=sees)
    )
    return (found if sees else safe(found)), False


@programme_page(step=3)
def study(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One study with its sections and what is missing in each."""
    row = study_of(frame, code)
    found, is_long = found_for(frame, row)
    given = material(study=row, found=found)
    made = document(given)
    parts = sections(given)
    missing = missing_in(parts)
    edits = may_edit(frame, row)
    return render(
        request,
        "diagnostics/study.html",
        {
            "title": str(row),
            "state": _state(row, missing),
            "study": row,
            "document": made,
            "parts": [(part, _made_at(frame, row, part) if edits and not row.is_agreed else "") for part in parts],
            "figures": _figures(frame, row, given),
            "action": _action(frame, row, missing) if edits else None,
            "edits": edits and not row.is_agreed,
            "edit_url": frame.url("diagnostics:edit_study", row.code),
            "agree_url": frame.url("diagnostics:agree_study", row.code),
            "reopen_url": frame.url("diagnostics:reopen_study", row.code) if edits and row.is_agreed else "",
            "compute_url": frame.url("diagnostics:compute", row.code) if is_long and edits else "",
            "job": _job(row, "diagnostics.findings"),
            "is_withheld": not row.is_agreed and not sees_answers(frame, row),
            "sees": sees_answers(frame, row),
            "links": _links(frame, row),
            "history": history_of(row, 12),
            "back": link(frame.url("diagnostics:studies"), _("Studies of clusters")),
            "record": row,
            "frame_of": frame,
        },
    )  # fmt: skip


def _state(row: DiagnosticStudy, missing: list[str]) -> str:
    if row.is_agreed:
        return _("Agreed on %(day)s; what stands here is frozen.") % {"day": words.day(row.agreed_on)}
    if not missing:
        return _("Nothing is missing; the study can be agreed.")
    return _("Still missing: %(what)s.") % {"what": ", ".join(missing)}


def _figures(frame: Frame, row: DiagnosticStudy, given: Material) -> list[Figure]:
    figures = []
    if given.found is not None:
        figures.append(Figure(given.found.n_register, _("establishments in the register"), "#profile"))
        if given.found.n_answered is not None:
            figures.append(Figure(given.found.n_answered, _("firms answered"), "#coverage"))
    if row.kind == DiagnosticStudy.Kind.ADVANCED:
        figures.append(
            Figure(len(given.prospects), _("likely partners"), frame.url("diagnostics:partners", row.code))
        )
        return figures
    board = issue_queries.board(given.issues)
    figures.append(Figure(len(given.issues), _("issues"), frame.url("diagnostics:aobo", row.code)))
    figures.append(
        Figure(
            len(board["advanced_cluster"]),
            _("need an advanced cluster"),
            frame.url("diagnostics:routing", row.code),
        )
    )
    if board["nobody"]:
        figures.append(
            Figure(
                len(board["nobody"]),
                _("nobody can solve yet"),
                frame.url("diagnostics:routing", row.code),
                tone="warn",
            )
        )
    return figures


def _action(frame: Frame, row: DiagnosticStudy, missing: list[str]) -> dict[str, Any]:
    if row.is_agreed:
        return link(frame.url("diagnostics:report", row.code), _("Make a report"))
    if not missing:
        return link(frame.url("diagnostics:agree_study", row.code), _("Agree the study"))
    if row.kind == DiagnosticStudy.Kind.ADVANCED:
        return link(frame.url("diagnostics:new_prospect", row.code), _("Add a likely partner"))
    return link(frame.url("diagnostics:new_issue", row.code), _("Write down an issue"))


def _made_at(frame: Frame, row: DiagnosticStudy, part: Section) -> str:
    if part.code == "challenges":
        return frame.url("diagnostics:challenges")
    if part.code == "sectors":
        return frame.url("diagnostics:sectors")
    return frame.url(MADE_AT[part.code], row.code)


def _links(frame: Frame, row: DiagnosticStudy) -> list[dict[str, Any]]:
    own = (
        [("diagnostics:partners", _("Likely partners"))]
        if row.kind == DiagnosticStudy.Kind.ADVANCED
        else [
            ("diagnostics:aobo", _("Business operations by product (AOBO)")),
            ("diagnostics:routing", _("Where each issue is solved")),
            ("diagnostics:rates", _("Productivity")),
        ]
    )
    return [link(frame.url(name, row.code), label) for name, label in own] + [
        link(frame.url("diagnostics:report", row.code), _("Reports as PDF and DOCX")),
        link(frame.url("diagnostics:comparison"), _("Clusters side by side")),
    ]


def _job(row: DiagnosticStudy, kind: str) -> Job | None:
    """Work on this study that goes on, so that it is found again."""
    waiting = Job.objects.filter(kind=kind, scope=row.scope_id, state__in=["queued", "running"])
    return next((job for job in waiting if job.arguments.get("study_id") == row.pk), None)


@programme_page(step=3)
def edit_study(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct what a study is and what it rests on."""
    row = study_of(frame, code)
    require_edit(frame, row)
    form = StudyForm.of(
        row, request.POST or None, programme=frame.programme, questions=queries.questions(study=row)
    )
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_study(
            study=row, values=values, version=version, by=request.user
        ),
        title=_("Edit: %(what)s") % {"what": row},
        back=frame.url("diagnostics:study", row.code),
        save_label=_("Save the study"),
        done=_("The study is saved."),
    )


@programme_page(step=3)
def compute(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Have the figures of a large cluster computed."""
    row = study_of(frame, code)
    require_edit(frame, row)
    if request.method != "POST":
        return redirect(frame.url("diagnostics:study", row.code))
    job = _job(row, "diagnostics.findings") or actions.order_findings(study=row, by=request.user)
    return redirect("work", public_id=job.public_id)


@programme_page(step=3)
def agree_study(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Freeze a study as it stands; what is missing is said, and why it is agreed all the same."""
    row = study_of(frame, code)
    require_edit(frame, row)
    if row.is_agreed:
        messages.info(request, _("This study is agreed already."))
        return redirect(frame.url("diagnostics:study", row.code))
    found, is_long = found_for(frame, row)
    given = material(study=row, found=found)
    missing = missing_in(sections(given))
    initial = {"version": row.version, "agreed_on": frame.today}
    form = AgreeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def agree() -> None:
            actions.agree_study(
                study=row,
                found=found or findings(study=row, access=frame.access, at=timezone.now()),
                missing=missing,
                agreed_on=said["agreed_on"],
                reason=said["reason"],
                version=said["version"],
                by=request.user,
            )

        if is_long and found is None:
            messages.warning(request, _("Have the figures computed first; it goes on in the background."))
            return redirect(frame.url("diagnostics:study", row.code))
        if form.try_to(agree):
            messages.success(request, _("The study is agreed and frozen."))
            return redirect(frame.url("diagnostics:study", row.code))
    return render(
        request,
        "diagnostics/agree.html",
        {
            "title": _("Agree: %(what)s") % {"what": row},
            "state": _state(row, missing),
            "missing": missing,
            "form": form,
            "back": link(frame.url("diagnostics:study", row.code), str(row)),
            "save_label": _("Agree the study"),
        },
        status=form.status,
    )


@programme_page(step=3)
def reopen_study(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Open an agreed study again, with the reason."""
    row = study_of(frame, code)
    require_edit(frame, row)
    if not row.is_agreed:
        return redirect(frame.url("diagnostics:study", row.code))
    form = ReopenForm(request.POST or None, initial={"version": row.version})
    return form_page(
        request,
        frame,
        form,
        lambda said: actions.reopen_study(
            study=row, reason=said["reason"], version=said["version"], by=request.user
        ),
        title=_("Open again: %(what)s") % {"what": row},
        back=frame.url("diagnostics:study", row.code),
        save_label=_("Open the study again"),
        done=_("The study is open again."),
    )


# --- documents


@programme_page(step=3)
def report(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """The documents that were made, and a new one in either language."""
    row = study_of(frame, code)
    initial = {"language": (get_language() or "en")[:2], "file_format": "pdf"}
    form = ReportForm(request.POST or None, initial=initial)
    job = _job(row, "diagnostics.report")
    if request.method == "POST":
        require_edit(frame, row)
        if form.is_valid():
            job = job or actions.order_report(study=row, by=request.user, **form.cleaned_data)
            return redirect(frame.url("diagnostics:report", row.code))
    columns = [
        Col("file", gettext_lazy("Document"), value=lambda r: r.file.name, phone=True,
            url=lambda r: frame.url("diagnostics:report_file", row.code, r.pk)),
        Col("language", gettext_lazy("Language"), "choice", choices={"es": "Español", "en": "English"}, phone=True),
        Col("made_at", gettext_lazy("Made"), "moment", sortable=True, phone=True),
        Col("n_bytes", gettext_lazy("Bytes"), "number", value=lambda r: r.file.n_bytes, shown=False),
        Col("digest", gettext_lazy("Fingerprint"), "code", value=lambda r: r.digest[:16], shown=False),
    ]  # fmt: skip
    table = DataTable(list(queries.reports(study=row)), request, columns=columns, name="reports")
    if table.wants_export:
        return table.export()
    return render(
        request,
        "diagnostics/reports.html",
        {
            "title": _("Reports: %(what)s") % {"what": row},
            "state": _(
                "A report says what the study says, in the language you choose; no firm is named in it."
            ),
            "form": form,
            "job": job,
            "table": table,
            "may": may_edit(frame, row),
            "again_url": reverse("diagnostics:report", args=(frame.programme.code, row.code)),
            "back": link(frame.url("diagnostics:study", row.code), str(row)),
        },
        status=form.status if request.method == "POST" else 200,
    )


@programme_page(step=3)
def report_file(request: HttpRequest, frame: Frame, code: str, pk: int) -> FileResponse:
    """One document."""
    found: StudyReport = queries.report_by_id(study=study_of(frame, code), pk=pk)
    return FileResponse(
        found.file.content.open("rb"),
        as_attachment=True,
        filename=found.file.name,
        content_type=found.file.media_type,
    )
