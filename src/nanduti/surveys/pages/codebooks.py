"""What an instrument asks: the changes between two versions, and the codebook to print or take along."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation import languages
from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.instruments import GRAVE, in_language
from nanduti.methods.instruments import compare as compare_definitions
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import library
from ..models import InstrumentVersion
from ..queries import instruments as queries
from .instruments import KINDS, instrument_of, title_of, version_of

SENSITIVITIES = {
    "open": gettext_lazy("open"),
    "sensitive": gettext_lazy("sensitive"),
    "identifying": gettext_lazy("identifying: sealed"),
}
CHANGES = {
    "added": gettext_lazy("is new"), "removed": gettext_lazy("is gone"),
    "moved": gettext_lazy("asked in another repeat"), "kind": gettext_lazy("another kind of answer"),
    "choices_gone": gettext_lazy("choices gone"), "choices_added": gettext_lazy("choices added"),
    "label": gettext_lazy("another wording"), "sensitivity": gettext_lazy("sensitivity"),
    "required": gettext_lazy("required"), "relevant": gettext_lazy("when it is asked"),
    "constraint": gettext_lazy("what is allowed"), "calculation": gettext_lazy("calculation"),
    "unit": gettext_lazy("unit"),
}  # fmt: skip


# --- comparing


def _asked_version(request: HttpRequest, versions: list[InstrumentVersion], name: str, default: int) -> int:
    asked = request.GET.get(name, "")
    known = {str(v.pk): n for n, v in enumerate(versions)}
    return known.get(asked, min(default, len(versions) - 1))


@programme_page(item="field")
def compare(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """What changed between two versions, question by question."""
    row = instrument_of(frame, pk)
    versions = list(queries.versions(instrument=row)[:50])
    if not versions:
        raise NotFound(kind=_("version of an instrument"), code_given=pk)
    newer = versions[_asked_version(request, versions, "new", 0)]
    older = versions[_asked_version(request, versions, "old", 1)]
    before = queries.definition_of(version=version_of(frame, older.pk))
    after = queries.definition_of(version=version_of(frame, newer.pk))
    changes = compare_definitions(before, after)
    shown = []
    for change in changes:
        question = after.by_name.get(change.name) or before.by_name.get(change.name)
        shown.append(
            {
                "change": change,
                "what": CHANGES[change.what],
                "label": question.label(languages.tongue(), after.default_language)
                if question
                else change.name,
                "is_grave": change.what in GRAVE,
                "before": _side(change.what, change.before),
                "after": _side(change.what, change.after),
                "language": change.language if change.language in after.language_names else "",
            }
        )
    n_grave = sum(line["is_grave"] for line in shown)
    return render(
        request,
        "surveys/instruments_compare.html",
        {
            "title": _("What changed in %(title)s") % {"title": title_of(row)},
            "state": _compare_state(len(shown), n_grave),
            "versions": versions,
            "older": older,
            "newer": newer,
            "changes": shown,
            "back": link(frame.url("surveys:instrument", pk), title_of(row)),
        },
    )


def _side(what: str, said: str) -> Any:
    """One side of a change in words."""
    if what in ("kind", "added", "removed"):
        return KINDS.get(said, said)
    if what == "sensitivity":
        return SENSITIVITIES.get(said, said)
    if what == "required":
        return _("yes") if said == "True" else _("no")
    return said


def _compare_state(n: int, n_grave: int) -> str:
    if not n:
        return _("Nothing that is asked has changed.")
    said = ngettext("%(n)s change", "%(n)s changes", n) % {"n": words.number(n)}
    return f"{said}; " + ngettext(
        "%(n)s of them keeps earlier answers from fitting.",
        "%(n)s of them keep earlier answers from fitting.",
        n_grave,
    ) % {"n": words.number(n_grave)}


# --- the codebook


def _codebook_columns(languages: list[str]) -> list[Col]:
    columns = [
        Col("name", _("Question"), "code", phone=True),
        Col("path", _("Path"), "code"),
        Col("kind", _("Kind"), choices=KINDS),
        Col("sensitivity", _("Sensitivity"), choices=SENSITIVITIES),
    ]
    for code in languages:
        columns += [
            Col(f"label_{code}", f"{_('Asked')} ({code})", value=lambda r, c=code: r["labels"].get(c, "")),
            Col(f"choices_{code}", f"{_('Choices')} ({code})", value=lambda r, c=code: choices_said(r, c)),
        ]
    return [
        *columns,
        Col("required", _("Required"), "bool", value=lambda r: r["is_required"]),
        Col("relevant", _("Asked if")),
        Col("constraint", _("Allowed")),
        Col("calculation", _("Calculation")),
        Col("unit", _("Unit")),
        Col("concept", _("Concept")),
        Col("source", _("Source")),
    ]


def choices_said(row: dict[str, Any], code: str) -> str:
    """The choices of a question as one text: code = label."""
    return "; ".join(f"{name} = {in_language(labels, code)}" for name, labels in row["choices"])


@programme_page(item="field")
def codebook(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Everything a version asks, to print or to take along as a table."""
    version = version_of(frame, pk)
    definition = queries.definition_of(version=version)
    rows = queries.codebook(version=version)
    languages = list(definition.languages) or [definition.default_language]
    columns = _codebook_columns(languages)
    table = DataTable(rows, request, columns=columns, name=f"codebook-{version.instrument_id}-{version.pk}")
    if table.wants_export:
        return table.export()
    shown = _languages_shown(request, languages, definition.default_language)
    title = title_of(version.instrument)
    return render(
        request,
        "surveys/instruments_codebook.html",
        {
            "title": _("Codebook: %(title)s") % {"title": title},
            "state": _codebook_state(version),
            "sections": _codebook_sections(definition, rows, shown),
            "checks": [(c, [in_language(c.messages, code) for code in shown]) for c in definition.checks],
            "by_phone": [row["name"] for row in rows if row["kind"] == "metadata"],
            "languages": [(code, definition.language_names.get(code, code)) for code in languages],
            "shown": shown,
            "table": table,
            "sources": _sources_of(version),
            "back": link(frame.url("surveys:instrument", version.instrument_id), title),
        },
    )


