"""Formulas of indicators against a plain reading of the same trees, row by row, with unknown as a third truth."""

from __future__ import annotations

import math
import statistics
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.instruments import check_language
from nanduti.methods.instruments.figures import REASONS, figures, said
from nanduti.methods.instruments.formula_reading import FUNCTIONS, Column
from nanduti.methods.instruments.formulas import Formula, read_formula, rows, understand
from nanduti.methods.values import BadInput

COLUMNS = {
    "a": Column("number"), "b": Column("number"), "sex": Column("choice", frozenset({"woman", "man", "not_said"})),
    "trust": Column("choice", frozenset("12345")), "tools": Column("choices", frozenset({"phone", "tablet", "none"})),
    "day": Column("date"), "kind": Column("choice", frozenset({"saw", "lathe"}), "machine"),
    "number": Column("number", repeat="machine"),
}  # fmt: skip
number = st.none() | st.integers(0, 6)
machine = st.fixed_dictionaries({"kind": st.none() | st.sampled_from(["saw", "lathe"]), "number": number})
unit = st.fixed_dictionaries(
    {
        "a": number, "b": number, "sex": st.none() | st.sampled_from(["woman", "man", "not_said"]),
        "trust": st.none() | st.sampled_from("12345"),
        "tools": st.none() | st.lists(st.sampled_from(["phone", "tablet", "none"]), unique=True),
        "day": st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)), "town": st.none() | st.sampled_from("AB"),
        "machine": st.lists(machine, max_size=3),
    }
)  # fmt: skip
SCHEMA = {"a": pl.Int64, "b": pl.Int64, "sex": pl.String, "trust": pl.String, "tools": pl.List(pl.String),
          "day": pl.Date, "town": pl.String}  # fmt: skip
FORMULAS = [
    {"kind": "share", "of": "sex = 'woman'", "among": "sex != 'not_said'"},
    {"kind": "share", "of": "a > b or selected(tools, 'phone')"},
    {"kind": "share", "of": "not (a = 3) and chosen(tools) >= 1"},
    {"kind": "share", "of": "a >= 2 implies number(trust) >= 4", "least_answered": 0},
    {"kind": "count", "of": "answered(a) and blank(b)"},
    {"kind": "count"},
    {"kind": "mean", "of": "if(selected(tools, 'tablet'), a / 2, 0)"},
    {"kind": "mean", "of": "first(a, b) * 2 - 1"},
    {"kind": "median", "of": "a + b"},
    {"kind": "total", "of": "sum(number)"},
    {"kind": "total", "of": "count(machine)", "among": "any(kind = 'saw')"},
    {"kind": "ratio", "of": "rows(kind = 'saw')", "per": "a + 1", "times": 100},
    {"kind": "ratio", "of": "a", "per": "a + b", "among": "a + b > 0"},
    {
        "kind": "ratio",
        "over": "machine",
        "of": "if(kind = 'saw', number, 0)",
        "per": "number",
        "least_answered": 0.8,
    },
    {"kind": "mean", "of": "days(day, '2026-12-31')"},
]


# --- the plain twin


class Plain:
    """The language in plain Python; ``None`` is unknown."""

    def __init__(self, answers: dict, machines: list[dict]) -> None:
        self.answers, self.machines = answers, machines

    def read(self, node):
        kind, parts = node.kind, node.parts
        if kind in ("and", "or", "implies"):
            return self.joined(kind, self.read(parts[0]), self.read(parts[1]))
        if kind == "not":
            return turned(self.read(parts[0]))
        if kind == "compare":
            return compared(node.value, self.read(parts[0]), self.read(parts[1]))
        if kind == "number":
            return float(node.value)
        if kind == "text":
            return node.value
        if kind == "question":
            value = self.answers.get(node.value)
            return value.isoformat() if isinstance(value, date) else value
        if kind == "arithmetic":
            return computed(node.value, self.read(parts[0]), self.read(parts[1]))
        return getattr(self, f"do_{node.value}")(*parts)

    def joined(self, kind, left, right):
        if kind == "implies":
            left, kind = turned(left), "or"
        decides = kind == "or"
        if left is decides or right is decides:
            return decides
        return None if left is None or right is None else not decides

    def do_if(self, claim, yes, no):
        held = self.read(claim)
        return None if held is None else self.read(yes if held else no)

    def do_first(self, one, other):
        left = self.read(one)
        return self.read(other) if left is None else left

    def do_number(self, part):
        value = self.read(part)
        return None if value is None else float(value)

    def do_answered(self, part):
        return self.read(part) is not None

    def do_blank(self, part):
        return self.read(part) is None

    def do_selected(self, part, which):
        value = self.read(part)
        return None if value is None else which.value in value

    def do_chosen(self, part):
        value = self.read(part)
        return None if value is None else float(len(set(value) - {"none"}))

    def do_days(self, first, second):
        one, other = self.read(first), self.read(second)
        return None if one is None else float((date.fromisoformat(other) - date.fromisoformat(one)).days)

    def each(self, part):
        return [Plain({**self.answers, **row}, []).read(part) for row in self.machines]

    def do_count(self, part):
        return float(len(self.machines))

    def do_sum(self, part):
        values = self.each(part)
        return None if None in values else float(sum(values))

    def do_rows(self, part):
        values = self.each(part)
        return None if None in values else float(sum(values))

    def do_any(self, part):
        values = self.each(part)
        return True if True in values else None if None in values else False


