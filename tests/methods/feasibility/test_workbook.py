"""The study as a workbook: round trips, the template, and slips named by sheet and cell."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.values import BadInput

from .test_engine import everything
from .test_running_firm import running

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
FACTORY = f.read_study(TEXT)


SOLD = replace(
    running(),
    investments=(f.Investment("line", {"2025": 200}, sold_in="2027", sale_value=70.5),),
    equity=(f.Equity("new", {"2025": 100}, refunds={"2027": 50}, origin="foreign"),),
    revaluation=f.Revaluation({"2026": 0.1}),
    tax=f.Tax((0, 50), (0.1, 0.2), 1, None, {"line": 0.3}, {"plant_machinery": 0.1}),
)


@pytest.mark.parametrize(
    "study", [FACTORY, everything(), running(), SOLD], ids=["factory", "all", "running", "sold"]
)
def test_round_trip(study):
    assert f.read_workbook(f.write_workbook(study)) == study


def test_none_and_default_are_told_apart():
    study = replace(FACTORY, tax=replace(FACTORY.tax, carry_forward_years=None))
    study = replace(study, revaluation=f.Revaluation({"1995": 0.1}, ()))
    again = f.read_workbook(f.write_workbook(study))
    assert again.tax.carry_forward_years is None and again.revaluation.groups == () and again == study


names = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), min_size=1)
names = names.filter(lambda s: s.strip() == s and s)


figures = st.floats(0, 1e9).map(lambda x: float(f"{x:.12g}"))  # XLSX keeps sixteen digits


@settings(max_examples=8, deadline=None)
@given(names, figures, st.lists(figures, min_size=1, max_size=4))
def test_any_names_and_figures_come_back(name, price, use):
    study = replace(
        FACTORY,
        name=name,
        costs=(),
        working_capital=f.WorkingCapital(),
        products=(f.Product(name, 5, price, tuple(use)),),
    )
    assert f.read_workbook(f.write_workbook(study), check=False) == study


def test_a_name_that_looks_like_a_formula_stays_a_name():
    study = replace(FACTORY, name="=1+1")
    content = f.write_workbook(study)
    cell = openpyxl.load_workbook(io.BytesIO(content))["study"]["B2"]
    assert cell.data_type == "s" and f.read_workbook(content).name == "=1+1"


def changed(study=FACTORY, **cells):
    """The workbook with some cells set; keys are sheet__A1."""
    book = openpyxl.load_workbook(io.BytesIO(f.write_workbook(study)))
    for key, value in cells.items():
        sheet, cell = key.split("__")
        if sheet not in book.sheetnames:
            book.create_sheet(sheet)
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"costs__B3": "many"}, r"sheet 'costs', cell B3 \(material A, amount\) \('many'\) is not a number"),
        ({"costs__C4": "raw"}, r"sheet 'costs', cell C4: cost 'material B', category 'raw' is not known"),
        ({"costs__A6": None}, r"sheet 'costs', cell A6 \(name\) is missing"),
        ({"costs__B1": "amont"}, r"sheet 'costs', cell B1 \(amont\) is not known. Did you mean 'amount'"),
        ({"costs__B2": "1000 USD"}, r"cell B2 \(amount\) says 1000 USD; the study is in 1000 NCU"),
        ({"costs__B3": "=A1*2"}, r"cell B3 holds a formula without a result"),
        ({"costs__D3": 1.5}, r"sheet 'costs', cell D3: cost 'material A', variable share"),
        ({"costs__Z9": 3}, r"cell Z9 stands under no name"),
        ({"study__A3": "curency"}, r"sheet 'study', cell A3 \(curency\) is not known. Did you mean"),
        ({"study__B3": None}, r"sheet 'study', cell B3 \(currency\) is missing"),
        ({"study__B5": 2.5}, r"sheet 'study', cell B5 \(horizon.construction_periods\) \(2.5\) is not whole"),
        ({"study__B8": "perhaps"}, r"is neither true nor false"),
        ({"study__A2": "currency"}, r"is given twice"),
        ({"schedules__A2": "dividend.amounts"}, r"sheet 'schedules', cell A2 .* Did you mean 'dividends.amounts'"),
        ({"schedules__D2": "lots"}, r"sheet 'schedules', cell D2"),
        ({"schedules__C2": None}, r"sheet 'schedules', cell C2 is missing"),
        ({"invesments__A1": "name"}, r"sheet 'invesments' is not known. Did you mean 'investments'"),
        ({"investments__C3": -5}, r"sheet 'investments', cell C3: investment 'land', 1992"),
        ({"loans__D3": "gift"}, r"sheet 'loans', row 3|sheet 'loans', cell"),
    ],
)  # fmt: skip
def test_slips_are_named_by_sheet_and_cell(cells, words):
    with pytest.raises(BadInput, match=words):
        f.read_workbook(changed(**cells))


def test_notes_dates_and_kept_results():
    content = changed(notes_of_the_visit__A1="ask for the price of goat", study__B4=datetime(1991, 1, 1))
    assert f.read_workbook(content) == FACTORY


def test_broken_and_oversized_files():
    for content in (b"", b"PK nothing", TEXT.encode()):
        with pytest.raises(BadInput, match="cannot be opened"):
            f.read_workbook(content)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 60_000_000)
    with pytest.raises(BadInput, match="too large"):
        f.read_workbook(bomb.getvalue())
    with pytest.raises(BadInput, match="no sheet 'study'"):
        book = openpyxl.Workbook()
        book.active.title = "costs"
        out = io.BytesIO()
        book.save(out)
        f.read_workbook(out.getvalue())


def test_template_filled_in_by_hand_is_a_study():
    content = f.workbook_template(currency="PYG", unit=1000, horizon=f.Horizon("2026-01", 1, 2))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [c.value for c in book["equity"][1]][:4] == [
        "name",
        "amounts: 2026",
        "amounts: 2027",
        "amounts: 2028",
    ]
    assert book["costs"]["B2"].value.startswith("1000 PYG")
    book["study"]["B2"] = "stall"
    book["products"].append(["bags", 100, 5])
    book["equity"].append(["friends", 250])
    out = io.BytesIO()
    book.save(out)
    study = f.read_workbook(out.getvalue())
    assert study.products == (f.Product("bags", 100, 5),) and study.equity[0].amounts == {"2026": 250}
    assert f.appraise(f.evaluate(study)).total.npv > 0
