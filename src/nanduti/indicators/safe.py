"""What those see who may read figures but not single answers: no figure that a few firms stand behind.

This is the view inside a programme, for committees and researchers. Whatever leaves the programme passes the release
room, whose control is stricter. Rules: a figure of fewer than :data:`LEAST` firms is hidden; where exactly one group of
a dimension is hidden, or all hidden ones together are fewer than :data:`LEAST`, the next smallest is hidden as well, so
that nothing follows by taking the others from the whole; counts behind a figure are told rounded down to fives, values
with three digits. Groups are told of all clusters together alone, since two dimensions at once could be taken from each
other; all answers so far are hidden where a wave differs from them by a few; and of things that a firm has several of
(rows of a repeat) nothing is told, because how many firms they belong to is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .reckoning import Cell

LEAST = 5
DIGITS = 3
HIDDEN = "indicators.hidden"


def is_few(n: int) -> bool:
    """Somebody, and fewer than may be told about."""
    return 0 < n < LEAST


def safe_cell(cell: Cell) -> Cell:
    """The figure without the numbers it was made from, or hidden where few stand behind it."""
    if is_few(cell.n) or (cell.n == 0 and is_few(cell.n_asked)):
        return hidden(cell)
    rounded = LEAST * (cell.n // LEAST)
    return replace(
        cell,
        n=rounded,
        n_asked=max(rounded, LEAST * (cell.n_asked // LEAST)),
        value=None if cell.value is None else float(f"{cell.value:.{DIGITS}g}"),
        numerator=None,
        denominator=None,
    )


def hidden(cell: Cell) -> Cell:
    """Nothing but that it is hidden."""
    return Cell(reason=HIDDEN)


def safe_groups(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The groups of one dimension; groups of nobody stay, they tell nothing about anybody."""
    small = {name for name, cell in cells.items() if is_few(cell.n)}
    if small:
        others = sorted(
            (n for n in cells if n not in small and cells[n].n > 0), key=lambda n: (cells[n].n, n)
        )
        while others and (len(small) == 1 or sum(cells[n].n for n in small) < LEAST):
            small.add(others.pop(0))
    return {name: hidden(cell) if name in small else safe_cell(cell) for name, cell in cells.items()}


def may_show_whole(whole: Cell, parts: list[Cell]) -> bool:
    """Whether the whole may be told to somebody who sees some clusters in full: the rest must be nobody, or enough."""
    return not parts or not is_few(whole.n - sum(cell.n for cell in parts))


def differs_by_few(so_far: Cell, waves: list[Cell]) -> bool:
    """Whether taking a wave from all answers so far, or the other way round, would leave a few."""
    return any(is_few(wave.n) or is_few(abs(so_far.n - wave.n)) for wave in waves)