def turned(value):
    return None if value is None else not value


def compared(sign, left, right):
    if left is None or right is None:
        return None
    return {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
            ">=": left >= right}[sign]  # fmt: skip


def computed(sign, left, right):
    if left is None or right is None:
        return None
    if sign == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[sign]


def plainly(formula: Formula, units: list[dict]) -> tuple[int, int, float | None, str | None]:
    """Answers, those asked, the value and the reason, by going through the rows."""
    lines = [({k: v for k, v in u.items() if k != "machine"}, u["machine"]) for u in units]
    if formula.over:
        lines = [({**answers, **row}, []) for answers, machines in lines for row in machines]
    asked, pairs = 0, []
    for answers, machines in lines:
        plain = Plain(answers, machines)
        among = plain.read(tree(formula.among)) if formula.among else True
        asked += among is not False
        if among is not True:
            continue
        part = plain.read(tree(formula.of)) if formula.of else True
        whole = plain.read(tree(formula.per)) if formula.per else 1.0
        if part is not None and whole is not None:
            pairs.append((float(part), float(whole)))
    n, above, below = len(pairs), sum(p for p, _w in pairs), sum(w for _p, w in pairs)
    if not asked:
        return n, asked, None, "indicators.nobody"
    if not n:
        return n, asked, None, "indicators.no_answer"
    if n < formula.least_answered * asked:
        return n, asked, None, "indicators.too_few_answered"
    if not below:
        return n, asked, None, "indicators.nothing_to_divide_by"
    value = above if formula.kind in ("total", "count") else above / below
    if formula.kind == "median":
        value = statistics.median(p for p, _w in pairs)
    return n, asked, value * formula.times, None


def tree(text: str):
    return check_language.parse(text, FUNCTIONS)


def frames(units: list[dict]) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    frame = pl.DataFrame([{k: u[k] for k in SCHEMA} for u in units], schema=SCHEMA)
    lines = [{"_unit": i, **row} for i, u in enumerate(units) for row in u["machine"]]
    machines = pl.DataFrame(lines, schema={"_unit": pl.UInt32, "kind": pl.String, "number": pl.Int64})
    return frame, {"machine": machines}


@pytest.mark.parametrize("data", FORMULAS, ids=lambda d: f"{d['kind']} {d.get('of', '')}")
@given(units=st.lists(unit, max_size=8))
def test_figures_are_those_of_the_plain_reading(data, units):
    formula = read_formula(data)
    frame, repeats = frames(units)
    understood = understand(formula, COLUMNS)
    whole, by_town = figures({"it": understood}, frame, repeats, by=[(), ("town",)])
    compare(whole.row(0, named=True), plainly(formula, units))
    rows_by_town = {row["town"]: row for row in by_town.iter_rows(named=True)}
    towns = {u["town"] for u in units if not formula.over or u["machine"]}
    assert set(rows_by_town) == towns  # who does not say where is a group of its own
    for town in towns:
        compare(rows_by_town[town], plainly(formula, [u for u in units if u["town"] == town]))


def compare(row, plain):
    n, asked, value, reason = plain
    assert (row["n"], row["n_asked"], row["reason"]) == (n, asked, reason)
    assert (row["value"] is None) == (value is None)
    if value is not None:
        assert math.isclose(row["value"], value, rel_tol=1e-12, abs_tol=1e-12)
    if n == 0:
        assert row["numerator"] is None and row["denominator"] is None  # unknown, not zero


@given(units=st.lists(unit, max_size=6))
def test_all_at_once_are_as_each_alone(units):
    frame, repeats = frames(units)
    understood = {str(i): understand(read_formula(d), COLUMNS) for i, d in enumerate(FORMULAS)}
    (together,) = figures(understood, frame, repeats)
    assert together["code"].to_list() == list(understood)
    for code, one in understood.items():
        (alone,) = figures({code: one}, frame, repeats)
        assert together.filter(pl.col("code") == code).rows() == alone.rows()


