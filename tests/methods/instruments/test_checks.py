"""Checks written with an instrument: the language, its refusals, and what is broken in which row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.instruments import (
    Check,
    Definition,
    Question,
    Repeat,
    broken_checks,
    check_problems,
    repeat_of,
)
from nanduti.methods.instruments.check_language import NotACheck, parse
from nanduti.methods.instruments.checks import holds

FORM = Definition(
    "f",
    questions=(
        Question("a", "integer", "integer"),
        Question("g/b", "integer", "integer"),
        Question("kind", "select_one"),
        Question("many", "select_multiple"),
        Question("on", "date", "date"),
        Question("until", "date", "date"),
        Question("r/x", "decimal", "decimal", repeat="r"),
        Question("r/q/y", "integer", "integer", repeat="r/q"),
    ),
    repeats=(Repeat("r"), Repeat("r/q", parent="r")),
)


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("a + b <= 10", {"a": 4, "g/b": 6}, True),
        ("a + b * 2 <= 10", {"a": 4, "g/b": 6}, False),
        ("(a + b) * 2 = 20", {"a": 4, "g/b": 6}, True),
        ("a - -b = 10", {"a": 4, "g/b": 6}, True),
        ("${a} / b > 0.6", {"a": 4, "g/b": 6}, True),
        ("a / b > 0", {"a": 4, "g/b": 0}, None),
        ("a mod 3 = 1", {"a": 4}, True),
        ("a < 5", {}, None),
        ("not a < 5", {"a": 4}, False),
        ("a < 5 and b < 5", {"a": 4}, None),
        ("a < 5 and b < 5", {"a": 9}, False),
        ("a < 5 or b < 5", {"a": 4}, True),
        ("kind = 'x' implies a > 5", {"kind": "y"}, True),
        ("kind = 'x' implies a > 5", {"kind": "x", "a": 4}, False),
        ("kind = 'x' implies answered(a)", {"kind": "x"}, False),
        ("blank(a) or a > 0", {}, True),
        ("selected(many, 'm')", {"many": ["l", "m"]}, True),
        ("selected(kind, 'm')", {"kind": "m"}, True),
        ("selected(many, 'm')", {}, False),
        ("until >= on", {"on": "2026-01-02", "until": "2026-01-01"}, False),
        ("days(on, until) <= 31", {"on": "2026-01-02", "until": "2026-02-01"}, True),
        ("on < '2026-06-01'", {"on": "2026-01-02"}, True),
        ("count(r) = 2", {"r": [{}, {}]}, True),
        ("count(r) = 0", {}, True),
        ("sum(x) <= a", {"a": 3, "r": [{"r/x": 1.5}, {"r/x": 2}]}, False),
        ("count(q) = 3", {"r": [{"r/q": [{}, {}]}, {"r/q": [{}]}]}, True),
        ("abs(a - b) < 3 and length(kind) = 3 and round(a) = 4", {"a": 4, "g/b": 6, "kind": "abc"}, True),
        ("a <> 4", {"a": 4}, False),
    ],
)
def test_a_claim_holds_breaks_or_cannot_be_judged(expression, values, expected):
    assert check_problems(FORM, [Check("c", expression)]) == []
    assert holds(FORM, parse(expression), values) is expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "ends where"), ("a", "not a claim"), ("a <", "ends where"), ("a < 'x'", "compared with"),
        ("kind = 1", "compared with"), ("gone > 1", "no question"), ("many = 'x'", "lists"),
        ("a < 1)", "not expected"), ("(a < 1", "not closed"), ("system(a)", "no function"),
        ("selected(many)", "takes 2"), ("count(a) = 1", "no repeat"), ("sum(a) = 1", "adds up"),
        ("kind + 1 > 2", "needs numbers"), ("a > 1 and b", "joins claims"), ("a > 1; b", "cannot be read"),
        ("x > 1 and __import__('os')", "no function"), ("days(a, on) > 1", "two days"), ("answered(1)", "name"),
        ("(" * 40 + "a > 1" + ")" * 40, "nested"), ("a > " + "1" * 3000, "longer"), ("not not", "ends where"),
    ],
)  # fmt: skip
def test_what_is_no_check_is_told(expression, said):
    problem = check_problems(FORM, [Check("c", expression)])[0]
    assert problem.place == "c" and said in problem.problem


def test_checks_are_held_in_the_rows_that_they_speak_of():
    checks = (Check("each", "x < a"), Check("deep", "y <= x"), Check("whole", "a > 1", "error"))
    checks = tuple(Check(c.name, c.expression, c.severity, repeat=repeat_of(FORM, c)) for c in checks)
    assert [c.repeat for c in checks] == ["r", "r/q", ""]
    form = Definition("f", questions=FORM.questions, repeats=FORM.repeats, checks=checks)
    values = {"a": 1, "r": [{"r/x": 0.5}, {"r/x": 2.0, "r/q": [{"r/q/y": 1}, {"r/q/y": 9}]}]}
    broken = [(b.check.name, b.row, b.questions) for b in broken_checks(form, values)]
    assert broken == [("each", "2", ("r/x", "a")), ("deep", "2/2", ("r/q/y", "r/x")), ("whole", "", ("a",))]


def test_a_check_over_two_repeats_is_refused():
    form = Definition(
        "f",
        questions=(
            Question("r/x", "integer", "integer", repeat="r"),
            Question("s/z", "integer", "integer", repeat="s"),
        ),
        repeats=(Repeat("r"), Repeat("s")),
    )
    assert "another repeat" in check_problems(form, [Check("c", "x = z")])[0].problem


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab ()'\"<>=!+-*/${},. andornt0123", max_size=40))
def test_no_text_breaks_the_language(text):
    try:
        parse(text)
    except NotACheck as error:
        assert str(error)
    check_problems(FORM, [Check("c", text)])


def python(node: str) -> str:
    return node.replace("<>", "!=").replace(" = ", " == ")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "3", "7"]), min_size=2, max_size=5),
    st.lists(st.sampled_from(["+", "-", "*"]), min_size=4, max_size=4),
    st.sampled_from(["<", "<=", "=", "!=", ">", ">="]),
    st.integers(-20, 20),
    st.integers(-20, 20),
)
def test_arithmetic_is_that_of_python(terms, signs, comparison, a, b):
    expression = terms[0] + "".join(f" {s} {t}" for s, t in zip(signs, terms[1:])) + f" {comparison} b"
    assert holds(FORM, parse(expression), {"a": a, "g/b": b}) is bool(
        eval(python(expression), {"a": a, "b": b})
    )


# --- over frames, the same as one by one

EXPRESSIONS = [
    "a + b <= 10", "a / b > 0.6", "a mod b = 1", "not a < 5", "a < 5 and b < 5", "a < 5 or b < 5",
    "kind = 'x' implies a > 5", "blank(a) or a > 0", "answered(kind)", "selected(many, 'm')", "selected(kind, 'x')",
    "until >= on", "days(on, until) <= 31", "on < '2026-06-01'", "count(r) = 2", "sum(x) <= a", "count(q) = 3",
    "abs(a - b) < 3 and round(a) = a", "length(kind) = 1", "x < a", "y <= x", "y <= x and x < a", "sum(y) < x",
    "count(q) < 2 or x > 1", "kind != 'x'", "-a < b",
]  # fmt: skip
numbers = st.none() | st.integers(-3, 9)
days = st.none() | st.sampled_from(["2026-01-02", "2026-02-01", "2026-07-01"])


def slim(**values):
    return {k.replace("__", "/"): v for k, v in values.items() if v is not None}


rows_of_q = st.lists(st.builds(lambda y: slim(r__q__y=y), numbers), max_size=3)
rows_of_r = st.lists(st.builds(lambda x, q: slim(r__x=x, r__q=q or None), numbers, rows_of_q), max_size=3)
submissions = st.builds(
    lambda a, b, kind, many, on, until, r: slim(a=a, g__b=b, kind=kind, many=many, on=on, until=until, r=r or None),
    numbers, numbers, st.sampled_from([None, "x", "yy"]), st.sampled_from([None, ["m"], ["l", "m"], ["l"]]), days, days,
    rows_of_r,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(submissions, min_size=1, max_size=6))
def test_checks_over_frames_break_in_the_same_rows(said):
    import json

    from nanduti.methods.instruments import tables
    from nanduti.methods.instruments.check_frames import broken_in_frames

    checks = tuple(Check(e, e, repeat=repeat_of(FORM, Check("c", e))) for e in EXPRESSIONS)
    form = Definition("f", questions=FORM.questions, repeats=FORM.repeats, checks=checks)
    frames = tables(form, list(range(len(said))), [json.dumps(one) for one in said])
    expected = {(n, b.row, b.check.name) for n, one in enumerate(said) for b in broken_checks(form, one)}
    assert set(broken_in_frames(frames).rows()) == expected


def test_no_check_breaks_nothing():
    from nanduti.methods.instruments import tables
    from nanduti.methods.instruments.check_frames import broken_in_frames

    assert broken_in_frames(tables(FORM, [1], ["{}"])).height == 0
