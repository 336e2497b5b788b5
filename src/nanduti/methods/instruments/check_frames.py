"""Checks held against a million rows: the language of :mod:`.check_language` as expressions over frames.

The plain way, one submission after the other, is :func:`.checks.broken_checks`; both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from .check_language import Node
from .checks import _resolve, parsed, type_of
from .definition import Check, Definition, Question
from .frames import KEY, PARENT_ROW, ROW, Tables

_UP = "_row_above"


def broken_in_frames(tables: Tables, checks: Iterable[Check] | None = None) -> pl.DataFrame:
    """The rows that break checks: ``_key``, ``_row`` ("" outside repeats) and ``check``, in the order of the checks.

    >>> from nanduti.methods.instruments import Check, Definition, Question, tables
    >>> form = Definition("f", questions=(Question("n", "integer", "integer"),), checks=(Check("few", "n < 5"),))
    >>> broken_in_frames(tables(form, ["a", "b", "c"], ['{"n": 4}', '{"n": 9}', '{}'])).rows()
    [('b', '', 'few')]
    """
    definition = tables.definition
    found = []
    for check in definition.checks if checks is None else checks:
        node = parsed(check.expression)
        view = _View(tables, _resolve(definition, check, node))
        claim = view.claim(node)  # first: it may join sums to the frame
        broken = view.frame.filter(claim.not_().fill_null(False))
        row = pl.col(ROW) if ROW in broken.columns else pl.lit("")
        found.append(broken.select(KEY, row.alias(ROW), pl.lit(check.name).alias("check")))
    if not found:
        kind = tables.root.frame.schema[KEY]
        return pl.DataFrame(schema={KEY: kind, ROW: pl.String, "check": pl.String})
    return pl.concat(found)


class _View:
    """The rows of a repeat with the answers around them, and what the language means over them."""

    def __init__(self, tables: Tables, repeat: str) -> None:
        self.tables = tables
        self.definition: Definition = tables.definition
        self.parents = {r.path: r.parent for r in self.definition.repeats}
        self.line = self._line_to(repeat)
        self.frame = self._joined(repeat)

    def _line_to(self, repeat: str) -> list[str]:
        line = [repeat]
        while line[-1]:
            line.append(self.parents.get(line[-1], ""))
        return line[::-1]

    def _own(self, repeat: str) -> pl.DataFrame:
        """A table with its columns called by path, so that no two names meet."""
        table = self.tables.by_repeat[repeat]
        return table.frame.select(
            pl.col(c.name).alias(c.path or c.name) for c in table.columns if c.role in ("key", "answer")
        )

    def _joined(self, repeat: str) -> pl.DataFrame:
        frame = self._own(repeat)
        above = repeat
        while above:
            parent = self.parents.get(above, "")
            if parent:
                row = pl.col(PARENT_ROW) if PARENT_ROW in frame.columns else pl.col(_UP)
                frame = frame.with_columns(row.alias(_UP)).drop(PARENT_ROW, strict=False)
                more = self._own(parent).rename({ROW: _UP})
                frame = frame.join(more, on=[KEY, _UP], how="left", maintain_order="left").drop(_UP)
            else:
                frame = frame.join(self._own(""), on=KEY, how="left", maintain_order="left")
            above = parent
        return frame

    # --- meanings

    def claim(self, node: Node) -> pl.Expr:
        """A claim as true, false or unknown; the engine's and and or decide by one side where that suffices."""
        if node.kind in ("and", "or", "implies"):
            left, right = (self.claim(part) for part in node.parts)
            if node.kind == "and":
                return left & right
            return (left.not_() if node.kind == "implies" else left) | right
        if node.kind == "not":
            return self.claim(node.parts[0]).not_()
        if node.kind == "compare":
            left, right = (self.value(part) for part in node.parts)
            return _compare(node.value, left, right)
        return self._claimed(node)

    def _claimed(self, node: Node) -> pl.Expr:
        """answered, blank and selected: never unknown."""
        column, question = self._column(node.parts[0].value)
        if node.value == "selected":
            chosen = node.parts[1].value
            if question.kind in ("select_multiple", "rank"):
                return column.list.contains(chosen).fill_null(False)
            return (column.cast(pl.String) == chosen).fill_null(False)
        return column.is_not_null() if node.value == "answered" else column.is_null()

    def _column(self, name: str) -> tuple[pl.Expr, Question]:
        question = self.definition.question(name)
        assert question is not None  # check_problems has looked
        return pl.col(question.path), question

    def value(self, node: Node) -> pl.Expr:
        """A number, text or day; missing where an answer that is needed is missing."""
        if node.kind == "number":
            return pl.lit(float(node.value))
        if node.kind == "text":
            return pl.lit(node.value)
        if node.kind == "question":
            return self._answer(node.value)
        if node.kind == "arithmetic":
            left, right = (self.value(part) for part in node.parts)
            return _compute(node.value, left, right)
        return self._called(node)

    def _answer(self, name: str) -> pl.Expr:
        column, question = self._column(name)
        kind = type_of(question)
        if kind == "number":
            return column.cast(pl.Float64)
        if kind == "day":
            return column.dt.strftime("%Y-%m-%d")
        return column.cast(pl.String)

    def _called(self, node: Node) -> pl.Expr:
        if node.value in ("count", "sum"):
            return self._over_rows(node)
        values = [self.value(part) for part in node.parts]
        if node.value == "length":
            return values[0].cast(pl.String).str.len_chars().cast(pl.Float64)
        if node.value == "days":
            first, second = (v.str.to_date("%Y-%m-%d", strict=False) for v in values)
            return (second - first).dt.total_days().cast(pl.Float64)
        return values[0].abs() if node.value == "abs" else values[0].round(0, mode="half_to_even")

    def _over_rows(self, node: Node) -> pl.Expr:
        """count or sum over the rows of a repeat below the row at hand, joined to it as a column of its own."""
        wanted = node.parts[0].value
        if node.value == "count":
            repeat = next(r.path for r in self.definition.repeats if wanted in (r.name, r.path))
            measure = pl.len().cast(pl.Float64)
        else:
            question = self.definition.question(wanted)
            assert question is not None
            repeat, measure = question.repeat, pl.col(question.path).cast(pl.Float64).sum()
        name = f"_{node.value}:{wanted}"
        if name not in self.frame.columns:
            self._join_measure(repeat, measure.alias(name))
        return pl.col(name).fill_null(0.0)

    def _join_measure(self, repeat: str, measure: pl.Expr) -> None:
        """By the part of the row's number that names the nearest repeat both lie in."""
        below = self._line_to(repeat)
        depth = sum(1 for a, b in zip(self.line[1:], below[1:]) if a == b)
        if repeat in self.line:  # the rows beside the row at hand are those of the row above
            depth = self.line.index(repeat) - 1
        rows = self._own(repeat)
        if depth:
            part = pl.col(ROW).str.split("/").list.head(depth).list.join("/").alias("_within")
            sums = rows.group_by(KEY, part).agg(measure)
            self.frame = (
                self.frame.with_columns(part)
                .join(sums, on=[KEY, "_within"], how="left", maintain_order="left")
                .drop("_within")
            )
        else:
            sums = rows.group_by(KEY).agg(measure)
            self.frame = self.frame.join(sums, on=KEY, how="left", maintain_order="left")


def _compare(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    return {
        "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
        ">=": left >= right,
    }[sign]  # fmt: skip


def _compute(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    if sign in ("+", "-", "*"):
        return {"+": left + right, "-": left - right, "*": left * right}[sign]
    divisor = pl.when(right != 0).then(right)
    return left / divisor if sign in ("/", "div") else left % divisor
