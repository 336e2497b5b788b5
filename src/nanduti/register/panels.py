"""What rooms above show about an actor or a cluster: they offer panels, the register shows them.

::

    # plans/apps.py, ready()
    panels.offer("organisation", order=40, panel=took_part_in)

    def took_part_in(request, organisation):
        rows = …
        return Panel(_("What it took part in"), "plans/took_part.html", {"rows": rows}) if rows else None

In the template the context is called ``panel``: ``{% for row in panel.rows %}``. Names go through
:func:`~nanduti.register.names.names_for`, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Panel:
    """A titled part of the page, drawn by a template of the room that offers it."""

    title: Any
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Offer = Callable[[HttpRequest, Any], Panel | None]
_offers: dict[str, list[tuple[int, Offer]]] = {}


def offer(subject: str, *, order: int = 50, panel: Offer) -> None:
    """Show a panel on the pages of "organisation", "establishment", "person" or "cluster"."""
    offers = _offers.setdefault(subject, [])
    if all(known is not panel for _order, known in offers):
        offers.append((order, panel))
        offers.sort(key=lambda pair: pair[0])


def panels(subject: str, request: HttpRequest, record: Any) -> list[Panel]:
    """The panels for a record, in order; a room with nothing to say answers ``None``."""
    shown = (ask(request, record) for _order, ask in _offers.get(subject, ()))
    return [panel for panel in shown if panel is not None]
