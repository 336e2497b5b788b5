"""Beginning a programme, and correcting what is said of it as a whole."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotAllowed
from nanduti.interface import navigation

from .. import actions
from ..frames import Frame, programme_page
from ..models import Programme
from ..programme_forms import BeginForm, ProgrammeForm
from . import form_page, link

BEGIN = "begin_programme"


@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a programme: the page that an empty installation leads to."""
    if not request.access.may(BEGIN):  # type: ignore[attr-defined]
        raise NotAllowed(capability=BEGIN)
    navigation.here(request, item="programme")
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Programme] = []
        values = form.cleaned_data
        if form.try_to(
            lambda: made.append(
                actions.begin_programme(
                    values=form.values(),
                    code=values["code"],
                    component=values["component"],
                    coordinates=values["coordinates"],
                    by=request.user,
                )
            )
        ):
            messages.success(request, _("The programme is begun. This page says what comes next."))
            return redirect("home:programme", programme=made[0].code)
    return render(
        request,
        "programme/form.html",
        {
            "title": _("Begin a programme"),
            "state": _("A title is enough to begin with; all but the code can be corrected later."),
            "form": form,
            "back": link(reverse("home:welcome"), _("Programmes")),
            "save_label": _("Begin the programme"),
        },
        status=form.status,
    )


@programme_page(item="programme", may="edit_programme", whole=True)
def edit(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Correct what a programme is called, when it runs, and its summary."""
    return form_page(
        request,
        frame,
        ProgrammeForm.of(frame.programme, request.POST or None),
        lambda values, version: actions.edit_programme(
            programme=frame.programme, values=values, version=version, by=request.user
        ),
        title=_("Correct the programme"),
        back=frame.url("home:programme"),
        save_label=_("Save the programme"),
        done=_("The programme is saved."),
    )
