"""General checks against plain twins and published figures, and their silence on little data."""

from __future__ import annotations

import json
import math
import statistics

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.instruments import Choice, Definition, Question, quality, tables

rng = np.random.default_rng(7)


# --- outliers


def plain_robust_z(values):
    middle = statistics.median(values)
    mad = statistics.median([abs(v - middle) for v in values])
    if mad:
        return [0.6745 * (v - middle) / mad for v in values]
    mean = sum(abs(v - middle) for v in values) / len(values)
    return [(v - middle) / (1.2533 * mean) if mean else 0.0 for v in values]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=30))
def test_robust_scores_agree_with_the_plain_way(values):
    expected = plain_robust_z([float(v) for v in values])
    assert quality.robust_z(np.array(values, dtype=float)).tolist() == pytest.approx(expected)


def test_the_example_of_iglewicz_and_hoaglin():
    """NIST/SEMATECH e-Handbook 1.3.5.17.1: the data 2.1 … 34; two values pass 3.5, the first at 3.7."""
    data = [3, 7, 10, 11, 13, 14, 15, 15, 16, 17, 17, 18, 19, 20, 22, 90]
    found = quality.outliers(data, list(range(len(data))))
    assert [f.key for f in found] == [15]
    assert found[0].figures["middle"] == 15.5


def test_counts_are_compared_on_a_logarithmic_scale():
    counts = [2, 3, 4, 5, 6, 8, 10, 15, 20, 40, 60, 200]
    keys = list(range(12))
    assert 11 in [f.key for f in quality.outliers(counts, keys)]
    assert quality.outliers([*counts[:-1], 10**9], keys, logarithm=True)[0].key == 11
    assert quality.outliers(counts, keys, logarithm=True) == []


@pytest.mark.parametrize("values", [[], [1], [5] * 20, [None] * 20, [1, 2, 3, 10**6], [math.nan] * 12])
def test_outliers_are_silent_on_nothing_ties_and_little(values):
    assert quality.outliers(values, list(range(len(values)))) == []


# --- duplicates


def plain_duplicates(rows, least_share, least):
    told = {}
    for at in range(1, len(rows)):
        best = (0.0, None)
        for other in range(at):
            both = [(a, b) for a, b in zip(rows[at], rows[other]) if a is not None and b is not None]
            if len(both) >= least:
                share = sum(a == b for a, b in both) / len(both)
                if share > best[0]:
                    best = (share, other)
        if best[1] is not None and best[0] >= least_share:
            told[at] = best
    return told


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_near_duplicates_agree_with_the_plain_way(seed, n):
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 3, size=(n, 12)).tolist()
    rows.append([*rows[0][:11], 9])
    names = [f"q{i}" for i in range(12)]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.int_range(pl.len()).alias("_key"))
    telling = [i for i in range(12) if len({row[i] for row in rows}) > 1]
    expected = plain_duplicates([[row[i] for i in telling] for row in rows], 0.85, 10)
    found = quality.duplicates(frame, names)
    if len(telling) < 10:
        assert found == []
    else:
        assert {f.key: pytest.approx(f.figures["share"]) for f in found} == {
            k: v[0] for k, v in expected.items()
        }


def test_equal_submissions_are_found_across_collectors_and_short_forms_are_not_judged():
    names = [f"q{i}" for i in range(10)]
    rows = [{"_key": k, **{q: (k * 7 + i) % 5 for i, q in enumerate(names)}} for k in (1, 2, 1)]
    rows[2]["_key"] = 3
    found = quality.duplicates(pl.DataFrame(rows), names)
    assert [(f.rule, f.key, f.other) for f in found] == [("same_answers", 3, 1)]
    assert quality.duplicates(pl.DataFrame(rows), names[:9]) == []


# --- who asked


def plain_icc(values, groups):
    k, n = len(set(groups)), len(values)
    grand = sum(values) / n
    by = {g: [v for v, h in zip(values, groups) if h == g] for g in set(groups)}
    ssb = sum(len(v) * (sum(v) / len(v) - grand) ** 2 for v in by.values())
    ssw = sum((x - sum(v) / len(v)) ** 2 for v in by.values() for x in v)
    msb, msw = ssb / (k - 1), ssw / (n - k)
    n0 = (n - sum(len(v) ** 2 for v in by.values()) / n) / (k - 1)
    return (msb - msw) / (msb + (n0 - 1) * msw)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=8, max_size=40))
def test_the_share_of_variance_agrees_with_the_plain_way(pairs):
    values, raw = [float(v) for v, _ in pairs], [g for _, g in pairs]
    codes = sorted(set(raw))
    groups = np.array([codes.index(g) for g in raw])
    if len(codes) < 2 or len(pairs) <= len(codes) or len(set(values)) < 2:
        return
    ours = quality.variance_share(np.array(values), groups)
    try:
        expected = plain_icc(values, raw)
    except ZeroDivisionError:
        return
    assert ours == pytest.approx(expected, abs=1e-9)


def test_an_effect_of_who_asked_is_found_and_chance_is_not():
    who = ["a", "b", "c"] * 40
    shifted = [rng.normal() + (3 if w == "a" else 0) for w in who]
    effect = quality.interviewer_effect(shifted, who)
    assert effect.icc > 0.4 and effect.p == 0.001 and effect.n == 120
    assert quality.interviewer_effect(rng.normal(size=120).tolist(), who).p > 0.001
    assert quality.interviewer_effect(shifted, who) == effect  # the same seed, the same answer


