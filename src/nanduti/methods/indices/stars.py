"""Cluster stars: size, specialisation, focus."""

from __future__ import annotations

import polars as pl

from nanduti.methods.values import BadInput

from .concentration import location_quotients


def cluster_stars(
    data: pl.DataFrame,
    *,
    region: str = "region",
    industry: str = "industry",
    employment: str = "employment",
    least_quotient: float = 2.0,
    top_share: float = 0.1,
    least_employment: float = 1000.0,
) -> pl.DataFrame:
    """The European Cluster Observatory's stars: one each for size, specialisation and focus.

    Size: the pair is in the top ``top_share`` of its industry by employees. Specialisation: its location
    quotient is at least ``least_quotient``. Focus: its share in the region's employment is in the top
    ``top_share`` of its industry. Below ``least_employment`` no star is given. The quotient of 2 is
    confirmed by a published user of the Observatory (SciTePress 2013/45487); the top tenths and the minimum
    of 1,000 are from general knowledge of its method and therefore parameters.

    Top tenths count regions with any employment in the industry; ties at the edge all get the star.

    Returns:
        the columns of :func:`location_quotients` and ``size_star``, ``specialisation_star``,
        ``focus_star``, ``stars``.

    >>> d = pl.DataFrame({"region": ["P", "P", "Q", "Q"], "industry": ["shoes", "rest"] * 2,
    ...                   "employment": [3000, 7000, 1000, 19000]})
    >>> cluster_stars(d, top_share=0.5).filter(pl.col("industry") == "shoes")["stars"].to_list()
    [3, 0]
    """
    if not 0 < top_share <= 1:
        raise BadInput(place="top_share", problem=f"is {top_share}", remedy="Give a share such as 0.1.")
    frame = location_quotients(data, region=region, industry=industry, employment=employment)
    e = pl.col(employment)
    n_present = (e > 0).sum().over(industry)
    places = (n_present * top_share).floor().clip(lower_bound=1)
    enough = (e >= least_employment) & (e > 0)

    def top(column: pl.Expr) -> pl.Expr:
        return enough & (column.rank("min", descending=True).over(industry) <= places)

    stars = frame.with_columns(
        top(e).fill_null(False).alias("size_star"),
        (enough & (pl.col("location_quotient") >= least_quotient))
        .fill_null(False)
        .alias("specialisation_star"),
        top(pl.col("region_share")).fill_null(False).alias("focus_star"),
    )
    kinds = ("size_star", "specialisation_star", "focus_star")
    return stars.with_columns(pl.sum_horizontal(pl.col(k).cast(pl.Int64) for k in kinds).alias("stars"))
