"""Group questionnaires on ordered scales: every item says which end is favourable; people stay unseen.

Seed 001 (AGREM): every three to four weeks, 1 = in agreement to 5 = not in agreement, five themes; results
go to the group without names, and with names to the administrators alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Scale

from ._redraw import stream, whole_numbers
from ._tables import column, numbers, positive_count
from .evidence import EvidenceGrade
from .ordinal import OrdinalMixedModel, ordinal_mixed_model

MIN_CELL = 5
_MOST_EXACT = 16


@dataclass(frozen=True)
class Item:
    """One statement of a questionnaire.

    Attributes:
        name: the column of its answers. scale: with its favourable end; there is no default.
        theme: which theme it belongs to. text: the statement itself.

    >>> from nanduti.methods.values import Scale
    >>> Item("trust_1", Scale(1, 5, favourable=1), theme="trust").direction
    '1 is favourable, 5 is not'
    """

    name: str
    scale: Scale
    theme: str = "all"
    text: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.scale, Scale):
            raise BadInput(
                place=f"item {self.name!r}",
                problem="has no scale that says which end is favourable",
                remedy="Use Scale(1, 5, favourable=1) or favourable=5.",
            )

    @property
    def direction(self) -> str:
        """The direction in words."""
        other = self.scale.low if self.scale.favourable == self.scale.high else self.scale.high
        return f"{self.scale.favourable} is favourable, {other} is not"


def turned(answers: pl.DataFrame, items: Sequence[Item], *, unit: str, round: str) -> pl.DataFrame:
    """Answers in long form, turned so that more is better.

    Args:
        answers: one row per unit and round, one column per item; gaps allowed and kept apart.

    Returns:
        unit, round, item, theme, answer (turned), favourable (true/false); unanswered items are left out.

    >>> from nanduti.methods.values import Scale
    >>> answers = pl.DataFrame({"firm": ["a", "b"], "round": [1, 1], "trust": [1, 4]})
    >>> turned(answers, [Item("trust", Scale(1, 5, favourable=1))], unit="firm",
    ...        round="round").get_column("answer").to_list()
    [5.0, 2.0]
    """
    if not items:
        raise BadInput(place="items", problem="are empty", remedy="Declare each item with its scale.")
    for name in (unit, round):
        if column(answers, name).null_count():
            raise BadInput(place=f"column {name!r}", problem="has gaps", remedy="Say who answered and when.")
    doubles = answers.select(pl.struct(unit, round).is_duplicated()).to_series().arg_true()
    if len(doubles):
        raise BadInput(
            place=f"row {int(doubles[0]) + 1}", problem="repeats a unit and round", remedy="Keep one of them."
        )
    parts = [_turned_item(answers, item, unit, round) for item in items]
    return pl.concat(parts).sort(unit, round, "item")


def _turned_item(answers: pl.DataFrame, item: Item, unit: str, round: str) -> pl.DataFrame:
    values, scale = numbers(answers, item.name), item.scale
    known = ~np.isnan(values)
    bad = np.flatnonzero(
        known & ((values < scale.low) | (values > scale.high) | (values != np.floor(values)))
    )
    if bad.size:
        raise BadInput(
            place=f"item {item.name!r}, row {bad[0] + 1}",
            problem=f"has the answer {values[bad[0]]:g}, which is not on the scale {scale.low} to {scale.high}",
            remedy="Correct the answer or mark it missing.",
        )
    better = values if scale.favourable == scale.high else scale.low + scale.high - values
    return answers.select(unit, round).with_columns(
        pl.lit(item.name).alias("item"),
        pl.lit(item.theme).alias("theme"),
        pl.Series("answer", better),
        pl.Series("favourable", better > (scale.low + scale.high) / 2),
    ).filter(pl.Series(known))  # fmt: skip


def group_view(
    answers: pl.DataFrame,
    items: Sequence[Item],
    *,
    unit: str,
    round: str,
    by: str | None = None,
    min_cell: int = MIN_CELL,
) -> pl.DataFrame:
    """What the group may see: per theme and round (and part of the group) median, mean and favourable share.

    A cell with fewer than ``min_cell`` answering units is hidden. With ``by``, hidden parts must together
    hold at least ``min_cell`` units and be at least two, else the whole less the visible parts would show
    them; further parts are hidden until that holds.

    Returns:
        round, theme, part (null for the whole group), n_units, median, mean, favourable_share, hidden (why).
        Numbers are on the turned scale: more is better. ``n_units`` is null where a cell is hidden.
    """
    positive_count(min_cell, "the smallest cell", least=2)
    long = turned(answers, items, unit=unit, round=round)
    whole = _cells(long, unit, round, None)
    out = [whole.with_columns(hidden=_too_few("n_units", min_cell))]
    if by is not None:
        parts = answers.select(unit, round, pl.col(by).cast(pl.String).fill_null("not said").alias("part"))
        cells = _cells(long.join(parts, on=[unit, round]), unit, round, "part")
        shown = [
            _protect(cell, min_cell) for cell in cells.partition_by("round", "theme", maintain_order=True)
        ]
        out.extend(shown)
    table = pl.concat(out).sort("round", "theme", "part", nulls_last=False)
    blank = pl.col("hidden").is_not_null()
    return table.with_columns(
        pl.when(blank).then(None).otherwise(pl.col(c)).alias(c)
        for c in ("n_units", "median", "mean", "favourable_share")
    )


def _too_few(name: str, min_cell: int) -> pl.Expr:
    why = pl.lit(f"fewer than {min_cell} answered")
    return pl.when(pl.col(name) < min_cell).then(why).otherwise(pl.lit(None, pl.String))


def _cells(long: pl.DataFrame, unit: str, round: str, part: str | None) -> pl.DataFrame:
    if long.is_empty():
        raise CannotBeSaid(what="A group view", why="nobody answered", remedy="Collect answers.")
    keys = [pl.col(round).alias("round"), pl.col("theme")]
    keys.append(pl.lit(None, pl.String).alias("part") if part is None else pl.col(part).alias("part"))
    return (
        long.group_by(keys, maintain_order=True)
        .agg(
            n_units=pl.col(unit).n_unique().cast(pl.Int64),
            median=pl.col("answer").median(),
            mean=pl.col("answer").mean(),
            favourable_share=pl.col("favourable").mean(),
        )
        .sort("round", "theme", "part")
    )


def _protect(cells: pl.DataFrame, min_cell: int) -> pl.DataFrame:
    sizes = cells.get_column("n_units").to_list()
    why: list[str | None] = [f"fewer than {min_cell} answered" if n < min_cell else None for n in sizes]
    while any(why):
        hidden = [i for i, w in enumerate(why) if w]
        left = [i for i, w in enumerate(why) if not w]
        if not left or (len(hidden) > 1 and sum(sizes[i] for i in hidden) >= min_cell):
            break
        why[min(left, key=lambda i: sizes[i])] = "would reveal another part by difference"
    return cells.with_columns(pl.Series("hidden", why, dtype=pl.String))


def individual_view(
    answers: pl.DataFrame,
    items: Sequence[Item],
    *,
    unit: str,
    round: str,
) -> pl.DataFrame:
    """What administrators alone may see: each unit's theme mean and its change since the last and first round.

    Returns:
        unit, round, theme, mean (turned: more is better), n_items, change_last, change_first.
    """
    long = turned(answers, items, unit=unit, round=round)
    keys = [unit, "theme"]
    return (
        long.group_by(unit, round, "theme")
        .agg(mean=pl.col("answer").mean(), n_items=pl.len().cast(pl.Int64))
        .sort(unit, "theme", round)
        .with_columns(
            change_last=pl.col("mean") - pl.col("mean").shift(1).over(keys),
            change_first=pl.when(pl.int_range(pl.len()).over(keys) > 0).then(
                pl.col("mean") - pl.col("mean").first().over(keys)
            ),
        )
    )


@dataclass(frozen=True)
class SignFlipTest:
    """Whether changes are centred on zero, by flipping their signs.

    Attributes:
        mean: the mean change. p_value: share of sign patterns with as large a mean (either way).
        smallest_p: the least p-value possible. n: units. exact: whether all patterns were listed.
    """

    mean: float
    p_value: float
    smallest_p: float
    n: int
    exact: bool


def sign_flip_test(changes: Sequence[float], *, draws: int = 99_999, seed: int = 0) -> SignFlipTest:
    """Exact test of no average change for a few units: under no change either sign was equally likely.

    Assumes that a unit's change is symmetric about zero if nothing happened, and units independent of one
    another. All patterns are listed up to 16 units.

    Source: Fisher 1935, *The Design of Experiments*, ch. 3.

    >>> sign_flip_test([1, 2, 1, 3, 2]).p_value
    0.0625
    """
    values = np.asarray(list(changes), dtype=float)
    if values.size == 0 or np.isnan(values).any():
        raise BadInput(
            place="the changes",
            problem="are empty or have gaps",
            remedy="Give one change per unit seen twice.",
        )
    values = np.sort(values)  # the answer must not depend on the order of the units
    n, exact = len(values), len(values) <= _MOST_EXACT
    if exact:
        signs = np.array(list(product((-1.0, 1.0), repeat=n)))
    else:
        signs = 2.0 * whole_numbers(stream("signs", "flip", seed), (draws, n), 2) - 1.0
    sums, real = np.abs(signs @ values), abs(float(values.sum()))
    count = int((sums >= real - 1e-9 * max(1e-12, np.abs(values).sum())).sum())
    p = count / len(signs) if exact else (1 + count) / (1 + len(signs))
    return SignFlipTest(float(values.mean()), p, 2 / len(signs) if exact else 1 / (1 + len(signs)), n, exact)


@dataclass(frozen=True)
class TrustTrajectory:
    """How a theme moved over the rounds.

    Attributes:
        rounds: what the group may see (see :func:`group_view`).
        trend: the ordinal mixed model on the round, None with ``trend_note`` where it cannot be fitted.
        change: sign-flip test of the units' own slopes per round.
        n_units: units seen at least twice. directions: each item's favourable end in words.
        grade: E, for a change over time is not attributable.
    """

    rounds: pl.DataFrame
    trend: OrdinalMixedModel | None
    trend_note: str
    change: SignFlipTest | None
    n_units: int
    directions: dict[str, str]
    slopes: np.ndarray = field(repr=False)
    grade: EvidenceGrade = field(default_factory=lambda: EvidenceGrade("E"))


def trust_trajectory(
    answers: pl.DataFrame,
    items: Sequence[Item],
    *,
    unit: str,
    round: str,
    theme: str | None = None,
    min_cell: int = MIN_CELL,
    seed: int = 0,
) -> TrustTrajectory:
    """Follow a theme through the rounds: group view, ordinal trend, and an exact test on the firms' slopes.

    Pooling all answers as if independent is wrong in both directions; the test uses one slope per unit.
    A change over time without comparison is evidence of grade E: it is not attributable to the programme.

    Args:
        round: number or date of the round. theme: one theme, or all items together.
    """
    chosen = [i for i in items if theme is None or i.theme == theme]
    if not chosen:
        raise BadInput(
            place=f"theme {theme!r}",
            problem="has no item",
            remedy=f"Themes: {sorted({i.theme for i in items})}.",
        )
    view = [Item(i.name, i.scale, theme or "all", i.text) for i in chosen]
    long = turned(answers, view, unit=unit, round=round)
    order = long.get_column(round).unique().sort()
    timed = long.join(pl.DataFrame({round: order, "time": np.arange(len(order), dtype=float)}), on=round)
    slopes = _slopes(timed, unit)
    trend, note = None, ""
    try:
        regressors = ["time", "item"] if len(chosen) > 1 else ["time"]
        trend = ordinal_mixed_model(timed, y="answer", x=regressors, unit=unit)
    except (CannotBeSaid, BadInput) as error:
        note = str(error)
    change = sign_flip_test(slopes, seed=seed) if len(slopes) else None
    rounds = group_view(answers, view, unit=unit, round=round, min_cell=min_cell)
    return TrustTrajectory(
        rounds, trend, note, change, len(slopes), {i.name: i.direction for i in chosen}, slopes
    )


def _slopes(timed: pl.DataFrame, unit: str) -> np.ndarray:
    means = timed.group_by(unit, "time").agg(pl.col("answer").mean()).sort(unit, "time")
    out = []
    for part in means.partition_by(unit, maintain_order=True):
        time, answer = part.get_column("time").to_numpy(), part.get_column("answer").to_numpy()
        if len(time) > 1:
            centred = time - time.mean()
            out.append(float(centred @ answer / (centred @ centred)))
    return np.array(out)


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha, raw and standardised, with the alpha if each item were left out."""

    alpha: float
    standardised: float
    n: int
    n_dropped: int
    without: dict[str, float | None]


