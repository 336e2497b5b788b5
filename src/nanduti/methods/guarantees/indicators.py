"""Performance of a guarantee scheme in a year, and pictures of its risk."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nanduti.methods.values import CannotBeSaid, mark
from nanduti.methods.values.guards import amount

from ._checks import part_of
from .losses import LossDistribution


@dataclass(frozen=True)
class Performance:
    """Indicators of a scheme; ``None`` where there is nothing to divide by.

    Attributes:
        market_relevance: firms guaranteed over firms it is meant for.
        additionality: guaranteed loans the bank would have refused, over guaranteed loans.
        leverage: outstanding guarantees over own funds.
        effectiveness: applications granted over those decided.
        efficiency: operating cost over outstanding guarantees.
        default_rate: claims paid in the year over outstanding guarantees.
        net_loss_rate: the same less recoveries.
        sustainability: income (fees and yields) over losses and costs; below 1 it eats its funds.
    """

    market_relevance: float | None
    additionality: float | None
    leverage: float | None
    effectiveness: float | None
    efficiency: float | None
    default_rate: float | None
    net_loss_rate: float | None
    sustainability: float | None


def performance(
    *,
    firms_guaranteed: float,
    firms_meant: float,
    loans_guaranteed: float,
    refused_without: float,
    outstanding: float,
    own_funds: float,
    granted: float,
    decided: float,
    operating_cost: float,
    claims: float,
    recoveries: float,
    fees: float,
    yields: float,
) -> Performance:
    """The seven indicators for guarantee schemes, from counts and sums of one year.

    Source: European Commission, BEST report no. 3 (2006): market relevance, additionality, leverage,
    effectiveness, efficiency, default rate and sustainability. The report names them; the ratios are Nanduti's.

    >>> p = performance(firms_guaranteed=200, firms_meant=4000, loans_guaranteed=250, refused_without=150,
    ...     outstanding=8000, own_funds=1000, granted=250, decided=400, operating_cost=80, claims=240,
    ...     recoveries=96, fees=160, yields=50)
    >>> p.market_relevance, p.additionality, p.leverage, p.default_rate, round(p.sustainability, 4)
    (0.05, 0.6, 8.0, 0.03, 0.9375)
    """
    given = locals().copy()
    for name, value in given.items():
        amount(value, name.replace("_", " "))
    for part, whole in (("firms_guaranteed", "firms_meant"), ("refused_without", "loans_guaranteed"),
                        ("granted", "decided")):  # fmt: skip
        part_of(given[part], given[whole], part.replace("_", " "))
    burden = claims - recoveries + operating_cost
    return Performance(
        _over(firms_guaranteed, firms_meant),
        _over(refused_without, loans_guaranteed),
        _over(outstanding, own_funds),
        _over(granted, decided),
        _over(operating_cost, outstanding),
        _over(claims, outstanding),
        _over(claims - recoveries, outstanding),
        _over(fees + yields, burden) if burden > 0 else None,
    )


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 360, 64, 48, 40


def loss_picture(
    distribution: LossDistribution, *, confidence: float = 0.99, compare: LossDistribution | None = None
) -> str:
    """Probability of each loss as an SVG picture, with the expected loss and the loss of a bad year.

    ``compare`` draws a second distribution as a line, such as firms that fail apart from each other.

    >>> from nanduti.methods.guarantees import loss_distribution
    >>> loss_picture(loss_distribution(n_guarantees=20, default_probability=0.1, loss_per_default=5))[:4]
    '<svg'
    """
    x, p = distribution.losses, distribution.probabilities
    if x[-1] <= 0:
        raise CannotBeSaid(
            what=mark("The picture"), why=mark("nothing can be lost"), remedy=mark("Enter a loss above zero.")
        )
    worst = distribution.quantile(max(confidence, 0.999))
    if compare is not None:
        worst = max(worst, compare.quantile(max(confidence, 0.999)))
    shown = x <= worst * 1.02 + 1e-9
    top = float(max(p[shown].max(), compare.probabilities.max() if compare is not None else 0.0)) * 1.08
    wide = float(worst * 1.02 + x[1])

    def px(value: float) -> float:
        return _LEFT + value / wide * (_WIDTH - _LEFT - 16)

    def py(value: float) -> float:
        return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)

    bar = max(1.0, 0.8 * (px(float(x[1])) - px(0.0)))
    parts = []
    for loss, chance in zip(x[shown], p[shown], strict=True):
        y = py(float(chance))
        colour = "#b3452c" if loss > distribution.quantile(confidence) else "#1f6f8b"
        parts.append(
            f'<rect x="{px(float(loss)):.1f}" y="{y:.1f}" width="{bar:.1f}" height="{_HEIGHT - _BOTTOM - y:.1f}"'
            f' fill="{colour}"/>'
        )
    if compare is not None:
        near = compare.losses <= worst * 1.02
        points = " ".join(
            f"{px(float(a)) + bar / 2:.1f},{py(float(b)):.1f}"
            for a, b in zip(compare.losses[near], compare.probabilities[near], strict=True)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="#22313a" stroke-width="1.5"/>')
    for value, words in ((distribution.expected, mark("expected")),
                         (distribution.quantile(confidence), f"{100 * confidence:g} %")):  # fmt: skip
        at = px(value)
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#22313a"'
            f' stroke-dasharray="4 3"/><text x="{at:.1f}" y="{_TOP - 4}" text-anchor="middle">{words}</text>'
        )
    for value in _round_figures(wide):
        parts.append(
            f'<text x="{px(value):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{value:,.6g}</text>'
        )
    bad = distribution.quantile(confidence)
    said = (
        f"expected {distribution.expected:,.4g}; {100 * confidence:g} % of years lose no more than {bad:,.4g}"
    )
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        f"<title>{mark('Loss of a year')}</title>", f"<desc>{said}</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="18" font-size="14" font-weight="bold">{mark("Loss of a year")}</text>',
        *parts, "</svg>", "",
    ])  # fmt: skip


def _round_figures(most: float) -> list[float]:
    """Some round figures from nil to the most."""
    size = 10.0 ** math.floor(math.log10(most / 5))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= most / 5 * 0.999)
    return [step * k for k in range(int(most / step) + 1)]
