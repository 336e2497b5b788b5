"""What came in for a programme and which sessions left no record, told to whoever checks the funders' conditions."""

from __future__ import annotations

from django.utils import timezone

from nanduti.methods.values import BadInput, Money
from nanduti.programme import funding
from nanduti.programme.models import Programme

from . import queries
from .kinds import KINDS
from .models import Contribution

TRAININGS = [kind.code for kind in KINDS.values() if kind.is_training]


def gifts(programme: Programme) -> list[funding.Gift]:
    """Every contribution that was given, by whom, in its own currency; unvalued ones without money."""
    rows = queries.contributions(programme=programme).filter(state=Contribution.State.GIVEN)
    values = rows.order_by("id").values_list("contributor", "kind", "amount", "currency")
    return [
        funding.Gift(body, kind == Contribution.Kind.FEE, _money(amount, currency))
        for body, kind, amount, currency in values
    ]


def _money(amount: object, currency: str) -> Money | None:
    """A value with its currency; one whose currency nobody can read is no value."""
    try:
        return None if amount is None else Money(amount, currency)  # type: ignore[arg-type]
    except BadInput:
        return None


def unwritten(programme: Programme) -> list[str]:
    """Training sessions that were held and of which nobody wrote down who or how many came, or what was said."""
    day = queries.reported_to(programme) or timezone.localdate()
    rows = queries.with_status(queries.activities(programme=programme), as_of=day)
    held = rows.filter(kind__in=TRAININGS, status_now="closed")
    silent = held.filter(note="", n_participants__isnull=True, participations__isnull=True)
    return [f"{row.number}. {row}" for row in silent.order_by("plan_id", "number")]


def connect() -> None:
    """Let the conditions of a programme ask."""
    funding.tell_gifts(gifts)
    funding.tell_unwritten(unwritten)
