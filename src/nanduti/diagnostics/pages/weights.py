"""Pages on which a selection is begun, scored, weighed by members and decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from nanduti.foundation.errors import EditedMeanwhile, NotAllowed
from nanduti.foundation.models import SourceDocument
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import indices
from nanduti.methods.values import PersonError
from nanduti.programme import queries as programme_queries
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show

from .. import weighing
from ..actions import selections as actions
from ..errors import PairsContradict
from ..forms import selections as forms
from ..models import MemberWeighting, Selection
from ..queries import selections as queries
from ..queries.figures import figures_of
from .selections import may_decide

#: Columns of a table beside each other: more cannot be read.
MOST_MEMBERS = 12


@programme_page(step=1, may="edit_diagnostics", whole=True)
def new_selection(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Begin to weigh candidates up."""
    candidates = programme_queries.candidates(programme=frame.programme)
    if not candidates.exists():
        return show(
            request, frame, title=_("Weigh up candidates"),
            state=_("No candidates are written down, so there is nothing to weigh up yet."),
            sections=[{"links": [link(frame.url("programme:selection"), _("Candidates and coverage"))]}],
        )  # fmt: skip
    form = forms.OpenSelectionForm(request.POST or None, candidates=candidates)
    made: list[Selection] = []

    def act(values: dict[str, Any]) -> None:
        made.append(actions.open_selection(programme=frame.programme, by=request.user, **values))

    if request.method == "POST" and form.is_valid() and form.try_to(lambda: act(form.cleaned_data)):
        messages.success(request, _("The selection is begun."))
        return redirect(frame.url("diagnostics:selection", made[0].pk))
    return _form(request, form, _("Weigh up candidates"), frame.url("diagnostics:selections"), _("Begin"))


def _form(
    request: HttpRequest,
    form: Any,
    title: Any,
    back: str,
    save: Any,
    template: str = "programme/form.html",
    **more: Any,
) -> HttpResponse:
    context = {"title": title, "form": form, "back": link(back, _("Back")), "save_label": save, **more}
    return render(request, template, context, status=form.status)


