"""Formulas of indicators as data: what is counted, of what, among whom, in the small language of the checks.

::

    {kind: share, of: "tax_registered = 'yes'", among: "tax_registered != 'dont_know'"}
    {kind: ratio, of: n_women, per: "n_women + n_men"}
    {kind: mean, of: "if(selected(customers, 'export'), share_abroad, 0)"}
    {kind: share, over: equipment, of: "machine_works = 'good'"}

``kind`` is share (of rows for which ``of`` holds), count (of them), mean, median, total (of the value ``of``) or ratio
(sum of ``of`` divided by the sum of ``per``). ``among``: only rows for which this holds. ``over``: the rows are those
of a repeat. ``times``: the value is told times this, such as 1000000 for parts per million. ``least_answered``: with a
smaller share of answers among those asked nothing is said (0.5).

To the functions of the checks come ``if(claim, a, b)``, ``first(a, b)`` (a, or b where a was not answered),
``number(q)`` (a code such as "4" as a number), ``chosen(q)`` (how many were ticked), and over the rows of a repeat
``rows(claim)`` and ``any(claim)``. What was not answered is unknown, and so is what is worked out from it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ..values import BadInput, mark, worded
from . import check_language
from .check_language import Node, NotACheck, names_in
from .formula_reading import FUNCTIONS, Column, Joined, Reader

KINDS = ("share", "count", "mean", "median", "total", "ratio")
PARTS = ("of", "per", "among")
THE_FORMULA = mark("the formula")
_KEYS = frozenset({"kind", "of", "per", "among", "over", "times", "least_answered"})
# Kinds whose ``of`` is a claim that can hold or not; for the others it is a number.
CLAIMS = frozenset({"share", "count"})


@dataclass(frozen=True)
class Formula:
    """A formula as it is written; :func:`understand` holds it against the columns there are."""

    kind: str
    of: str = ""
    per: str = ""
    among: str = ""
    over: str = ""
    times: float = 1.0
    least_answered: float = 0.5

    def to_json(self) -> dict[str, Any]:
        """As a file says it; what is usual is left out."""
        usual = Formula(self.kind)
        return {"kind": self.kind} | {
            name: getattr(self, name)
            for name in ("over", "of", "per", "among", "times", "least_answered")
            if getattr(self, name) != getattr(usual, name)
        }


@dataclass(frozen=True)
class Understood:
    """A formula as expressions over frames: ``part`` and ``whole`` of a row, unknown where an answer is missing."""

    formula: Formula
    part: pl.Expr
    whole: pl.Expr
    among: pl.Expr | None = None
    joined: tuple[Joined, ...] = ()
    # The columns it reads.
    names: tuple[str, ...] = field(default=())


def read_formula(data: Any, place: str = THE_FORMULA) -> Formula:
    """A formula as a file says it; ``BadInput`` names the place and the remedy.

    >>> read_formula({"kind": "share", "of": "devices_n > 1"}).kind
    'share'
    >>> read_formula({"kind": "part", "of": "x"})
    Traceback (most recent call last):
    nanduti.methods.values.errors.BadInput: the formula has the kind “part”. Use one of share, count, mean, median,
    total, ratio.
    """
    if not isinstance(data, Mapping):
        raise BadInput(
            place=place,
            problem=worded("is no table of keys and values"),
            remedy=worded("Write kind: share and of: … below it."),
        )
    unknown = [str(key) for key in data if key not in _KEYS]
    if unknown:
        raise BadInput(
            place=place,
            problem=worded("has the key “{key}”", key=unknown[0]),
            remedy=worded("Use only {known}.", known=", ".join(sorted(_KEYS))),
        )
    kind = data.get("kind")
    if kind not in KINDS:
        raise BadInput(
            place=place,
            problem=worded("has the kind “{given}”", given=kind),
            remedy=worded("Use one of {known}.", known=", ".join(KINDS)),
        )
    texts = {name: _text(data, name, place) for name in (*PARTS, "over")}
    if not texts["of"] and kind != "count":
        raise BadInput(
            place=place,
            problem=worded("does not say of what"),
            remedy=worded("Write of: with a claim or a value."),
        )
    if bool(texts["per"]) != (kind == "ratio"):
        raise BadInput(
            place=place,
            problem=worded("has no per")
            if kind == "ratio"
            else worded("has a per, and {given} takes none", given=kind),
            remedy=worded("A ratio is of something per something else."),
        )
    return Formula(
        kind, **texts,
        times=_number(data, "times", place, 1.0, lowest=0.0, highest=1e12),
        least_answered=_number(data, "least_answered", place, 0.5, lowest=-1e-9, highest=1.0),
    )  # fmt: skip


def _part(place: str, part: str) -> str:
    return worded("{place}, {part}", place=place, part=part)


def _text(data: Mapping[str, Any], name: str, place: str) -> str:
    value = data.get(name, "")
    if value is None or isinstance(value, bool | list | dict):
        raise BadInput(
            place=_part(place, name), problem=worded("is no text"), remedy=worded("Write it in quotes.")
        )
    return " ".join(str(value).split())


def _number(
    data: Mapping[str, Any], name: str, place: str, usual: float, *, lowest: float, highest: float
) -> float:
    value = data.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not lowest < value <= highest:
        raise BadInput(
            place=_part(place, name),
            problem=worded("is {given}", given=value),
            remedy=worded(
                "Write a number above {low} and up to {high}.", low=f"{max(lowest, 0):g}", high=f"{highest:g}"
            ),
        )
    return float(value)


def understand(formula: Formula, columns: Mapping[str, Column], place: str = THE_FORMULA) -> Understood:
    """Hold a formula against the columns there are; ``BadInput`` says what does not fit, where, and what to do.

    >>> columns = {"sex": Column("choice", choices=frozenset({"woman", "man"}))}
    >>> understand(Formula("share", of="sex = 'woman'"), columns).names
    ('sex',)
    >>> understand(Formula("share", of="sex = 'women'"), columns)
    Traceback (most recent call last):
    nanduti.methods.values.errors.BadInput: the formula, of: “women” is no answer to “sex”. Use one of man, woman.
    """
    repeats = {c.repeat for c in columns.values() if c.repeat}
    if formula.over and formula.over not in repeats:
        raise BadInput(
            place=_part(place, "over"),
            problem=worded("names “{name}”, which is no repeat of the form", name=formula.over),
            remedy=worded("Use one of {known}.", known=", ".join(sorted(repeats)))
            if repeats
            else worded("Leave it out: the form has no repeat."),
        )
    reader = Reader(columns, formula.over)
    trees = {
        name: _tree(getattr(formula, name), _part(place, f"{name}:"))
        for name in PARTS
        if getattr(formula, name)
    }
    names = dict.fromkeys(n for tree in trees.values() for n in names_in(tree))
    _known(names, columns, repeats, place)

    def read(name: str, as_claim: bool) -> pl.Expr:
        try:
            return reader.claim(trees[name]) if as_claim else reader.number(trees[name])
        except NotACheck as error:
            raise BadInput(
                place=_part(place, f"{name}:"),
                problem=error.problem,
                remedy=getattr(error, "remedy", worded("Correct it.")),
            ) from None

    among = read("among", True) if formula.among else None
    if formula.kind in CLAIMS:
        claim = read("of", True) if formula.of else pl.lit(True)
        part = claim.cast(pl.Float64)
        whole = pl.when(claim.is_not_null()).then(1.0)
    elif formula.kind == "ratio":
        above, below = read("of", False), read("per", False)
        part = pl.when(below.is_not_null()).then(above)
        whole = pl.when(above.is_not_null()).then(below)
    else:
        part = read("of", False)
        whole = pl.when(part.is_not_null()).then(1.0)
    own = tuple(n for n in names if n in columns)
    return Understood(formula, part, whole, among, tuple(reader.joined), own)


def _tree(text: str, place: str) -> Node:
    try:
        return check_language.parse(text, FUNCTIONS)
    except NotACheck as error:
        raise BadInput(
            place=place,
            problem=worded("“{text}” cannot be understood, {why}", text=text[:80], why=error.problem),
            remedy=worded(
                "Write names of questions, texts in quotes, and, or, not, = != < <= > >= + - * /."
            ),
        ) from None  # fmt: skip


def _known(
    names: Sequence[str] | dict[str, None], columns: Mapping[str, Any], repeats: set[str], place: str
) -> None:
    for name in names:
        if name not in columns and name not in repeats:
            near = difflib.get_close_matches(name, [*columns, *repeats], n=3, cutoff=0.6)
            raise BadInput(
                place=place,
                problem=worded("asks for “{name}”, and there is no such question", name=name),
                remedy=worded("Did you mean {near}?", near=", ".join(near))
                if near
                else worded("Choose a question of the form it is about."),
            )


def rows(
    understood: Understood,
    frame: pl.DataFrame,
    repeats: Mapping[str, pl.DataFrame] | None = None,
    keep: Sequence[str] = (),
) -> pl.DataFrame:
    """Row by row what goes into the figure: ``_unit``, ``asked``, ``part``, ``whole``, and the columns to keep.

    ``asked``: the row is among those meant, or nobody knows; ``part`` and ``whole`` are unknown for any other row.
    With ``over`` the rows are the repeat's, each with the columns of its unit.

    >>> women = understand(Formula("ratio", of="w", per="w + m"), {"w": Column("number"), "m": Column("number")})
    >>> rows(women, pl.DataFrame({"w": [1, 4], "m": [3, None]}))["part"].to_list()
    [1.0, None]
    """
    view = viewed([understood], frame, repeats or {}, understood.formula.over)
    return view.select("_unit", *columns_of(understood, ""), *keep)


def viewed(
    formulas: Sequence[Understood], frame: pl.DataFrame, repeats: Mapping[str, pl.DataFrame], over: str
) -> pl.DataFrame:
    """The rows that formulas over one thing are reckoned on, with the sums over repeats that they need."""
    units = frame if "_unit" in frame.columns else frame.with_row_index("_unit")
    for need in {j.name: j for u in formulas for j in u.joined}.values():
        units = need.onto(units, repeats)
    if not over:
        return units
    lines = repeats.get(over)
    if lines is None:
        lines = pl.DataFrame(schema={"_unit": pl.UInt32})
    return lines.join(units, on="_unit", how="left", maintain_order="left")


def columns_of(understood: Understood, prefix: str) -> list[pl.Expr]:
    """``asked``, ``part`` and ``whole`` of a formula as columns, their names after a prefix."""
    among = understood.among
    meant = pl.lit(True) if among is None else among
    known = (lambda e: e) if among is None else (lambda e: pl.when(among).then(e))
    return [
        meant.fill_null(True).alias(f"{prefix}asked"),
        known(understood.part).cast(pl.Float64).alias(f"{prefix}part"),
        known(understood.whole).cast(pl.Float64).alias(f"{prefix}whole"),
    ]
