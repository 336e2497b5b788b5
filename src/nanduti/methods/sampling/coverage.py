"""Samples that see every product and every size of firm, not only every sector.

A diagnostic study should hear firms of every product the cluster makes, because advice differs by product
(UNIDO twinning manual, step 3: selection of primary stakeholders by product).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput

from ._columns import column, frame_of
from .certificates import check_seed, identifiers, ticket


@dataclass(frozen=True)
class Covering:
    """Firms chosen so that every cell is seen.

    Attributes:
        firms: identifiers, in the order chosen (the first ones cover most).
        coverage: the table of :func:`product_size_coverage` for this choice.
        n_short: firms still missing over all cells (zero when every cell has what it needs or has).
        note: a purposive choice has no weights; said wherever it is shown.
    """

    firms: tuple[object, ...]
    coverage: pl.DataFrame
    n_short: int
    note: str = (
        "Chosen to cover, not drawn by chance: these firms have no sampling weights and carry no estimate."
    )


def product_size_coverage(
    firms: pl.DataFrame,
    sampled: Sequence[object],
    *,
    unit: str,
    product: str,
    size: str,
    least: int = 1,
) -> pl.DataFrame:
    """How far a sample covers every product by every size class.

    Args:
        firms: the list; ``product`` may hold one product or a list of them, as firms make several.
        sampled: identifiers of the firms in the sample.
        unit, product, size: columns.
        least: firms wanted per cell (fewer where the cell has fewer).

    Returns:
        One row per cell that exists: ``product``, ``size``, ``n_listed``, ``n_sampled``, ``sampled_share``,
        ``n_short`` (firms still needed) and ``is_covered``.

    >>> firms = pl.DataFrame({"firm": [1, 2, 3], "makes": [["bags", "gloves"], ["bags"], ["shoes"]],
    ...                       "size": ["small", "large", "small"]})
    >>> product_size_coverage(firms, [1], unit="firm", product="makes", size="size").select(
    ...     "product", "size", "n_short").rows()
    [('bags', 'large', 1), ('bags', 'small', 0), ('gloves', 'small', 0), ('shoes', 'small', 1)]
    """
    cells = _cells(firms, unit, product, size)
    known = set(identifiers(firms, unit))
    strange = [s for s in sampled if s not in known]
    if strange:
        raise BadInput(
            place=f"{unit} {strange[0]!r}",
            problem="is in the sample but not on the list",
            remedy="Add it to the list with its products and size.",
        )
    if least < 1:
        raise BadInput(place=f"least={least}", problem="is not positive", remedy="Ask for at least one firm.")
    picked = pl.Series(list(dict.fromkeys(sampled)), dtype=firms[unit].dtype)
    wanted = pl.min_horizontal(pl.lit(least, pl.Int64), pl.col("n_listed"))
    return (
        cells.group_by("product", "size")
        .agg(
            n_listed=pl.len().cast(pl.Int64),
            n_sampled=pl.col("unit").is_in(picked.implode()).sum().cast(pl.Int64),
        )
        .with_columns(
            sampled_share=pl.col("n_sampled") / pl.col("n_listed"),
            n_short=(wanted - pl.col("n_sampled")).clip(lower_bound=0),
        )
        .with_columns(is_covered=pl.col("n_short") == 0)
        .sort("product", "size")
    )


def choose_covering(
    firms: pl.DataFrame,
    *,
    unit: str,
    product: str,
    size: str,
    seed: str | int,
    least: int = 1,
    n_most: int | None = None,
    taken: Sequence[object] = (),
) -> Covering:
    """Few firms that together cover every product by every size class.

    Step by step the firm that fills most open places is taken; ties go to the smallest ticket of the
    public seed (greedy cover: never more than about ln(cells) + 1 times the fewest possible; Chvátal 1979,
    Mathematics of Operations Research 4, 233–235).

    Args:
        firms: the list.
        unit, product, size: columns, as in :func:`product_size_coverage`.
        seed: public seed for ties.
        least: firms wanted per cell.
        n_most: stop after so many firms, best first.
        taken: firms already in the sample, which count.
    """
    text, table = check_seed(seed), _cells(firms, unit, product, size)
    open_places = {cell: min(least, n) for cell, n in _count(table).items()}
    of_firm: dict[object, list[tuple[object, object]]] = {}
    for one, *cell in table.select("unit", "product", "size").iter_rows():
        of_firm.setdefault(one, []).append((cell[0], cell[1]))
    chosen: list[object] = []
    for one in taken:
        _fill(open_places, of_firm.pop(one, []))
    tickets = {one: ticket(text, "cover", one) for one in of_firm}
    while of_firm and (n_most is None or len(chosen) < n_most):
        gain = {one: sum(open_places[c] > 0 for c in cells) for one, cells in of_firm.items()}
        best = min(of_firm, key=lambda one: (-gain[one], tickets[one]))
        if gain[best] == 0:
            break
        _fill(open_places, of_firm.pop(best))
        chosen.append(best)
    coverage = product_size_coverage(
        firms, [*taken, *chosen], unit=unit, product=product, size=size, least=least
    )
    return Covering(tuple(chosen), coverage, int(coverage["n_short"].sum()))


def _count(table: pl.DataFrame) -> dict[tuple[object, object], int]:
    return {(p, s): n for p, s, n in table.group_by("product", "size").len().iter_rows()}


def _fill(open_places: dict[tuple[object, object], int], cells: list[tuple[object, object]]) -> None:
    for cell in cells:
        open_places[cell] -= 1


def _cells(firms: pl.DataFrame, unit: str, product: str, size: str) -> pl.DataFrame:
    identifiers(frame_of(firms), unit)
    made = column(firms, product)
    column(firms, size)
    table = firms.select(
        unit=pl.col(unit),
        product=pl.col(product) if made.dtype == pl.List else pl.concat_list(product),
        size=pl.col(size),
    ).explode("product")
    for name, told in (("product", product), ("size", size)):
        gaps = table.filter(pl.col(name).is_null())
        if gaps.height:
            raise BadInput(
                place=f"{unit} {gaps['unit'][0]!r}, column '{told}'",
                problem="is missing",
                remedy="Ask the firm: without it nobody can say which cell it covers.",
            )
    return table.unique()
