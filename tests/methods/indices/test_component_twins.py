"""Weights from components against plain twins: power iteration, and a search of every angle of rotation."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from nanduti.methods import indices


def frame(seed: int, n: int = 60) -> pl.DataFrame:
    """Four indicators that lean on two hidden causes, all pointing one way."""
    draw = np.random.default_rng(seed)
    one, two = draw.normal(size=(2, n))
    columns = {
        "a": one + 0.3 * draw.normal(size=n),
        "b": one + 0.5 * draw.normal(size=n) + 0.4 * two,
        "c": two + 0.3 * draw.normal(size=n) + 0.3 * one,
        "d": two + 0.6 * draw.normal(size=n) + 0.2 * one,
    }
    return pl.DataFrame({"unit": [str(i) for i in range(n)], **columns})


def correlations(data: pl.DataFrame) -> list[list[float]]:
    """Pearson's, written out."""
    columns = [data[name].to_list() for name in data.columns[1:]]
    means = [sum(c) / len(c) for c in columns]

    def product(i: int, j: int) -> float:
        pairs = zip(columns[i], columns[j], strict=True)
        return sum((x - means[i]) * (y - means[j]) for x, y in pairs)

    n = range(len(columns))
    return [[product(i, j) / math.sqrt(product(i, i) * product(j, j)) for j in n] for i in n]


def leading(matrix: list[list[float]]) -> tuple[float, list[float]]:
    """The largest eigenvalue and its vector, by multiplying until nothing moves."""
    vector = [1.0] * len(matrix)
    for _again in range(3_000):
        new = [sum(x * v for x, v in zip(row, vector, strict=True)) for row in matrix]
        length = math.sqrt(sum(x * x for x in new))
        vector = [x / length for x in new]
    return length, vector


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_component_is_what_multiplying_again_and_again_leads_to(seed):
    data = frame(seed)
    _value, vector = leading(correlations(data))
    plain = [abs(x) / sum(map(abs, vector)) for x in vector]
    assert list(indices.weights_first_component(data).values()) == pytest.approx(plain, abs=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_factor_weights_are_those_of_the_best_of_all_rotations(seed):
    """With two factors varimax is one angle: try them all, take the one with the greatest variance of squares."""
    data = frame(seed)
    matrix = correlations(data)
    first, one = leading(matrix)
    rest = [[x - first * one[i] * one[j] for j, x in enumerate(row)] for i, row in enumerate(matrix)]
    second, two = leading_any(rest)
    loadings = [(math.sqrt(first) * a, math.sqrt(second) * b) for a, b in zip(one, two, strict=True)]
    best = max((turned(loadings, k / 10_000 * math.pi / 2) for k in range(10_000)), key=simplicity)
    squared = [[x * x for x in row] for row in best]
    explained = [sum(row[f] for row in squared) for f in (0, 1)]
    raw = [max(row) / sum(explained) for row in squared]
    plain = [x / sum(raw) for x in raw]
    assert list(indices.weights_factors(data, n_components=2).values()) == pytest.approx(plain, abs=2e-4)


def leading_any(matrix: list[list[float]]) -> tuple[float, list[float]]:
    """As :func:`leading`, begun away from what has been taken out."""
    vector = [1.0, 0.5, -0.7, -0.9]
    length = 0.0
    for _again in range(3_000):
        new = [sum(x * v for x, v in zip(row, vector, strict=True)) for row in matrix]
        length = math.sqrt(sum(x * x for x in new))
        vector = [x / length for x in new]
    return length, vector


def turned(loadings: list[tuple[float, float]], angle: float) -> list[tuple[float, float]]:
    c, s = math.cos(angle), math.sin(angle)
    return [(c * x + s * y, -s * x + c * y) for x, y in loadings]


def simplicity(loadings: list[tuple[float, float]]) -> float:
    """Kaiser's raw varimax criterion after his normalisation of the rows."""
    lengths = [math.hypot(*row) for row in loadings]
    total = 0.0
    for f in (0, 1):
        squares = [(row[f] / h) ** 2 for row, h in zip(loadings, lengths, strict=True)]
        mean = sum(squares) / len(squares)
        total += sum((q - mean) ** 2 for q in squares)
    return total