def _languages_shown(request: HttpRequest, offered: list[str], default: str) -> list[str]:
    """The language asked for, or the reader's, or the form's own; all of them where that is asked for."""
    asked = request.GET.get("language", "")
    if asked == "all":
        return offered
    return [next((code for code in (asked, languages.tongue(), default) if code in offered), offered[0])]


def _codebook_state(version: InstrumentVersion) -> str:
    return _("Version %(label)s, %(state)s, %(n)s questions.") % {
        "label": version.label or "–",
        "state": version.get_state_display(),
        "n": words.number(version.n_questions),
    }


def _sources_of(version: InstrumentVersion) -> dict[str, str]:
    code = version.instrument.library_code
    return next((dict(f.sources) for f in library.forms() if f.code == code), {})


def _codebook_sections(definition: Any, rows: list[dict[str, Any]], shown: list[str]) -> list[dict[str, Any]]:
    titles = {g.path: g.labels for g in definition.groups} | {r.path: r.labels for r in definition.repeats}
    sections: list[dict[str, Any]] = []
    for row in rows:
        if row["kind"] == "metadata":
            continue
        if not sections or sections[-1]["path"] != row["group"]:
            labels = titles.get(row["group"], {})
            said = " · ".join(dict.fromkeys(filter(None, (labels.get(c, "") for c in shown))))
            sections.append(
                {"path": row["group"], "title": said or row["group"], "repeat": row["repeat"], "rows": []}
            )
        sections[-1]["rows"].append(
            {
                **row,
                "asked": list(dict.fromkeys(filter(None, (row["labels"].get(c, "") for c in shown)))),
                "helped": list(dict.fromkeys(filter(None, (row["hints"].get(c, "") for c in shown)))),
                "options": [
                    (name, " · ".join(dict.fromkeys(in_language(labels, c) for c in shown)))
                    for name, labels in row["choices"]
                ],
                "kind_said": KINDS.get(row["kind"], row["kind"]),
                "sensitivity_said": SENSITIVITIES.get(row["sensitivity"], row["sensitivity"]),
            }
        )
    return sections
