"""Pages on which a round is begun, and on which people enter what was found out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.programme.frames import Frame, may_within, programme_page
from nanduti.programme.pages import link
from nanduti.register import queries as register_queries
from nanduti.register.models import Cluster
from nanduti.surveys.models import Instrument, Wave

from .. import assessing
from ..actions import assessments as actions
from ..errors import RecipesDiffer
from ..forms.assessments import ResultForm, RoundForm
from ..models import Assessment, AssessmentRecipe
from ..queries import assessments as queries


@programme_page(step=3, may="edit_diagnostics")
def new_round(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Begin a round: over answers in the background, or by hand."""
    whole = frame.may_programme("edit_diagnostics")
    form = RoundForm(
        request.POST or None,
        initial=_initial(request, frame),
        choices=_choices(frame, whole),
        needs_cluster=not whole,
    )
    if request.method == "POST" and form.is_valid():
        address: list[str] = []
        if form.try_to(lambda: address.append(_begin(request, frame, form.cleaned_data))):
            return redirect(address[0])
    return render(
        request,
        "programme/form.html",
        {
            "title": _("Assess"), "form": form, "save_label": _("Assess"),
            "back": link(frame.url("diagnostics:assessments"), _("All assessments")),
            "state": _("Over answers this goes on in the background; you may leave and come back."),
        },
        status=form.status,
    )  # fmt: skip


def _choices(frame: Frame, whole: bool) -> dict[str, Any]:
    programme = frame.programme
    own = [
        c
        for c in frame.clusters
        if may_within(frame.access, "edit_diagnostics", programme=programme, cluster=c)
    ]
    published = AssessmentRecipe.State.PUBLISHED
    return {
        "recipe": queries.recipes(programme=programme).filter(state=published),
        "cluster": Cluster._base_manager.filter(pk__in=[c.pk for c in own]).order_by("name"),
        "instrument": Instrument.objects.filter(programme=programme).order_by("title"),
        "wave": Wave.objects.filter(instrument__programme=programme)
        .select_related("instrument")
        .order_by("-id"),
        "before": queries.rounds(programme=programme),
    }


def _initial(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """What the address asks for: a recipe, or the round to compare with."""
    found: dict[str, Any] = {"cluster": frame.cluster.pk if frame.cluster else None}
    asked = request.GET.get("recipe", "")
    if asked.isdecimal() and len(asked) < 10:
        found["recipe"] = int(asked)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 10:
        row = queries.rounds(programme=frame.programme).filter(pk=int(before)).first()
        if row is not None:
            found |= {"before": row.pk, "recipe": row.recipe_id, "cluster": row.cluster_id,
                      "instrument": row.instrument_id}  # fmt: skip
    return found


def _begin(request: HttpRequest, frame: Frame, values: dict[str, Any]) -> str:
    """Start the round; the address of where to look."""
    cluster, recipe, before = values["cluster"], values["recipe"], values["before"]
    if not may_within(frame.access, "edit_diagnostics", programme=frame.programme, cluster=cluster):
        raise NotAllowed(capability="edit_diagnostics")
    if before is not None and before.recipe_id != recipe.pk:
        raise RecipesDiffer(
            before=f"{before.recipe} {before.recipe.number}", after=f"{recipe} {recipe.number}"
        )
    instrument = values["instrument"] or (values["wave"].instrument if values["wave"] else None)
    day = values["taken_on"] or timezone.localdate()
    if instrument is None:
        made = _by_hand(request, frame, values, day)
        return frame.url("diagnostics:enter_result", made.pk)
    job = actions.order_assessment(
        programme=frame.programme, recipe=recipe, label=values["label"], instrument=instrument, wave=values["wave"],
        cluster=cluster, before=before, taken_on=day, url=frame.url("diagnostics:assessment", 0, keep=False),
        by=request.user,
    )  # fmt: skip
    from django.urls import reverse

    return reverse("work", args=(job.public_id,))


def _by_hand(request: HttpRequest, frame: Frame, values: dict[str, Any], day: Any) -> Assessment:
    return actions.open_round(
        programme=frame.programme, recipe=values["recipe"], label=values["label"], cluster=values["cluster"],
        before=values["before"], taken_on=day, by=request.user,
    )  # fmt: skip


@programme_page(step=3, may="edit_diagnostics")
def enter_result(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Enter what was found out about one firm, or about the cluster."""
    row = queries.round_by_pk(programme=frame.programme, pk=pk)
    if not may_within(frame.access, "edit_diagnostics", programme=frame.programme, cluster=row.cluster):
        raise NotAllowed(capability="edit_diagnostics")
    if row.basis != Assessment.Basis.ENTERED:
        raise NotFound(kind="assessment", code_given=pk)
    recipe = assessing.read(row.recipe.text)
    form = ResultForm(recipe, request.POST or None, **_present(request, row, recipe))
    is_of_cluster = recipe.subject == assessing.CLUSTER
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and form.try_to(lambda: _enter(request, frame, row, form, is_of_cluster)):
        messages.success(request, _("It is kept."))
        again = request.POST.get("again") and not is_of_cluster
        return redirect(frame.url("diagnostics:enter_result" if again else "diagnostics:assessment", pk))
    return render(
        request,
        "diagnostics/enter_result.html",
        {
            "title": str(row), "form": form, "is_of_cluster": is_of_cluster,
            "back": link(frame.url("diagnostics:assessment", pk), str(row)),
            "state": _("What nobody could tell is left empty: it is not known, and never counted as nothing."),
        },
        status=form.status,
    )  # fmt: skip


def _present(request: HttpRequest, row: Assessment, recipe: assessing.Recipe) -> dict[str, Any]:
    """What is entered already, for the cluster or for the firm that the address names."""
    if recipe.subject == assessing.CLUSTER:
        found = queries.of_cluster(assessment=row)
        return {"answers": found.answers, "initial": {"evidence": found.evidence}} if found else {}
    firm = request.GET.get("firm", "").replace("\x00", "")[:40]
    if not firm:
        return {}
    found = queries.scores(assessment=row).filter(establishment__pseudonym=firm).first()
    initial = {"pseudonym": firm, "evidence": found.evidence if found else ""}
    return {"answers": found.answers if found else {}, "initial": initial}


def _enter(
    request: HttpRequest, frame: Frame, row: Assessment, form: ResultForm, is_of_cluster: bool
) -> None:
    establishment = None
    if not is_of_cluster:
        pseudonym = form.cleaned_data["pseudonym"].strip().replace("\x00", "")
        establishment = register_queries.establishment_by_pseudonym(access=frame.access, pseudonym=pseudonym)
    actions.enter_result(
        assessment=row, establishment=establishment, answers=form.answers(),
        evidence=form.cleaned_data["evidence"], by=request.user,
    )  # fmt: skip
