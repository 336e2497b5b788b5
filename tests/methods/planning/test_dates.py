"""Dates as people write them: the table of cases, the list's help, and what must hold for any text."""

from __future__ import annotations

import pickle
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nanduti.methods.planning.dates import (
    NOTES,
    EndBeforeStart,
    UnreadableDate,
    When,
    day_first_of,
    parse_list,
    parse_when,
)

CASES = [
    [cell.strip() for cell in line.split(" |")]
    for line in (Path(__file__).parent / "data" / "dates.psv").read_text(encoding="utf-8").splitlines()[1:]
]


def test_the_table_is_large_enough():
    assert len(CASES) >= 200
    assert len({case[0] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case[0][:40] for case in CASES])
def test_case(case):
    text, first, last, precision, spans, is_open, remarks = case
    if precision.startswith("!"):
        with pytest.raises(UnreadableDate) as caught:
            parse_when(text)
        assert caught.value.reason == precision[1:]
        assert text in str(caught.value)
        return
    when = parse_when(text)
    assert when.text == text
    assert (str(when.start) if when.start else "") == first
    assert (str(when.end - timedelta(days=1)) if when.end else "") == last
    assert when.precision == precision
    assert len(when.parts) == int(spans)
    assert when.is_open == (is_open == "open")
    assert list(when.note_codes()) == remarks.split()


def test_every_remark_has_a_sentence_that_can_be_filled():
    for case in CASES:
        if not case[3].startswith("!"):
            for note in parse_when(case[0]).notes:
                assert note.code in NOTES and "{" not in note.say()


# --- the long text of annex 2


LONG = (
    "March 31, 2008 to April 3, 2008 (class room training); Factory level (April 4 to 27 and then "
    "18th May to 12 June) and concluding Workshop on June 12"
)


def test_the_long_text_names_four_spans():
    spans = [(str(p.period.start), str(p.period.last_day)) for p in parse_when(LONG).parts]
    assert spans == [
        ("2008-03-31", "2008-04-03"),
        ("2008-04-04", "2008-04-27"),
        ("2008-05-18", "2008-06-12"),
        ("2008-06-12", "2008-06-12"),
    ]


# --- what the list tells


def test_a_list_decides_whether_the_day_stands_first():
    american = parse_list(
        ["4/21/2009", "9/5/2009", "1/12/2010", "1/18/2010", "January-review and 16/02/2009"]
    )
    assert [str(w.start) for w in american] == [
        "2009-04-21",
        "2009-09-05",
        "2010-01-12",
        "2010-01-18",
        "2009-01-01",
    ]
    assert "order_from_list" in american[1].note_codes()
    assert "order_from_list" not in american[0].note_codes()
    european = parse_list(["21/4/2009", "9/5/2009"])
    assert str(european[1].start) == "2009-05-09"
    unknown = parse_list(["9/5/2009"])[0]
    assert unknown.is_doubtful and str(unknown.other_readings[0].start) == "2009-09-05"


def test_day_first_of_prefers_cells_that_hold_nothing_else():
    assert day_first_of(["16/02/2009 and later", "17/02/2009 again", "4/21/2009"]) is False
    assert day_first_of(["4/21/2009", "21/4/2009"]) is None
    assert day_first_of([None, "", "21.4.2009"]) is None


def test_a_missing_year_comes_from_agreeing_neighbours_only():
    assert str(parse_list(["May-09", "June-July", "May-09"])[1].start) == "2009-06-01"
    assert "year_from_context" in parse_list(["May-09", "June-July", "May-09"])[1].note_codes()
    split = parse_list(["May-09", "June-July", "May-10"])[1]
    assert isinstance(split, UnreadableDate) and split.reason == "no_year"
    assert [type(r).__name__ for r in parse_list(["", None, "today"])] == ["UnreadableDate"] * 3


def test_context_year():
    assert str(parse_when("Nov-Feb", context_year=2008).end) == "2009-03-01"
    assert str(parse_when("June 12", context_year=2008).start) == "2008-06-12"
    assert str(parse_when("3 May", context_year=2008).start) == "2008-05-03"
    assert str(parse_when("Oct 2009", context_year=2008).start) == "2009-10-01"


def test_seasons_need_a_hemisphere():
    assert str(parse_when("primavera 2009", hemisphere="south").start) == "2009-09-01"
    assert str(parse_when("primavera 2009", hemisphere="north").start) == "2009-03-01"
    assert str(parse_when("verano 2009", hemisphere="south").end) == "2010-03-01"
    assert parse_when("spring 2009", hemisphere="north").precision == "season"


# --- errors


def test_backward_spans_keep_both_days_and_what_they_may_mean():
    with pytest.raises(EndBeforeStart) as caught:
        parse_when("18-05-2008 to 11-05-2008")
    error = caught.value
    assert (str(error.first.start), str(error.last.start)) == ("2008-05-18", "2008-05-11")
    assert [(str(p.start), str(p.last_day)) for p in error.readings] == [
        ("2008-05-11", "2008-05-18"),
        ("2008-05-18", "2008-11-05"),
    ]
    assert "ends on 2008-05-11, before it starts on 2008-05-18" in str(error)


def test_errors_name_the_place_and_survive_pickling():
    with pytest.raises(UnreadableDate) as caught:
        parse_when("3 May 2010 and 31 June 2010")
    assert caught.value.details["at"] == 16
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value) and again.reason == "no_such_day"


@pytest.mark.parametrize("text", ["", "   ", None, "\n"])
def test_blank(text):
    with pytest.raises(UnreadableDate) as caught:
        parse_when(text)
    assert caught.value.reason == "empty"


