"""The rising lines: what was to be done and what was, up to the day asked."""

from __future__ import annotations

from datetime import date

from nanduti.interface.pictures import curve

POINTS = [
    curve.Point(date(2009, 1, 31), 1, 2, 1),
    curve.Point(date(2009, 2, 28), 3, 3, 2),
    curve.Point(date(2009, 3, 31), 4, 4, None),
]


def test_the_axis_names_the_day_on_which_it_ends():
    """The drawing runs to the cut-off day where that comes after the last point."""
    assert "31 March 2009" in curve.draw(POINTS, title="Plan").render()
    later = curve.draw(POINTS[:2], title="Plan", cut_off=date(2009, 6, 30)).render()
    assert "30 June 2009" in later
    # The last point then lies before the right edge: 28 of 150 days on.
    assert 'points="0.0,133.3 186.7,66.7"' in later


def test_what_is_not_known_yet_is_not_drawn_and_not_nought():
    drawn = curve.draw(POINTS, title="Plan", cut_off=date(2009, 2, 28))
    assert [p.row for p in drawn.points][-1] == ("31 March 2009", "4", "")
    assert 'class="real" points="0.0,150.0 474.6,100.0"' in str(drawn.svg())


def test_a_band_where_months_hide_their_day():
    assert POINTS[0].row == ("31 January 2009", "1–2", "1")
    assert str(curve.draw([], title="Plan")) == ""
