"""The whole model: balance sheets balance, conventions differ where they should, bad documents are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.feasibility.axis import axis_of
from nanduti.methods.values import BadInput

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
FACTORY = f.read_study(TEXT)


def balances(result):
    gap = result.lines["total assets"] - result.lines["total liabilities"]
    return np.abs(gap).max() <= 1e-7 * (1 + np.abs(result.lines["total assets"]).max())


def everything(**more):
    """A small study that uses every part of the document."""
    study = f.Study(
        name="workshop",
        currency="PYG",
        horizon=f.Horizon("2025-04", 5, 6, construction_months=3),
        discounting=f.Discounting(0.1, equity_rate=0.14, reinvestment=0.08, borrowing=0.12),
        products=(
            f.Product("bags", 1000, 9, (0.4, 0.9, 0.7), market="export", currency="USD", finished_days=60),
            f.Product("belts", 500, 20, (0.6, 1.0), sales_tax=0.1, subsidy=1, escalation=0.02, finished_days=20),
        ),
        investments=(
            f.Investment("hall", {"2025-04/06": 900}, "civil_works", depreciation=f.Depreciation(life_years=20)),
            f.Investment("press", {"2025-10/12": 100, "2028/29": 50}, currency="USD", residual_share=0.3),
            f.Investment("start", {"2026-04/06": 70}, "pre_production"),
        ),
        costs=(
            f.Cost("leather", 4, "raw_materials", 1, product="bags", per_unit=True, coverage_days=45),
            f.Cost("buckles", 3000, "raw_materials", 1, product="belts", currency="USD", coverage_days=90),
            f.Cost("wages", 2500, "labour", 0.7, escalation=0.01, adjust={"2028/29": 1.1}, cost_centre="hall"),
            f.Cost("office", 700, "administration"),
            f.Cost("fairs", 300, "direct_marketing", 0.5),
        ),
        working_capital=f.WorkingCapital(
            "comfar_iii", 9, None, 30, 20, 15, deposit_share=0.5, deposit_rate=0.04,
            initial={"leather": {"2026-04/06": 900}},
        ),
        equity=(
            f.Equity("families", {"2025-04/06": 2500, "2026-04/06": 1500}),
            f.Equity("ministry", {"2025-07/09": 300}, "subsidy"),
            f.Equity("bank shares", {"2025-07/09": 400}, "preference", dividend_rate=0.08),
            f.Equity("partner", {"2025-07/09": 500}, "joint_venture", dividend_amount=20),
        ),
        loans=(
            f.Loan("dollar loan", 0.06, {"2025-08": 300}, "annuity", 12, 6, currency="USD",
                   capitalise_interest=True, agency_fee=0.01, commitment_fee=0.005, guarantee_fee=0.01),
            f.Loan("short", 0.1, {"2026-09": 400}, "profile", repayments={"2027-12": 250}),
        ),
        tax=f.Tax((0, 500, 2000), (0.1, 0.2, 0.3), 1, 4),
        dividends=f.Dividends({"2029/30": 100}, 0.3),
        currencies=(f.Currency("USD", 1.2, (0.02,)),),
        inflation=(0.05, 0.04),
    )  # fmt: skip
    return replace(study, **more)


@pytest.mark.parametrize("deficit", ["show", "cover"])
@pytest.mark.parametrize("convention", ["manual_1991", "comfar_iii"])
@pytest.mark.parametrize("residual", [True, False])
def test_every_balance_sheet_balances(deficit, convention, residual):
    study = everything(deficit=deficit, overdraft_rate=0.15)
    wc = replace(study.working_capital, convention=convention)
    study = replace(study, working_capital=wc, horizon=replace(study.horizon, residual_year=residual))
    result = f.evaluate(study)
    assert balances(result)
    if residual:
        for line in ("fixed assets", "net working capital", "debt"):
            assert abs(result.line(line)[-1]) < 1e-6, line
    for name in ("production", "production_costs", "investment", "working_capital", "debt", "balance"):
        assert f.statement(result, name).height
    appraisal = f.appraise(result)
    assert set(appraisal.classes) == {"families", "bank shares", "partner"}


@settings(max_examples=10, deadline=None)
@given(
    st.floats(0, 3), st.floats(0, 3), st.floats(0, 0.4), st.floats(0, 1), st.sampled_from(["show", "cover"])
)
def test_balance_survives_any_prices_and_finance(price, cost, rate, payout, deficit):
    study = everything(deficit=deficit, overdraft_rate=rate, dividends=f.Dividends({}, payout))
    study = replace(
        study,
        products=tuple(replace(p, price=p.price * price) for p in study.products),
        costs=tuple(replace(c, amount=c.amount * cost) for c in study.costs),
        loans=tuple(replace(x, rate=rate) for x in study.loans),
    )
    result = f.evaluate(study)
    assert balances(result)
    if deficit == "cover":
        assert result.line("uncovered deficit").max() < 1e-6


def test_order_of_lines_does_not_matter():
    turned = replace(
        everything(), costs=everything().costs[::-1], products=everything().products[::-1],
        loans=everything().loans[::-1], investments=everything().investments[::-1],
    )  # fmt: skip
    a, b = f.evaluate(everything()), f.evaluate(turned)
    for name in a.lines:
        assert a.line(name) == pytest.approx(b.line(name), abs=1e-8), name


def test_classes_receive_all_that_equity_receives():
    result = f.evaluate(FACTORY)
    flows = f.class_flows(result)["owners"]
    assert flows.sum() == pytest.approx(result.line("net cash return, equity").sum())


def test_deficit_is_a_labelled_line():
    poor = replace(FACTORY, equity=(f.Equity("owners", {"1991": 1000}),))
    shown, covered = f.evaluate(poor), f.evaluate(replace(poor, deficit="cover"))
    assert shown.line("uncovered deficit").max() > 2000 and "uncovered deficit" in shown.notices[0]
    assert covered.line("uncovered deficit").max() == 0
    assert covered.line("automatic equity")[:2].sum() == pytest.approx(-shown.line("cumulative cash")[1])
    assert any("automatic" in n for n in covered.notices)


def test_loan_longer_than_the_study_is_said_and_settled():
    long = replace(FACTORY.loans[1], instalments=80)
    result = f.evaluate(replace(FACTORY, loans=(long,)))
    assert any("outlasts the study" in n for n in result.notices)
    debt = f.statement(result, "debt")
    assert debt.filter(debt["line"] == "local loan, interest")["2008"][0] == 0
    assert result.line("debt settled at the end")[-1] == pytest.approx(3000 * (80 - 26) / 80)
    assert balances(result)


def test_comfar_iii_keeps_stock_until_used_and_produces_for_stock():
    wc = f.WorkingCapital("comfar_iii", initial={"hides": {"2025": 900}})
    study = f.Study(
        name="s", currency="PYG", horizon=f.Horizon("2025-01", 1, 3), discounting=f.Discounting(0.1),
        products=(f.Product("bags", 100, 10, (1.0, 0.5, 0.5), finished_days=36),),
        costs=(f.Cost("hides", 400, "raw_materials", 1, coverage_days=36),), working_capital=wc,
    )  # fmt: skip
    result = f.evaluate(study)
    assert result.programme.produced["bags"][:, 0] == pytest.approx([110, 45, 50])
    # 900 less 440 used leaves 460; less 180 leaves 280; less 200 leaves 80; required would be 44, 18, 20.
    assert result.working_capital["stock of hides"][:4, 0] == pytest.approx([900, 460, 280, 80])
    assert result.working_capital["finished_products"][1:4, 0] == pytest.approx([40, 20, 20])
    manual = f.evaluate(replace(study, working_capital=replace(wc, convention="manual_1991")))
    assert manual.working_capital["stock of hides"][:4, 0] == pytest.approx([900, 40, 20, 20])


def plain_loan(draws, rate, first, every, n, months, annuity):
    """Month by month, the slow way."""
    balance, due, k, interest, repaid = 0.0, None, 0, [], []
    i = rate * every / 12
    for m in range(1, months + 1):
        interest.append(balance * rate / 12)
        pay = 0.0
        if m >= first and (m - first) % every == 0 and k < n:
            if due is None:
                due = balance * i / (1 - (1 + i) ** -n) if annuity else balance / n
            pay = due - balance * i if annuity else due
            k += 1
        balance += draws.get(m, 0.0) - pay
        repaid.append(pay)
    return np.array(interest).reshape(-1, 12).sum(1), np.array(repaid).reshape(-1, 12).sum(1)


@pytest.mark.parametrize("kind", ["annuity", "constant_principal"])
@pytest.mark.parametrize("every", [3, 6, 12])
def test_debt_service_against_month_by_month(kind, every):
    axis = axis_of(f.Horizon("2025-01", 1, 9))
    loan = f.Loan("l", 0.09, {"2025-06": 100, "2025-12": 50}, kind, 8, every)
    service = f.debt_service(loan, axis)
    interest, repaid = plain_loan({6: 100, 12: 50}, 0.09, 12 + every, every, 8, 120, kind == "annuity")
    assert service.interest[:10, 0] == pytest.approx(interest)
    assert service.repaid[:10, 0] == pytest.approx(repaid)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("currency: NCU", "curency: NCU", "Did you mean 'currency'"),
        ("currency: NCU", "currency: ncu", "ISO 4217"),
        ("{rate: 0.12}", "{rate: twelve}", "is not a number"),
        ("{1998: 600}", "{2031: 600}", "does not lie in the study"),
        ("{1998: 600}", "{2008: 600}", "residual year"),
        ("{1998: 600}", "{1998: -600}", "is negative"),
        ("amount: 2150", "amount: .nan", "is no number that"),
        ("category: repair", "category: repairs", "is not known"),
        ("rates: [0.5], limits: [0]", "rates: [0.5, 0.2], limits: [0, 0]", "out of order"),
        ("name: material B", "name: material A", "stands twice"),
        ("convention: manual_1991", "convention: manual", "is not known"),
        ("first_repayment: 1994-06", "first_repayment: 1991-09", "repaid before it is fully drawn"),
        ("repayments: {1994-12: 300, 1995-12: 100}", "repayments: {1994-12: 900}", "beyond what was drawn"),
        ("start: 1991-01", "start: 1991", "is not a month"),
        ("initial: {material A", "initial: {material Z", "belongs to no cost"),
        ("production_years: 15", "production_years: 0", "no production year"),
        ("name: Garment factory", "name: Garment factory\nname: again", "given twice"),
        ("use: [0.55, 0.75, 0.90, 1.0]", "use: []", "is empty"),
        ("use: [0.55, 0.75, 0.90, 1.0]", "currency: USD", "has no exchange rate"),
        ("products:", "products: [", "cannot be read as YAML"),
        ("unit: 1000", "unit: 0", "is not above zero"),
        ("repayments: {1994-12: 300,", "repayments: {2008-06: 300,", "residual year"),
        ("holiday_years: 4", "holiday_years: -4", "is negative"),
        ("{rate: 0.12}", "{rate: -1}", "above −100 %"),
        ("rates: [0.5]", "rates: [1.5]", "is not a share"),
        ("amounts: {1995..: 630}", "amounts: {1995..: -630}", "is negative"),
        ("{1992: 400}", "{1992: -400}", "is negative"),
        ("production_years: 15", "production_years: 15000", "more than 600 periods"),
        ("cash_days: 15", "cash_days: -15", "is negative"),
        ("price: 1,", "price: 1, sales_tax: 2,", "not between 0 and 1"),
    ],
)
def test_slips_in_the_document_are_named(old, new, words):
    assert old in TEXT
    with pytest.raises(BadInput, match=words):
        f.evaluate(f.read_study(TEXT.replace(old, new, 1)))


def test_nothing_sold_is_said_and_not_nil():
    idle = f.evaluate(replace(FACTORY, products=(replace(FACTORY.products[0], use=(0.0,)),)))
    appraisal = f.appraise(idle)
    assert appraisal.total.npv < 0 and appraisal.total.payback.reason
    assert appraisal.break_even["1993"].ratio is None and balances(idle)


def test_production_beyond_capacity_is_said():
    busy = f.evaluate(replace(FACTORY, products=(replace(FACTORY.products[0], use=(0.5, 1.2)),)))
    assert busy.notices[-1] == "garments is produced beyond its nominal capacity in 1994: 15,000 of 12,500."


def test_dividends_go_to_preference_then_partner_then_ordinary():
    study = f.Study(
        name="s", currency="PYG", horizon=f.Horizon("2025-01", 1, 3), discounting=f.Discounting(0.1),
        products=(f.Product("bags", 100, 1, (0.05, 0.2, 1.0)),),
        equity=(
            f.Equity("families", {"2025": 300}),
            f.Equity("preferred", {"2025": 100}, "preference", dividend_rate=0.1),
            f.Equity("partner", {"2025": 100}, "joint_venture", dividend_amount=20),
        ),
        dividends=f.Dividends({"2028": 40}),
    )  # fmt: skip
    paid = {k: v[1:4, 0] for k, v in f.evaluate(study).cash.dividends.items()}
    assert paid["preferred"] == pytest.approx([5, 10, 10])
    assert paid["partner"] == pytest.approx([0, 10, 20 + 40 * 100 / 400])
    assert paid["families"] == pytest.approx([0, 0, 40 * 300 / 400])
    # Preference capital comes back at its nominal value, the rest belongs to the others by paid-in amount.
    flows = f.class_flows(f.evaluate(study))
    assert flows["preferred"].sum() == pytest.approx(25)
    assert sum(v.sum() for v in flows.values()) == pytest.approx(5 + 20 + 100)


def test_inflation_exchange_and_escalation_reach_the_sales():
    study = f.Study(
        name="s", currency="PYG", horizon=f.Horizon("2025-01", 0, 3, residual_year=False),
        discounting=f.Discounting(0.1), inflation=(0.1,), currencies=(f.Currency("USD", 7.0, (0.02,)),),
        products=(
            f.Product("home", 1, 100, escalation=0.02), f.Product("abroad", 1, 10, market="export", currency="USD"),
        ),
    )  # fmt: skip
    made = f.evaluate(study).programme
    assert made.gross["home"][:, 0] == pytest.approx([112, 112 * 1.12, 112 * 1.12**2])
    # Dollars inflate by 2 % and the rate moves by 1.1/1.02: together the export price rises by 10 %.
    assert made.gross["abroad"][:, 0] == pytest.approx([77, 84.7, 93.17])


def test_foreign_debt_books_its_exchange_difference():
    study = f.Study(
        name="s", currency="PYG", horizon=f.Horizon("2025-01", 0, 3, residual_year=False),
        discounting=f.Discounting(0.1), inflation=(0.1,), currencies=(f.Currency("USD", 7.0),),
        products=(f.Product("a", 1, 100),),
        loans=(f.Loan("dollars", 0.0, {"2025-12": 100}, "profile", repayments={"2027-12": 40}, currency="USD"),),
    )  # fmt: skip
    result = f.evaluate(study)
    # ADJ = closing - (opening + drawn - repaid), in local money: 770 drawn, then the rate rises by a tenth.
    assert result.line("debt") == pytest.approx([770, 847, 60 * 7 * 1.331])
    assert result.line("exchange differences") == pytest.approx([0, 77, 84.7])
    assert balances(result) and any("stands unpaid" in n for n in result.notices)


def test_ratios_are_null_where_they_have_no_meaning():
    table = f.ratios(f.evaluate(FACTORY))
    assert table.filter(table["ratio"] == "net profit to sales")["1995"][0] == pytest.approx(
        1682 / 11250, abs=1e-4
    )
    assert table.filter(table["ratio"] == "profit before interest to interest")["2007"][0] is None
