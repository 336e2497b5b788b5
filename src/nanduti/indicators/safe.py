"""What those see who may read figures but not single answers: no figure that a few firms stand behind.

This is the view inside a programme, for committees and researchers. Whatever leaves the programme passes the release
room, whose control is stricter. Rules: a figure of fewer than :data:`LEAST` firms is hidden; where exactly one group of
a dimension is hidden, or all hidden ones together are fewer than :data:`LEAST`, the next smallest is hidden as well, so
that nothing follows by taking the others from the whole; counts behind a figure are told rounded down to fives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .reckoning import Cell

LEAST = 5
HIDDEN = "indicators.hidden"


def safe_cell(cell: Cell) -> Cell:
    """The figure without the numbers it was made from, or hidden where few stand behind it."""
    if 0 < cell.n < LEAST:
        return hidden(cell)
    rounded = LEAST * (cell.n // LEAST)
    return replace(
        cell,
        n=rounded,
        n_asked=max(rounded, LEAST * (cell.n_asked // LEAST)),
        numerator=None,
        denominator=None,
    )


def hidden(cell: Cell) -> Cell:
    """Nothing but that it is hidden."""
    return Cell(reason=HIDDEN)


def safe_groups(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The groups of one dimension; groups of nobody stay, they tell nothing about anybody."""
    small = {name for name, cell in cells.items() if 0 < cell.n < LEAST}
    if small:
        others = sorted(
            (n for n in cells if n not in small and cells[n].n > 0), key=lambda n: (cells[n].n, n)
        )
        while others and (len(small) == 1 or sum(cells[n].n for n in small) < LEAST):
            small.add(others.pop(0))
    return {name: hidden(cell) if name in small else safe_cell(cell) for name, cell in cells.items()}


def may_show_whole(whole: Cell, parts: list[Cell]) -> bool:
    """Whether the whole may be told to somebody who sees some clusters in full: the rest must be nobody, or enough."""
    rest = whole.n - sum(cell.n for cell in parts)
    return rest == 0 or rest >= LEAST or not parts
