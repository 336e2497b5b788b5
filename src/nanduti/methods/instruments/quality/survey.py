"""All general checks over the answers of an instrument at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from ..definition import SILENT_KINDS, Question
from ..frames import KEY, ROW, Table, Tables, typed
from .agreement import duplicates, straight_lines
from .completeness import UNKNOWN_CODES, durations, missing_by_collector, odd_hours
from .digits import Digits, digits_by_collector, terminal_digits, whipple
from .findings import Noticed, chance
from .interviewers import interviewer_effect
from .outliers import outliers

# Of the columns that come beside the answers: who asked, how long it took, the hour of the clock there.
COLLECTOR, SECONDS, HOUR = "_collector", "_seconds", "_hour"
SIGNIFICANCE = 0.001
LEAST_ICC = 0.1
# A digit that a third of the numbers end in is worth a look; honest rounding gives less.
MUCH = 0.3
Progress = Callable[[int, int], None]


def check_survey(
    tables: Tables, about: pl.DataFrame, *, seed: int = 1, progress: Progress | None = None
) -> list[Noticed]:
    """Every general check: duplicates, straight lines, durations, hours, outliers, digits, collectors, missing.

    ``about`` has a row for each submission: ``_key`` and, where known, ``_collector``, ``_seconds`` and ``_hour``.
    Identifying questions need not be there: what is not in the frames is not looked at.
    """
    definition = tables.definition
    about = _complete(about)
    joined = {
        repeat: table.frame.join(about, on=KEY, how="left", maintain_order="left")
        for repeat, table in tables.by_repeat.items()
    }
    numeric = [
        (table, q) for table in tables.by_repeat.values() for q in _questions(tables, table)
        if typed(q) in ("integer", "decimal")
    ]  # fmt: skip
    steps = len(numeric) + 2
    found = list(_of_rows(tables, joined[""]))
    _tell(progress, 1, steps)
    for n, (table, question) in enumerate(numeric, start=2):
        found += _of_number(table, question, joined[table.repeat], seed)
        _tell(progress, n, steps)
    for question in _questions(tables, tables.root):
        found += _missing(tables.root, question, joined[""])
    _tell(progress, steps, steps)
    order = {q.path: n for n, q in enumerate(definition.questions)}
    return sorted(found, key=lambda f: (order.get(f.question, -1), f.rule))


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _complete(about: pl.DataFrame) -> pl.DataFrame:
    for name, kind in ((COLLECTOR, pl.String), (SECONDS, pl.Float64), (HOUR, pl.Int64)):
        if name not in about.columns:
            about = about.with_columns(pl.lit(None, dtype=kind).alias(name))
    return about.select(
        KEY, pl.col(COLLECTOR).cast(pl.String), pl.col(SECONDS).cast(pl.Float64), pl.col(HOUR).cast(pl.Int64)
    )


def _questions(tables: Tables, table: Table) -> list[Question]:
    asked = [tables.definition.by_path[c.path] for c in table.columns if c.role == "answer"]
    return [q for q in asked if q.kind not in SILENT_KINDS - {"calculate"}]


def _name(table: Table, question: Question) -> str:
    column = table.column(question.path)
    return column.name if column else question.name


def _of_rows(tables: Tables, frame: pl.DataFrame) -> Iterator[Noticed]:
    root = tables.root
    asked = [
        _name(root, q) for q in _questions(tables, root) if q.kind not in ("calculate", "date", "datetime")
    ]
    yield from duplicates(frame, asked, key=KEY, collector=COLLECTOR)
    for items, turned in _batteries(tables):
        names = [_name(root, q) for q in items]
        yield from straight_lines(frame, names, reversed_items=[_name(root, q) for q in turned])
    keys = frame[KEY].to_list()
    yield from durations(frame[SECONDS].to_list(), keys)
    yield from odd_hours(frame[HOUR].to_list(), keys)


def _batteries(tables: Tables) -> Iterator[tuple[list[Question], list[Question]]]:
    """Statements answered on one list of choices, at least one marked as reversed in its concept."""
    by_list: dict[str, list[Question]] = {}
    for question in _questions(tables, tables.root):
        if question.kind == "select_one" and question.list_name:
            by_list.setdefault(question.list_name, []).append(question)
    for items in by_list.values():
        turned = [q for q in items if q.notes.get("reversed") or "reversed" in q.notes.get("concept", "")]
        if turned and len(items) >= 4:
            yield items, turned


def _of_number(table: Table, question: Question, frame: pl.DataFrame, seed: int) -> Iterator[Noticed]:
    name = _name(table, question)
    values = frame[name].to_list()
    keys = frame[KEY].to_list()
    rows = frame[ROW].to_list() if ROW in frame.columns else None
    yield from outliers(values, keys, question=question.path, rows=rows, logarithm=_is_amount(question))
    yield from _digits(question, values, frame[COLLECTOR].to_list())
    effect = interviewer_effect(values, frame[COLLECTOR].to_list(), seed=seed)
    if effect and effect.p <= SIGNIFICANCE and effect.icc >= LEAST_ICC:
        figures = {
            "icc_percent": round(100 * effect.icc, 1),
            "p": chance(effect.p),
            "n": effect.n,
            "means": effect.means,
        }
        yield Noticed("collector_effect", question.path, figures=figures)


def _is_amount(question: Question) -> bool:
    """Counts and money are skewed by nature; shares, ratings and years are not."""
    unit = question.unit.lower()
    return (
        not any(word in unit for word in ("per cent", "percent", "%", "year", "month"))
        and question.kind != "range"
    )


def _digits(
    question: Question, values: Sequence[float | None], collectors: Sequence[str | None]
) -> Iterator[Noticed]:
    if typed(question) != "integer":
        return
    if {"age", "edad"} & set(question.name.lower().split("_")):
        index = whipple(values)
        if index is not None and index >= 175:
            yield Noticed("age_heaping", question.path, figures={"whipple": round(index)})
        return
    digits = terminal_digits(values)
    if digits and digits.p <= SIGNIFICANCE and _share(digits) >= MUCH:
        yield Noticed("digit_preference", question.path, figures=_digit_figures(digits, digits.p))
    for who, (own, p) in digits_by_collector(values, collectors).items():
        if p <= SIGNIFICANCE and _share(own) >= MUCH:
            yield Noticed("digit_preference", question.path, collector=who, figures=_digit_figures(own, p))


def _share(digits: Digits) -> float:
    return digits.counts[digits.preferred] / digits.n


def _digit_figures(digits: Digits, p: float) -> dict[str, Any]:
    percent = round(100 * _share(digits), 1)
    return {"digit": digits.preferred, "share_percent": percent, "n": digits.n, "p": chance(p)}


def _missing(table: Table, question: Question, frame: pl.DataFrame) -> list[Noticed]:
    if question.relevant:  # asked of some only: empty may be right
        return []
    column = frame[_name(table, question)]
    missing = column.is_null()
    if column.dtype == pl.String:
        missing = missing | column.is_in(list(UNKNOWN_CODES)).fill_null(False)
    return missing_by_collector(missing.to_list(), frame[COLLECTOR].to_list(), question=question.path)