def cronbach_alpha(
    answers: pl.DataFrame, items: Sequence[Item] | Sequence[str], *, missing: str = "refuse"
) -> Reliability:
    """Whether several items of a questionnaire measure one thing: ``k/(k-1) · (1 - Σ var / var of the sum)``.

    Turns items by their scale, counts rows with gaps, and gives raw and standardised alpha and alpha without each
    item. Indicators of a composite index go to ``cronbach_alpha`` of the room of indices; the formula is one.

    Items with a scale are turned towards favourable first; plain column names are taken as they are.

    Args:
        missing: ``"refuse"`` gaps, or ``"drop"`` rows that have one and count them.

    Source: Cronbach 1951, *Psychometrika* 16, 297-334.

    >>> round(cronbach_alpha(pl.DataFrame({"a": [1, 2, 3, 4], "b": [1, 2, 4, 3]}), ["a", "b"]).alpha, 4)
    0.8889
    """
    names = [i.name if isinstance(i, Item) else i for i in items]
    if len(names) < 2:
        raise BadInput(place="items", problem="are fewer than two", remedy="Alpha compares several items.")
    columns = []
    for item, name in zip(items, names):
        values = numbers(answers, name)
        turn = isinstance(item, Item) and item.scale.favourable == item.scale.low
        columns.append(item.scale.low + item.scale.high - values if turn else values)
    matrix = np.column_stack(columns)
    complete = ~np.isnan(matrix).any(axis=1)
    if missing == "refuse" and not complete.all():
        raise BadInput(
            place=f"row {int(np.flatnonzero(~complete)[0]) + 1}",
            problem=f"(and {int((~complete).sum()) - 1} others) lacks an answer",
            remedy='Say missing="drop" to leave such rows out.',
        )
    matrix = matrix[complete]
    if len(matrix) < 3:
        raise CannotBeSaid(
            what="Alpha", why=f"{len(matrix)} complete rows are left", remedy="Ask more people."
        )
    flat = [n for n, c in zip(names, matrix.T) if np.ptp(c) == 0]
    if flat:
        raise CannotBeSaid(
            what="Alpha", why=f"all answers to {flat[0]!r} are equal", remedy="Leave that item out."
        )
    without = {
        name: _alpha(np.delete(matrix, j, axis=1)) if len(names) > 2 else None for j, name in enumerate(names)
    }
    k = len(names)
    mean_r = (np.corrcoef(matrix, rowvar=False).sum() - k) / (k * (k - 1))
    standardised = float(k * mean_r / (1 + (k - 1) * mean_r))
    return Reliability(_alpha(matrix), standardised, len(matrix), int((~complete).sum()), without)


def _alpha(matrix: np.ndarray) -> float:
    k, total = matrix.shape[1], matrix.sum(axis=1).var(ddof=1)
    if total == 0:
        raise CannotBeSaid(what="Alpha", why="everybody has the same sum", remedy="Check the directions.")
    return float(k / (k - 1) * (1 - matrix.var(axis=0, ddof=1).sum() / total))
