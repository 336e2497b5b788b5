"""Pages of mappings: what the answers of an instrument become, what could not become a record, and the text itself."""

from __future__ import annotations

from typing import Any

import yaml
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import NandutiError, PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show
from nanduti.register.duplicates import queries as doubles
from nanduti.register.panels import Panel

from ..actions import mappings as actions
from ..forms.mappings import MappingForm
from ..mapping import targets, writing
from ..models import Instrument, RecordLink, Submission
from ..queries import mappings as queries

MANAGE = "manage_surveys"
START = """mapping: 1
source: {title}
applies: received
subject:
  create: true
  values: {{}}
  identity: {{}}
facts: []
"""


def _instrument(frame: Frame, pk: int) -> Instrument:
    found = (
        Instrument.objects.filter(programme=frame.programme, pk=pk)
        .select_related("programme", "scope")
        .first()
    )
    if found is None:
        raise NotFound(kind=_("instrument"), code_given=str(pk))
    return found


@programme_page(item="field")
def mapping(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """What the answers become: how many records of which kind, and what stands in the way of the others."""
    instrument = _instrument(frame, pk)
    kept = queries.mapping_of(instrument=instrument)
    counts = queries.counts(instrument=instrument)
    may_edit = frame.access.may(MANAGE, instrument.scope_id)
    sections: list[dict[str, Any]] = [
        {
            "title": _("What became of the answers"),
            "table": DataTable(counts, request, name="targets", columns=_count_columns(), prefix="t."),
            "empty_title": _("No answer has become a record yet"),
            "empty_why": _("A mapping says which answers become records of the register."),
        }
    ]
    if frame.access.may("read_sensitive", instrument.scope_id):
        sections.append(_problems(request, frame, instrument))
    if kept is not None:
        text = yaml.safe_dump(kept.spec, allow_unicode=True, sort_keys=False)
        sections.append({"title": _("The mapping"), "html": _code(text, _("As it is written"))})
    sections.append({"title": _("What answers can become here"), "facts": _targets()})
    return show(
        request,
        frame,
        title=_("What answers become: %(form)s") % {"form": instrument},
        state=_state(kept, counts),
        back=link(frame.url("surveys:instrument", pk), str(instrument)),
        action=link(
            frame.url("surveys:edit_mapping", pk), _("Change the mapping") if kept else _("Write a mapping")
        )
        if may_edit
        else None,
        record=kept,
        sections=sections,
        template="surveys/mappings_mapping.html",
        anew_url=frame.url("surveys:tell_anew", pk) if may_edit and kept else "",
        doubles_url=reverse("register:doubles") if doubles.clusters_to_judge(access=frame.access) else "",
    )


def _state(kept: Any, counts: list[dict[str, Any]]) -> str:
    if kept is None:
        return _("Nobody has said yet what these answers become; they are kept as answers.")
    n, n_problems = sum(c["n"] for c in counts), sum(c["n_problems"] for c in counts)
    said = ngettext("%(n)s record came from answers.", "%(n)s records came from answers.", n) % {
        "n": words.number(n)
    }
    if n_problems:
        said += " " + ngettext(
            "%(n)s could not become one and says why below.", "%(n)s could not become one and say why below.",
            n_problems,
        ) % {"n": words.number(n_problems)}  # fmt: skip
    return said if kept.is_active else said + " " + _("It is switched off: new answers become nothing.")


def _count_columns() -> list[Col]:
    titles = {code: target.title for code, target in targets.known().items()}
    titles["register.establishment"] = gettext_lazy("an establishment of the register")
    return [
        Col(
            "target",
            gettext_lazy("Records"),
            value=lambda r: titles.get(r["target"], r["target"]),
            phone=True,
        ),
        Col("n", gettext_lazy("How many"), "number", value=lambda r: r["n"], phone=True),
        Col("n_problems", gettext_lazy("Could not"), "number", value=lambda r: r["n_problems"], phone=True),
    ]


def _problems(request: HttpRequest, frame: Frame, instrument: Instrument) -> dict[str, Any]:
    rows = queries.problems(instrument=instrument)
    columns = [
        Col("at", gettext_lazy("When"), "moment"),
        Col("question", gettext_lazy("Entry"), phone=True),
        Col("row", gettext_lazy("Row")),
        Col("why", gettext_lazy("Why"), value=why, phone=True),
        Col("answer", "", value=lambda r: _("Open the answers"), phone=True,
            url=lambda r: frame.url("surveys:submission", r.submission_id)),
    ]  # fmt: skip
    return {
        "title": _("What could not become a record"),
        "table": DataTable(rows, request, name="problems", columns=columns, prefix="p."),
        "empty_title": _("Everything fitted"),
        "empty_why": _(
            "What does not fit is listed here with the reason; the answers themselves are always kept."
        ),
    }


def why(row: RecordLink) -> str:
    """Why an answer could not become a record, in the reader's language."""
    wanted = row.problem.get("code", "")
    kind = next((k for k in _all(PersonError) if getattr(k, "code", "") == wanted), None)
    if kind is None:
        return wanted
    said = saying.say(kind(**row.problem.get("details", {})))
    return f"{said.sentence} {said.remedy}"


def _all(kind: type[NandutiError]) -> list[type[NandutiError]]:
    found: list[type[NandutiError]] = []
    for one in kind.__subclasses__():
        found += [one, *_all(one)]
    return found


def _code(text: str, title: str) -> Any:
    """A text for machines, folded up: most who come here want to know what became of the answers."""
    return format_html(
        '<details><summary>{}</summary><pre class="code scroll" tabindex="0">{}</pre></details>', title, text
    )


def _targets() -> list[tuple[str, Any]]:
    return [
        (code, f"{target.title}: " + ", ".join(s.name + ("*" if s.is_required else "") for s in target.slots))
        for code, target in targets.known().items()
    ]


@programme_page(item="field", may=MANAGE)
def edit_mapping(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Write down what answers become; what cannot be understood is told with its place."""
    instrument = _instrument(frame, pk)
    frame.access.require(MANAGE, instrument.scope_id)
    kept = queries.mapping_of(instrument=instrument)
    initial = {
        "text": yaml.safe_dump(kept.spec, allow_unicode=True, sort_keys=False)
        if kept
        else START.format(title=instrument.title),
        "is_active": kept.is_active if kept else True,
    }
    form = MappingForm(request.POST or None, initial=initial)

    def act(values: dict[str, Any]) -> None:
        spec = writing.understood(text=values["text"], definition=writing.definition_for(instrument))
        actions.keep_mapping(instrument=instrument, spec=spec, is_active=values["is_active"], by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("What answers become: %(form)s") % {"form": instrument},
        back=frame.url("surveys:mapping", pk),
        save_label=_("Keep the mapping"),
        done=_("Kept. New answers become records; tell the others anew from this page."),
    )


@programme_page(item="field", may=MANAGE)
def tell_anew(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Let all answers become records once more; the page of the work shows how far it is."""
    instrument = _instrument(frame, pk)
    if not frame.access.may(MANAGE, instrument.scope_id):
        raise NotAllowed(capability=MANAGE)
    if request.method != "POST":
        return redirect(frame.url("surveys:mapping", pk))
    job = actions.tell_anew(instrument=instrument, by=request.user)
    messages.success(request, _("The answers are being told anew."))
    return redirect(reverse("work", args=(job.public_id,)))


# --- where a record came from, on the pages of the register


def came_from(request: HttpRequest, establishment: Any) -> Panel | None:
    """The answers that an establishment and its facts came from, for whoever may read them."""
    scopes = request.access.scopes_with("read_sensitive")  # type: ignore[attr-defined]
    rows = (
        Submission.objects.filter(establishment=establishment, is_current=True, scope__in=scopes)
        .select_related("instrument", "programme")
        .order_by("-received_at")[:20]
    )
    shown = [
        {
            "when": row.ended_at or row.received_at,
            "instrument": row.instrument,
            "state": row.get_state_display(),
            "url": reverse("surveys:submission", args=(row.programme.code, row.pk)),
        }
        for row in rows
    ]
    return Panel(_("What was answered"), "surveys/mappings_panel.html", {"rows": shown}) if shown else None
