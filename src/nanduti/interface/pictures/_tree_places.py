"""Where the boxes of a tree stand: side by side below each other, hung in columns where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WIDE, HIGH = 188.0, 70.0
GAP, BETWEEN, DROP, EDGE = 16.0, 20.0, 40.0, 10.0
# Boxes without any below them stand in so many columns at most, and a whole picture is at most so wide.
COLUMNS = 4
WIDEST = 1100.0


@dataclass(frozen=True)
class Place:
    """A box with its upper left corner; ``is_hung``: its line comes from the left, not from above."""

    box: Any
    x: float
    y: float
    depth: int
    is_hung: bool = False


@dataclass
class Layout:
    """All boxes with their places, from the top down, and the size of the whole."""

    places: list[Place]
    width: float
    height: float
    box_height: float
    _by_id: dict[str, Place] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._by_id = {place.box.id: place for place in self.places}

    def of(self, id: str) -> Place | None:
        """The place of a box."""
        return self._by_id.get(id)

    def in_order(self) -> list[Place]:
        """Each box followed by those below it."""
        return self.places


def lay_out(boxes: Sequence[Any], *, height: float = HIGH) -> Layout:
    """The places of all boxes. A box whose box above is not there stands at the top.

    Side by side as far as that is narrow enough, else all as one indented column.
    """
    plan = _Plan(boxes, height)
    if plan.width() > WIDEST:
        plan = _Plan(boxes, height, is_narrow=True)
    return plan.laid_out()


def _split(boxes: Sequence[Any], n: int) -> list[Sequence[Any]]:
    """As many columns of about the same height, each to be read from the top down."""
    most = -(-len(boxes) // n)
    return [boxes[start : start + most] for start in range(0, len(boxes), most)]


class _Plan:
    def __init__(self, boxes: Sequence[Any], height: float, is_narrow: bool = False) -> None:
        self.height, self.is_narrow = height, is_narrow
        known = {box.id for box in boxes}
        self.below: dict[str, list[Any]] = {}
        self.aside: dict[str, list[Any]] = {}
        self.tops: list[Any] = []
        for box in boxes:
            if box.beside in known and box.beside != box.id:
                self.aside.setdefault(box.beside, []).append(box)
            elif box.above in known and box.above != box.id:
                self.below.setdefault(box.above, []).append(box)
            else:
                self.tops.append(box)
        self.places: list[Place] = []

    def width(self) -> float:
        return sum(self._width(box) for box in self.tops) + BETWEEN * (len(self.tops) - 1)

    def laid_out(self) -> Layout:
        x, y = EDGE, EDGE
        for box in self.tops:
            self._put(box, x, y, 0, False)
            if self.is_narrow:
                y = max(place.y for place in self.places) + self.height + BETWEEN
            else:
                x += self._width(box) + BETWEEN
        right = max((place.x + WIDE for place in self.places), default=WIDE)
        bottom = max((place.y + self.height for place in self.places), default=self.height)
        return Layout(self.places, right + EDGE, bottom + EDGE, self.height)

    # --- side by side

    def _hung(self, box: Any) -> list[list[Any]]:
        """Columns of the boxes below that have none below or beside them, where all would be too many for one row.

        Boxes of one group stand in columns of their own, the largest group in several while there is room.
        """
        below = self.below.get(box.id, [])
        if len(below) <= COLUMNS:
            return []
        groups: dict[str, list[Any]] = {}
        for other in below:
            if other.id not in self.below and other.id not in self.aside:
                groups.setdefault(other.group, []).append(other)
        n_columns = dict.fromkeys(groups, 1)
        while sum(n_columns.values()) < COLUMNS:
            tallest = max(groups, key=lambda g: len(groups[g]) / n_columns[g], default=None)
            if tallest is None or len(groups[tallest]) <= n_columns[tallest]:
                break
            n_columns[tallest] += 1
        return [column for group, boxes in groups.items() for column in _split(boxes, n_columns[group])]

    def _width(self, box: Any) -> float:
        n_aside = len(self.aside.get(box.id, []))
        own = WIDE + n_aside * 2 * (WIDE + DROP)  # as much on both sides, so that it stands in the middle
        if self.is_narrow:
            return own
        return max(own, self._width_below(box))

    def _beside_each_other(self, box: Any) -> list[Any]:
        """The boxes below that are not hung."""
        hung = {other.id for column in self._hung(box) for other in column}
        return [other for other in self.below.get(box.id, []) if other.id not in hung]

    def _width_below(self, box: Any) -> float:
        parts = [self._width(other) for other in self._beside_each_other(box)]
        parts += [WIDE + GAP for _column in self._hung(box)]
        return sum(parts) + BETWEEN * max(0, len(parts) - 1)

    def _put(self, box: Any, x: float, y: float, depth: int, is_hung: bool) -> None:
        """Place a box within the strip that begins at x, and what is below it."""
        if self.is_narrow:
            self._put_narrow(box, x, y, depth, is_hung)
            return
        strip = self._width(box)
        left = x + (strip - WIDE) / 2
        self.places.append(Place(box, left, y, depth, is_hung))
        self._put_aside(box, left, y, depth)
        at, under = x + (strip - self._width_below(box)) / 2, y + self.height + DROP
        for other in self._beside_each_other(box):
            self._put(other, at, under, depth + 1, False)
            at += self._width(other) + BETWEEN
        for column in self._hung(box):
            for row, other in enumerate(column):
                where = under + row * (self.height + BETWEEN)
                self.places.append(Place(other, at + GAP, where, depth + 1, True))
            at += WIDE + GAP + BETWEEN

    def _put_aside(self, box: Any, left: float, y: float, depth: int) -> None:
        for n, other in enumerate(self.aside.get(box.id, []), start=1):
            self.places.append(Place(other, left + n * (WIDE + DROP), y, depth))

    # --- one column

    def _put_narrow(self, box: Any, x: float, y: float, depth: int, is_hung: bool) -> None:
        self.places.append(Place(box, x, y, depth, is_hung))
        self._put_aside(box, x, y, depth)
        for other in self.below.get(box.id, []):
            lowest = max(place.y for place in self.places)
            # The line goes down from the middle of the box above, so what hangs on it begins right of it.
            self._put_narrow(other, x + WIDE / 2 + GAP, lowest + self.height + BETWEEN, depth + 1, True)
