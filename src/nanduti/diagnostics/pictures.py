"""Pictures of a study as SVG text, for pages and documents alike: bars, ranges, territories side by side, a map.

Each tells in ``<desc>`` what it shows; the same stands in a table beside it. Nothing but plain shapes and words, so
that it prints in black and white; what is told apart by colour is told apart by shape or words too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 640
INK, QUIET, RULE, FILL, OWN, PAPER = "#22313a", "#5b6870", "#d5dce0", "#1f6f8b", "#b3452c", "#ffffff"
CHARACTER = 6.4  # pixels of a letter at 12 pixels, on average
ROW = 26


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: int = 12,
    colour: str = INK,
    bold: bool = False,
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{weight}>'
        f"{escape(words)}</text>"
    )


def shorten(words: str, pixels: float) -> str:
    """Words that fit into so many pixels.

    >>> shorten("finished leather", 60)
    'finished…'
    """
    most = max(4, int(pixels / CHARACTER))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _svg(title: str, said: str, height: float, parts: Sequence[str], font: str = "sans-serif") -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
            f' font-family="{font}" font-size="12">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(said)}</desc>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="{PAPER}"/>',
            *parts,
            "</svg>",
        ]
    )


@dataclass(frozen=True)
class Bar:
    """A labelled bar; ``value`` ``None`` is told in words, never drawn as nil."""

    label: str
    value: float | None
    said: str


def bars(title: str, rows: Sequence[Bar], *, whole: float | None = None) -> str:
    """Horizontal bars with their words at the end.

    >>> bars("Sizes", [Bar("micro", 0.79, "79.0 %"), Bar("large", None, "not known")]).count("<rect")
    2
    """
    left = min(250.0, 20 + max((len(r.label) for r in rows), default=0) * CHARACTER)
    room = WIDTH - left - 20 - max((len(r.said) for r in rows), default=0) * CHARACTER
    most = whole or max((r.value for r in rows if r.value is not None), default=0.0) or 1.0
    parts = []
    for i, row in enumerate(rows):
        y = 8 + i * ROW
        parts.append(_text(left - 10, y + 15, shorten(row.label, left - 14), anchor="end"))
        length = 0.0
        if row.value is not None:
            length = max(1.0, room * min(1.0, row.value / most)) if row.value else 0.0
            parts.append(
                f'<rect x="{left:.1f}" y="{y}" width="{length:.1f}" height="{ROW - 8}" fill="{FILL}"/>'
            )
        parts.append(
            _text(left + length + 6, y + 15, row.said, colour=INK if row.value is not None else QUIET)
        )
    return _svg(title, "; ".join(f"{r.label}: {r.said}" for r in rows), 12 + len(rows) * ROW, parts)


def lengths(rows: Sequence[Bar], *, whole: float | None = None) -> tuple[tuple[str, float | None, str], ...]:
    """The bars as label, length of the room (0 to 1) and words, for a page that draws them as a table."""
    most = whole or max((r.value for r in rows if r.value is not None), default=0.0) or 1.0
    return tuple((r.label, None if r.value is None else min(1.0, r.value / most), r.said) for r in rows)


@dataclass(frozen=True)
class Range:
    """A figure from low to high; ``is_own`` is drawn hatched and in the accent colour."""

    label: str
    low: float
    high: float
    said: str
    is_own: bool = False


def ranges(title: str, rows: Sequence[Range]) -> str:
    """Ranges on one axis from nil, so that a gap is seen as a distance."""
    left = min(250.0, 20 + max((len(r.label) for r in rows), default=0) * CHARACTER)
    room = WIDTH - left - 24 - max((len(r.said) for r in rows), default=0) * CHARACTER
    most = max((r.high for r in rows), default=1.0) or 1.0
    parts = [f'<line x1="{left:.1f}" x2="{left:.1f}" y1="4" y2="{8 + len(rows) * ROW}" stroke="{RULE}"/>']
    for i, row in enumerate(rows):
        y, x0 = 8 + i * ROW, left + room * row.low / most
        x1 = max(x0 + 4, left + room * row.high / most)
        colour = OWN if row.is_own else FILL
        parts.append(_text(left - 10, y + 15, shorten(row.label, left - 14), anchor="end"))
        parts.append(
            f'<line x1="{left:.1f}" x2="{x0:.1f}" y1="{y + 9}" y2="{y + 9}" stroke="{RULE}" stroke-width="2"/>'
        )
        dash = ' stroke="#22313a" stroke-dasharray="3 2"' if row.is_own else ""
        parts.append(
            f'<rect x="{x0:.1f}" y="{y}" width="{x1 - x0:.1f}" height="{ROW - 8}" fill="{colour}"{dash}/>'
        )
        parts.append(_text(x1 + 6, y + 15, row.said))
    return _svg(title, "; ".join(f"{r.label}: {r.said}" for r in rows), 12 + len(rows) * ROW, parts)


SHAPES = ("circle", "square", "triangle", "diamond", "ring", "cross")


def _shape(kind: str, x: float, y: float) -> str:
    fill = f'fill="{FILL}" stroke="{PAPER}"'
    if kind == "square":
        return f'<rect x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12" fill="{OWN}" stroke="{PAPER}"/>'
    if kind == "triangle":
        return f'<path d="M{x:.1f} {y - 7:.1f} l7 12 h-14 z" fill="#3b3f8f" stroke="{PAPER}"/>'
    if kind == "diamond":
        return f'<path d="M{x:.1f} {y - 8:.1f} l7 8 l-7 8 l-7 -8 z" fill="#6b7d1e" stroke="{PAPER}"/>'
    if kind == "ring":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{PAPER}" stroke="{INK}" stroke-width="2.5"/>'
    if kind == "cross":
        return f'<path d="M{x - 6:.1f} {y - 6:.1f} l12 12 m0 -12 l-12 12" stroke="{INK}" stroke-width="2.5"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" {fill}/>'


def territories(
    title: str, names: Sequence[str], lines: Sequence[tuple[str, Sequence[tuple[float | None, str]]]]
) -> str:
    """Shares of several territories on one axis of 0 to 100 per cent, a row for each indicator, a shape for each place.

    A territory of which nothing is known has no shape; the words at the end say so.
    """
    shown = list(names)[: len(SHAPES)]
    left, right = 230.0, WIDTH - 24.0
    parts, x, y = [], 12.0, 20.0
    for kind, name in zip(SHAPES, shown, strict=False):
        if x > 12 and x + 24 + len(name) * CHARACTER > WIDTH:
            x, y = 12.0, y + 22
        parts += [_shape(kind, x + 6, y - 4), _text(x + 18, y, name)]
        x += 34 + len(name) * CHARACTER
    top = y + 14
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = left + share * (right - left)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top:.0f}" y2="{top + len(lines) * 30:.0f}" stroke="{RULE}"/>'
        )
        parts.append(
            _text(at, top + len(lines) * 30 + 16, f"{100 * share:.0f}\u202f%", anchor="middle", colour=QUIET)
        )
    said = []
    for i, (label, values) in enumerate(lines):
        at = top + 16 + i * 30
        parts.append(_text(left - 12, at + 4, shorten(label, left - 16), anchor="end"))
        known = [v for v, _words in values if v is not None]
        if len(known) > 1:
            x0, x1 = left + min(known) * (right - left), left + max(known) * (right - left)
            parts.append(
                f'<line x1="{x0:.1f}" x2="{x1:.1f}" y1="{at:.1f}" y2="{at:.1f}" stroke="{QUIET}" stroke-width="2"/>'
            )
        for kind, (value, _words) in zip(SHAPES, values, strict=False):
            if value is not None:
                parts.append(_shape(kind, left + min(1.0, max(0.0, value)) * (right - left), at))
        said.append(f"{label}: " + ", ".join(f"{n} {w}" for n, (_v, w) in zip(names, values, strict=False)))
    return _svg(title, "; ".join(said), top + len(lines) * 30 + 26, parts)


@dataclass(frozen=True)
class Spot:
    """A town, an estate or a region by its public middle point, never an establishment; no ``n`` where kept back."""

    label: str
    latitude: float | None
    longitude: float | None
    n: int | None
    said: str


def place_map(title: str, spots: Sequence[Spot], *, note: str = "") -> str:
    """The places of a cluster with how many firms are in each; without two points apart a plain scheme.

    >>> towns = [Spot("Pilar", -26.9, -58.3, 25, "25"), Spot("Yaguarón", -25.6, -57.3, 160, "160")]
    >>> place_map("Places", towns).count("<circle")
    2
    """
    placed = [s for s in spots if s.latitude is not None and s.longitude is not None]
    apart = len({(s.latitude, s.longitude) for s in placed})
    if apart < 2 or len(placed) < len(spots):
        return _scheme(title, spots, note)
    return _map(title, placed, note)


def _radius(n: int | None, most: int) -> float:
    return 6.0 if not n else 6.0 + 18.0 * math.sqrt(n / max(1, most))


def _map(title: str, spots: Sequence[Spot], note: str) -> str:
    lats = [float(s.latitude) for s in spots if s.latitude is not None]
    lons = [float(s.longitude) for s in spots if s.longitude is not None]
    narrow = max(0.2, math.cos(math.radians(sum(lats) / len(lats))))
    width, height = (max(lons) - min(lons)) * narrow, max(lats) - min(lats)
    scale = min((WIDTH - 280) / max(width, 1e-6), 250 / max(height, 1e-6))
    tall = height * scale
    most = max((s.n or 0 for s in spots), default=1)
    x0 = 140 + ((WIDTH - 280) - width * scale) / 2
    parts, taken = [], []
    for s in sorted(spots, key=lambda s: -(s.n or 0)):
        x = x0 + (float(s.longitude or 0) - min(lons)) * narrow * scale
        y = 44 + (max(lats) - float(s.latitude or 0)) * scale
        r = _radius(s.n, most)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{FILL}" fill-opacity="0.75" stroke="{INK}"/>'
        )
        at = y + 4
        while any(abs(at - other) < 15 and abs(x - where) < 160 for where, other in taken):
            at += 15
        taken.append((x, at))
        parts.append(_text(x + r + 5, at, shorten(f"{s.label}: {s.said}", WIDTH - x - r - 8)))
    parts.append(f'<path d="M24 40 l5 -18 l5 18 l-5 -4 z" fill="{INK}"/>')
    parts.append(_text(29, 54, "N", anchor="middle", size=11))
    if note:
        parts.append(_text(12, 44 + tall + 52, note, size=11, colour=QUIET))
    said = "; ".join(f"{s.label}: {s.said}" for s in spots)
    return _svg(title, said, max(44 + tall + 62, *(at + 40 for _x, at in taken)), parts)


def _scheme(title: str, spots: Sequence[Spot], note: str) -> str:
    """Boxes in rows, in no place: for places whose points nobody has written down."""
    most = max((s.n or 0 for s in spots), default=1)
    parts, per_row, box = [], 3, (WIDTH - 40) / 3
    for i, s in enumerate(spots):
        x, y = 12 + (i % per_row) * (box + 8), 12 + (i // per_row) * 64
        parts.append(
            f'<rect x="{x:.1f}" y="{y}" width="{box:.1f}" height="54" fill="{PAPER}" stroke="{QUIET}"/>'
        )
        parts.append(f'<circle cx="{x + 28:.1f}" cy="{y + 27}" r="{_radius(s.n, most):.1f}" fill="{FILL}"/>')
        parts.append(_text(x + 58, y + 24, shorten(s.label, box - 62), bold=True))
        parts.append(_text(x + 58, y + 41, shorten(s.said, box - 62)))
    height = 20 + math.ceil(len(spots) / per_row) * 64
    if note:
        parts.append(_text(12, height + 12, note, size=11, colour=QUIET))
        height += 22
    return _svg(title, "; ".join(f"{s.label}: {s.said}" for s in spots), height, parts)
