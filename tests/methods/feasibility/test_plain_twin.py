"""The whole model once more, slowly: one firm, year by year, in plain Python."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import feasibility as f

YEARS = 5


def plain(capacity, price, use, material, wages, machine, life, loan, rate, tax, days, start):
    """Year 0 builds, years 1 to 5 produce, year 6 is residual; lists run over these seven years."""
    sales, cost, stock, owed_to_us, profit, taxed, flow = ([0.0] * 7 for _ in range(7))
    debt, interest, repaid, losses, book = [0.0] * 7, [0.0] * 7, [0.0] * 7, 0.0, machine
    charge_left, depreciation = machine, [0.0] * 7
    debt[0] = loan
    building = 0.0  # drawn at the end of December: nothing accrues while it builds
    for y in range(1, YEARS + 1):
        u = use[min(y - 1, len(use) - 1)]
        sales[y] = capacity * price * u
        cost[y] = material * u + wages
        stock[y] = material * u * days / 360
        owed_to_us[y] = cost[y] * days / 360
        depreciation[y] = min(machine / life, charge_left)
        charge_left -= depreciation[y]
        book -= depreciation[y]
        interest[y] = debt[y - 1] * rate
        repaid[y] = loan / YEARS
        debt[y] = debt[y - 1] - repaid[y]
        profit[y] = sales[y] - cost[y] - depreciation[y] - interest[y]
        used = min(losses, max(profit[y], 0.0))
        losses += max(-profit[y], 0.0) - used
        taxed[y] = tax * max(profit[y] - used, 0.0)
    surplus = [0.0] * 7
    for y in range(7):
        held = stock[y] + owed_to_us[y]
        before = stock[y - 1] + owed_to_us[y - 1] if y else 0.0
        flow[y] = sales[y] - cost[y] - taxed[y] - (held - before)
        if y == 0:
            flow[y] -= machine
        if y == 6:
            flow[y] += book
        surplus[y] = flow[y] + (loan + start if y == 0 else 0.0) - repaid[y] - interest[y] - building
    return {
        "sales": sales, "net cash flow, total capital": flow, "surplus": surplus, "tax": taxed, "debt": debt,
        "gross profit": profit, "depreciation": depreciation, "costs of finance": interest,
    }  # fmt: skip


money = st.floats(0, 5000)


@settings(max_examples=60, deadline=None)
@given(
    money, st.floats(0.1, 20), st.lists(st.floats(0, 1), min_size=1, max_size=4), money, money, money,
    st.integers(1, 9), money, st.floats(0, 0.3), st.floats(0, 0.5), st.integers(0, 120), money,
)  # fmt: skip
def test_every_line_of_a_plain_firm(
    capacity, price, use, material, wages, machine, life, loan, rate, tax, days, start
):
    if capacity < 1:
        capacity = 1.0
    study = f.Study(
        name="firm",
        currency="PYG",
        horizon=f.Horizon("2025-01", 1, YEARS),
        discounting=f.Discounting(0.1),
        products=(f.Product("goods", capacity, price, tuple(use)),),
        investments=(
            f.Investment("machine", {"2025": machine}, depreciation=f.Depreciation(life_years=life)),
        ),
        costs=(
            f.Cost("material", material, "raw_materials", 1, coverage_days=days),
            f.Cost("wages", wages, "labour"),
        ),
        working_capital=f.WorkingCapital(receivables_days=days),
        equity=(f.Equity("owners", {"2025": start}),),
        loans=(f.Loan("bank", rate, {"2025-12": loan}, instalments=YEARS),),
        tax=f.Tax((0,), (tax,), 0, None),
    )
    result = f.evaluate(study)
    slow = plain(capacity, price, use, material, wages, machine, life, loan, rate, tax, days, start)
    for name, row in slow.items():
        assert result.line(name) == pytest.approx(row, abs=1e-6 * (1 + max(map(abs, row)))), name
    # Twice as much of everything is worth twice as much.
    double = f.evaluate(f.vary(study, {"products.*.price": 2.0, "costs.*": 2.0, "investments.*": 2.0,
                                       "equity.*": 2.0, "loans.*.disbursements": 2.0}))  # fmt: skip
    assert double.line("surplus") == pytest.approx(2 * result.line("surplus"), abs=1e-5)
