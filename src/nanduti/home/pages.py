"""The way in: welcome, a programme's eight steps, today, search, import, deeds."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext, pgettext
from django.views.decorators.http import require_POST

from nanduti.foundation import imports
from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.models import AuditEvent, ImportBatch
from nanduti.interface import navigation, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.plans.queries import status_counts
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import dated, link
from nanduti.programme.queries import readable_programmes

from . import actions, beginning, queries
from .deeds import DeedTable
from .forms import UploadForm
from .ways_in import ways_in


def welcome(request: HttpRequest) -> HttpResponse:
    """For visitors what Nanduti is; for people their programmes."""
    if not request.user.is_authenticated:
        nobody = beginning.nobody_yet()
        return render(request, "home/welcome.html", {"title": "Nanduti", "nobody_yet": nobody})
    rows = list(readable_programmes(access=request.access))  # type: ignore[attr-defined]
    if len(rows) == 1:
        return redirect("home:programme", programme=rows[0].code)
    columns = [
        Col("title", gettext_lazy("Programme"), value=str, phone=True, url=lambda p: f"/p/{p.code}/"),
        dated("started", gettext_lazy("Started")),
        dated("ended", gettext_lazy("Ended")),
    ]
    own = ways_in(request.access)  # type: ignore[attr-defined]
    if own and not rows:
        context = {"title": _("Your pages"), "state": _("What is open to you here."), "sections": own}
        return render(request, "programme/sections.html", context)
    begin = beginning.begin_link(request)
    return render(
        request,
        "programme/sections.html",
        {
            "title": _("Programmes"),
            "state": _how_many(len(rows)),
            "action": begin if rows else None,
            "sections": [
                {
                    "table": DataTable(rows, request, columns=columns, name="programmes"),
                    **_no_programme(begin),
                },
                *own,
            ],
        },
    )


def _how_many(n: int) -> str:
    if not n:
        return _("No programme is yours to see yet.")
    return ngettext("%(n)s programme is yours to see.", "%(n)s programmes are yours to see.", n) % {
        "n": words.number(n)
    }


def _no_programme(begin: dict[str, Any] | None) -> dict[str, Any]:
    """What stands where there is no programme: for administrators the way to begin one."""
    if begin is None:
        return {
            "empty_title": _("You have no role in any programme yet"),
            "empty_why": _(
                "A programme coordinator or an administrator gives you a role; then its pages open to you."
            ),
        }
    return {
        "empty_title": _("Everything begins with a programme"),
        "empty_why": _(
            "Clusters, plans, agreements and results belong to one. A title is enough; the rest follows step by step."
        ),
        "empty_url": begin["url"],
        "empty_label": begin["label"],
    }


# --- a programme


@programme_page(item="programme")
def programme(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The eight steps: what is done, what evidence the gate still wants, what is next."""
    steps = queries.steps_of(frame)
    counts = status_counts(programme=frame.programme, cluster=frame.cluster, as_of=frame.as_of)
    return render(
        request,
        "home/programme.html",
        {
            "title": frame.where,
            "state": _programme_state(steps, counts, frame),
            "frame_of": frame,
            "steps": steps,
            "figures": _programme_figures(frame, counts),
            "rooms": _rooms(frame),
            "first_steps": beginning.first_steps(frame),
            "facts": _facts(frame),
            "edit_url": frame.url("programme:edit_programme")
            if frame.may_programme("edit_programme")
            else "",
            "record": frame.programme,
            "summary": in_language(frame.programme, "summary"),
        },
    )


def _facts(frame: Frame) -> list[tuple[str, str]]:
    """When the programme runs, and whose interest comes first."""
    row = frame.programme
    return [
        (pgettext("programme", "Begins"), words.written(row.started) or "–"),
        (pgettext("programme", "Ends"), words.written(row.ended) or "–"),
        (_("Whose interest comes first"), row.get_principal_display()),
    ]


