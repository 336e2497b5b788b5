"""Pages of assessments: who stands where by which recipe, and what moved since the round before."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.pictures import bars
from nanduti.interface.saying import say_source
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, may_within, programme_page
from nanduti.programme.pages import link, show

from .. import assessing
from ..models import Assessment, AssessmentRecipe, AssessmentScore
from ..queries import assessments as queries
from .told import answer_words, sentences, verdict_of

KEPT_BACK = gettext_lazy(
    "Kept back, so that no single firm can be told: the round grows firm by firm, or a band holds fewer than three, "
    "or all stand in one, or an earlier round of nearly the same firms is shown. A release can show what is safe."
)


@programme_page(step=3)
def assessments(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Rounds of assessments, and the recipes they rest on."""
    rows = list(queries.rounds(programme=frame.programme, cluster=frame.cluster))
    recipes = list(queries.recipes(programme=frame.programme))
    columns = _round_columns(frame)
    recipe_columns = _recipe_columns(frame)
    n = len(rows)
    may = frame.may("edit_diagnostics")
    is_published = any(r.state == AssessmentRecipe.State.PUBLISHED for r in recipes)
    action = None
    if may and is_published:
        action = link(frame.url("diagnostics:new_round"), _("Assess"))
    elif frame.may_programme("edit_diagnostics"):
        action = link(frame.url("diagnostics:take_recipe"), _("Take a recipe"))
    recipe_links = []
    if frame.may_programme("edit_diagnostics") and is_published:
        recipe_links = [link(frame.url("diagnostics:take_recipe"), _("Take a recipe"))]
    state = ngettext("%(n)s round has been made.", "%(n)s rounds have been made.", n) % {"n": words.number(n)}
    return show(
        request,
        frame,
        title=_("Assessments"),
        state=state if n else _("Nothing has been assessed yet."),
        action=action,
        sections=[
            {
                "title": _("Rounds"),
                "table": DataTable(rows, request, columns=columns, name="rounds"),
                "empty_title": _("Nothing has been assessed yet"),
                "empty_why": _(
                    "An assessment tells how ready firms are and where to begin, and, made again, what has moved."
                ),
            },
            {
                "title": _("Recipes"),
                "table": DataTable(recipes, request, columns=recipe_columns, name="recipes", prefix="r."),
                "empty_title": _("The programme has no recipe yet"),
                "empty_why": _(
                    "A recipe says how answers become a score and advice. Take one that comes with Nanduti."
                ),
                "links": recipe_links,
            },
        ],
    )


def _round_columns(frame: Frame) -> list[Col]:
    return [
        Col(
            "label",
            gettext_lazy("Round"),
            value=lambda a: a.round_said,
            phone=True,
            url=lambda a: frame.url("diagnostics:assessment", a.pk),
        ),
        Col("recipe", gettext_lazy("Recipe"), value=lambda a: _recipe_said(a.recipe), phone=True),
        Col(
            "cluster",
            gettext_lazy("Cluster"),
            value=lambda a: str(a.cluster) if a.cluster else _("all clusters"),
        ),
        Col("n_units", gettext_lazy("Assessed"), "number"),
        Col("taken_on", gettext_lazy("Day"), "day", sortable=True, phone=True),
    ]


def _recipe_said(recipe: AssessmentRecipe) -> str:
    """A recipe, and which version where there was an earlier one."""
    if recipe.number == 1:
        return str(recipe)
    return _("%(recipe)s, version %(n)s") % {"recipe": recipe, "n": recipe.number}


def _recipe_columns(frame: Frame) -> list[Col]:
    return [
        Col("title", gettext_lazy("Recipe"), value=str, phone=True,
            url=lambda r: frame.url("diagnostics:recipe", r.pk)),
        Col("number", gettext_lazy("Version"), "number", phone=True),
        Col("state", gettext_lazy("State"), "chip", choices=AssessmentRecipe.State.choices, phone=True,
            tone=lambda s: {"published": "good", "draft": "warn"}.get(s, "calm")),
        Col("published_at", gettext_lazy("Published"), "day"),
    ]  # fmt: skip


# --- one round


