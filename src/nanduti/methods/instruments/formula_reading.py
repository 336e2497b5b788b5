"""What the language of formulas means over a frame: expressions with their types, unknown where an answer lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ..values import Worded, mark, worded
from . import check_language
from .check_frames import _compare, _compute
from .check_language import Node, NotACheck, names_in

FUNCTIONS: Mapping[str, int] = {
    **check_language.FUNCTIONS, "if": 3, "first": 2, "number": 1, "chosen": 1, "rows": 1, "any": 1,
}  # fmt: skip
_OVER_ROWS = frozenset({"count", "sum", "rows", "any"})
# Of a select-multiple these say that nothing was chosen.
NOTHING = frozenset({"none"})
NUMBER, TEXT, DAY = mark("number"), mark("text"), mark("day")
CLAIM, LIST = mark("claim"), mark("list")
_TYPES = {"number": NUMBER, "date": DAY, "moment": DAY, "choices": LIST, "yes": CLAIM}


@dataclass(frozen=True)
class Column:
    """What a formula may do with a column. ``kind``: number, text, choice, choices, date, moment or yes."""

    kind: str
    choices: frozenset[str] = frozenset()
    repeat: str = ""


@dataclass(frozen=True)
class Joined:
    """Something worked out over the rows of a repeat and joined to the unit they belong to; no rows give zero."""

    name: str
    repeat: str
    value: pl.Expr = field(hash=False, compare=False)

    def onto(self, units: pl.DataFrame, repeats: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """The units with it as a column."""
        lines = repeats.get(self.repeat)
        if lines is None:
            return units.with_columns(pl.lit(None, dtype=pl.Float64).alias(self.name))
        sums = lines.group_by("_unit").agg(self.value.alias(self.name))
        return units.join(sums, on="_unit", how="left", maintain_order="left").with_columns(
            # Nobody has rows that were not asked for: without any it is none, and with an unknown one it is unknown.
            pl.when(pl.col("_unit").is_in(sums["_unit"].implode())).then(pl.col(self.name)).otherwise(0.0)
        )


class Misfit(NotACheck):
    """Something that the language allows and these columns do not."""

    def __init__(self, problem: Worded, remedy: Worded) -> None:
        super().__init__(problem)
        self.remedy = remedy


class Reader:
    """Reads trees over the columns of units, or (``over``) over those of a repeat's rows with their unit's."""

    def __init__(self, columns: Mapping[str, Column], over: str = "", above: str | None = None) -> None:
        self.columns = columns
        self.over = over
        self.above = above
        self.joined: list[Joined] = []

    # --- what is asked for

    def claim(self, node: Node) -> pl.Expr:
        """A claim as true, false or unknown."""
        made, kind = self._read(node)
        if kind != CLAIM:
            raise Misfit(
                worded("it is a {kind}, not a claim that can hold or not", kind=worded(kind)),
                worded("Compare it with something, as in n > 0."),
            )
        return made

    def number(self, node: Node) -> pl.Expr:
        """A number, unknown where an answer lacks."""
        made, kind = self._read(node)
        if kind != NUMBER:
            raise Misfit(
                worded("it is a {kind}, not a number", kind=worded(kind)),
                worded("Use a question that is answered with a number, or number(…) for codes such as '4'."),
            )
        return made.cast(pl.Float64)

    # --- how a tree is read

    def _read(self, node: Node) -> tuple[pl.Expr, str]:
        if node.kind in ("and", "or", "implies"):
            left, right = (self.claim(part) for part in node.parts)
            if node.kind == "and":
                return left & right, CLAIM
            return (left.not_() if node.kind == "implies" else left) | right, CLAIM
        if node.kind == "not":
            return self.claim(node.parts[0]).not_(), CLAIM
        if node.kind == "compare":
            return self._compared(node), CLAIM
        if node.kind == "number":
            return pl.lit(float(node.value)), NUMBER
        if node.kind == "text":
            return pl.lit(node.value), TEXT
        if node.kind == "question":
            return self._column(node.value)
        if node.kind == "arithmetic":
            left, right = (self.number(part) for part in node.parts)
            return _compute(node.value, left, right), NUMBER
        return self._called(node)

    def _column(self, name: str) -> tuple[pl.Expr, str]:
        column = self.columns.get(name)
        if column is None:
            raise Misfit(
                worded("“{name}” is a repeat, not a question", name=name),
                worded("Count its rows with count(…)."),
            )
        if column.repeat and column.repeat != self.over:
            raise Misfit(
                worded("“{name}” is asked once for each of “{repeat}”", name=name, repeat=column.repeat),
                worded(
                    "Add it up with sum({name}), or let the formula go over: {repeat}.",
                    name=name,
                    repeat=column.repeat,
                ),
            )
        if column.kind == "date":
            return pl.col(name).dt.strftime("%Y-%m-%d"), DAY
        if column.kind == "moment":
            return pl.col(name).dt.strftime("%Y-%m-%d"), DAY
        if column.kind == "number":
            return pl.col(name).cast(pl.Float64), NUMBER
        return pl.col(name), _TYPES.get(column.kind, TEXT)

    def _compared(self, node: Node) -> pl.Expr:
        (left, a), (right, b) = (self._read(part) for part in node.parts)
        if LIST in (a, b):
            name = next(p.value for p in node.parts if p.kind == "question")
            raise Misfit(
                worded("“{name}” may have several answers", name=name),
                worded("Write selected({name}, '…').", name=name),
            )
        if CLAIM in (a, b):
            raise Misfit(worded("a claim is compared"), worded("Join claims with and, or, not."))
        if NUMBER in (a, b) and a != b:
            raise Misfit(
                worded("a number is compared with a text"),
                worded("Write number(…) around a code such as '4'."),
            )
        self._choices_fit(*node.parts)
        self._choices_fit(*node.parts[::-1])
        return _compare(node.value, left, right)

    def _choices_fit(self, question: Node, said: Node) -> None:
        if question.kind != "question" or said.kind != "text":
            return
        choices = self.columns[question.value].choices
        if choices and said.value not in choices:
            raise Misfit(
                worded("“{said}” is no answer to “{question}”", said=said.value, question=question.value),
                worded("Use one of {known}.", known=", ".join(sorted(choices)[:12])),
            )

    def _called(self, node: Node) -> tuple[pl.Expr, str]:
        name, parts = node.value, node.parts
        if name in _OVER_ROWS:
            return self._over_rows(node)
        if name in ("answered", "blank", "selected", "chosen"):
            return self._of_question(node)
        if name == "if":
            claim = self.claim(parts[0])
            return pl.when(claim).then(self.number(parts[1])).when(claim.not_()).then(
                self.number(parts[2])
            ), NUMBER
        if name == "first":
            (left, a), (right, b) = (self._read(part) for part in parts)
            if a != b or a == LIST:
                raise Misfit(
                    worded("first() is given two of different kinds: {a} and {b}", a=worded(a), b=worded(b)),
                    worded("Give it two of one kind."),
                )
            return pl.coalesce(left, right), a
        if name == "number":
            made, _kind = self._read(parts[0])
            return made.cast(pl.String).cast(pl.Float64, strict=False), NUMBER
        if name == "length":
            return self._read(parts[0])[0].cast(pl.String).str.len_chars().cast(pl.Float64), NUMBER
        if name == "days":
            first, second = (self._read(p)[0].str.to_date("%Y-%m-%d", strict=False) for p in parts)
            return (second - first).dt.total_days().cast(pl.Float64), NUMBER
        value = self.number(parts[0])
        return (value.abs() if name == "abs" else value.round(0, mode="half_to_even")), NUMBER

    def _of_question(self, node: Node) -> tuple[pl.Expr, str]:
        asked = node.parts[0]
        if asked.kind != "question":
            raise Misfit(
                worded("{name}() is about no question", name=node.value),
                worded("Write the name of a question in it."),
            )
        made, kind = self._column(asked.value)
        if node.value in ("answered", "blank"):
            return (made.is_not_null() if node.value == "answered" else made.is_null()), CLAIM
        if node.value == "chosen":
            if kind != LIST:
                raise Misfit(
                    worded("“{name}” has one answer", name=asked.value),
                    worded("chosen() counts the answers of a choice of several."),
                )
            return made.list.set_difference(list(NOTHING)).list.len().cast(pl.Float64), NUMBER
        said = node.parts[1]
        if said.kind != "text":
            raise Misfit(worded("selected() names no answer"), worded("Write the answer in quotes."))
        self._choices_fit(asked, said)
        if kind == LIST:
            return made.list.contains(said.value), CLAIM
        return made.cast(pl.String) == said.value, CLAIM

    def _over_rows(self, node: Node) -> tuple[pl.Expr, str]:
        if self.over:
            raise Misfit(
                worded(
                    "{name}() is used where the rows are those of “{repeat}”",
                    name=node.value,
                    repeat=self.over,
                ),
                worded("Leave it out there."),
            )
        inner = node.parts[0]
        repeat = self._repeat_of(node, inner)
        below = Reader(self.columns, repeat)
        if node.value == "count":
            value: Any = pl.len().cast(pl.Float64)
        elif node.value == "sum":
            made = below.number(inner)
            value = pl.when(made.null_count() == 0).then(made.sum())
        else:
            claim = below.claim(inner)
            held = claim.cast(pl.Float64)
            unknown = claim.null_count() > 0
            value = (
                pl.when(unknown).then(None).otherwise(held.sum())
                if node.value == "rows"
                # One that holds decides; otherwise an unknown one leaves it open.
                else pl.when(claim.any()).then(1.0).when(unknown).then(None).otherwise(0.0)
            )
        name = f"_{node.value}:{_written(inner)}"
        if all(j.name != name for j in self.joined):
            self.joined.append(Joined(name, repeat, value))
        column = pl.col(name)
        return (column > 0, CLAIM) if node.value == "any" else (column, NUMBER)

    def _repeat_of(self, node: Node, inner: Node) -> str:
        if node.value == "count" and inner.kind == "question" and inner.value not in self.columns:
            return inner.value
        repeats = {self.columns[n].repeat for n in names_in(inner) if n in self.columns} - {""}
        outside = [n for n in names_in(inner) if n in self.columns and not self.columns[n].repeat]
        if len(repeats) != 1 or outside:
            raise Misfit(
                worded("{name}() is not about the rows of one repeat", name=node.value),
                worded("Name questions of one repeat in it, no others."),
            )
        return repeats.pop()


def _written(node: Node) -> str:
    """A tree as one text, to call columns by."""
    inner = ",".join(_written(part) for part in node.parts)
    return f"{node.kind}{node.value}({inner})" if inner else f"{node.kind}{node.value}"
