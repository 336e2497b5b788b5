"""Missing data: how much is there, which units can be kept, and dividing by size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .frames import Matrix, column_values, read


def availability(data: pl.DataFrame, *, unit: str = "unit", zero_is_missing: bool = False) -> pl.DataFrame:
    """How much of each unit's row is known.

    Args:
        data: one row per unit; all numeric columns count.
        zero_is_missing: also report zeros as if unknown (surveys that print 0 for "no answer").

    Returns:
        frame with the unit, ``n_indicators``, ``n_missing``, ``n_zero``, ``available_share``,
        ``nonzero_share`` (share of the known values that are not zero; null if none is known).

    >>> availability(pl.DataFrame({"unit": ["A"], "x": [1.0], "y": [None]}))["available_share"].item()
    0.5
    """
    m = read(data, unit)
    known = ~np.isnan(m.values) & ((m.values != 0) | (not zero_is_missing))
    n_known, n_zero = known.sum(axis=1), (m.values == 0).sum(axis=1)
    n_filled = (~np.isnan(m.values)).sum(axis=1)
    nonzero = [1 - z / f if f else None for z, f in zip(n_zero, n_filled, strict=True)]
    return pl.DataFrame(
        {
            unit: m.units,
            "n_indicators": np.full(len(m.units), len(m.codes)),
            "n_missing": len(m.codes) - n_known,
            "n_zero": n_zero,
            "available_share": n_known / max(len(m.codes), 1),
            "nonzero_share": pl.Series(nonzero, dtype=pl.Float64),
        }
    )


def screen(
    data: pl.DataFrame,
    *,
    least_share: float,
    unit: str = "unit",
    least_nonzero_share: float | None = None,
    keep: tuple[str, ...] = (),
    drop: tuple[str, ...] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Keep the units with enough data; say of every other one why it went.

    Args:
        least_share: smallest share of known indicators that a unit needs (Handbook 2008, step 3).
        least_nonzero_share: smallest share of non-zero among the known values.
        keep, drop: units kept or dropped in any case, by decision.

    Returns:
        the kept rows, and a frame of dropped units with ``reason``.

    >>> kept, gone = screen(pl.DataFrame({"unit": ["A", "B"], "x": [1, None], "y": [1, None]}), least_share=0.5)
    >>> kept["unit"].to_list(), gone.rows()
    (['A'], [('B', '0 of 2 indicators known (0.0 %), 50.0 % needed')])
    """
    m = read(data, unit)
    reasons = screening_reasons(m, least_share, least_nonzero_share, keep, drop)
    gone = pl.DataFrame(
        [(u, r) for u, r in zip(m.units, reasons, strict=True) if r],
        schema={unit: pl.String, "reason": pl.String},
        orient="row",
    )
    return data.filter(pl.Series([r is None for r in reasons])), gone


def screening_reasons(
    m: Matrix,
    least_share: float,
    least_nonzero_share: float | None = None,
    keep: tuple[str, ...] = (),
    drop: tuple[str, ...] = (),
) -> list[str | None]:
    """Why each unit has to go; ``None`` for those that stay."""
    for name in (*keep, *drop):
        if name not in m.units:
            raise BadInput(place=f"unit {name!r}", problem="is not in the table", remedy="Correct the name.")
    n_known = (~np.isnan(m.values)).sum(axis=1)
    n_zero = (m.values == 0).sum(axis=1)
    reasons: list[str | None] = []
    for unit, known, zero in zip(m.units, n_known, n_zero, strict=True):
        reasons.append(_reason(unit, int(known), int(zero), len(m.codes), least_share, least_nonzero_share))
        if unit in keep:
            reasons[-1] = None
        if unit in drop:
            reasons[-1] = "dropped by decision"
    return reasons


def _reason(
    unit: str, known: int, zero: int, n: int, least_share: float, least_nonzero: float | None
) -> str | None:
    share = known / n if n else 0.0
    if share < least_share:
        return f"{known} of {n} indicators known ({100 * share:.1f} %), {100 * least_share:.1f} % needed"
    if least_nonzero is not None and known and 1 - zero / known < least_nonzero:
        return f"{zero} of {known} known values are zero"
    return None


def denominate(
    data: pl.DataFrame,
    denominators: Mapping[str, str],
    *,
    sizes: pl.DataFrame | None = None,
    unit: str = "unit",
    scale: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Divide indicators by size, so that big and small units compare.

    Args:
        denominators: indicator code to the column it is divided by.
        sizes: frame with the same units that holds the denominators; default: ``data`` itself.
        scale: factors per indicator, such as 1000 for "per thousand inhabitants".

    Raises:
        BadInput: a denominator that is zero or negative, or a unit that ``sizes`` lacks.

    >>> d = pl.DataFrame({"unit": ["A"], "loans": [6.0], "firms": [3]})
    >>> denominate(d, {"loans": "firms"})["loans"].item()
    2.0
    """
    m = read(data, unit, [c for c in data.columns if c in denominators])
    sizes = data if sizes is None else _aligned(sizes, m.units, unit)
    values = denominated(m, denominators, sizes, scale or {})
    return data.with_columns(
        pl.Series(code, values[:, place]).fill_nan(None) for place, code in enumerate(m.codes)
    )


def denominated(
    m: Matrix, denominators: Mapping[str, str], sizes: pl.DataFrame, scale: Mapping[str, float]
) -> np.ndarray:
    """Values divided by their denominators; a missing denominator makes the value missing."""
    values = m.values.copy()
    for code, by in denominators.items():
        if code not in m.codes:
            raise BadInput(
                place=f"indicator {code!r}", problem="is not in the table", remedy="Correct the recipe."
            )
        size = column_values(sizes, by, m.units)
        bad = np.flatnonzero(size <= 0)
        if bad.size:
            raise BadInput(
                place=f"denominator {by!r}, unit {m.units[bad[0]]!r}",
                problem=f"is {size[bad[0]]:g}",
                remedy="Correct it, or leave it empty if it is unknown.",
            )
        values[:, m.codes.index(code)] /= size
        values[:, m.codes.index(code)] *= scale.get(code, 1.0)
    return values


def _aligned(sizes: pl.DataFrame, units: tuple[str, ...], unit: str) -> pl.DataFrame:
    absent = sorted(set(units) - set(sizes[unit].cast(pl.String)))
    if absent:
        raise BadInput(
            place=f"unit {absent[0]!r}", problem="has no row in sizes", remedy="Add its denominators."
        )
    wanted = pl.DataFrame({unit: list(units)})
    return wanted.join(sizes.with_columns(pl.col(unit).cast(pl.String)), on=unit, how="left")