@programme_page(step=1, may="edit_diagnostics", whole=True)
def set_up_selection(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Change how a selection weighs, or take further candidates in."""
    row = queries.selection_by_pk(programme=frame.programme, pk=pk)
    form = forms.SetUpForm.of(row, request.POST or None, candidates=queries.free_candidates(selection=row))

    def act(values: dict[str, Any], version: int) -> None:
        candidates = values.pop("candidates", ())
        actions.set_up_selection(
            selection=row, values=values, candidates=candidates, version=version, by=request.user
        )

    return form_page(
        request, frame, form, act, title=_("How it weighs"), back=frame.url("diagnostics:selection", pk),
        save_label=_("Save"), done=_("The selection is changed."),
        state=_("Everything below is tried against other ways too: see “What would change it”."),
    )  # fmt: skip


@programme_page(step=1, may="edit_diagnostics", whole=True)
def parameters(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Change what candidates are looked at for: the recipe of the selection as text."""
    row = queries.selection_by_pk(programme=frame.programme, pk=pk)
    form = forms.ParametersForm.of(row, request.POST or None)
    return form_page(
        request, frame, form,
        lambda values, version: actions.edit_parameters(
            selection=row, text=values["text"], version=version, by=request.user
        ),
        title=_("What candidates are looked at for"), back=frame.url("diagnostics:selection", pk),
        save_label=_("Save the parameters"), done=_("The parameters are changed."),
        state=_("They can be changed until the first member has weighed them. Name the source of what you add."),
    )  # fmt: skip


# --- scores


@programme_page(step=1, may="edit_diagnostics", whole=True)
def score_entry(request: HttpRequest, frame: Frame, pk: int, entry: int) -> HttpResponse:
    """All scores of one candidate on one page, each with what it rests on."""
    selection = queries.selection_by_pk(programme=frame.programme, pk=pk)
    row = queries.entry_by_pk(selection=selection, pk=entry)
    recipe = weighing.read_recipe(selection.recipe)
    head = forms.EntryForm.of(row, request.POST or None)
    figures = figures_of(programme=frame.programme, cluster=row.candidate.cluster, access=frame.access)
    parts = _score_forms(
        request, recipe, queries.scores_of(entry=row), [(c, str(f)) for c, f in figures.items()]
    )
    back = frame.url("diagnostics:entry", pk, row.pk)
    n_wrong = sum(not part.is_valid() for part in parts)  # every part says what is wrong with it
    is_clean = head.is_valid() and not n_wrong
    if request.method == "POST" and is_clean and _save_scores(request, head, parts, row):
        messages.success(request, _("The scores are saved."))
        return redirect(back)
    status = 422 if head.is_bound and n_wrong else head.status
    n_gate = len(recipe.gate_evidence)
    return render(
        request,
        "diagnostics/score_entry.html",
        {
            "title": _("Scores of %(one)s") % {"one": row},
            "state": _("A score needs one sentence of evidence. What nobody can tell is left as not known."),
            "form": head, "gate": parts[:n_gate], "parts": parts[n_gate:], "gate_title": recipe.gate_title,
            "back": link(back, str(row)), "save_label": _("Save the scores"),
        },
        status=status,
    )  # fmt: skip


def _score_forms(
    request: HttpRequest, recipe: weighing.Weighing, there: dict[str, Any], figures: list[tuple[str, str]]
) -> list[forms.ScoreForm]:
    documents = list(SourceDocument.objects.order_by("title")[:200])
    data = request.POST if request.method == "POST" else None
    return [
        forms.ScoreForm(p, there.get(p.code), data, documents=documents, indicators=figures)
        for p in (*recipe.gate_evidence, *recipe.parameters)
    ]


def _save_scores(request: HttpRequest, head: Any, parts: list[forms.ScoreForm], row: Any) -> bool:
    scores = {part.parameter.code: part.given() for part in parts}

    def act(values: dict[str, Any], version: int) -> None:
        actions.score_candidate(entry=row, scores=scores, version=version, by=request.user)

    saved = head.save_with(act)
    if not saved and head.said.code == EditedMeanwhile.code:
        now = queries.scores_of(entry=row)
        for part in parts:
            part.stand_beside(now.get(part.parameter.code))
    return saved


@programme_page(step=1, may="override_rule", whole=True)
def override_gate(request: HttpRequest, frame: Frame, pk: int, entry: int) -> HttpResponse:
    """Rank a candidate although the gate refuses it."""
    selection = queries.selection_by_pk(programme=frame.programme, pk=pk)
    row = queries.entry_by_pk(selection=selection, pk=entry)
    table = queries.table_of(selection=selection)
    form = forms.OverrideForm.of(row, request.POST or None)
    return form_page(
        request, frame, form,
        lambda values, version: actions.override_gate(
            entry=row, reason=values["gate_override"], version=version, by=request.user
        ),
        title=_("Rank %(one)s all the same") % {"one": row}, back=frame.url("diagnostics:entry", pk, row.pk),
        save_label=_("Save with this reason"), done=_("The reason is kept."),
        verdict=table.gates[str(row.pk)].verdict,
    )  # fmt: skip


# --- weights of members


@programme_page(step=1)
def weights(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Who has weighed, by which way; single members' points only for themselves and for coordinators and agents."""
    table = queries.table_of(selection=queries.selection_by_pk(programme=frame.programme, pk=pk))
    may_see = frame.may_programme("read_sensitive")
    shown = [w for w in table.notes if may_see or w.member_id == request.user.pk]
    columns = [
        Col("member", gettext_lazy("Member"), value=lambda w: w.member.username, phone=True),
        Col("method", gettext_lazy("Way"), "choice", choices=MemberWeighting.Method.choices, phone=True),
        Col("given_at", gettext_lazy("When"), "day", phone=True),
        Col("consistency_ratio", gettext_lazy("Consistency ratio"), "number",
            value=lambda w: None if w.consistency_ratio is None else round(w.consistency_ratio, 3),
            help=gettext_lazy("Above 0.1 the comparisons contradict each other")),
        Col("note", gettext_lazy("Why they are used all the same")),
        *[
            Col(f"p_{p.code}", p.title, "share", shown=False, value=lambda w, c=p.code: _share_of(table, w, c))
            for p in table.weighing.parameters
        ],
    ]  # fmt: skip
    n = len({w.member_id for w in table.notes})
    links = []
    if frame.may_programme("decide") and not table.selection.is_decided:
        links = [
            link(frame.url("diagnostics:points", pk), _("Give your points")),
            link(frame.url("diagnostics:pairs", pk), _("Compare pairs")),
        ]
    return show(
        request,
        frame,
        title=_("Who weighed how"),
        back=link(frame.url("diagnostics:selection", pk), str(table.selection)),
        state=_("Members who have weighed: %(n)s.") % {"n": words.number(n)},
        sees={"level": "sensitive", "to": _("coordinators and agents; each member sees the own row")},
        sections=[
            {
                "table": DataTable(shown, request, columns=columns, name="members"),
                "empty_title": _("Nobody has weighed yet") if not n else _("You have not weighed yet"),
                "empty_why": _("Until members weigh, the weights of the recipe are used: all the same."),
                "links": links,
            },
            *([_given_section(request, table, shown)] if shown else []),
        ],
    )


def _given_section(
    request: HttpRequest, table: queries.Table, shown: list[MemberWeighting]
) -> dict[str, Any]:
    """What each member gave: a line for each parameter, for their names are long and members are few."""
    columns = [Col("what", gettext_lazy("Parameter"), phone=True, value=lambda p: p.title)]
    methods = {w.member_id: 0 for w in shown}
    for row in shown:
        methods[row.member_id] += 1
    for row in shown[:MOST_MEMBERS]:
        name = row.member.username
        if methods[row.member_id] > 1:
            name = f"{name} ({row.get_method_display()})"
        columns.append(
            Col(f"w_{row.pk}", name, "share", phone=True, value=lambda p, w=row: _share_of(table, w, p.code))
        )
    return {
        "title": _("The weight each gives"),
        "table": DataTable(
            list(table.weighing.parameters), request, columns=columns, name="given", prefix="g."
        ),
    }


def _share_of(table: queries.Table, row: MemberWeighting, code: str) -> float | None:
    if row.method == MemberWeighting.Method.BUDGET:
        return row.given.get(code, 0.0) / 100
    codes = [p.code for p in table.weighing.parameters]
    return weighing.pair_weights(codes, row.given).weights[code]


@programme_page(step=1, may="decide", whole=True)
def points(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """A member hands out 100 points."""
    selection = queries.selection_by_pk(programme=frame.programme, pk=pk)
    recipe = weighing.read_recipe(selection.recipe)
    mine = queries.weighting_of(selection=selection, member=request.user, method="budget")
    form = forms.PointsForm(recipe.parameters, request.POST or None, initial=mine.given if mine else None)
    return form_page(
        request, frame, form,
        lambda _values: actions.give_points(selection=selection, points=form.points(), by=request.user),
        title=_("Your 100 points"), back=frame.url("diagnostics:selection", pk), save_label=_("Save your points"),
        done=_("Your points are saved."),
        state=_("Hand out 100 points: the more one thing should count, the more points it gets."),
    )  # fmt: skip


@programme_page(step=1, may="decide", whole=True)
def pairs(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """A member compares every pair of parameters; what clashes is shown beside the way out."""
    selection = queries.selection_by_pk(programme=frame.programme, pk=pk)
    recipe = weighing.read_recipe(selection.recipe)
    mine = queries.weighting_of(selection=selection, member=request.user, method="pairs")
    form = forms.PairsForm(
        recipe.parameters,
        request.POST or None,
        given=mine.given if mine else None,
        note=mine.note if mine else "",
    )
    clashes: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["note_why"]
        if form.try_to(
            lambda: actions.compare_pairs(
                selection=selection, pairs=form.pairs(), note_why=why, by=request.user
            )
        ):
            messages.success(request, _("Your comparisons are saved."))
            return redirect(frame.url("diagnostics:selection", pk))
        if form.said.code == PairsContradict.code:
            clashes = _clashes(recipe, form.pairs())
    return _form(
        request, form, _("Compare pairs"), frame.url("diagnostics:selection", pk), _("Save your comparisons"),
        template="diagnostics/pairs.html", clashes=clashes,
        state=_("Of two things, which matters more to you, and how many times?"),
    )  # fmt: skip


def _clashes(recipe: weighing.Weighing, given: dict[str, float]) -> list[dict[str, Any]]:
    """The three pairs that contradict the others most, with the answer that would agree."""
    codes = [p.code for p in recipe.parameters]
    titles = {p.code: p.title for p in recipe.parameters}
    rows = indices.clashing_judgments(weighing.pair_matrix(codes, given), codes).head(3).rows(named=True)
    return [
        {
            "id": f"id_{r['first']}:{r['second']}",
            "pair": _("%(first)s, or %(second)s?")
            % {"first": titles[r["first"]], "second": titles[r["second"]]},
            "said": forms.step_words(titles[r["first"]], titles[r["second"]], r["judged"]),
            "agreeing": forms.step_words(titles[r["first"]], titles[r["second"]], r["agreeing"]),
        }
        for r in rows
    ]


# --- the decision


@programme_page(step=1)
def decide(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Record what was decided and why, with the ranking as it stands."""
    if not may_decide(frame):
        raise NotAllowed(capability="decide")
    row = queries.selection_by_pk(programme=frame.programme, pk=pk)
    form = forms.DecideForm.of(
        row, request.POST or None, entries=queries.entries(selection=row),
        resolutions=programme_queries.resolutions(programme=frame.programme),
    )  # fmt: skip
    return form_page(
        request, frame, form,
        lambda values, version: actions.decide_selection(
            selection=row, version=version, by=request.user,
            chosen=list(values["chosen"]), reason=values["reason"], against_reason=values["against_reason"],
            resolution=values.get("resolution"),
        ),
        title=_("Record the decision"), back=frame.url("diagnostics:selection", pk), save_label=_("Save the decision"),
        done=_("The decision is kept, with the ranking as it stood."), state=_decide_state(row),
    )  # fmt: skip


def _decide_state(row: Selection) -> str:
    from .selections import state_of

    try:
        return state_of(queries.table_of(selection=row))
    except PersonError as error:  # an old recipe that no longer reads must not hide the form
        return str(error)


@programme_page(step=1)
def reopen(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Open a decided selection again."""
    if not may_decide(frame):
        raise NotAllowed(capability="decide")
    row = queries.selection_by_pk(programme=frame.programme, pk=pk)
    form = forms.ReopenForm.of(row, request.POST or None)
    return form_page(
        request, frame, form,
        lambda values, version: actions.reopen_selection(
            selection=row, reason=values["reason"], version=version, by=request.user
        ),
        title=pgettext("selection", "Open it again"), back=frame.url("diagnostics:selection", pk),
        save_label=pgettext("selection", "Open it again"),
        done=_("The selection is open again; the former decision stays in its history."),
    )  # fmt: skip
