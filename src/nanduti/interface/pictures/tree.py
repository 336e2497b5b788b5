"""Boxes that stand above and below each other, as in an organigram: a drawing where there is room, else a list.

A line is solid where somebody has stated it and dashed where it is only usual; a box is dashed where nobody stands in
it. What is told apart by a line is told in words too: each box says its line when it is pointed at, and on a telephone
the same boxes are an indented list.

>>> tree = draw([Box("a", "Coordinator"), Box("b", "Agent", above="a")], title="Who reports to whom")
>>> [(place.box.id, place.x < place.x + 1, place.y) for place in tree.layout().places][0][0]
'a'
>>> tree.svg().count("<rect")
2
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from ._tree_places import GAP, HIGH, WIDE, Layout, Place, lay_out

# Letters that fit into a box: of the title, which is bold, and of the lines below it.
LETTERS, LETTERS_BELOW = 22, 24
LINE = 17


@dataclass(frozen=True)
class Box:
    """One box.

    Attributes:
        id: told apart from the others by it.
        title: what it is, in a few words.
        lines: further short lines, such as where and who.
        above: the id of the box above it; empty for a top.
        beside: the id of the box that it stands next to, neither above nor below.
        is_stated: whether the line to the box above is stated, else only usual.
        is_vacant: nobody stands in it.
        is_wrong: something about it cannot be.
        said: the line to the box above, in words.
        url: where it leads.
        group: boxes of one group stand together where there are many.
    """

    id: str
    title: str
    lines: Sequence[str] = ()
    above: str = ""
    beside: str = ""
    is_stated: bool = True
    is_vacant: bool = False
    is_wrong: bool = False
    said: str = ""
    url: str = ""
    group: str = ""

    @property
    def css(self) -> str:
        names = ["vacant"] * self.is_vacant + ["wrong"] * self.is_wrong + ["aside"] * bool(self.beside)
        return " ".join(["tree-box", *names])


@dataclass
class Tree:
    """A picture of boxes; put it into a template as ``{{ tree }}``.

    Attributes:
        boxes: from the top down, neighbours in the order in which they stand.
        title: what is shown; ``told`` the same in a sentence, for those who do not see it.
        legend: kind of line or box (``stated``, ``usual``, ``vacant``, ``aside``, ``wrong``) → what it means.
        save_url: where the picture can be had as a file.
    """

    boxes: Sequence[Box]
    title: Any = ""
    told: Any = ""
    legend: Sequence[tuple[str, Any]] = ()
    save_url: str = ""
    name: str = "tree"
    _layout: Layout | None = field(default=None, repr=False)

    def __html__(self) -> str:
        return self.render()

    def __str__(self) -> str:
        return self.render()

    def layout(self) -> Layout:
        """Where each box stands."""
        if self._layout is None:
            self._layout = lay_out(self.boxes, height=_height(self.boxes))
        return self._layout

    def render(self) -> SafeString:
        return render_to_string("interface/pictures/tree.html", self.context())

    def context(self) -> dict[str, Any]:
        """What the template needs."""
        return {
            "id": self.name,
            "title": self.title,
            "svg": mark_safe(self.svg()),
            "rows": [(place.depth, place.box) for place in self.layout().in_order()],
            "legend": [(kind, mark_safe(_SAMPLES[kind]), said) for kind, said in self.legend],
            "save_url": self.save_url,
        }

    def svg(self, alone: bool = False) -> str:
        """The drawing; ``alone`` with its own colours, as a file that opens anywhere."""
        where = self.layout()
        legend = _legend_alone(self.legend, where) if alone else []
        tall = where.height + (34 + LINE * len(legend) if alone else 0)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="tree" viewBox="0 0 {where.width:g} {tall:g}" '
            f'width="{where.width:g}" height="{tall:g}" role="group" '
            f'aria-label="{escape(str(self.told or self.title))}">'
        )
        lines = "".join(_line(place, where) for place in where.places)
        boxes = "".join(_box(place, where.box_height, linked=not alone) for place in where.places)
        if not alone:
            return f"{head}{lines}{boxes}</svg>"
        ground = f'<path class="ground" d="M0 0H{where.width:g}V{tall:g}H0Z"/>'
        title = f'<text class="head" x="8" y="{where.height + 20:g}">{escape(str(self.title))}</text>'
        return f"{head}<style>{_ALONE}</style>{ground}{lines}{boxes}{title}{''.join(legend)}</svg>"


def draw(boxes: Iterable[Box], **settings: Any) -> Tree:
    """The picture of some boxes; see :class:`Tree` for the settings."""
    return Tree(list(boxes), **settings)


# --- drawing


def _rows(box: Box) -> list[tuple[str, str]]:
    """What stands in the box, line by line, with how it is set."""
    title = textwrap.wrap(box.title, LETTERS, max_lines=3, placeholder=" …")
    below = [
        row for line in box.lines for row in textwrap.wrap(line, LETTERS_BELOW, max_lines=2, placeholder=" …")
    ]
    return [("tree-title", row) for row in title] + [("tree-more", row) for row in below]


def _height(boxes: Sequence[Box]) -> float:
    return max((LINE * len(_rows(box)) + 18 for box in boxes), default=HIGH)


def _line(place: Place, where: Layout) -> str:
    box, above = place.box, where.of(place.box.above)
    if box.beside:
        near = where.of(box.beside)
        if near is None:
            return ""
        y = near.y + where.box_height / 2
        return f'<path class="tree-line aside" d="M{near.x + WIDE:g} {y:g}H{place.x:g}"/>'
    if above is None:
        return ""
    kind = "stated" if box.is_stated else "usual"
    down = above.y + where.box_height
    if place.is_hung:
        spine = place.x - GAP
        middle = place.y + where.box_height / 2
        start = above.x + WIDE / 2
        bus = down + GAP
        bent = f"V{bus:g}H{spine:g}" if abs(start - spine) > 0.5 else ""
        return f'<path class="tree-line {kind}" d="M{start:g} {down:g}{bent}V{middle:g}H{place.x:g}"/>'
    bus = place.y - GAP
    return (
        f'<path class="tree-line {kind}" '
        f'd="M{above.x + WIDE / 2:g} {down:g}V{bus:g}H{place.x + WIDE / 2:g}V{place.y:g}"/>'
    )


def _box(place: Place, height: float, *, linked: bool) -> str:
    box, middle = place.box, place.x + WIDE / 2
    rows = _rows(box)
    top = place.y + (height - LINE * len(rows)) / 2 + 13
    text = "".join(
        f'<text class="{css}" x="{middle:g}" y="{top + LINE * n:g}">{escape(line)}</text>'
        for n, (css, line) in enumerate(rows)
    )
    said = escape(". ".join(filter(None, [box.title, *box.lines, box.said])))
    drawn = (
        f'<rect x="{place.x:g}" y="{place.y:g}" width="{WIDE:g}" height="{height:g}" rx="6"/>{text}'
        f"<title>{said}</title>"
    )
    if linked and box.url:
        return f'<a class="{box.css}" href="{escape(box.url)}" aria-label="{said}">{drawn}</a>'
    return f'<g class="{box.css}" role="img" aria-label="{said}">{drawn}</g>'


def _legend_alone(legend: Sequence[tuple[str, Any]], where: Layout) -> list[str]:
    """The legend below the drawing, a line for each sign."""
    drawn = []
    for n, (kind, said) in enumerate(legend, start=1):
        y = where.height + 20 + LINE * n
        drawn.append(
            f'<g transform="translate(8 {y - 12:g})">{_sign(kind)}</g>'
            f'<text class="head" x="50" y="{y:g}">{escape(str(said))}</text>'
        )
    return drawn


def _sign(kind: str) -> str:
    if kind in {"vacant", "wrong"}:
        return f'<g class="tree-box {kind}"><rect x="1" y="1" width="32" height="14" rx="3"/></g>'
    return f'<path class="tree-line {kind}" d="M0 8H34"/>'


def _sample(kind: str) -> str:
    return f'<svg width="34" height="16" aria-hidden="true" class="tree-sample">{_sign(kind)}</svg>'


_SAMPLES = {kind: _sample(kind) for kind in ("stated", "usual", "aside", "vacant", "wrong")}
# The colours of the light look: a file has no page that could give it others.
_ALONE = (
    ".ground{fill:#fff}text{font:13px system-ui,sans-serif;text-anchor:middle;fill:#1d2326}"
    ".head{text-anchor:start;fill:#566066}.tree-title{font-weight:600}.tree-more{fill:#566066}"
    ".tree-line{fill:none;stroke:#566066;stroke-width:1.6}.usual{stroke-dasharray:6 4}"
    ".aside{stroke-dasharray:2 3}.tree-box rect{fill:#fff;stroke:#0b5f6b;stroke-width:1.6}"
    ".vacant rect{stroke:#9a3412;stroke-dasharray:5 4;fill:#fbece4}.wrong rect{stroke:#9a3412;stroke-width:3}"
    ".tree-box.aside rect{stroke:#6b4e9b;stroke-dasharray:none}"
)
