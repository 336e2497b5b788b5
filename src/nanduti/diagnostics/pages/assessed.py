"""The page of one firm in a round: its score down to each question."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nanduti.foundation.errors import NotAllowed
from nanduti.interface import words
from nanduti.interface.pictures import bars
from nanduti.interface.saying import say_source
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link, show

from .. import assessing
from ..models import Assessment, AssessmentScore
from ..queries import assessments as queries
from .assessments import may_edit, may_see_firms
from .told import answer_words, sentences, verdict_of


@programme_page(step=3)
def assessed(request: HttpRequest, frame: Frame, pk: int, score: int) -> HttpResponse:
    """What one firm came to, down to each question, and what moved since the round before."""
    row = queries.round_by_pk(programme=frame.programme, pk=pk)
    if not may_see_firms(frame, row):
        raise NotAllowed(capability="read_sensitive")
    found = queries.score_by_pk(assessment=row, pk=score)
    recipe = assessing.read(row.recipe.text)
    before = queries.score_before(assessment=row, score=found)
    sections: list[dict[str, Any]] = []
    if recipe.rubric is not None:
        sections.append({"title": _("Dimensions"), "table": _dimension_table(request, recipe, found, before)})
        said = sentences(recipe, found)
        if said and not found.reason:
            sections.append({"title": _("Worth a second look"), "html": format_html(
                "<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((s,) for s in said)))})  # fmt: skip
    elif found.band:
        sections.append(
            {"title": _("The answer"), "verdict": verdict_of(recipe, found), "verdict_about": "advice"}
        )
    questions = _question_table(request, recipe, found)
    sections.append({"title": _("Questions"), "table": questions, "intro": found.evidence})
    name = found.establishment.pseudonym if found.establishment else str(row.cluster)
    action = None
    if row.basis == Assessment.Basis.ENTERED and may_edit(frame, row):
        action = link(frame.url("diagnostics:enter_result", pk, firm=name), _("Change what was found out"))
    return show(
        request,
        frame,
        template="diagnostics/assessment.html",
        title=name,
        back=link(frame.url("diagnostics:assessment", pk), str(row)),
        state=_firm_state(recipe, found, before),
        sees={"level": "sensitive", "to": _("coordinators and agents")},
        action=action,
        sections=sections,
        source="; ".join(say_source(s) for s in recipe.sources),
    )


def _firm_state(recipe: assessing.Recipe, found: AssessmentScore, before: AssessmentScore | None) -> str:
    if not found.band:
        return _("Nothing can be said: %(why)s.") % {"why": "; ".join(sentences(recipe, found))}
    band = dict(recipe.bands).get(found.band, found.band)
    if found.score is None:
        return f"{band}."
    said = _("%(band)s, %(score)s of 100.") % {"band": band, "score": words.number(round(found.score, 1))}
    if before is not None and before.score is not None:
        said += " " + _("Before: %(score)s.") % {"score": words.number(round(before.score, 1))}
    return said


def _dimension_table(
    request: HttpRequest, recipe: assessing.Recipe, found: AssessmentScore, before: AssessmentScore | None
) -> DataTable:
    names = {d.code: d.name for d in recipe.rubric.dimensions}  # type: ignore[union-attr]
    own = found.parts.get("dimensions", {})
    former = (before.parts.get("dimensions", {}) if before else {}) or {}
    bands = dict(recipe.bands)
    rows = [
        {"name": names[code], **(own.get(code) or {}), "former": (former.get(code) or {}).get("score")}
        for code in names
    ]
    columns = [
        Col("name", gettext_lazy("Dimension"), phone=True),
        Col("picture", gettext_lazy("Score and target"), "picture", phone=True,
            value=lambda r: bars.bar(_rounded(r.get("score")), r.get("target"), whole=100),
            plain=lambda r: r.get("score")),
        Col("band", gettext_lazy("Band"), value=lambda r: bands.get(r.get("band") or "", _("not known")), phone=True),
        Col("gap", gettext_lazy("Gap"), "number", value=lambda r: _rounded(r.get("gap"))),
    ]  # fmt: skip
    if before is not None:
        columns.append(Col("former", gettext_lazy("Before"), "number", value=lambda r: _rounded(r["former"])))
    return DataTable(rows, request, columns=columns, name="dimensions", prefix="d.")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _question_table(request: HttpRequest, recipe: assessing.Recipe, found: AssessmentScore) -> DataTable:
    scores = found.parts.get("questions", {})
    rows = [
        {"what": said, "answer": answer_words(found.answers.get(code)), "score": _rounded(scores.get(code))}
        for code, said in recipe.asked
    ]
    columns = [
        Col("what", pgettext_lazy("question", "Asked"), phone=True),
        Col("answer", gettext_lazy("Answer"), phone=True),
    ]
    if recipe.rubric is not None:
        columns.append(Col("score", gettext_lazy("Score"), "number", phone=True))
    return DataTable(rows, request, columns=columns, name="questions", prefix="q.")