@pytest.mark.parametrize("who", [["a"] * 10, ["a", "b"] * 2, [None] * 10, list("abcdefghij")])
def test_too_few_collectors_or_answers_give_no_effect(who):
    assert quality.interviewer_effect(list(range(len(who))), who) is None
    assert quality.interviewer_effect([5.0] * 12, ["a", "b"] * 6) is None


# --- digits


def test_terminal_digits_against_scipy():
    from scipy.stats import chisquare

    values = rng.integers(10, 1000, size=500).tolist()
    digits = quality.terminal_digits(values)
    expected = chisquare(digits.counts)
    assert (digits.chi_square, digits.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert quality.terminal_digits(values[:40]) is None
    assert quality.terminal_digits([5] * 100) is None  # one digit: its last is its first


def test_whipple_and_myers_at_their_ends():
    even = list(range(10, 90)) * 3
    assert quality.whipple(even) == pytest.approx(100)
    assert quality.myers(even) == pytest.approx(0, abs=1e-9)
    assert quality.whipple([25, 30, 35, 40] * 20) == 500
    assert quality.myers([30, 40, 50] * 20) == pytest.approx(90)
    assert quality.whipple([30] * 10) is None and quality.myers([]) is None


def plain_myers(ages):
    """The shares of digits, averaged over the ten spans of seventy years that begin at 10, 11 … 19."""
    counts = [0] * 10
    for begin in range(10, 20):
        for age in ages:
            counts[age % 10] += begin <= age < begin + 70
    return sum(abs(100 * c / sum(counts) - 10) for c in counts) / 2


def test_myers_agrees_with_the_plain_way():
    ages = rng.integers(10, 95, size=300).tolist()
    assert quality.myers(ages) == pytest.approx(plain_myers(ages))


def test_one_collector_who_rounds_is_told_apart():
    values = rng.integers(10, 1000, size=400).tolist()
    who = ["a", "b"] * 200
    values = [v // 10 * 10 if w == "a" else v for v, w in zip(values, who)]
    found = quality.digits_by_collector(values, who)
    assert found["a"][1] < 0.001 and found["a"][0].counts[0] == 200
    assert max(found["b"][0].counts) < 60


# --- missing, durations, hours, straight lines


def test_a_collector_who_leaves_much_empty_is_told():
    missing = [True] * 15 + [False] * 5 + [False] * 80
    who = ["a"] * 20 + ["b"] * 40 + ["c"] * 40
    found = quality.missing_by_collector(missing, who, question="q")
    assert [(f.collector, f.figures["missing_percent"], f.figures["p"]) for f in found] == [
        ("a", 75.0, "< 0.0001")
    ]
    assert quality.missing_by_collector(missing[:9], who[:9]) == []


def test_quick_and_impossible_durations():
    seconds = [600] * 10 + [100, 0, -5, None]
    found = quality.durations(seconds, list(range(14)))
    assert [(f.rule, f.key) for f in found] == [
        ("impossible_duration", 11), ("impossible_duration", 12), ("too_quick", 10),
    ]  # fmt: skip
    assert quality.durations([600, 10], [1, 2]) == []


def test_hours_of_the_night():
    assert [f.key for f in quality.odd_hours([4, 5, 21, 22, None], "abcde")] == ["a", "d"]


def test_a_straight_line_needs_a_reversed_statement():
    frame = pl.DataFrame(
        {"_key": [1, 2, 3], "a": ["2", "2", "2"], "b": ["2", "1", "2"], "c": ["2", "2", None], "d": ["2"] * 3}
    )
    items = ["a", "b", "c", "d"]
    assert [f.key for f in quality.straight_lines(frame, items, reversed_items=["c"])] == [1]
    assert quality.straight_lines(frame, items) == []
    assert quality.straight_lines(frame, items[:3], reversed_items=["c"]) == []


# --- all of it


def test_all_checks_at_once_say_reason_row_and_figures():
    definition = Definition(
        "f",
        questions=(
            *(Question(f"n{i}", "integer", "integer", unit="pairs") for i in range(6)),
            *(
                Question(
                    f"s{i}",
                    "select_one",
                    list_name="agree",
                    notes={"concept": "x (reversed)"} if i == 2 else {},
                )
                for i in range(6)
            ),
        ),
        choice_lists={"agree": tuple(Choice(str(i)) for i in range(1, 6))},
    )
    rows = [
        {f"n{i}": int(rng.integers(11, 99)) for i in range(6)}
        | {f"s{i}": str(rng.integers(1, 6)) for i in range(6)}
        for _ in range(60)
    ]
    rows[7] = dict(rows[3])
    rows[9] |= {f"s{i}": "2" for i in range(6)}
    rows[11]["n0"] = 10**6
    about = pl.DataFrame(
        {
            "_key": range(60),
            "_collector": ["a", "b"] * 30,
            "_seconds": [600.0] * 59 + [50.0],
            "_hour": [10] * 59 + [3],
        }
    )
    seen = []
    found = quality.check_survey(
        tables(definition, list(range(60)), [json.dumps(r) for r in rows]),
        about,
        progress=lambda *p: seen.append(p),
    )
    told = {(f.rule, f.key) for f in found}
    assert {
        ("same_answers", 7),
        ("straight_line", 9),
        ("unusual_value", 11),
        ("too_quick", 59),
        ("odd_hour", 59),
    } <= told
    assert all(f.sentence and "{" not in f.sentence for f in found)
    assert seen[-1] == (8, 8)


def test_no_submission_gives_no_finding():
    definition = Definition("f", questions=(Question("n", "integer", "integer"),))
    empty = pl.DataFrame({"_key": []}, schema={"_key": pl.Int64})
    assert quality.check_survey(tables(definition, pl.Series([], dtype=pl.Int64), []), empty) == []
