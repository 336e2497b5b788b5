"""Pages of recipes: take one, look at it, change it with a view of what that does, publish it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST

from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.saying import say_source
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link, show

from .. import assessing
from ..actions import assessments as actions
from ..forms.assessments import RecipeForm, TakeRecipeForm
from ..models import AssessmentRecipe
from ..queries import assessments as queries

State = AssessmentRecipe.State


@programme_page(step=3, may="edit_diagnostics", whole=True)
def take_recipe(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Take a shipped recipe, or bring one's own."""
    form = TakeRecipeForm(request.POST or None)
    made: list[AssessmentRecipe] = []

    def act() -> None:
        made.append(actions.take_recipe(programme=frame.programme, text=form.recipe_text, by=request.user))

    if request.method == "POST" and form.is_valid() and form.try_to(act):
        messages.success(request, _("The recipe is a draft now. Look at it, then publish it."))
        return redirect(frame.url("diagnostics:recipe", made[0].pk))
    return render(
        request,
        "programme/form.html",
        {
            "title": _("Take a recipe"), "form": form, "save_label": pgettext("recipe", "Take it"),
            "back": link(frame.url("diagnostics:assessments"), _("All assessments")),
            "state": _("It becomes a draft that you can change before anything is assessed by it."),
        },
        status=form.status,
    )  # fmt: skip


