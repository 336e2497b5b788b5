"""Seasons, foreign exchange, real terms, and pictures that say what the figures say."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.values import BadInput, CannotBeSaid

from .test_engine import everything
from .test_running_firm import small

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
FACTORY = f.read_study(TEXT)
RESULT = f.evaluate(FACTORY)


def test_without_seasons_stocks_and_credit_the_months_end_where_the_year_ends():
    wc = f.WorkingCapital()
    plain = replace(
        FACTORY, working_capital=wc, costs=tuple(replace(c, coverage_days=None) for c in FACTORY.costs)
    )
    result = f.evaluate(plain)
    for year in ("1993", "1994", "1995", "2007"):
        months = f.monthly_cash(result, year)
        assert months.closing_difference == pytest.approx(0, abs=1e-6)
    service = f.monthly_cash(result, "1995").months.filter(pl.col("line") == "debt service")
    paid = [float(x) for x in service.row(0)[1:]]
    # Two instalments of each of the long loans, and the rest of the overdraft at the end of December.
    assert [m for m in range(12) if paid[m] < -1e-9] == [5, 11]
    assert sum(paid) == pytest.approx(
        -(result.line("loan repayments")[4] + result.line("costs of finance")[4])
    )


def test_a_season_by_hand():
    """All is sold in December and paid a month later; wages run all year: the firm bridges them."""
    season = (0,) * 11 + (1,)
    study = small(
        investments=(),
        products=(f.Product("bags", 100, 12, season=season),),
        costs=(f.Cost("wages", 480, "labour"), f.Cost("hides", 240, "raw_materials", 1, coverage_days=60)),
        working_capital=f.WorkingCapital(receivables_days=30), tax=f.Tax(), equity=(),
    )  # fmt: skip
    result = f.evaluate(study)
    first = f.monthly_cash(result, "2026")
    table = {r[0]: r[1:] for r in first.months.iter_rows()}
    assert table["receipts from sales"] == (0.0,) * 12
    assert table["hides"][9] == pytest.approx(-240) and sum(table["wages"]) == pytest.approx(-480)
    assert first.lowest == pytest.approx(-720) and first.lowest_month == "2026-12"
    assert first.credit_needed == pytest.approx(720)
    second = {r[0]: r[1:] for r in f.monthly_cash(result, "2027").months.iter_rows()}
    assert second["receipts from sales"][0] == pytest.approx(1200)


@given(st.lists(st.floats(0, 5), min_size=12, max_size=12).filter(lambda s: sum(s) > 0.1), st.floats(0, 90))
def test_seasons_move_money_and_do_not_make_it(season, days):
    study = small(products=(f.Product("bags", 100, 10, season=tuple(season)),),
                  working_capital=f.WorkingCapital(receivables_days=days))  # fmt: skip
    result = f.evaluate(study)
    got = 0.0
    for year in result.axis.labels[1:4]:
        table = {r[0]: r[1:] for r in f.monthly_cash(result, year).months.iter_rows()}
        got += sum(table["receipts from sales"])
    # What is not received in three years is what is owed at their end.
    owed = 3000 - got
    assert -1e-6 <= owed <= 1000 * max(1, days / 30) * max(season) / sum(season) * 3 + 1e-6


def test_bad_seasons_are_refused():
    for season in ((1.0,) * 11, (0.0,) * 12, (-1.0,) + (1.0,) * 11):
        study = small(products=(f.Product("bags", 100, 10, season=season),))
        with pytest.raises(BadInput, match="twelve parts"):
            f.monthly_cash(f.evaluate(study), "2026")
    with pytest.raises(BadInput, match="no full year"):
        f.monthly_cash(RESULT, "1991")
    assert f.monthly_cash(f.evaluate(everything()), "2028/29").months.width == 13


def test_foreign_exchange_adds_up_to_the_surplus():
    for result in (RESULT, f.evaluate(everything())):
        table = f.exchange_flows(result)
        for label in result.axis.labels:
            net = table.filter(pl.col("line") == "net")[label].sum()
            assert net == pytest.approx(result.line("surplus")[result.axis.labels.index(label)], abs=1e-6)
    table = f.exchange_flows(RESULT).filter(pl.col("money") == "foreign")
    row = dict(table.select("line", "1991").iter_rows())
    assert row["investment"] == pytest.approx(-(500 + 41)) and row["loans drawn"] == pytest.approx(720)
    year = dict(table.select("line", "1996").iter_rows())
    assert year["costs"] == pytest.approx(-(2300 + 30 + 30))


@given(st.floats(-0.05, 0.5), st.floats(0, 0.5), st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_nominal_and_real_values_agree(nominal, inflation, flows):
    real = f.real_rate(nominal, inflation)
    assert f.nominal_rate(real, inflation) == pytest.approx(nominal)
    deflated = f.deflate(flows, [inflation])
    plain = [x / (1 + inflation) ** (j + 1) for j, x in enumerate(flows)]
    assert deflated == pytest.approx(plain)
    one = f.npv(flows, nominal, reference="start_of_first_period")
    assert f.npv(deflated, real, reference="start_of_first_period") == pytest.approx(one, abs=1e-6)


def test_real_measures_of_a_study():
    nominal = small(
        inflation=(0.05,),
        discounting=f.Discounting(f.nominal_rate(0.1, 0.05), reference="start_of_first_period"),
    )
    real = replace(nominal, discounting=f.Discounting(0.1, reference="start_of_first_period"))
    a = f.appraise(f.evaluate(nominal)).total
    b = f.real_measures(f.evaluate(real))
    assert b.npv == pytest.approx(a.npv)
    assert f.real_rate(a.irr.rate, 0.05) == pytest.approx(b.irr.rate)
    assert f.deflate([100.0], [0.21], months=6) == pytest.approx([100 / 1.1])
    with pytest.raises(BadInput):
        f.deflate([1.0], [-1.0])


def lengths(picture):
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg") and root.find("{*}title").text
    return root


def test_pictures_are_drawn_from_the_figures():
    root = lengths(f.cumulative_cash_picture(RESULT))
    solid = root.findall("{*}polyline")[0].get("points").split()
    ys = [float(p.split(",")[1]) for p in solid]
    cumulative = np.cumsum(RESULT.line("net cash flow, total capital"))
    assert np.corrcoef(ys, cumulative)[0, 1] == pytest.approx(-1)
    again = f.cumulative_cash_picture(RESULT)
    assert again == f.cumulative_cash_picture(RESULT)
    said = lengths(f.break_even_picture(RESULT, "1995")).find("{*}desc").text
    assert "68.1 %" in said
    table = f.tornado(FACTORY, {"products.garments": (-0.1, 0.1), "costs.labour": (-0.2, 0.2)})
    bars = lengths(f.tornado_picture(table, money="1000 NCU")).findall("{*}rect")[1:]
    widths = [float(b.get("width")) for b in bars]
    assert widths[0] + widths[1] > widths[2] + widths[3]
    risk = f.monte_carlo(FACTORY, [f.Uncertain("products.garments", low=0.7, high=1.1)], n_runs=500, seed=3)
    assert (
        f"{100 * risk.risk_of_loss:.1f} % of 500 runs" in lengths(f.risk_picture(risk)).find("{*}desc").text
    )


def test_pictures_of_odd_names_and_of_nothing():
    odd = replace(FACTORY, costs=(replace(FACTORY.costs[0], name="<b> & \"c\""), *FACTORY.costs[1:]),
                  working_capital=f.WorkingCapital())  # fmt: skip
    table = f.tornado(odd, {'costs.<b> & "c"': (-0.1, 0.1)})
    assert re.search("&lt;b&gt; &amp;", f.tornado_picture(table))
    lengths(f.tornado_picture(table))
    with pytest.raises(CannotBeSaid):
        f.tornado_picture(table.with_columns(at_low=pl.lit(None, pl.Float64)))
    idle = f.evaluate(replace(FACTORY, products=(replace(FACTORY.products[0], use=(0.0,)),)))
    assert "no volume breaks even" in f.break_even_picture(idle, "1995")
    with pytest.raises(BadInput):
        f.break_even_picture(RESULT, "1991")


def test_products_break_even_together_where_the_study_does():
    one = f.product_break_evens(RESULT, "1996")["garments"]
    a = f.appraise(RESULT)
    assert one.volume / 12500 == pytest.approx(a.break_even_operating["1996"].ratio)
    assert one.price < 1
    many = f.product_break_evens(f.evaluate(everything()), "2029/30")
    assert set(many) == {"bags", "belts"}
    with pytest.raises(BadInput, match="no period of production"):
        f.product_break_evens(RESULT, "1991")
    idle = f.evaluate(replace(FACTORY, products=(replace(FACTORY.products[0], use=(0.0,)),)))
    assert f.product_break_evens(idle, "1996")["garments"].volume is None


def test_short_npv():
    flows = RESULT.line("net cash flow, total capital")
    assert f.short_npv(flows, 0.12, n_periods=18) == pytest.approx(f.npv(flows, 0.12))
    assert f.short_npv(flows, 0.12, n_periods=9) < 0 < f.short_npv(flows, 0.12, n_periods=10)
    with pytest.raises(BadInput):
        f.short_npv(flows, 0.12, n_periods=0)