def _programme_state(steps: list[queries.StepState], counts: dict[str, int], frame: Frame) -> str:
    n_done = sum(step.state == "done" for step in steps)
    said = ngettext(
        "%(n)s of the 8 steps has all its evidence", "%(n)s of the 8 steps have all their evidence", n_done
    ) % {"n": words.number(n_done)}
    late = counts.get("late", 0)
    if late:
        said += "; " + ngettext("%(n)s activity is late", "%(n)s activities are late", late) % {
            "n": words.number(late)
        }
    return f"{said} ({words.day(frame.as_of)})."


def _programme_figures(frame: Frame, counts: dict[str, int]) -> list[Figure]:
    held = queries.n_agreements_in_force(frame)
    late = counts.get("late", 0)
    return [
        Figure(
            len(frame.clusters),
            ngettext("cluster", "clusters", len(frame.clusters)),
            frame.url("programme:selection"),
        ),
        Figure(
            held,
            ngettext("agreement in force", "agreements in force", held),
            frame.url("programme:agreements"),
        ),
        Figure(sum(counts.values()), _("activities"), frame.url("plans:ledger")),
        Figure(
            counts.get("closed", 0),
            pgettext("activities", "done"),
            frame.url("plans:ledger", status_now="closed"),
        ),
        Figure(
            late,
            pgettext("activities", "late"),
            frame.url("plans:ledger", status_now="late"),
            tone="warn" if late else "",
        ),
    ]


def _rooms(frame: Frame) -> list[dict[str, Any]]:
    """The rooms by the step that is worked on in them, and those of the programme as a whole."""
    whole = [
        ("programme:conditions", _("Conditions and division of labour")),
        ("programme:rules", _("Rules")),
        ("release:home", _("Release")),
    ]
    named = [(n, navigation.STEP_TITLES[n], rooms) for n, rooms in sorted(queries.STEP_ROOMS.items())]
    shown = [
        {"number": number, "title": title, "links": [link(frame.url(name), label) for name, label in rooms]}
        for number, title, rooms in [*named, ("", _("Through all steps"), whole)]
    ]
    begin = beginning.begin_link(frame.request)
    shown[-1]["links"] += [{**begin, "label": _("Begin another programme")}] if begin else []
    return shown


@programme_page(item="programme")
def step(request: HttpRequest, frame: Frame, number: int) -> HttpResponse:
    """One step: what its gate asks for, what evidence there is, and where the missing part is made."""
    if not 1 <= number <= 8:
        raise NotFound(kind="step", code_given=number)
    navigation.here(request, item="programme", step=number)
    shown = queries.steps_of(frame)[number - 1]
    return render(
        request,
        "home/step.html",
        {
            "title": _("Step %(n)s: %(title)s") % {"n": number, "title": navigation.STEP_TITLES[number]},
            "state": shown.in_words,
            "frame_of": frame,
            "step": shown,
            "back": link(frame.url("home:programme"), frame.programme),
            "may_edit": frame.may("edit_twinning"),
            "new_url": frame.url("twinning:new_evidence", number),
        },
    )


# --- today


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """What needs me: late and coming activities, agreements about to lapse, decisions overdue, requests waiting."""
    navigation.here(request, item="today")
    needs = queries.needs_of(request)
    n = sum(len(group.rows) for group in needs)
    if not n:
        state = _("Nothing needs you today.")
    elif any(group.more for group in needs):
        state = _("More than %(n)s things need you.") % {"n": words.number(n)}
    else:
        state = ngettext("%(n)s thing needs you.", "%(n)s things need you.", n) % {"n": words.number(n)}
    return render(request, "home/today.html", {"title": _("Today"), "state": state, "groups": needs})