def test_a_page_of_prose_is_no_date():
    with pytest.raises(UnreadableDate, match="too many for a date"):
        parse_when("May 2009 " * 100)


# --- properties

DAYS = st.dates(date(1975, 1, 1), date(2060, 12, 31))
_NAMES = """
en January February March April May June July August September October November December
es enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
it gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
fr janvier février mars avril mai juin juillet août septembre octobre novembre décembre
pt janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
"""
NAMES = {line.split()[0]: line.split()[1:] for line in _NAMES.strip().splitlines()}


def plain_writings(day: date) -> list[str]:
    """The plain twin: many ways to write one day, built the other way round."""
    y, m, d = day.year, day.month, day.day
    en = NAMES["en"][m - 1]
    ordinal = {1: "st", 2: "nd", 3: "rd"}.get(d % 10 if d not in (11, 12, 13) else 0, "th")
    return [
        f"{y}-{m:02}-{d:02}",
        f"{y}/{m}/{d}",
        f"{d}.{m}.{y}",
        f"{d:02}.{m:02}.{y % 100:02}",
        f"{d} {en} {y}",
        f"{en} {d}, {y}",
        f"{en[:3]} {d} {y}",
        f"{d}-{en[:3]}-{y % 100:02}",
        f"{d}{ordinal} {en} {y}",
        f"{en} {d}{ordinal}, {y}",
        f"{d} de {NAMES['es'][m - 1]} de {y}",
        f"{d} {NAMES['it'][m - 1]} {y}",
        f"{d} {NAMES['fr'][m - 1]} {y}",
        f"{d} de {NAMES['pt'][m - 1]} de {y}",
        f"{day:%A}, {d} {en} {y}",
        f"  {en.upper()}  {d} ,{y} ",
    ]


@given(DAYS)
def test_a_day_comes_back_however_it_is_written(day):
    for text in plain_writings(day):
        when = parse_when(text)
        assert (when.start, when.end, when.precision) == (day, day + timedelta(days=1), "day"), text
        assert not when.notes, text


@given(DAYS)
def test_days_in_figures_come_back_in_the_order_named(day):
    for sign in "/-":
        assert parse_when(f"{day.day}{sign}{day.month}{sign}{day.year}", day_first=True).start == day
        assert parse_when(f"{day.month}{sign}{day.day}{sign}{day.year}", day_first=False).start == day


@given(DAYS, st.sampled_from(sorted(NAMES)))
def test_a_month_comes_back(day, language):
    name = NAMES[language][day.month - 1]
    last = date(day.year, day.month, monthrange(day.year, day.month)[1])
    texts = [f"{name} {day.year}", f"{name} de {day.year}", f"{name}-{day.year % 100:02}"]
    for text in [*texts, f"{day.year}-{day.month:02}" if day.month != (day.year + 1) % 100 else texts[0]]:
        when = parse_when(text)
        assert (when.start, when.period.last_day, when.precision) == (day.replace(day=1), last, "month"), text


@given(DAYS, DAYS)
def test_spans_come_back_or_are_refused(a, b):
    spanish = NAMES["es"]
    texts = [
        f"{a:%d %B %Y} to {b:%d %B %Y}",
        f"{a.isoformat()} – {b.isoformat()}",
        f"del {a.day} de {spanish[a.month - 1]} de {a.year} al {b.day} de {spanish[b.month - 1]} de {b.year}",
        f"{a:%d.%m.%Y}-{b:%d.%m.%Y}",
    ]
    for text in texts:
        if b < a:
            with pytest.raises(EndBeforeStart):
                parse_when(text)
        else:
            when = parse_when(text)
            assert (when.start, when.period.last_day) == (a, b), text


@given(DAYS)
def test_the_coarser_text_contains_the_finer(day):
    quarter, half = (day.month - 1) // 3 + 1, (day.month - 1) // 6 + 1
    ladder = [
        f"{day.isoformat()}",
        f"{day:%B %Y}",
        f"Q{quarter} {day.year}",
        f"H{half} {day.year}",
        f"{day.year}",
    ]
    read = [parse_when(text) for text in ladder]
    assert [w.precision for w in read] == ["day", "month", "quarter", "half", "year"]
    for fine, coarse in pairwise(read):
        assert coarse.start <= fine.start and fine.end <= coarse.end
        assert fine.period.n_days < coarse.period.n_days


PIECES = """May marzo Sep 07 2009 3 12 2010 31 - – to and y de , / ; ( ) early Q3 T1 since until hasta ongoing
1st 12/5/2009 2008-09 FY review Monday ' . first quarter semestre or about mediados 2009-04-21 18-05-2008 from
entre"""
WORDS = st.sampled_from(PIECES.split())


@given(st.lists(WORDS, min_size=1, max_size=9).map(" ".join))
@example("since ongoing")
def test_any_jumble_is_understood_or_refused_politely(text):
    try:
        when = parse_when(text)
    except UnreadableDate as error:
        assert error.reason and str(error)
        return
    assert isinstance(when, When)
    if when.start and when.end:
        assert when.end > when.start
    for part in when.parts:
        for side, own in ((when.start, part.period.start), (when.end, part.period.end)):
            assert side is None or own is not None
    assert len(when.parts) < 2 or "several_spans" in when.note_codes()


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    try:
        parse_when(text)
    except UnreadableDate as error:
        assert error.details["text"] == text


@given(DAYS)
def test_case_and_spaces_do_not_matter(day):
    text = f"{day:%B %Y} - {day + timedelta(days=40):%B %Y}"
    plain = parse_when(text)
    for other in (text.upper(), text.lower(), text.replace(" - ", "-"), text.replace(" ", "  ")):
        assert parse_when(other).period == plain.period
