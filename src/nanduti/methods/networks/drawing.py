"""A network as a picture: SVG text, plain enough for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from .graph import Network
from .layout import Layout, layout
from .writing import ILLEGAL

# Eight colours told apart by most people with colour blindness (Okabe and Ito 2008), then grey.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
OTHER = "#777777"


def draw(
    network: Network,
    *,
    drawn: Layout | None = None,
    groups: str | Mapping[object, object] | Sequence[object] | None = None,
    sizes: np.ndarray | None = None,
    labels: bool = True,
    title: str = "",
    width: int = 640,
) -> str:
    """A picture of the network as SVG, with a title and a description for those who do not see it.

    Args:
        network: a network.
        drawn: where to draw; made if not given.
        groups: what to colour by; a legend tells the groups.
        sizes: one figure for each actor; the area of its dot follows.
        labels: write the names (leave out where answers are confidential).
        title: read out first.
        width: in pixels; the height follows.

    >>> from nanduti.methods.networks import from_matrix
    >>> draw(from_matrix([[0, 1], [1, 0]], ["Ana", "Beto"])).startswith("<svg")
    True
    """
    where = (drawn or layout(network)).positions
    codes, names = network.codes(groups) if groups is not None else (np.zeros(network.n, dtype=int), [])
    low = where.min(axis=0) if network.n else np.zeros(2)
    reach = np.maximum(np.ptp(where, axis=0), 1e-9) if network.n else np.ones(2)
    scale = (width - 80) / max(reach[0], reach[1] / 1.2)
    height = round(scale * reach[1] + 80 + 18 * bool(names))
    x = 40 + scale * (where[:, 0] - low[0]) + (width - 80 - scale * reach[0]) / 2
    y = 40 + scale * (low[1] + reach[1] - where[:, 1])
    told = f"{network.n} actors, {network.n_ties} ties" + (f", {len(names)} groups" if names else "")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f" aria-label={quoteattr(_plain(title or told))}>",
        f"<title>{escape(_plain(title or told))}</title><desc>{told}</desc>",
    ]
    parts += _lines(network, x, y)
    radius = _radii(network, sizes)
    parts += _dots(network, x, y, codes, radius)
    if labels:
        parts += [
            f'<text x="{x[row]:.1f}" y="{y[row] - radius[row] - 3:.1f}" font-size="10" text-anchor="middle"'
            ' paint-order="stroke" stroke="#fff" stroke-width="2">'
            f"{escape(_plain(actor))}</text>"
            for row, actor in enumerate(network.actors)
        ]
    for place, name in enumerate(names):
        left = 10 + place * (width - 20) / len(names)
        parts.append(
            f'<circle cx="{left + 5:.1f}" cy="{height - 12}" r="5" fill="{_colour(place)}"/>'
            f'<text x="{left + 14:.1f}" y="{height - 8}" font-size="11">{escape(_plain(name))}</text>'
        )
    return "".join([*parts, "</svg>"])


def _lines(network: Network, x: np.ndarray, y: np.ndarray) -> list[str]:
    upper = network.either.tocoo()
    keep = upper.row < upper.col
    strongest = network.symmetrised().ties
    top = strongest.data.max() if strongest.nnz else 1.0
    values = np.asarray(strongest[upper.row[keep], upper.col[keep]]).ravel() if keep.any() else np.zeros(0)
    return [
        f'<line x1="{x[a]:.1f}" y1="{y[a]:.1f}" x2="{x[b]:.1f}" y2="{y[b]:.1f}" stroke="#999"'
        f' stroke-width="{0.4 + 1.2 * value / top:.2f}"/>'
        for a, b, value in zip(upper.row[keep], upper.col[keep], values)
    ]


def _radii(network: Network, sizes: np.ndarray | None) -> np.ndarray:
    """Areas of dots that follow the sizes; what is not a number is smallest."""
    area = np.full(network.n, 0.2) if sizes is None else np.nan_to_num(np.asarray(sizes, dtype=float))
    top = area.max() if sizes is not None and network.n and area.max() > 0 else 1.0
    return 3 + 6 * np.sqrt(np.maximum(area, 0) / top)


def _dots(network: Network, x: np.ndarray, y: np.ndarray, codes: np.ndarray, radius: np.ndarray) -> list[str]:
    return [
        f'<circle cx="{x[row]:.1f}" cy="{y[row]:.1f}" r="{radius[row]:.1f}"'
        f' fill="{_colour(int(codes[row]))}"><title>{escape(_plain(actor))}</title></circle>'
        for row, actor in enumerate(network.actors)
    ]


def _colour(place: int) -> str:
    return COLOURS[place] if place < len(COLOURS) else OTHER


def _plain(value: object) -> str:
    return ILLEGAL.sub("\ufffd", str(value))
