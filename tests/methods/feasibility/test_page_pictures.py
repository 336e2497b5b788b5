"""The pictures on the method pages are drawn from the figures on the pages.

Set NANDUTI_WRITE_PICTURES=1 to draw them anew after a page has changed.
"""

import os
import re
from pathlib import Path

import polars as pl
import pytest

from nanduti.methods import feasibility, guarantees, upgrading

PAGES = Path(__file__).parents[3] / "docs" / "methods"


def page_study():
    text = (PAGES / "feasibility.md").read_text(encoding="utf-8")
    block = re.search(r"read_study\('''\n(.*?)\.\.\. '''\)", text, re.S)[1]
    return feasibility.read_study("\n".join(line[4:] for line in block.splitlines()))


def drawn():
    study = page_study()
    result = feasibility.evaluate(study)
    tenth = (-0.1, 0.1)
    addresses = ("products.patterns", "investments.printer", "costs.operator", "costs.paper")
    risk = feasibility.monte_carlo(
        study,
        [
            feasibility.Uncertain("products.patterns", low=0.75, high=1.1),
            feasibility.Uncertain("products.patterns.use", low=0.6, high=1.1),
        ],
        n_runs=2000,
        seed=1,
        correlations={("products.patterns", "products.patterns.use"): 0.3},
    )
    alone = guarantees.loss_distribution(n_guarantees=100, default_probability=0.03, loss_per_default=10)
    together = guarantees.loss_distribution(
        n_guarantees=100, default_probability=0.03, loss_per_default=10, correlation=0.2
    )
    mistakes = [
        "open seam",
        "dropped loop",
        "wrong cut",
        "wrong size",
        "poor match",
        "mixed lots",
        "oil stain",
    ]
    losses = pl.DataFrame({"cause": mistakes, "frequency": [100, 40, 30, 20, 10, 5, 6],
                           "cost": [1.0, 2.0, 2.0, 1.5, 2.0, 2.0, 1.0]})  # fmt: skip
    table = feasibility.tornado(study, dict.fromkeys(addresses, tenth))
    return {
        "feasibility-cash.svg": feasibility.cumulative_cash_picture(result),
        "feasibility-break-even.svg": feasibility.break_even_picture(result, "2027"),
        "feasibility-tornado.svg": feasibility.tornado_picture(table, money="million PYG"),
        "feasibility-risk.svg": feasibility.risk_picture(risk, money="million PYG"),
        "guarantees-loss.svg": guarantees.loss_picture(together, compare=alone),
        "upgrading-pareto.svg": upgrading.pareto_picture(
            upgrading.pareto(losses), title="What mistakes cost"
        ),
    }


@pytest.fixture(scope="module")
def pictures():
    return drawn()


NUMBER = re.compile(r"-?\d+\.?\d*")


@pytest.mark.parametrize(
    "name",
    ["feasibility-cash.svg", "feasibility-break-even.svg", "feasibility-tornado.svg", "feasibility-risk.svg",
     "guarantees-loss.svg", "upgrading-pareto.svg"],
)  # fmt: skip
def test_picture_is_up_to_date(name, pictures):
    path = PAGES / name
    if os.environ.get("NANDUTI_WRITE_PICTURES"):
        path.write_text(pictures[name], encoding="utf-8")
    kept = path.read_text(encoding="utf-8")
    assert NUMBER.sub("#", kept) == NUMBER.sub("#", pictures[name])
    old, new = ([float(x) for x in NUMBER.findall(t)] for t in (kept, pictures[name]))
    assert new == pytest.approx(old, abs=0.25)  # a quarter of a point: other machines round differently
    assert any(name in p.read_text(encoding="utf-8") for p in PAGES.glob("*.md"))
