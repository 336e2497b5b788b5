"""Plain drawing in SVG: axes, ticks, bars and lines from numbers; no library, no state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 76, 16, 40, 48
GOOD, BAD, QUIET, INK = "#1f6f8b", "#b3452c", "#9aa5ab", "#22313a"


@dataclass
class Plot:
    """A plot with a linear scale on both axes; call its verbs, then :meth:`svg`."""

    title: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_name: str = ""
    y_name: str = ""
    left: int = LEFT
    parts: list[str] = field(default_factory=list)

    def px(self, x: float) -> float:
        low, high = self.x
        return self.left + (x - low) / (high - low or 1.0) * (WIDTH - self.left - RIGHT)

    def py(self, y: float) -> float:
        low, high = self.y
        return HEIGHT - BOTTOM - (y - low) / (high - low or 1.0) * (HEIGHT - TOP - BOTTOM)

    def line(self, xs: Sequence[float], ys: Sequence[float], colour: str = GOOD, dash: str = "") -> None:
        points = " ".join(f"{self.px(x):.1f},{self.py(y):.1f}" for x, y in zip(xs, ys, strict=True))
        style = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{style}/>'
        )

    def bar(self, x0: float, x1: float, y0: float, y1: float, colour: str = GOOD) -> None:
        left, right = sorted((self.px(x0), self.px(x1)))
        top, bottom = sorted((self.py(y0), self.py(y1)))
        self.parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
            f' fill="{colour}"/>'
        )

    def text(self, x: float, y: float, words: str, *, anchor: str = "middle", colour: str = INK) -> None:
        """Words at a place in the picture, in its own points."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
        )

    def rule_x(self, x: float, words: str = "") -> None:
        at = self.px(x)
        self.parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{INK}"'
            ' stroke-dasharray="4 3"/>'
        )
        if words:
            self.text(min(at, WIDTH - 60), TOP - 4, words)

    def rule_y(self, y: float) -> None:
        at = self.py(y)
        self.parts.append(
            f'<line x1="{self.left}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="{INK}"/>'
        )

    def ticks_y(self, say=None) -> None:
        for value in nice_ticks(*self.y):
            at = self.py(value)
            self.parts.append(
                f'<line x1="{self.left - 4}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e2e7ea"/>'
            )
            self.text(self.left - 8, at + 4, (say or figure)(value), anchor="end")

    def ticks_x(self, labels: Sequence[tuple[float, str]] | None = None, say=None) -> None:
        for value, words in labels or [(v, (say or figure)(v)) for v in nice_ticks(*self.x)]:
            self.text(self.px(value), HEIGHT - BOTTOM + 18, words)

    def svg(self, described: str = "") -> str:
        names = [f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(self.x_name)}</text>']
        if self.y_name:
            names.append(
                f'<text x="{self.left}" y="{TOP - 8}" text-anchor="start">{escape(self.y_name)}</text>'
            )
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
                ' font-family="sans-serif" font-size="12">',
                f"<title>{escape(self.title)}</title>",
                f"<desc>{escape(described)}</desc>",
                f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
                f'<text x="{self.left}" y="18" font-size="14" font-weight="bold">{escape(self.title)}</text>',
                *self.parts,
                *names,
                "</svg>",
                "",
            ]
        )


def figure(value: float) -> str:
    """A figure of an axis: no decimals beyond what it needs, thousands parted by a thin space."""
    text = f"{value:,.10g}" if abs(value) < 1e15 else f"{value:.3g}"
    return text.replace(",", "\u202f").replace("-", "\u2212")


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round figures within a range.

    >>> nice_ticks(-3, 17)
    [0.0, 5.0, 10.0, 15.0]
    """
    if not high > low:
        return [low]
    raw = (high - low) / about
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= raw * 0.999)
    first = int(np.ceil(low / step - 1e-9))
    last = int(np.floor(high / step + 1e-9))
    return [float(round(k * step, 12)) + 0.0 for k in range(first, last + 1)]
