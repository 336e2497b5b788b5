"""A Pareto chart as SVG text, drawn by plain code from its figures."""

from __future__ import annotations

from html import escape

from .causes import Pareto

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 56, 56, 44, 92


def pareto_picture(found: Pareto, *, title: str = "", most: int = 12) -> str:
    """Bars of loss in order and the line of the cumulative share; the vital few are dark.

    Causes beyond ``most`` are drawn as one bar of the rest, so that the shares stay whole.

    >>> import polars as pl
    >>> from nanduti.methods.upgrading import pareto
    >>> pareto_picture(pareto(pl.DataFrame({"cause": ["a", "b"], "loss": [3.0, 1.0]})))[:4]
    '<svg'
    """
    rows = [
        (c, s, k == "A")
        for c, s, k in found.causes.select("cause", "share", "class").iter_rows()
        if s is not None
    ]
    if len(rows) > most:
        rest = rows[most - 1 :]
        rows = [*rows[: most - 1], (f"… {len(rest)}", sum(s for _, s, _ in rest), False)]
    step, tall = (WIDTH - LEFT - RIGHT) / len(rows), HEIGHT - TOP - BOTTOM
    parts, line, total = [], [], 0.0
    for k in range(6):
        y = HEIGHT - BOTTOM - tall * k / 5
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e2e7ea"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{20 * k}\u202f%</text>')
    for n, (cause, share, is_vital) in enumerate(rows):
        total += share
        x, height = LEFT + n * step, share * tall
        colour = "#1f6f8b" if is_vital else "#9aa5ab"
        parts.append(
            f'<rect x="{x + 0.1 * step:.1f}" y="{HEIGHT - BOTTOM - height:.1f}" width="{0.8 * step:.1f}"'
            f' height="{height:.1f}" fill="{colour}"/>'
        )
        middle = x + step / 2
        parts.append(
            f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="end"'
            f' transform="rotate(-35 {middle:.1f} {HEIGHT - BOTTOM + 14})">{escape(str(cause)[:22])}</text>'
        )
        line.append(f"{middle:.1f},{HEIGHT - BOTTOM - total * tall:.1f}")
    said = ", ".join(found.vital_few) + f" make {100 * found.reached:.0f} % of the loss"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(title or 'Pareto')}</title>", f"<desc>{escape(said)}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
    ]  # fmt: skip
    curve = f'<polyline points="{" ".join(line)}" fill="none" stroke="#b3452c" stroke-width="2"/>'
    return "\n".join([*head, *parts, curve, "</svg>", ""])