# --- search


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Activities, agreements, clusters and organisations by words; never identities."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:100]
    groups = queries.found(request, asked) if len(asked) >= 2 else []
    n = sum(len(group.rows) for group in groups)
    if not asked:
        state = _("Type a word: an activity, an agreement, a cluster, an organisation.")
    elif len(asked) < 2:
        state = _("Type at least two letters.")
    elif any(group.more for group in groups):
        state = _("More than %(n)s found for “%(q)s”.") % {"n": words.number(n), "q": asked}
    else:
        state = ngettext("%(n)s found for “%(q)s”.", "%(n)s found for “%(q)s”.", n) % {
            "n": words.number(n),
            "q": asked,
        }
    return render(
        request, "home/today.html", {"title": _("Search"), "state": state, "groups": groups, "q": asked}
    )


# --- import


# What a cell may hold, where it is not any text.
CELL_KINDS = {
    "int": gettext_lazy("whole number"),
    "decimal": gettext_lazy("number"),
    "share": gettext_lazy("share from 0 to 1"),
    "date": gettext_lazy("day, such as 2008-06-30"),
    "bool": gettext_lazy("yes or no"),
    "list": gettext_lazy("list"),
}


def require(request: HttpRequest, capability: str) -> None:
    if not request.access.may(capability):  # type: ignore[attr-defined]
        raise NotAllowed(capability=capability)


@login_required
def import_tables(request: HttpRequest) -> HttpResponse:
    """Hand in tables; the tables that are known, and the imports so far."""
    require(request, "import")
    navigation.here(request, item="import")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        made: list[ImportBatch] = []
        if form.try_to(
            lambda: made.append(
                actions.upload_tables(name=upload.name, content=upload.read(), by=request.user)
            )
        ):
            return redirect("home:import_batch", public_id=made[0].public_id)
    batches = ImportBatch.objects.filter(by=request.user)
    columns = [
        Col("name", gettext_lazy("File"), phone=True, url=lambda b: f"/import/{b.public_id}/"),
        Col("created_at", gettext_lazy("Handed in"), "moment", phone=True),
        Col("state", gettext_lazy("State"), "chip", choices=ImportBatch.State.choices, phone=True,
            tone=lambda s: {"done": "good", "refused": "warn"}.get(s, "")),
        Col("n_created", gettext_lazy("Created"), "number"),
        Col("n_changed", gettext_lazy("Changed"), "number"),
        Col("n_errors", gettext_lazy("Errors"), "number"),
    ]  # fmt: skip
    return render(
        request,
        "home/import.html",
        {
            "title": _("Import"),
            "state": _("Nothing changes before you have seen what would change."),
            "form": form,
            "batches": DataTable(batches, request, columns=columns, name="imports"),
            "tables": sorted(imports.TABLES.values(), key=lambda t: (t.order, t.name)),
            "kinds": CELL_KINDS,
        },
        status=form.status,
    )


def _batch(request: HttpRequest, public_id: uuid.UUID) -> ImportBatch:
    require(request, "import")
    navigation.here(request, item="import")
    batch = ImportBatch.objects.select_related("job").filter(public_id=public_id, by=request.user).first()
    if batch is None:
        raise NotFound(kind=gettext_noop("import"), code_given=public_id)
    return batch


