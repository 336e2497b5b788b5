"""Numbers, money and dates in the words of the reader's language; pictures that keep the precision of dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from nanduti.interface import words
from nanduti.interface.pictures import bars, spark, timeline
from nanduti.methods.planning import parse_when
from nanduti.methods.values import Money, Period

DATES = [
    ("12 October 2009", "12 October 2009", "12 de octubre de 2009"),
    ("March-April 2009", "March–April 2009", "marzo–abril de 2009"),
    ("Sep-07", "September 2007", "septiembre de 2007"),
    ("Dec 07 - Feb 08", "December 2007 – February 2008", "diciembre de 2007 – febrero de 2008"),
    ("30 Jan- 3 Feb 2010", "30 January – 3 February 2010", "30 de enero – 3 de febrero de 2010"),
    ("3-5 May 2010", "3–5 May 2010", "3–5 de mayo de 2010"),
    ("2007", "2007", "2007"),
    ("2007-2008", "2007–2008", "2007–2008"),
    ("since June 2007", "since June 2007", "desde junio de 2007"),
    ("until Oct 2009", "until October 2009", "hasta octubre de 2009"),
    ("Ongoing", "ongoing", "en curso"),
    (
        "June 12, 2008 and November 2008",
        "12 June 2008 and November 2008",
        "12 de junio de 2008 y noviembre de 2008",
    ),
]


@pytest.mark.parametrize(("text", "english", "spanish"), DATES)
def test_dates_in_words(text, english, spanish):
    when = parse_when(text)
    with override("en"):
        assert words.interval(when) == english
    with override("es"):
        assert words.interval(when) == spanish


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (1234567, "1,234,567", "1\u00a0234\u00a0567"),
        (1234.5, "1,234.5", "1\u00a0234,5"),
        (Decimal("0.1250"), "0.125", "0,125"),
        (-3, "-3", "-3"),
        (0, "0", "0"),
        (None, "", ""),
        (float("nan"), "–", "–"),
        (float("inf"), "–", "–"),
        ("some", "some", "some"),
        (Decimal("1E+3"), "1,000", "1\u00a0000"),
    ],
)
def test_numbers(value, english, spanish):
    with override("en"):
        assert words.number(value) == english
    with override("es"):
        assert words.number(value) == spanish


def test_money_and_shares():
    with override("en"):
        assert words.money(Money("1500.50", "EUR")) == "EUR\u00a01,500.50"
        assert words.share(0.456) == "45.6\u00a0%"
    with override("es"):
        assert words.money(Money("1500.50", "EUR", 2009)) == "1\u00a0500,50\u00a0EUR (a precios de 2009)"
        assert words.share(1) == "100,0\u00a0%"


class TestTimeline:
    def test_precision_is_visible(self):
        day, month, going = (
            str(timeline.draw([timeline.Item("A", parse_when(text))]))
            for text in ("4/21/2009", "March 2009", "since May 2009")
        )
        assert 'circle class="dot" cx' in day.split("legend")[0]
        assert 'rect class="bar" x' in month.split("legend")[0]
        assert 'class="arrow"' in going.split("legend")[0]

    def test_late_has_a_shape_of_its_own(self):
        late = str(timeline.draw([timeline.Item("A", parse_when("4/21/2009"), state="late")]))
        assert "late-mark" in late
        assert "late</span>" in late

    def test_what_cannot_be_understood_is_listed_apart(self):
        drawn = str(timeline.draw([timeline.Item("Fair", text="soon", note="It names no date.")]))
        assert "“soon”" in drawn
        assert "It names no date." in drawn

    def test_everything_is_escaped(self):
        item = timeline.Item("<b>A</b>", parse_when("2009"), url='"><script>', group="<i>", note="<u>")
        drawn = str(timeline.draw([item, timeline.Item("<b>", text="<s>")], title="<h1>"))
        for markup in ("<b>", "<script>", "<i>", "<s>", "<h1>"):
            assert markup not in drawn.replace('<i class="mk', "")

    def test_nothing_to_show(self):
        assert "<figure" in str(timeline.draw([]))

    @pytest.mark.parametrize(
        "period",
        [
            Period(date(1, 1, 1), date(9999, 12, 31)),
            Period(None, date(2009, 1, 1)),
            Period(date(9999, 12, 31), None),
        ],
    )
    def test_the_ends_of_time(self, period):
        assert "%" in str(timeline.draw([timeline.Item("A", period)], cut_off=date(9999, 12, 31)))

    def test_the_slider_speaks_plain_numbers(self, rf):
        drawn = str(
            timeline.draw(
                [timeline.Item("A", parse_when("2001-2009"))],
                cut_off=date(2009, 1, 1),
                request=rf.get("/?a=1&as_of=x"),
            )
        )
        assert 'max="3286"' in drawn
        assert 'name="a" value="1"' in drawn

    @pytest.mark.parametrize("asked", ["", "x", "2010-02-30", "\x00", "9" * 50])
    def test_a_cut_off_that_cannot_be_read(self, rf, asked):
        fallback = date(2011, 7, 31)
        assert timeline.cut_off_asked(rf.get("/", {"as_of": asked}), fallback) == fallback

    def test_a_hundred_rows_are_light(self):
        items = [
            timeline.Item(f"Activity number {n}", parse_when("March-April 2009"), number=n)
            for n in range(105)
        ]
        assert len(str(timeline.draw(items))) < 60_000


class TestBars:
    def test_shares_of_the_longest(self):
        drawn = bars.shares([("A", 1), ("B", 4), ("<C>", None)])
        assert 'width="25.0%"' in drawn
        assert "<C>" not in drawn

    def test_nothing_negative_nothing_beyond(self):
        assert 'width="0.0%"' in bars.bar(-5, 10)
        assert 'width="100.0%"' in bars.bar(50, 10)
        assert "0 of 0" in bars.bar(0, 0)

    def test_a_line_tells_its_ends(self):
        assert "from 1 (2007) to 3 (2009)" in spark.line([1, None, 3], ["2007", "2008", "2009"])
        assert spark.line([5]).count("<circle") == 1
        assert spark.line([None]) == ""