@programme_page(step=3)
def recipe(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """What a recipe asks, how it decides, where it comes from."""
    row = queries.recipe_by_pk(programme=frame.programme, pk=pk)
    try:
        read = assessing.read(row.text)
    except PersonError as error:  # a draft from an older Nanduti; it can still be edited
        return show(
            request, frame, title=str(row), state=str(error), sections=[{"links": _links(frame, row)}]
        )
    rows = [{"code": code, "what": said} for code, said in read.asked]
    columns = [
        Col("what", pgettext_lazy("question", "Asked"), phone=True),
        Col("code", gettext_lazy("Code"), "code", shown=False),
    ]
    sections = [
        {"title": _("What it asks"), "table": DataTable(rows, request, columns=columns, name="asked", prefix="q."),
         "intro": read.about},
        {"title": _("How it decides"), "table": _decides(request, read)},
        {"title": _("Where it comes from"), "facts": _origin(read), "links": _links(frame, row)},
    ]  # fmt: skip
    may = frame.may_programme("edit_diagnostics")
    action = None
    if may and row.state == State.DRAFT:
        action = link(frame.url("diagnostics:edit_recipe", pk), _("Change or publish"))
    elif frame.may("edit_diagnostics") and row.state == State.PUBLISHED:
        action = link(frame.url("diagnostics:new_round", recipe=row.pk), _("Assess"))
    return show(
        request,
        frame,
        template="diagnostics/recipe.html",
        title=str(row),
        back=link(frame.url("diagnostics:assessments"), _("All assessments")),
        state=_state_of(row),
        action=action,
        sections=sections,
        text=row.text,
        digest=read.digest[:16],
        revise=frame.url("diagnostics:revise_recipe", pk) if may and row.state == State.PUBLISHED else "",
        source="; ".join(say_source(s) for s in read.sources),
    )


def _state_of(row: AssessmentRecipe) -> str:
    if row.state == State.DRAFT:
        return _("Version %(n)s is a draft: nothing is assessed by it yet.") % {"n": row.number}
    if row.state == State.PUBLISHED:
        return _("Version %(n)s, published on %(day)s.") % {
            "n": row.number,
            "day": words.day(row.published_at),
        }
    return _("Version %(n)s was replaced by a later one; its results stay.") % {"n": row.number}


def _origin(read: assessing.Recipe) -> list[tuple[Any, Any]]:
    facts = [(_("Source"), "; ".join(say_source(s) for s in read.sources))]
    if read.notes:
        facts.append((_("Notes"), read.notes))
    if read.answers_from:
        facts.append((_("Takes its answers from"), read.answers_from))
    return facts


def _decides(request: HttpRequest, read: assessing.Recipe) -> DataTable:
    if read.rubric is not None:
        rows = [
            {"name": b.name, "rule": _("from %(start)s") % {"start": f"{b.start:g}"}}
            for b in read.rubric.bands
        ]
        columns = [
            Col("name", gettext_lazy("Band"), phone=True),
            Col("rule", gettext_lazy("Score"), phone=True),
        ]
    else:
        rows = [
            {"name": o.title, "rule": _conditions(o, dict(read.asked)), "remedy": o.remedy}
            for o in read.rules.outcomes  # type: ignore[union-attr]
        ]
        columns = [
            Col("name", gettext_lazy("Answer"), phone=True),
            Col("rule", gettext_lazy("When (the first that applies)"), phone=True),
            Col("remedy", gettext_lazy("What then helps")),
        ]
    return DataTable(rows, request, columns=columns, name="decides", prefix="b.")


def _conditions(outcome: Any, asked: dict[str, str]) -> str:
    if not outcome.any_of and not outcome.all_of:
        return _("in every other case")
    some = _(" or ").join(_condition(c, asked) for c in outcome.any_of)
    every = _(" and ").join(_condition(c, asked) for c in outcome.all_of)
    return _(" and ").join(filter(None, [every, f"({some})" if some and every else some]))


def _condition(c: Any, asked: dict[str, str]) -> str:
    what = _("“%(what)s”") % {"what": asked.get(c["code"], c["code"]).strip()}
    if "at_least" in c and "at_most" in c:
        return _("%(what)s: from %(low)s to %(high)s") % {
            "what": what, "low": f"{c['at_least']:g}", "high": f"{c['at_most']:g}",
        }  # fmt: skip
    if "at_least" in c:
        return _("%(what)s: at least %(low)s") % {"what": what, "low": f"{c['at_least']:g}"}
    return _("%(what)s: at most %(high)s") % {"what": what, "high": f"{c['at_most']:g}"}


def _links(frame: Frame, row: AssessmentRecipe) -> list[dict[str, Any]]:
    if row.state != State.DRAFT or not frame.may_programme("edit_diagnostics"):
        return []
    return [link(frame.url("diagnostics:edit_recipe", row.pk), _("Change or publish"))]


# --- change, look, publish


@programme_page(step=3, may="edit_diagnostics", whole=True)
def edit_recipe(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Change a draft: look at what it does to the answers that are there, save it, publish it."""
    row = queries.recipe_by_pk(programme=frame.programme, pk=pk)
    form = RecipeForm.of(row, request.POST or None)
    preview: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        what = request.POST.get("what", "save")
        if what == "look":
            preview = _look(request, frame, row, form)
        elif form.save_with(lambda values, version: _save(row, values["text"], version, what, request.user)):
            said = _("The recipe is published.") if what == "publish" else _("The draft is saved.")
            messages.success(request, said)
            return redirect(
                frame.url("diagnostics:recipe" if what == "publish" else "diagnostics:edit_recipe", pk)
            )
    return render(
        request,
        "diagnostics/edit_recipe.html",
        {
            "title": _("Change “%(recipe)s”") % {"recipe": row}, "form": form, "is_draft": row.state == State.DRAFT,
            "back": link(frame.url("diagnostics:recipe", pk), str(row)), "state": _state_of(row),
            "discard": frame.url("diagnostics:discard_recipe", pk) if row.state == State.DRAFT else "", **preview,
        },
        status=form.status,
    )  # fmt: skip


def _save(row: AssessmentRecipe, text: str, version: int, what: str, by: Any) -> None:
    actions.edit_recipe(recipe=row, text=text, version=version, by=by)
    if what == "publish":
        actions.publish_recipe(recipe=row, version=row.version, by=by)


def _look(request: HttpRequest, frame: Frame, row: AssessmentRecipe, form: RecipeForm) -> dict[str, Any]:
    """Who would change band, over the answers of the last round."""
    try:
        new = assessing.read(form.cleaned_data["text"])
        assessing.check(new)
    except PersonError as error:
        form.tell(error)
        return {}
    present = queries.present_answers(recipe=row)
    if present.assessment is None:
        return {"looked": _("Nothing has been assessed by this recipe yet, so there is nobody to try it on.")}
    old = assessing.read(present.assessment.recipe.text)
    effect = assessing.effect(old, new, present.answers)
    names = dict(old.bands) | dict(new.bands) | {"": _("nothing can be said")}
    said = ngettext(
        "%(n)s of %(all)s changes band.", "%(n)s of %(all)s change band.", effect.n_changed
    ) % {"n": words.number(effect.n_changed), "all": words.number(effect.n)}  # fmt: skip
    if present.is_part:
        said += " " + _("Only the first %(n)s were tried.") % {"n": words.number(effect.n)}
    moves = [
        {"from": names.get(a, a), "to": names.get(b, b), "n": n}
        for (a, b), n in sorted(effect.moves.items())
        if a != b
    ]
    may_see = frame.may_programme("read_sensitive")
    changed = [
        {"firm": firm or str(present.assessment.cluster), "from": names.get(a, a), "to": names.get(b, b)}
        for firm, a, b in effect.changed[:200]
    ]
    return {
        "looked": said,
        "figures": [Figure(effect.n, _("tried on")), Figure(effect.n_changed, _("change band"), tone="warn")],
        "moves": DataTable(moves, request, name="moves", prefix="m.", columns=[
            Col("from", gettext_lazy("Now"), phone=True), Col("to", gettext_lazy("Then"), phone=True),
            Col("n", gettext_lazy("How many"), "number", phone=True),
        ]),
        "changed": DataTable(changed, request, name="changed", prefix="c.", columns=[
            Col("firm", gettext_lazy("Firm"), "code", phone=True), Col("from", gettext_lazy("Now"), phone=True),
            Col("to", gettext_lazy("Then"), phone=True),
        ]) if may_see else None,
    }  # fmt: skip


@require_POST
@programme_page(step=3, may="edit_diagnostics", whole=True)
def revise_recipe(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Begin a new version."""
    row = queries.recipe_by_pk(programme=frame.programme, pk=pk)
    made = actions.revise_recipe(recipe=row, by=request.user)
    return redirect(frame.url("diagnostics:edit_recipe", made.pk))


@require_POST
@programme_page(step=3, may="edit_diagnostics", whole=True)
def discard_recipe(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Throw a draft away."""
    row = queries.recipe_by_pk(programme=frame.programme, pk=pk)
    actions.discard_recipe(recipe=row, by=request.user)
    messages.success(request, _("The draft is thrown away."))
    return redirect(frame.url("diagnostics:assessments"))
