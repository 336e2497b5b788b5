"""What an installation and a young programme still lack, each with the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.models import Grant, Scope, User
from nanduti.plans.models import ActionPlan
from nanduti.programme.frames import Frame
from nanduti.programme.models import Committee, Component, Programme

BEGIN = "begin_programme"


@dataclass(frozen=True)
class Step:
    """One thing that a programme needs before its work can be kept here; without a link it is for others to do."""

    title: str
    why: str
    url: str = ""
    is_done: bool = False


def nobody_yet() -> bool:
    """Whether the installation has no account at all, so that nobody could sign in."""
    return not User.objects.exists()


def begin_link(request: HttpRequest) -> dict[str, Any] | None:
    """The way to begin a programme, for those who may."""
    may = request.access.may(BEGIN)  # type: ignore[attr-defined]
    return {"url": reverse("home:begin"), "label": _("Begin a programme")} if may else None


def first_steps(frame: Frame) -> list[Step]:
    """What a programme needs first; empty once it is all there or over, and for those who could do none of it.

    One query.
    """
    may_edit, may_invite = frame.may_programme("edit_programme"), frame.may_programme("manage_people")
    ended = frame.programme.ended_end
    if not (may_edit or may_invite) or (ended is not None and ended <= frame.today):
        return []
    there = _there(frame.programme)
    steps = [
        _step(frame, _("Name its components"), _("What may run in some clusters and not in others."),
              "programme:components", there.has_component),
        _step(frame, _("Take its clusters in"), _("With their place and trade, and what runs there."),
              "programme:take_in", bool(frame.clusters)),
        Step(
            _("Give coordinator and agents their roles"),
            _("A coordinator writes in the whole programme, an agent in one cluster."),
            reverse("home:people") if may_invite else "",
            there.has_coordinator and there.has_agent,
        ),
        _step(frame, _("Write down its committee"), _("Then its meetings and decisions can be kept."),
              "programme:new_committee", there.has_committee),
        _step(frame, _("Begin the plan of a cluster"), _("Activities with their days and costs stand in it."),
              "plans:new_plan", there.has_plan, cluster=frame.clusters[0].code if frame.clusters else None),
    ]  # fmt: skip
    return [] if all(step.is_done for step in steps) else steps


def _step(frame: Frame, title: str, why: str, page: str, is_done: bool, **query: Any) -> Step:
    url = frame.url(page, **query) if frame.may_programme("edit_programme") else ""
    return Step(title, why, url, is_done)


def _there(programme: Programme) -> Any:
    """The programme with what it has of the first things."""
    today = timezone.localdate()
    held = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=today), since__lte=today)
    own = Scope.objects.filter(reached_from=programme.scope_id)
    mine = {"programme": OuterRef("pk")}
    return Programme._base_manager.annotate(
        has_component=Exists(Component._base_manager.filter(**mine)),
        has_committee=Exists(Committee._base_manager.filter(**mine)),
        has_plan=Exists(ActionPlan._base_manager.filter(**mine)),
        has_coordinator=Exists(held.filter(role="coordinator", scope=programme.scope_id)),
        has_agent=Exists(held.filter(role="cda", scope__in=own.values("pk"))),
    ).get(pk=programme.pk)
