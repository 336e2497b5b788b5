"""The kinds of tie that a programme knows: those shipped and its own."""

from __future__ import annotations

from nanduti.programme.models import Programme

from ..errors import KindNotKnown, StrengthOffScale
from ..kinds import KINDS, Kind
from ..models import TieKind


def kinds_of(programme: Programme) -> dict[str, Kind]:
    """Code → kind; a programme's own kind takes the place of a shipped one of the same code."""
    own = TieKind._base_manager.filter(programme=programme).select_related("source").order_by("code")
    return {**KINDS, **{row.code: kind_from(row) for row in own}}


def kind_from(row: TieKind) -> Kind:
    """A programme's own kind, as the shipped ones are."""
    shipped = KINDS.get(row.code)
    return Kind(
        code=row.code,
        title=row.title,
        title_es=row.title_es,
        is_directed=row.is_directed,
        group="own",
        reversed=shipped.reversed if shipped else (),
        scale=() if row.lowest is None or row.highest is None else (row.lowest, row.highest),
        none_at=shipped.none_at if shipped else None,
        is_record=row.is_record,
        is_open=row.is_open,
        source=row.cite(),
    )


def kind_of(programme: Programme, code: str) -> Kind:
    """The kind of that code; refuses what the programme does not know."""
    known = kinds_of(programme)
    if code not in known:
        raise KindNotKnown(kind=code[:40], known=", ".join(known))
    return known[code]


def check_strength(kind: Kind, strength: float | None) -> None:
    """Refuse a strength that is not on the scale of the kind, or not positive."""
    if strength is None:
        return
    lowest, highest = kind.scale or (0.0, float("inf"))
    if not lowest <= strength <= highest or strength <= 0:
        most = f"{highest:g}" if highest != float("inf") else "…"
        raise StrengthOffScale(kind=kind.said, lowest=f"{lowest:g}", highest=most, strength=f"{strength:g}")