def may_see_firms(frame: Frame, row: Assessment) -> bool:
    """Whether single firms of a round are for the reader."""
    return may_within(frame.access, "read_sensitive", programme=frame.programme, cluster=row.cluster)


@programme_page(step=3)
def assessment(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One round: the cluster's answer, or bands, priorities and the list of firms."""
    row = queries.round_by_pk(programme=frame.programme, pk=pk)
    recipe = assessing.read(row.recipe.text)
    if recipe.subject == assessing.CLUSTER:
        return _of_cluster(request, frame, row, recipe)
    sees = may_see_firms(frame, row)
    counted = row.summary.get("bands", {})
    shown = counted if sees else queries.bands_for_all(row)
    sections: list[dict[str, Any]] = []
    if shown is None:
        sections.append({"title": _("Bands"), "intro": KEPT_BACK})
    if sees:
        sections += _moved_section(frame, row, recipe)
        sections += _priority_section(request, row, recipe)
        sections.append(
            {"title": _("Firms"), "intro": _order_words(recipe), "table": _firms_table(request, frame, row, recipe),
             "empty_title": _("No firm is entered yet"),
             "empty_why": _("Enter what was found out about the first one.")}
        )  # fmt: skip
    sections.append(_made_section(frame, row, recipe))
    return show(
        request,
        frame,
        template="diagnostics/assessment.html",
        title=str(row),
        back=link(frame.url("diagnostics:assessments"), _("All assessments")),
        state=_round_state(row, recipe, shown),
        action=_round_action(frame, row),
        sees={"level": "sensitive", "to": _("coordinators and agents")} if sees else None,
        figures=_round_figures(row, shown),
        picture=_bands_picture(recipe, shown),
        sections=sections,
        source="; ".join(say_source(s) for s in recipe.sources),
    )


def _round_state(row: Assessment, recipe: assessing.Recipe, shown: Any) -> str:
    if not row.n_units:
        return _("No firm is entered yet.")
    if shown is None:
        return ngettext("%(n)s firm was assessed.", "%(n)s firms were assessed.", row.n_units) % {
            "n": words.number(row.n_units)
        }
    names = dict(recipe.bands)
    most = max((c for c in shown if c), key=lambda c: shown[c])
    return ngettext("%(n)s of %(all)s firm: %(band)s.", "%(n)s of %(all)s firms: %(band)s.", row.n_units) % {
        "n": words.number(shown[most]), "all": words.number(row.n_units), "band": names.get(most, most),
    }  # fmt: skip


def _round_figures(row: Assessment, shown: Any) -> list[Figure]:
    found = [Figure(row.n_units, _("firms assessed"))]
    if shown is not None and shown.get(""):
        found.append(Figure(shown[""], _("too little answered"), tone="warn"))
    return found


def _bands_picture(recipe: assessing.Recipe, shown: Any) -> Any:
    if shown is None or not any(shown.values()):
        return ""
    parts = [(name, shown.get(code, 0)) for code, name in recipe.bands]
    if shown.get(""):
        parts.append((_("nothing can be said"), shown[""]))
    return format_html('<section class="section"><h2>{}</h2>{}</section>', _("Bands"), bars.shares(parts))


def _order_words(recipe: assessing.Recipe) -> str:
    if recipe.rubric is None:
        return ""
    return _("The longest way to the targets comes first; sort by any column.")


def _firms_table(request: HttpRequest, frame: Frame, row: Assessment, recipe: assessing.Recipe) -> DataTable:
    names = dict(recipe.bands)
    # A column of reasons only where there are some: rules, flags, or firms of which nothing can be said.
    has_words = recipe.rubric is None or bool(recipe.rubric.flags) or bool(row.summary.get("n_unknown"))
    columns = [
        Col("establishment", gettext_lazy("Firm"), "code", phone=True, field="establishment__pseudonym", filter="text",
            value=lambda s: s.establishment.pseudonym, url=lambda s: frame.url("diagnostics:assessed", row.pk, s.pk)),
        Col("band", gettext_lazy("Band"), "chip", choices=names, filter="choice", sortable=True, phone=True),
        Col("why", gettext_lazy("Why"), value=lambda s: "; ".join(sentences(recipe, s)), shown=has_words,
            phone=recipe.rubric is None),
        Col("cluster", gettext_lazy("Cluster"), value=lambda s: str(s.establishment.cluster), shown=False),
        Col("answered_share", pgettext_lazy("share", "Answered"), "share", sortable=True, shown=False),
    ]  # fmt: skip
    order = "id"
    if recipe.rubric is not None:
        columns[1:1] = [
            Col("score", gettext_lazy("Score"), "number", sortable=True, phone=True, filter="range",
                value=lambda s: None if s.score is None else round(s.score, 1)),
            Col("priority", gettext_lazy("Mean gap to the targets"), "number", sortable=True,
                value=lambda s: None if s.priority is None else round(s.priority, 1)),
        ]  # fmt: skip
        order = "-priority"
    rows = (
        AssessmentScore.objects.filter(assessment=row)
        .select_related("establishment__cluster")
        .defer("answers")
    )
    if order == "-priority":
        rows = rows.order_by(F("priority").desc(nulls_last=True), "id")
    return DataTable(rows, request, columns=columns, name="firms", prefix="f.")


def _priority_section(
    request: HttpRequest, row: Assessment, recipe: assessing.Recipe
) -> list[dict[str, Any]]:
    rows = row.summary.get("priorities") or []
    if not rows:
        return []
    names = {d.code: d.name for d in recipe.rubric.dimensions} if recipe.rubric else {}
    columns = [
        Col("code", gettext_lazy("Dimension"), value=lambda r: names.get(r["code"], r["code"]), phone=True),
        Col("mean_gap", gettext_lazy("Mean gap to the target"), "picture", phone=True,
            value=lambda r: "" if r["mean_gap"] is None else bars.bar(round(r["mean_gap"], 1), whole=100),
            plain=lambda r: r["mean_gap"]),
        Col("points", gettext_lazy("Points"), "number",
            value=lambda r: None if r["mean_gap"] is None else round(r["mean_gap"], 1)),
        Col("n_with_gap", gettext_lazy("Firms with a gap"), "number", phone=True),
        Col("n_unknown", gettext_lazy("Firms not known"), "number"),
    ]  # fmt: skip
    return [
        {
            "title": _("What to work on first"),
            "intro": _("Gaps of all firms added up: the first line would help the most."),
            "table": DataTable(rows, request, columns=columns, name="priorities", prefix="p."),
        }
    ]


def _moved_section(frame: Frame, row: Assessment, recipe: assessing.Recipe) -> list[dict[str, Any]]:
    found = queries.moved(assessment=row, order=[code for code, _name in recipe.bands])
    if found is None:
        return []
    facts = [
        (_("Firms in both rounds"), words.number(found.n_both)),
        (_("Moved up a band"), words.number(found.n_up)),
        (_("Moved down a band"), words.number(found.n_down)),
        (_("Only before"), words.number(found.n_only_before)),
        (_("Only now"), words.number(found.n_only_after)),
    ]
    if found.mean_change is not None:
        facts.insert(3, (_("Mean change of the score"), words.number(round(found.mean_change, 1))))
    before = link(frame.url("diagnostics:assessment", row.before_id), str(row.before))
    return [{"title": _("What moved since the round before"), "facts": facts, "html": _moves(found, recipe),
             "links": [before]}]  # fmt: skip


def _moves(found: queries.Moved, recipe: assessing.Recipe) -> Any:
    names = dict(recipe.bands) | {"": _("nothing can be said")}
    steps = [(names.get(a, a), names.get(b, b), n) for (a, b), n in sorted(found.moves.items()) if a != b]
    if not steps:
        return format_html("<p>{}</p>", _("No firm changed its band."))
    return format_html(
        "<ul>{}</ul>",
        format_html_join("", "<li>{} → {}: {}</li>", ((a, b, words.number(n)) for a, b, n in steps)),
    )


def _made_section(frame: Frame, row: Assessment, recipe: assessing.Recipe) -> dict[str, Any]:
    return {
        "title": _("How it was made"),
        "facts": _facts(frame, row, recipe),
        "links": _round_links(frame, row),
    }


def _facts(frame: Frame, row: Assessment, recipe: assessing.Recipe) -> list[tuple[Any, Any]]:
    where = frame.url("diagnostics:recipe", row.recipe_id)
    facts = [
        (_("Recipe"), format_html('<a href="{}">{} · {}</a>', where, str(row.recipe), row.recipe.number)),
        (_("Rests on"), str(row.instrument) if row.instrument else row.get_basis_display()),
        (_("Day"), words.day(row.taken_on)),
    ]
    if row.wave:
        facts.append((_("Round of field work"), row.wave.code))
    if row.run_id:
        facts.append((_("Fingerprint of answers and recipe"), row.run.input_digest[:16]))
    return facts


def may_edit(frame: Frame, row: Assessment) -> bool:
    """Whether the reader may work on this round."""
    return may_within(frame.access, "edit_diagnostics", programme=frame.programme, cluster=row.cluster)


def _round_action(frame: Frame, row: Assessment) -> dict[str, Any] | None:
    if row.basis == Assessment.Basis.ENTERED and may_edit(frame, row):
        return link(frame.url("diagnostics:enter_result", row.pk), _("Enter a firm"))
    return None


def _round_links(frame: Frame, row: Assessment) -> list[dict[str, Any]]:
    if not may_edit(frame, row):
        return []
    return [link(frame.url("diagnostics:new_round", before=row.pk), _("Assess again and compare"))]


# --- a cluster as a whole


def _of_cluster(
    request: HttpRequest, frame: Frame, row: Assessment, recipe: assessing.Recipe
) -> HttpResponse:
    """The answer for a cluster with its reasons: no firm is told of, so everybody in the programme may read it."""
    found = queries.of_cluster(assessment=row)
    sections: list[dict[str, Any]] = []
    if found is not None:
        sections.append({"title": _("The answer"), "verdict": verdict_of(recipe, found)} if found.band else
                        {"title": _("The answer"), "intro": "; ".join(sentences(recipe, found))})  # fmt: skip
        # The answers tell of no firm; what somebody wrote beside them may.
        rests_on = found.evidence if may_see_firms(frame, row) else ""
        sections.append({"title": _("What was found out"), "table": _evidence_table(request, recipe, found),
                         "intro": rests_on})  # fmt: skip
    sections += _before_section(frame, row, recipe)
    sections.append(_made_section(frame, row, recipe))
    may = may_edit(frame, row)
    return show(
        request,
        frame,
        template="diagnostics/assessment.html",
        title=_("%(title)s: %(cluster)s") % {"title": recipe.title, "cluster": row.cluster},
        back=link(frame.url("diagnostics:assessments"), _("All assessments")),
        state=_cluster_state(recipe, found),
        sees={"level": "open", "to": _("everybody with a role in the programme")},
        action=link(frame.url("diagnostics:enter_result", row.pk), _("Change what was found out"))
        if may
        else None,
        sections=sections,
        source="; ".join(say_source(s) for s in recipe.sources),
    )


def _cluster_state(recipe: assessing.Recipe, found: AssessmentScore | None) -> str:
    if found is None or not (found.band or found.reason):
        return _("Nothing is entered yet.")
    if not found.band:
        return _("Nothing can be said yet: something it hangs on is not known.")
    return str(dict(recipe.bands).get(found.band, found.band)) + "."


def _evidence_table(request: HttpRequest, recipe: assessing.Recipe, row: AssessmentScore) -> DataTable:
    rows = [{"what": words_, "value": answer_words(row.answers.get(code))} for code, words_ in recipe.asked]
    columns = [
        Col("what", pgettext_lazy("question", "Asked"), phone=True),
        Col("value", gettext_lazy("Answer"), phone=True),
    ]
    return DataTable(rows, request, columns=columns, name="answers", prefix="a.")


def _before_section(frame: Frame, row: Assessment, recipe: assessing.Recipe) -> list[dict[str, Any]]:
    if row.before_id is None:
        return []
    before = queries.of_cluster(assessment=row.before)
    said = _cluster_state(recipe, before)
    return [{"title": _("In the round before"), "intro": f"{words.day(row.before.taken_on)}: {said}",
             "links": [link(frame.url("diagnostics:assessment", row.before_id), str(row.before))]}]  # fmt: skip
