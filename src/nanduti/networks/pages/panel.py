"""The ties of an actor on its page of the register, for whoever may read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.register.models import Establishment, Organisation
from nanduti.register.panels import Panel

from ..models import BusinessNetwork, Tie, TieActor
from ..queries.kinds import kinds_of

MOST = 30


def ties_of_actor(request: HttpRequest, record: Any) -> Panel | None:
    """Its partners by kind of tie, and the business networks it belongs to."""
    access: Access = request.access  # type: ignore[attr-defined]
    field = {Establishment: "establishment", Organisation: "organisation"}.get(type(record), "person")
    actors = TieActor._base_manager.filter(**{field: record}).select_related("programme")
    rows = [shown for actor in actors for shown in _ties(actor, access)]
    groups = _groups(record, field, access)
    if not rows and not groups:
        return None
    maps = [
        {
            "programme": actor.programme,
            "url": reverse("networks:actor", args=(actor.programme.code, record.pseudonym)),
        }
        for actor in actors
        if access.may("read", actor.programme.scope_id)
    ]
    return Panel(_("Ties"), "networks/panel.html", {"rows": rows[:MOST], "more": len(rows) > MOST, "maps": maps,
                                                    "groups": groups})  # fmt: skip


def _ties(actor: TieActor, access: Access) -> list[dict[str, Any]]:
    scopes = access.scopes_with("read_sensitive")
    found = (
        Tie._base_manager.filter(Q(origin=actor) | Q(target=actor), scope__in=scopes)
        .exclude(state__in=(Tie.State.NONE, Tie.State.UNKNOWN))
        .select_related(
            "origin__establishment", "origin__organisation", "origin__person", "target__establishment",
            "target__organisation", "target__person", "wave",
        )
        .order_by("-id")[: MOST + 1]
    )  # fmt: skip
    kinds = kinds_of(actor.programme)
    shown = []
    for tie in found:
        is_out = tie.origin_id == actor.pk
        partner = tie.target if is_out else tie.origin
        kind = kinds.get(tie.kind)
        arrow = ("→" if is_out else "←") if kind is None or kind.is_directed else "–"
        shown.append(
            {
                "kind": kind.said if kind else tie.kind,
                "arrow": arrow,
                "partner": partner.pseudonym,
                "url": reverse("networks:actor", args=(actor.programme.code, partner.pseudonym)),
                "wave": str(tie.wave) if tie.wave else "",
            }
        )
    return shown


def _groups(record: Any, field: str, access: Access) -> list[dict[str, Any]]:
    scopes = access.scopes_with("read_sensitive" if field == "person" else "read")
    rows = BusinessNetwork._base_manager.filter(
        **{f"members__{field}": record}, members__until_on__isnull=True, scope__in=scopes
    ).select_related("programme")
    return [
        {"name": str(row), "url": reverse("networks:group", args=(row.programme.code, row.code))}
        for row in rows.distinct()
    ]
