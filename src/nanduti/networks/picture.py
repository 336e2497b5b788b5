"""The relation map as SVG: readable without script and on paper, its text alternative beside it.

Ties are lines, actors are marks that differ by colour *and* by shape; whoever did not answer is drawn hollow. With few
ties each is a line of its own, with an arrow where there is a direction and thicker where the tie is stronger; with
many, all lines of one kind are one path, so that a map of twenty thousand ties is still a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from nanduti.methods.networks import Layout, Network
from nanduti.methods.networks.drawing import COLOURS, OTHER

WIDTH = 1000.0
MARGIN = 30.0
HIGHEST = 860.0
# Up to so many ties each is a line with an arrow; beyond, direction stands in the table alone.
SINGLE_LINES = 600
# Up to so many actors each carries its pseudonym; beyond, only those with most partners.
LABELLED = 60
LABELLED_AT_MOST = 12
# How broad a letter of a name is and how high its line, on the canvas.
LETTER, LINE = 7.0, 14.0
SHAPES: dict[str, str] = {
    "circle": "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1-1 0Z",
    "square": "M-.9-.9H.9V.9H-.9Z",
    "triangle": "M0-1.15 1.05.8H-1.05Z",
    "diamond": "M0-1.25 1.25 0 0 1.25-1.25 0Z",
    "hexagon": "M-1.1 0-.55-.95H.55L1.1 0 .55.95H-.55Z",
    "cross": "M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",
}
NAMES = list(SHAPES)
# What is not known, and all groups beyond the six that have a sign of their own.
REST = (OTHER, "circle")
# Lines: how they are dashed and coloured, by kind of tie or by what became of it.
DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 6")
FATES = {
    "kept": ("", "#555555"),
    "new": ("", "#0072B2"),
    "lost": ("6 4", "#D55E00"),
    "unknown": ("2 4", "#777777"),
}


@dataclass(frozen=True)
class Mark:
    """How one group is drawn, and what the legend says of it."""

    label: Any
    colour: str
    shape: str
    n: int = 0

    def sample(self) -> SafeString:
        """The mark as the legend shows it."""
        drawn = f'<path d="{SHAPES[self.shape]}" transform="translate(9 9) scale(6)" fill="{self.colour}"/>'
        return mark_safe(f'<svg width="18" height="18" aria-hidden="true" class="tie-sign">{drawn}</svg>')


@dataclass(frozen=True)
class Line:
    """A set of ties that are drawn alike: pairs of rows of the network, with the strength of each."""

    label: Any
    pairs: Sequence[tuple[int, int]]
    dash: str = ""
    colour: str = "#8a8a8a"
    strengths: Sequence[float] = ()
    code: str = ""

    def sample(self) -> SafeString:
        """The line as the legend shows it."""
        dashed = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        drawn = f'<line x1="0" y1="7" x2="34" y2="7" stroke="{self.colour}" stroke-width="2"{dashed}/>'
        return mark_safe(f'<svg width="34" height="14" aria-hidden="true">{drawn}</svg>')


@dataclass
class RelationMap:
    """The picture; put it into a template as ``{{ picture }}``.

    Attributes:
        network: whom to draw; ``places`` where.
        lines: the ties.
        marks: for each actor how it is drawn; ``legend`` the marks in the order of the legend.
        title: what is shown; ``told`` the same in a sentence, for those who do not see it.
        names: actor → what to call it, where the viewer may know; else its pseudonym.
        url: the page of an actor.
        found: actors to point out.
        note: for each actor what its mark says when pointed at, besides its name.
    """

    network: Network
    places: Layout
    lines: Sequence[Line]
    marks: Sequence[Mark]
    legend: Sequence[Mark] = ()
    title: Any = ""
    told: Any = ""
    names: Mapping[str, str] = field(default_factory=dict)
    url: Callable[[str], str] = str
    found: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    name: str = "relations"

    def __html__(self) -> str:
        return self.render()

    def __str__(self) -> str:
        return self.render()

    @property
    def n_ties(self) -> int:
        return sum(len(line.pairs) for line in self.lines)

    def render(self) -> SafeString:
        return render_to_string("networks/picture.html", self.context())

    def context(self) -> dict[str, Any]:
        """What the template needs."""
        return {
            "id": self.name,
            "graph_id": f"{self.name}-graph",
            "title": self.title,
            "told": self.told,
            "svg": mark_safe(self.svg()),
            "legend": [(mark.sample(), mark.label, mark.n) for mark in self.legend],
            "lines": [(line.sample(), line.label, len(line.pairs)) for line in self.lines if line.pairs],
            "hollow": any(not heard for heard in self.network.answered),
            "has_arrows": self.network.directed and self.n_ties <= SINGLE_LINES,
            "is_merged": self.network.directed and self.n_ties > SINGLE_LINES,
            "graph": self.graph(),
        }

    def graph(self) -> dict[str, Any]:
        """For the script that points out partners: actors, and pairs of rows one after the other."""
        ends = [row for line in self.lines if line.code != "lost" for pair in line.pairs for row in pair]
        return {"actors": [str(actor) for actor in self.network.actors], "ties": ends}

    # --- drawing

    def svg(self) -> str:
        """The drawing itself."""
        x, y, height = self._scaled()
        radius = self._radii()
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="relation-map" viewBox="0 0 {WIDTH:g} {height:g}" '
            f'role="group" aria-labelledby="{self.name}-title" aria-describedby="{self.name}-told">',
            _ARROWS if self.network.directed and self.n_ties <= SINGLE_LINES else "",
            '<g class="view">',
        ]
        single = self.n_ties <= SINGLE_LINES
        top = max((s for line in self.lines for s in line.strengths), default=1.0) or 1.0
        for line in self.lines:
            parts.append(self._single(line, x, y, radius, top) if single else _merged(line, x, y))
        parts += ['<path class="near" d=""/>', '<g class="actors">']
        parts += [self._actor(row, x[row], y[row], radius[row]) for row in range(self.network.n)]
        parts += [
            "</g>",
            '<g class="labels" aria-hidden="true">',
            *self._labels(x, y, radius),
            "</g></g></svg>",
        ]
        return "".join(parts)

    def _scaled(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Places on the canvas; its height follows the drawing."""
        where = self.places.positions
        if not self.network.n:
            return np.zeros(0), np.zeros(0), 200.0
        low, reach = where.min(axis=0), np.maximum(np.ptp(where, axis=0), 1e-9)
        # As large as fits; a handful of actors is not blown up to fill the page.
        scale = float(min((WIDTH - 2 * MARGIN) / reach[0], HIGHEST / reach[1], 160.0))
        height = max(scale * reach[1], 140.0) + 2 * MARGIN
        spare = np.array([WIDTH, height]) - 2 * MARGIN - scale * reach
        x = MARGIN + spare[0] / 2 + scale * (where[:, 0] - low[0])
        y = MARGIN + spare[1] / 2 + scale * (low[1] + reach[1] - where[:, 1])
        return x.round(1), y.round(1), round(float(height), 1)

    def _radii(self) -> np.ndarray:
        """Area follows the number of partners; smaller where there are many actors."""
        partners = np.diff(self.network.either.indptr).astype(float)
        top = max(partners.max(initial=1.0), 1.0)
        base = 9.0 if self.network.n <= 60 else 6.0 if self.network.n <= 400 else 3.5
        return (base * (0.6 + 0.8 * np.sqrt(partners / top))).round(1)

    def _single(self, line: Line, x: np.ndarray, y: np.ndarray, radius: np.ndarray, top: float) -> str:
        dashed = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        arrow = ' marker-end="url(#arrow)"' if self.network.directed else ""
        drawn = []
        for place, (a, b) in enumerate(line.pairs):
            width = 1.0 + 2.0 * line.strengths[place] / top if line.strengths else 1.4
            bx, by = _short_of(x[a], y[a], x[b], y[b], radius[b] + 3 if arrow else 0)
            drawn.append(
                f'<line x1="{x[a]:g}" y1="{y[a]:g}" x2="{bx:.1f}" y2="{by:.1f}" '
                f'stroke-width="{width:.1f}"{arrow}/>'
            )
        return f'<g class="ties {line.code}" stroke="{line.colour}"{dashed}>{"".join(drawn)}</g>'

    def _actor(self, row: int, x: float, y: float, radius: float) -> str:
        actor = str(self.network.actors[row])
        mark = self.marks[row]
        hollow = "" if self.network.answered[row] else " hollow"
        found = " found" if actor in self.found else ""
        said = escape(", ".join(filter(None, [self.names.get(actor, actor), self.notes.get(actor, "")])))
        ring = f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="{radius + 7:g}"/>' if found else ""
        return (
            f'<a class="actor{hollow}{found}" href="{escape(self.url(actor))}" data-i="{row}" data-x="{x:g}" '
            f'data-y="{y:g}" aria-label="{said}"{"" if self.network.n <= LABELLED else _UNTABBED}>{ring}'
            f'<path d="{SHAPES[mark.shape]}" transform="translate({x:g} {y:g}) scale({radius:g})" '
            f'fill="{mark.colour}"/><title>{said}</title></a>'
        )

    def _labels(self, x: np.ndarray, y: np.ndarray, radius: np.ndarray) -> list[str]:
        drawn = []
        for row in self._labelled(x, y, radius):
            sought = ' class="sought"' if str(self.network.actors[row]) in self.found else ""
            at = f'x="{x[row]:g}" y="{y[row] - radius[row] - 4:.1f}"'
            drawn.append(f"<text {at}{sought}>{escape(self._name(row))}</text>")
        return drawn

    def _name(self, row: int) -> str:
        actor = str(self.network.actors[row])
        return self.names.get(actor, actor)

    def _labelled(self, x: np.ndarray, y: np.ndarray, radius: np.ndarray) -> list[int]:
        """Who carries a name: all where they are few, else those looked for and the busiest whose names find room."""
        if self.network.n <= LABELLED:
            return list(range(self.network.n))
        sought = [row for row in range(self.network.n) if str(self.network.actors[row]) in self.found]
        partners = np.diff(self.network.either.indptr)
        busiest = [int(row) for row in np.argsort(-partners, kind="stable")[: 5 * LABELLED_AT_MOST]]
        chosen: list[int] = []
        boxes: list[tuple[float, float, float]] = []
        for row in dict.fromkeys((*sought, *busiest)):
            half = LETTER * len(self._name(row)) / 2
            box = (float(x[row]), float(y[row] - radius[row]), half)
            is_free = all(abs(box[0] - a) > half + w or abs(box[1] - b) > LINE for a, b, w in boxes)
            if row in sought or (is_free and len(chosen) < len(sought) + LABELLED_AT_MOST):
                chosen.append(row)
                boxes.append(box)
        return sorted(chosen)


