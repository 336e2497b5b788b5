"""How a publication is cited: who, what, which version, when, where, and a digest that proves it is this one."""

from __future__ import annotations

from datetime import date


def address(programme: str, slug: str, number: int | None = None) -> str:
    """Where it stands, for ever; without a number the newest version."""
    base = f"/open/{programme}/{slug}/"
    return base if number is None else f"{base}v{number}/"


def citation(
    *,
    programme: str,
    title: str,
    number: int,
    published_on: date,
    digest: str,
    where: str,
    version: str = "version",
    day: str = "",
) -> str:
    """One line; ``version`` and ``day`` are the word for it and the day in the reader's language.

    >>> citation(programme="Weaving", title="Workshops by town", number=2, published_on=date(2026, 3, 2),
    ...          digest="ab" * 32, where="/open/weaving/towns/v2/")
    'Weaving: Workshops by town, version 2, 2026-03-02. /open/weaving/towns/v2/ (sha256 abababababab)'
    """
    on = day or published_on.isoformat()
    return f"{programme}: {title}, {version} {number}, {on}. {where} (sha256 {digest[:12]})"