@login_required
def import_batch(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One import: its progress, what it would change, its errors by row, and the way back."""
    batch = _batch(request, public_id)
    is_busy = batch.job is not None and not batch.job.is_over
    errors = batch.report.get("errors", [])
    changes = [
        {**c, "fields": "; ".join(f"{n}: {old} → {new}" for n, (old, new) in c["fields"].items())}
        for c in batch.report.get("changes", [])
    ]
    is_done = batch.state in {ImportBatch.State.DONE, ImportBatch.State.UNDONE}
    kinds = (
        {"created": _("created"), "changed": _("changed")}
        if is_done
        else {"created": _("would be created"), "changed": _("would be changed")}
    )
    # Of a file that is not taken in nothing is created, whatever its good rows would have done.
    is_refused = batch.state == ImportBatch.State.REFUSED
    counts = [] if is_refused else [{"table": name, **counts} for name, counts in batch.tables.items()]
    error_columns = [
        Col("place", gettext_lazy("Place"), phone=True),
        Col("column", gettext_lazy("Column"), phone=True),
        Col("problem", gettext_lazy("What is wrong"), phone=True),
        Col("remedy", gettext_lazy("What to do"), phone=True),
    ]
    change_columns = [
        Col(
            "kind",
            gettext_lazy("What"),
            "chip",
            choices=kinds,
            phone=True,
        ),
        Col("record", gettext_lazy("Record"), phone=True),
        Col("fields", gettext_lazy("Values")),
        Col("place", gettext_lazy("Place"), phone=True),
    ]
    return render(
        request,
        "home/import_batch.html",
        {
            "title": batch.name,
            "state": _batch_state(batch, is_busy),
            "batch": batch,
            "is_busy": is_busy,
            "may_import": batch.state == ImportBatch.State.PREVIEWED and not is_busy,
            "counts": counts,
            "errors": DataTable(errors, request, columns=error_columns, name="errors"),
            "changes": DataTable(
                [] if is_refused else changes, request, columns=change_columns, name="changes", prefix="c."
            ),
            "back": link(reverse("home:import"), _("Import")),
            "action": link(reverse("home:import"), _("Hand in another file")) if is_refused else None,
        },
    )


def _batch_state(batch: ImportBatch, is_busy: bool) -> str:
    if is_busy:
        return _("Being read; you may leave this page and come back.")
    if batch.report.get("refused"):
        return batch.report["refused"]
    if batch.state == ImportBatch.State.REFUSED:
        return ngettext(
            "%(n)s error: nothing was imported. Correct the rows and hand the file in again.",
            "%(n)s errors: nothing was imported. Correct the rows and hand the file in again.",
            batch.n_errors,
        ) % {"n": words.number(batch.n_errors)}
    numbers = {
        "created": words.number(batch.n_created),
        "changed": words.number(batch.n_changed),
        "same": words.number(batch.n_unchanged),
    }
    if batch.state == ImportBatch.State.PREVIEWED:
        if batch.job and batch.job.state == "failed":
            return _("The work broke off; nothing was changed. Hand the file in again.")
        return (
            ngettext(
                "Would create %(created)s record, change %(changed)s, leave %(same)s as they are.",
                "Would create %(created)s records, change %(changed)s, leave %(same)s as they are.",
                batch.n_created,
            )
            % numbers
        )
    if batch.state == ImportBatch.State.UNDONE:
        return _("This import was taken back.")
    return (
        ngettext(
            "Created %(created)s record, changed %(changed)s, left %(same)s as they were.",
            "Created %(created)s records, changed %(changed)s, left %(same)s as they were.",
            batch.n_created,
        )
        % numbers
    )


@login_required
@require_POST
def start_import(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Import what was previewed."""
    batch = _batch(request, public_id)
    actions.start_import(batch=batch, by=request.user)
    return redirect("home:import_batch", public_id=public_id)


@login_required
@require_POST
def undo_import(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an import back."""
    batch = _batch(request, public_id)
    imports.undo_import(batch=batch, by=request.user)
    messages.success(request, _("The import was taken back."))
    return redirect("home:import_batch", public_id=public_id)


# --- deeds


@login_required
def audit(request: HttpRequest) -> HttpResponse:
    """What was done, to what, by whom, within the programmes I answer for."""
    require(request, "see_audit")
    navigation.here(request, item="audit")
    scopes = request.access.scopes_with("see_audit")  # type: ignore[attr-defined]
    rows = AuditEvent.objects.filter(scope__in=scopes)
    table = DeedTable(rows, request)
    if table.wants_export:
        return table.export()
    return render(
        request,
        "programme/sections.html",
        {
            "title": _("Deeds"),
            "state": _("Every change leaves its trace in the same instant; nothing here can be edited."),
            "sees": {"level": "sensitive", "to": _("coordinators and administrators")},
            "sections": [{"table": table, "empty_title": _("Nothing has been done yet")}],
        },
    )
