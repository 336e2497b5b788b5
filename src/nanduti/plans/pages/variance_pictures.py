"""The pictures of planned and happened: bars with a mark for each activity, and lines that rise."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nanduti.interface import words
from nanduti.interface.pictures import curve, slippage
from nanduti.interface.tables import DataTable
from nanduti.methods import planning
from nanduti.programme.frames import Frame

from .. import variance
from .variance_words import MARKS, planned_in_words, time_in_words

# A picture of more rows than this is no longer a picture.
PICTURED = 60


def pictures(answer: variance.Found, frame: Frame, table: DataTable, *, sees_money: bool) -> Any:
    """A row for each activity where they are few, and the rising lines: of numbers, and of money for who sees it."""
    if not answer.rows:
        return None
    rising = _rising(answer, frame)
    if sees_money:
        rising += format_html_join(
            "", "{}", [(_money(one, frame),) for one in answer.money if one.n_spent > 1]
        )
    if not 0 < table.n <= PICTURED:
        few = _("More than %(n)s activities: choose a cluster or a filter to see each of them drawn.")
        return format_html('<p class="note">{}</p>{}', few % {"n": PICTURED}, rising) if table.n else rising
    # Of what only one date is known nothing can be drawn side by side.
    told = [row for row in table.filtered if row.why != variance.ONE_DATE]
    rows = variance.details(frame.programme, told, as_of=answer.as_of, against=answer.against)
    has_groups = len({one.activity.plan_id for one in rows}) > 1
    drawn = [_item(one, frame, has_groups) for one in rows]
    picture = slippage.draw(
        [item for item in drawn if item.periods],
        cut_off=frame.as_of,
        title=_("What was agreed, what is planned now, what happened"),
        first_called="" if answer.against == "baseline" else _("as planned"),
    )
    return format_html("{}{}", picture if picture.items else "", rising)


def _rising(answer: variance.Found, frame: Frame) -> SafeString:
    """How many activities were to be done by each month, and how many were."""
    points = [curve.Point(p.on, p.planned_least, p.planned_most, p.done_most) for p in answer.curve.points]
    drawn = curve.draw(
        points,
        title=_("How many activities were to be done, and how many were"),
        note=_curve_note(answer.curve),
        cut_off=frame.as_of,
    )
    return format_html("{}", drawn)


def _money(told: planning.MoneyCurve, frame: Frame) -> curve.Curve:
    """How much was to be spent by each month, and how much was, in one currency."""
    points = [
        curve.Point(
            on=p.on,
            least=float(p.planned.amount),
            most=float(p.planned.amount),
            done=None if p.spent is None else float(p.spent.amount),
            said=(words.money(p.planned), words.money(p.spent)),
        )
        for p in told.points
    ]
    known = [money for p in told.points for money in (p.planned, p.spent) if money is not None]
    note = _(
        "%(planned)s of %(n)s activities have a planned cost and day; of %(spent)s both cost and day are known."
    )
    return curve.draw(
        points,
        title=_("Planned cost and what was spent, %(currency)s") % {"currency": told.currency},
        note=note % {
            "n": words.number(told.n), "planned": words.number(told.n_planned), "spent": words.number(told.n_spent)},
        name=f"curve-{told.currency.lower()}",
        cut_off=frame.as_of,
        done_called=_("spent"),
        top_said=words.money(max(known, key=lambda money: money.amount)) if known else "",
    )  # fmt: skip


def _curve_note(told: planning.PlanCurve) -> str:
    said = _(
        "%(planned)s of %(n)s activities have a planned day; of %(done)s done the day is known of %(dated)s."
    )
    return said % {
        "n": words.number(told.n),
        "planned": words.number(told.n_planned),
        "done": words.number(told.n_done),
        "dated": words.number(told.n_done_dated),
    }


def _item(one: variance.Detail, frame: Frame, has_groups: bool) -> slippage.Item:
    now = variance.current_when(one.activity)
    first = one.side.line.when
    is_moved = isinstance(now, planning.When) and _span(now) != _span(first)
    done = one.side.outcome.done_on
    return slippage.Item(
        label=str(one.activity),
        number=one.activity.number,
        url=frame.url("plans:activity", one.activity.plan.code, one.activity.number),
        group=str(one.activity.plan) if has_groups else "",
        first=first if isinstance(first, planning.When) else None,
        now=now if is_moved else None,
        done=_day_done(one, done),
        mark=MARKS.get(one.said.time.state, ""),
        says=(
            planned_in_words(first),
            _("now: %(when)s") % {"when": words.interval(now)} if is_moved else "",
            time_in_words(one),
        ),
    )


def _span(when: Any) -> Any:
    return when.period if isinstance(when, planning.When) else None


def _day_done(one: variance.Detail, done: Any) -> Any:
    """The days on which it happened: the day reported, or the date of a list that reports."""
    from datetime import timedelta

    from nanduti.methods.values import Period

    if one.said.time.state not in {"early", "on_time", "late"}:
        return None
    return Period(done, done + timedelta(days=1)) if done else one.side.outcome.listed