# Hundreds of stops would shut the keyboard in: there the search field and the table are the way.
_UNTABBED = ' tabindex="-1"'
_ARROWS = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto" markerUnits="userSpaceOnUse"><path d="M0 0 8 4 0 8Z" fill="#666"/></marker></defs>'
)


def _short_of(ax: float, ay: float, bx: float, by: float, by_how_much: float) -> tuple[float, float]:
    """The end of a line drawn towards a mark, so that its arrow is not hidden behind it."""
    length = float(np.hypot(bx - ax, by - ay))
    if length <= by_how_much or not by_how_much:
        return bx, by
    share = 1 - by_how_much / length
    return ax + share * (bx - ax), ay + share * (by - ay)


def _merged(line: Line, x: np.ndarray, y: np.ndarray) -> str:
    """All ties of a set as one path."""
    dashed = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    drawn = "".join(f"M{x[a]:.0f} {y[a]:.0f}L{x[b]:.0f} {y[b]:.0f}" for a, b in line.pairs)
    return f'<path class="ties many {line.code}" fill="none" stroke="{line.colour}"{dashed} d="{drawn}"/>'


def marks_of(values: Sequence[str | None], labels: Mapping[str, Any]) -> tuple[list[Mark], list[Mark]]:
    """A mark for each actor by its group, and the legend: the six commonest groups, the others, and not known.

    >>> marks, legend = marks_of(["a", "a", None], {})
    >>> [(m.label, m.shape, m.n) for m in legend][0]
    ('a', 'circle', 2)
    """
    counts: dict[str, int] = {}
    for value in values:
        if value is not None:
            counts[value] = counts.get(value, 0) + 1
    order = {value: n for n, value in enumerate(labels)}

    def place(value: str) -> tuple[int, str]:
        """In the order in which words are given for the groups, such as from small to large."""
        return order.get(value, len(order)), value

    commonest = sorted(counts, key=lambda v: (-counts[v], v))[: len(NAMES)]
    own = {
        v: Mark(labels.get(v, v), COLOURS[n], NAMES[n], counts[v])
        for n, v in enumerate(sorted(commonest, key=place))
    }
    n_other = sum(n for value, n in counts.items() if value not in own)
    n_unknown = sum(value is None for value in values)
    other, unknown = Mark(_("others"), *REST, n_other), Mark(_("not known"), "#ffffff", "circle", n_unknown)
    legend = [*own.values(), *([other] if n_other else []), *([unknown] if n_unknown else [])]
    return [unknown if v is None else own.get(v, other) for v in values], legend


def with_shapes(marks: Sequence[Mark], shapes: Sequence[Mark]) -> list[Mark]:
    """The colours of one attribute with the shapes of another."""
    return [Mark(mark.label, mark.colour, shape.shape) for mark, shape in zip(marks, shapes, strict=True)]
