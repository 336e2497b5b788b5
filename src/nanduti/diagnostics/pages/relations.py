"""Advanced against emerging, and whose business interest comes first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import words
from nanduti.interface.saying import fill, say_source
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.twinning.relation import SOURCE
from nanduti.programme import actions as programme_actions
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link
from nanduti.register.models import Organisation

from ..forms.relations import PrincipalForm, RelationForm
from ..queries import relations as queries
from .saying import history_of

CRITERIA = {
    "specialisation": gettext_lazy("Specialisation (the figure given)"),
    "breadth": gettext_lazy("Breadth (kinds of stakeholders there are, of those asked for)"),
    "depth": gettext_lazy("Depth (how many of a kind, in the middle)"),
}


@programme_page(step=1)
def relation(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Which of two clusters is advanced against the other, and on what that rests."""
    clusters = queries.clusters_to_compare(programme=frame.programme)
    other = {"second": clusters[1].code} if len(clusters) > 1 else {}
    form = RelationForm(request.GET if request.GET.get("first") else None, clusters=clusters, initial=other)
    context: dict[str, Any] = {
        "title": _("Advanced against emerging"),
        "form": form,
        "back": link(frame.url("diagnostics:selections"), _("All selections")),
        "source": say_source(SOURCE),
        "state": _("A cluster is advanced only against another: more specialised, and broader or deeper."),
    }
    if len(clusters) < 2:
        context |= {"too_few": True, "coverage_url": frame.url("programme:selection")}
    elif form.is_bound and form.is_valid():
        asked = form.cleaned_data
        by_code = {c.code: c for c in clusters}
        found = queries.compare(
            first=by_code[asked["first"]], second=by_code[asked["second"]],
            specialisation=(asked["first_value"], asked["second_value"]),
        )  # fmt: skip
        context |= _said(request, found, asked["measure"])
        if context["table"].wants_export:
            return context["table"].export()
        if context["kinds"].wants_export:
            return context["kinds"].export()
    return render(request, "diagnostics/relation.html", context, status=422 if form.errors else 200)


def _said(request: HttpRequest, found: queries.Compared, measure: str) -> dict[str, Any]:
    names = {found.first.code: str(found.first), found.second.code: str(found.second)}
    result = found.relation
    details = {k: names.get(str(v), v) for k, v in result.reason.details.items()}
    if "backing" in details:
        parts = str(details["backing"]).split(" and ")
        details["backing"] = _(" and ").join(str(BACKING.get(part, part)) for part in parts)
    if result.advanced:
        state = _("%(a)s is advanced against %(b)s.") % {
            "a": names[result.advanced], "b": names[result.emerging or ""],
        }  # fmt: skip
    else:
        state = _("Neither is advanced against the other, as far as is known.")
    columns = [
        Col("name", gettext_lazy("Criterion"), phone=True, value=lambda c: CRITERIA[c.name]),
        Col("first", names[found.first.code], phone=True, value=lambda c: _figure(c.name, c.first)),
        Col("second", names[found.second.code], phone=True, value=lambda c: _figure(c.name, c.second)),
        Col("ahead", gettext_lazy("Ahead"), value=lambda c: names.get(c.ahead or "", _("neither, or not known"))),
    ]  # fmt: skip
    kinds = dict(Organisation.Kind.choices)
    rows = [
        {
            "kind": kinds[k.value],
            **{code: found.counts[code].get(k.value, 0) if found.counts[code] else None for code in names},
        }
        for k in queries.REFERENCE_KINDS
    ]
    return {
        "state": state,
        "reason": fill(result.reason.sentence, details),
        "measure": measure,
        "uncounted": [name for code, name in names.items() if not found.counts[code]],
        "table": DataTable(list(result.criteria), request, columns=columns, name="criteria"),
        "kinds": DataTable(rows, request, name="stakeholders", prefix="k.", columns=[
            Col("kind", gettext_lazy("Kind of stakeholder"), phone=True),
            *[Col(code, name, "number", phone=True) for code, name in names.items()],
        ]),
    }  # fmt: skip


def _count(counts: dict[str, int], kind: str) -> int | None:
    """Of a cluster without a single registered stakeholder nothing is known."""
    return counts.get(kind, 0) if counts else None


BACKING = {"breadth": gettext_lazy("breadth"), "depth": gettext_lazy("depth")}


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return _("not known")
    return words.share(value) if name == "breadth" else words.number(value)


@programme_page(step=1)
def principal(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Whose business interest comes first: it turns the whole search for partners round."""
    if not frame.may_programme("edit_programme"):
        frame.access.require("decide", frame.programme.scope_id)
    form = PrincipalForm.of(frame.programme, request.POST or None)
    return form_page(
        request, frame, form,
        lambda values, version: programme_actions.declare_principal(
            programme=frame.programme, principal=values["principal"], reason=values["reason"], version=version,
            by=request.user,
        ),
        title=_("Whose interest comes first"), back=frame.url("diagnostics:selections"), save_label=_("Declare"),
        done=_("The declaration is kept with its reason."),
        state=_("Now: %(now)s. With the emerging cluster first, its needs are taken abroad to find who can help; with "
                "the advanced cluster first, its offers are taken to clusters that may want them.")
        % {"now": frame.programme.get_principal_display()},
        template="diagnostics/principal.html", history=history_of(frame.programme),
    )  # fmt: skip
