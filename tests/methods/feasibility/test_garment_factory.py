"""The garment factory of UNIDO's manual (Behrens and Hawranek 1991, annex I): every printed schedule."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nanduti.methods.feasibility import appraise, evaluate, npv, read_study, statement

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
STUDY = read_study(TEXT)
RESULT = evaluate(STUDY)


def years(first, values, n):
    """The printed row: given values, the last repeated, from a year on."""
    row = list(values) + [values[-1]] * (n - len(values))
    return first - 1991, np.array(row, dtype=float)


PRINTED = {
    "sales": years(1993, [6875, 9375, 11250, 12500], 15),
    "variable costs": years(1993, [3658, 4987, 5985, 6650], 15),
    "depreciation": years(1993, [780] * 6 + [840] * 3 + [490, 110], 15),
    "costs of finance": years(1993, [522, 546, 453, 339, 238, 136, 45, 0], 15),
    "gross profit": years(1993, [-435, 712, 1682, 2381, 2482, 2584, 2615, 2660, 2660, 3010, 3390], 15),
    "tax": years(1993, [0, 0, 0, 0, 1241, 1292, 1307, 1330, 1330, 1505, 1695], 15),
    "net profit": years(1993, [-435, 712, 1682, 2381, 1241, 1292, 1308, 1330, 1330, 1505, 1695], 15),
    "loan repayments": years(1993, [0, 820, 1220, 1120, 1120, 1120, 600, 0], 15),
    "debt": years(1991, [720, 5400, 6000, 5180, 3960, 2840, 1720, 600, 0], 17),
    "interest of construction": years(1991, [29, 273, 0], 17),
    "fixed assets": years(
        1991,
        [3320, 8320, 7540, 6760, 5980, 5200, 4420, 4640, 3800, 2960, 2120, 1630, 1520, 1410, 1300, 1190, 1080],
        17,
    ),
    "net working capital": years(1992, [400, 1355, 1670, 1886, 2043], 16),
    "net cash flow, total capital": years(
        1991,
        [-3291, -5127, -88, 1723, 2699, 3343, 2259, 1208, 2192, 2170, 2170, 1995]
        + [1805] * 5 + [3123],
        18,
    ),
    "net cash return, equity": years(
        1991,
        [-2600, -720, -10, 357, 1027, 1883, 901, -48, 1548, 2170, 2170, 1995] + [1805] * 5 + [3123],
        18,
    ),
    "surplus": years(1991, [0.2, 180, -10, 357, 396, 1254, 271, -678, 917, 1540], 11),
}  # fmt: skip


@pytest.mark.parametrize("line", PRINTED)
def test_printed_schedule_within_one(line):
    start, row = PRINTED[line]
    assert np.abs(RESULT.line(line)[start : start + row.size] - row).max() <= 1.0


@pytest.mark.parametrize(
    ("item", "row"),
    [
        ("stock of material A", [316, 432, 518, 575]),
        ("stock of material B", [99, 134, 161, 179]),
        ("stock of supplies", [21, 28, 34, 37]),
        ("stock of spare parts", [125] * 4),
        ("work_in_progress", [129, 162, 186, 203]),
        ("finished_products", [236, 291, 331, 358]),
        ("receivables", [501, 611, 695, 750]),
        ("cash", [123, 136, 146, 153]),
        ("payables", [-216, -270, -310, -337]),
    ],
)
def test_printed_working_capital_items(item, row):
    assert np.abs(RESULT.working_capital[item][2:6, 0] - row).max() <= 1.0


def test_printed_results():
    a = appraise(RESULT)
    assert round(a.total.npv) == 3856
    assert a.total.npv == pytest.approx(3856.27, abs=0.005)
    assert round(100 * a.total.irr.rate, 1) == 18.8
    assert a.equity.npv == pytest.approx(4164, abs=1)  # print 4,164 from rounded flows; unrounded 4,164.67
    assert round(100 * a.equity.irr.rate, 1) == 23.4  # the text of the annex says 22.7 %, its schedule 23.4 %
    assert a.total.payback.months / 12 == pytest.approx(6.33, abs=0.005)
    assert a.total.dynamic_payback.months / 12 == pytest.approx(9.67, abs=0.005)
    assert a.present_value_of_investment == pytest.approx(9532.92, abs=1)
    assert a.total.npv_ratio == pytest.approx(0.4045, abs=0.0001)
    shares = [100 * a.break_even[str(y)].ratio for y in range(1993, 1998)]
    assert np.abs(np.array(shares) - [113.5, 83.8, 68.1, 59.3, 57.6]).max() < 0.06
    cover = [a.break_even[str(y)].fixed_cost_coverage for y in range(1993, 1998)]
    assert np.round(cover, 2).tolist() == [0.88, 1.19, 1.47, 1.69, 1.74]
    assert a.notices == ()


def test_without_the_unexplained_remainder():
    plain = evaluate(replace(STUDY, working_capital=replace(STUDY.working_capital, adjustments={})))
    flows = plain.line("net cash flow, total capital")
    change = flows - RESULT.line("net cash flow, total capital")
    assert change[2] == pytest.approx(21) and change[4] == pytest.approx(-21)
    assert npv(flows, 0.12) == pytest.approx(3859.67, abs=0.005)


def test_printed_flows_give_the_other_reference_date():
    flows = PRINTED["net cash flow, total capital"][1]
    assert npv(flows, 0.12) == pytest.approx(3856.03, abs=0.005)
    assert npv(flows, 0.12, reference="start_of_first_period") == pytest.approx(3442.89, abs=0.005)


def test_statements_add_up():
    for name, total in (("cash_flow", "surplus"), ("discounted_total", "net cash flow, total capital"),
                        ("discounted_equity", "net cash return, equity")):  # fmt: skip
        frame = statement(RESULT, name)
        labels = frame.columns[2:]
        summed = [(frame["sign"] * frame[label]).sum() for label in labels]
        assert summed == pytest.approx(frame.filter(frame["line"] == total).row(0)[2:], abs=1e-9)
    income = statement(RESULT, "income")
    before = income[:7]
    assert [(before["sign"] * before[c]).sum() for c in income.columns[2:]] == pytest.approx(
        income.row(7)[2:]
    )