def test_several_choices_put_a_row_into_each_group():
    frame, repeats = frames([
        {"a": 1, "b": 1, "sex": None, "trust": None, "tools": tools, "day": None, "town": None, "machine": []}
        for tools in (["phone", "tablet"], ["phone"], None)
    ])  # fmt: skip
    one = understand(Formula("total", of="a"), COLUMNS)
    (table,) = figures({"a": one}, frame, repeats, by=[("tools",)])
    assert dict(table.select("tools", "value").rows()) == {"phone": 2.0, "tablet": 1.0, None: 1.0}


def test_rows_show_who_stands_on_which_side():
    frame, repeats = frames([
        {"a": a, "b": 1, "sex": sex, "trust": None, "tools": None, "day": None, "town": None, "machine": []}
        for a, sex in ((1, "woman"), (2, "man"), (None, "woman"), (3, "not_said"), (4, None))
    ])  # fmt: skip
    one = understand(Formula("share", of="a >= 2", among="sex != 'not_said'"), COLUMNS)
    table = rows(one, frame, repeats, ["sex"])
    assert table.select("asked", "part", "whole").rows() == [
        (True, 0.0, 1.0), (True, 1.0, 1.0), (True, None, None), (False, None, None), (True, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "problem", "remedy"),
    [
        ({"kind": "share", "of": "c > 1"}, "there is no such question", "Choose a question"),
        ({"kind": "share", "of": "tool = 'x'"}, "there is no such question", "Did you mean tools?"),
        ({"kind": "share", "of": "a"}, "is a number, not a claim", "Compare it"),
        ({"kind": "mean", "of": "a > 1"}, "is a claim, not a number", "number"),
        ({"kind": "share", "of": "a = 'x'"}, "compared with a text", "number("),
        ({"kind": "share", "of": "sex = 'women'"}, "is no answer to", "man, not_said, woman"),
        ({"kind": "share", "of": "selected(tools, 'plough')"}, "is no answer to", "none, phone, tablet"),
        ({"kind": "share", "of": "tools = 'phone'"}, "several answers", "selected(tools"),
        ({"kind": "mean", "of": "chosen(sex)"}, "has one answer", "several"),
        ({"kind": "mean", "of": "number"}, "is asked once for each of", "sum(number)"),
        ({"kind": "mean", "of": "machine"}, "is a repeat", "count"),
        ({"kind": "mean", "of": "sum(a)"}, "not about the rows of one repeat", "one repeat"),
        ({"kind": "mean", "of": "sum(a + number)"}, "not about the rows of one repeat", "no others"),
        ({"kind": "mean", "of": "sum(number)", "over": "machine"}, "rows are those of", "Leave it out"),
        ({"kind": "mean", "of": "a", "over": "people"}, "is no repeat", "machine"),
        ({"kind": "mean", "of": "first(a, sex)"}, "of different kinds: number and text", "one kind"),
        ({"kind": "share", "of": "(a > 1) = (b > 1)"}, "a claim is compared", "and, or, not"),
        ({"kind": "share", "of": "answered(1)"}, "is about no question", "name of a question"),
        ({"kind": "share", "of": "selected(tools, a)"}, "names no answer", "quotes"),
        ({"kind": "share", "of": "a >"}, "cannot be understood", "Write names"),
        ({"kind": "share", "of": "f(a)"}, "there is no function", "Write names"),
        ({"kind": "share", "of": "(" * 40 + "a > 1" + ")" * 40}, "nested", "Write names"),
        ({"kind": "share", "of": "x" * 3000}, "longer than", "Write names"),
    ],
)
def test_what_does_not_fit_names_place_and_remedy(data, problem, remedy):
    with pytest.raises(BadInput) as told:
        understand(read_formula(data), COLUMNS, "it")
    details = told.value.details
    assert details["place"].startswith("it") and problem in details["problem"] and remedy in details["remedy"]


@pytest.mark.parametrize(
    "data",
    [
        None, [], {"kind": "part"}, {"kind": "share"}, {"kind": "ratio", "of": "a"},
        {"kind": "mean", "of": "a", "per": "b"}, {"kind": "mean", "of": ["a"]},
        {"kind": "mean", "of": "a", "times": 0}, {"kind": "mean", "of": "a", "times": "x"},
        {"kind": "mean", "of": "a", "least_answered": 2}, {"kind": "mean", "of": "a", "least_answered": True},
        {"kind": "mean", "of": "a", "where": "b"}, {"kind": "mean", "of": "a", "times": float("nan")},
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(data):
    with pytest.raises(BadInput):
        read_formula(data)


@pytest.mark.parametrize("data", FORMULAS)
def test_a_formula_is_written_as_it_was_read(data):
    formula = read_formula(data)
    assert read_formula(formula.to_json()) == formula


def test_every_reason_can_be_filled():
    for code in REASONS:
        assert said(code, Formula("mean", of="a"), 2, 9).say()
