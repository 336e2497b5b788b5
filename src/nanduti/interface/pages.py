"""The few pages that belong to no room: language, background work, and the style page."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanduti.foundation import work as work_of_process
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Job

from . import actions


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: kept with the account, and for visitors in a cookie."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated and request.user.language != chosen:
            actions.choose_language(user=request.user, language=chosen, by=request.user)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


def work(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Watch a piece of background work; it can be left and found again."""
    job = _job(request, public_id)
    if request.htmx:
        # Whoever watched it end looks at a page that was made before: the way to its result is to ask for it anew.
        return render(request, "interface/parts/progress.html", {"job": job, "was_watched": True})
    return render(request, "interface/work.html", {"job": job})


@require_POST
def stop_work(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask a piece of background work to stop."""
    job = _job(request, public_id)
    actions.stop_work(job=job, by=request.user)
    return redirect("work", public_id=job.public_id)


def _job(request: HttpRequest, public_id: uuid.UUID) -> Job:
    """The job, for whoever began it and for those who may see all work there; for others there is none."""
    job = Job.objects.select_related("by").filter(public_id=public_id).first()
    if job is None or not _may_watch(request, job):
        raise NotFound(kind=_("work"), code_given=str(public_id)[:8])
    return work_of_process.present(job)


def _may_watch(request: HttpRequest, job: Job) -> bool:
    if not request.user.is_authenticated:
        return False
    return job.by_id == request.user.pk or request.access.may("see_work", job.scope_id)


def style(request: HttpRequest) -> HttpResponse:
    """Every component in every state; only while developing and testing."""
    from . import style_page

    return style_page.show(request)


def style_part(request: HttpRequest, name: str) -> HttpResponse:
    """A single component on a page of its own, or an error of every kind."""
    from . import style_page

    return style_page.show_part(request, name)
