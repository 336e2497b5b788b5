"""Start-up phase, starting balances, revaluation and allowances."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.values import BadInput

from .test_engine import everything

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
FACTORY = f.read_study(TEXT)


def balances(result):
    gap = result.lines["total assets"] - result.lines["total liabilities"]
    return np.abs(gap).max() <= 1e-7 * (1 + np.abs(result.lines["total assets"]).max())


def small(**more):
    study = f.Study(
        name="s", currency="PYG", horizon=f.Horizon("2025-01", 1, 3), discounting=f.Discounting(0.1),
        products=(f.Product("bags", 100, 10, (1.0,)),),
        investments=(f.Investment("press", {"2025": 300}, depreciation=f.Depreciation(life_years=3)),),
        costs=(f.Cost("hides", 400, "raw_materials", 1, coverage_days=36), f.Cost("rent", 120, "administration")),
        working_capital=f.WorkingCapital(receivables_days=36),
        equity=(f.Equity("owners", {"2025": 900}),),
        tax=f.Tax((0,), (0.2,)),
    )  # fmt: skip
    return replace(study, **more)


def test_start_up_periods_have_the_figures_of_their_months():
    plain = f.evaluate(small())
    horizon = f.Horizon("2025-01", 2, 3, construction_months=6, startup_periods=2)
    study = small(horizon=horizon)
    study = replace(
        study,
        investments=(replace(study.investments[0], amounts={"2025-01/06": 300}),),
        equity=(f.Equity("owners", {"2025-01/06": 900}),),
    )
    result = f.evaluate(study)
    assert result.axis.labels[:5] == ("2025-01/06", "2025-07/12", "2026-01/06", "2026-07/12", "2027")
    assert result.line("sales")[:5] == pytest.approx([0, 0, 500, 500, 1000])
    assert result.line("fixed costs")[2:5] == pytest.approx([60, 60, 120])
    assert result.line("variable costs")[2:5] == pytest.approx([200, 200, 400])
    # Stocks and receivables are of a pace, so that half a year needs what a year needs.
    assert result.line("net working capital")[2:5] == pytest.approx(
        [plain.line("net working capital")[1]] * 3
    )
    assert result.line("depreciation")[2:5] == pytest.approx([0, 0, 100])
    # Two half years of 240 before depreciation are taxed with the first full year.
    assert result.line("tax")[2:5] == pytest.approx([0, 0, 0.2 * (240 + 240 + 480 - 100)])
    assert balances(result)


def test_a_start_up_of_twelve_months_is_a_year_but_for_tax_and_depreciation():
    one = f.evaluate(small(tax=f.Tax(), horizon=f.Horizon("2025-01", 1, 3)))
    two = f.evaluate(small(tax=f.Tax(), horizon=f.Horizon("2025-01", 1, 2, startup_periods=1)))
    for line in ("sales", "variable costs", "net working capital"):
        assert one.line(line) == pytest.approx(two.line(line))
    assert two.line("depreciation")[1:4] == pytest.approx([0, 100, 100])


def test_revaluation_by_hand():
    study = small(revaluation=f.Revaluation({"2026": 0.2, "2027": 0.1}), tax=f.Tax((0,), (0.0,)))
    result = f.evaluate(study)
    # 300 becomes 360, less 120; 240 becomes 264, less 132; the last 132 are charged in 2028.
    assert result.line("depreciation")[1:4] == pytest.approx([120, 132, 132])
    assert result.line("fixed assets")[:4] == pytest.approx([300, 240, 132, 0])
    assert result.line("revaluation reserve")[:4] == pytest.approx([0, 60, 84, 84])
    assert balances(result)
    # Cash does not know of it while nothing is taxed.
    plain = f.evaluate(small(tax=f.Tax((0,), (0.0,))))
    assert result.line("surplus") == pytest.approx(plain.line("surplus"))


def test_allowances_lower_tax_and_not_profit():
    plain = f.evaluate(small())
    tax = f.Tax(
        (0,), (0.2,), investment_allowance={"plant_machinery": 0.5}, depreciation_allowance={"press": 0.1}
    )
    result = f.evaluate(small(tax=tax))
    assert result.line("gross profit") == pytest.approx(plain.line("gross profit"))
    saved = plain.line("tax") - result.line("tax")
    assert saved[1:4] == pytest.approx([0.2 * (150 + 10), 2, 2])
    # More than the profit: the rest is carried forward.
    big = replace(tax, investment_allowance={"press": 2.0}, carry_forward_years=None)
    assert f.evaluate(small(tax=big)).line("tax")[1:4].sum() == pytest.approx(
        0.2 * (3 * 480 - 300 - 600 - 30)
    )
    assert balances(result)
    with pytest.raises(BadInput, match="belongs to no investment"):
        f.evaluate(small(tax=replace(tax, investment_allowance={"presses": 0.5})))


def running(**more):
    opening = f.Opening(
        assets=(f.OpeningAsset("hall", 400, 4, salvage_share=0.1), f.OpeningAsset("land", 100, 0, "land")),
        working_capital=90, cash=50, paid_in_equity=300,
    )  # fmt: skip
    study = small(
        horizon=f.Horizon("2025-01", 0, 3), opening=opening, investments=(), equity=(),
        loans=(f.Loan("old", 0.1, opening=200, instalments=4, every_months=6, first_repayment="2025-06"),),
        dividends=f.Dividends({}, 0.5),
    )  # fmt: skip
    return replace(study, **more)


def test_starting_balances():
    result = f.evaluate(running())
    assert result.line("fixed assets")[:3] == pytest.approx([410, 320, 230])
    assert result.line("debt")[:3] == pytest.approx([100, 0, 0])
    assert result.loans["old"].interest[:2, 0] == pytest.approx([10 + 7.5, 5 + 2.5])
    needed = 400 * 0.1 + (520) * 0.1
    assert result.line("increase in net working capital")[0] == pytest.approx(needed - 90)
    assert result.line("cumulative cash")[0] == pytest.approx(50 + result.line("surplus")[0])
    # What remains of the assets after debt and paid-in capital had been earned before.
    assert result.line("retained profit")[0] == pytest.approx(
        640 - 200 - 300 + result.line("net profit")[0] - result.line("dividends")[0]
    )
    assert balances(result)
    flows = f.class_flows(result)["owners before the study"]
    worth = result.line("paid-in equity")[-1] + result.line("retained profit")[-1]
    assert flows.sum() == pytest.approx(result.line("dividends").sum() + worth)
    assert f.appraise(result).coverage.llcr > 1


def test_opening_that_does_not_balance_is_refused():
    good = running().opening
    with pytest.raises(BadInput, match="does not balance"):
        f.evaluate(running(opening=replace(good, retained_profit=1.0)))
    assert balances(f.evaluate(running(opening=replace(good, retained_profit=140.0))))
    with pytest.raises(BadInput, match="is negative"):
        f.evaluate(running(opening=replace(good, cash=-1)))
    with pytest.raises(BadInput, match="is never drawn"):
        f.evaluate(running(loans=(f.Loan("nothing", 0.1),)))


def test_expansion_of_a_running_firm_against_leaving_it():
    without = f.evaluate(running())
    wider = running(
        products=(f.Product("bags", 100, 10, (1.0, 1.5)),),
        investments=(f.Investment("line", {"2025": 200}, depreciation=f.Depreciation(life_years=2)),),
    )
    gain = f.incremental_studies(f.evaluate(wider), without)
    assert gain.flows[0] == pytest.approx(-200)
    assert gain.npv > 0


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0, 0.3), st.floats(0, 0.3), st.integers(0, 3), st.floats(0, 0.6), st.booleans(),
    st.sampled_from(["show", "cover"]), st.sampled_from(["manual_1991", "comfar_iii"]), st.booleans(),
)  # fmt: skip
def test_every_balance_sheet_balances(
    rise, allowance, startup, salvage, residual, deficit, convention, building
):
    study = running(
        horizon=f.Horizon("2025-01", int(building) * 2, 4, 6, residual, startup),
        revaluation=f.Revaluation({"2027": rise, "2028": -rise / 2}),
        tax=f.Tax((0, 100), (0.1, 0.3), 1, 3, {"plant_machinery": allowance}, {"land": 1.0}),
        investments=(
            f.Investment("line", {"2027": 200}, depreciation=f.Depreciation("linear_to_scrap", 6, salvage)),
        ),
        deficit=deficit,
        overdraft_rate=0.2,
        loans=(
            f.Loan("old", 0.1, opening=200, instalments=4, every_months=6, first_repayment="2025-06"),
            f.Loan("dollars", 0.1, opening=10, kind="profile", repayments={"2026-12": 4}, currency="USD"),
        ),
        currencies=(f.Currency("USD", 7.0),),
        inflation=(0.05,),
        equity=(f.Equity("new", {"2027": 100}),) if not (building or startup) else (),
    )
    if building or startup:
        # With half years the labels of full years begin later; keep to those that are there.
        labels = f.evaluate(running(horizon=study.horizon)).axis.labels
        years = [x for x in labels if len(x) == 4 or (len(x) == 7 and x[4] == "/")]
        study = replace(
            study,
            revaluation=f.Revaluation({years[0]: rise, years[1]: -rise / 2}),
            investments=(replace(study.investments[0], amounts={years[0]: 200}),),
        )
    wc = replace(study.working_capital, convention=convention)
    assert balances(f.evaluate(replace(study, working_capital=wc)))


def test_the_garment_factory_is_as_printed_without_any_of_it():
    assert FACTORY.revaluation.rates == {} and FACTORY.opening == f.Opening()
    assert f.evaluate(FACTORY).line("revaluation reserve").max() == 0


def test_an_asset_sold_early():
    """300 over three years, sold for 150 after one: book 200, so a loss of 50 that lowers tax by 10."""
    study = small()
    sold = replace(study.investments[0], sold_in="2026", sale_value=150)
    result, plain = f.evaluate(replace(study, investments=(sold,))), f.evaluate(study)
    assert result.line("depreciation")[1:4] == pytest.approx([100, 0, 0])
    assert result.line("fixed assets")[:4] == pytest.approx([300, 0, 0, 0])
    assert result.line("tax")[1] == pytest.approx(plain.line("tax")[1] - 10)
    assert result.line("tax")[2] == pytest.approx(plain.line("tax")[2] + 20)
    flows = result.line("net cash flow, total capital")
    assert flows[1] == pytest.approx(plain.line("net cash flow, total capital")[1] + 150 + 10)
    assert balances(result)
    assert f.monthly_cash(result, "2026").months.filter(
        f.monthly_cash(result, "2026").months["line"] == "assets sold"
    )["2026-12"].item() == pytest.approx(150)
    for when in ("2025", "2029"):
        with pytest.raises(BadInput, match="is not sold while"):
            f.evaluate(replace(study, investments=(replace(sold, sold_in=when),)))


@settings(max_examples=10, deadline=None)
@given(st.floats(0, 500), st.floats(0, 0.4), st.sampled_from(["2026", "2027", "2028"]))
def test_early_sales_balance_with_revaluation(price, rise, when):
    study = small(revaluation=f.Revaluation({"2026": rise, "2027": rise}))
    item = replace(study.investments[0], sold_in=when, sale_value=price,
                   depreciation=f.Depreciation("declining_balance", 5, 0.1, 0.3))  # fmt: skip
    assert balances(f.evaluate(replace(study, investments=(item,))))


def test_capital_paid_back():
    owners = f.Equity("owners", {"2025": 900}, refunds={"2027": 200, "2028": 300})
    result, plain = f.evaluate(small(equity=(owners,))), f.evaluate(small())
    assert result.line("paid-in equity")[:4] == pytest.approx([900, 900, 700, 400])
    returned = result.line("net cash return, equity") - plain.line("net cash return, equity")
    # The surplus falls by what is paid out and the owners have it: nothing is gained or lost.
    assert returned == pytest.approx(0, abs=1e-9)
    flows = f.class_flows(result)["owners"]
    assert flows[2:4] == pytest.approx([200, 300]) and balances(result)
    assert flows.sum() == pytest.approx(f.class_flows(plain)["owners"].sum())
    with pytest.raises(BadInput, match="more than was paid in"):
        f.evaluate(small(equity=(replace(owners, refunds={"2026": 901}),)))


def test_the_schedule_of_each_class_adds_up_to_its_measures():
    result = f.evaluate(everything())
    table = f.statement(result, "shareholders")
    appraisal = f.appraise(result)
    for name, measures in appraisal.classes.items():
        last = table.filter(table["line"] == f"{name}, cumulative present value").row(0)[-1]
        assert last == pytest.approx(measures.npv)
        rows = [table.filter(table["line"] == f"{name}, {part}").row(0)[1:] for part in
                ("paid in", "dividends", "share of net worth")]  # fmt: skip
        summed = [sum(r[0] * r[1 + j] for r in rows) for j in range(result.axis.n)]
        assert summed == pytest.approx(measures.flows)
