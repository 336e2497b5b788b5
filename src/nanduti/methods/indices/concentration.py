"""Where an industry sits: location quotient, Ellison-Glaeser, spatial Gini, Litzenberger, Herfindahl."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import vector


def location_quotient(
    *, industry_here: float, total_here: float, industry_all: float, total_all: float
) -> float:
    """How many times its national share an industry has in a region (Farhauer and Kröll, Standorttheorien).

    ``(industry_here / total_here) / (industry_all / total_all)``; 1 is the national share, 2 is the
    European Cluster Observatory's mark of specialisation.

    >>> q = location_quotient(industry_here=1714, total_here=79006, industry_all=879213, total_all=15593224)
    >>> round(q, 7)
    0.3847623
    """
    _check_part(industry_here, total_here, "the industry in the region", "the region")
    _check_part(industry_all, total_all, "the industry everywhere", "everything")
    _check_part(industry_here, industry_all, "the industry in the region", "the industry everywhere")
    if total_here == 0 or industry_all == 0:
        raise CannotBeSaid(
            what="The location quotient",
            why="the region has no employment, or the industry none anywhere",
            remedy="Leave that pair out.",
        )
    return (industry_here / total_here) / (industry_all / total_all)


def location_quotients(
    data: pl.DataFrame, *, region: str = "region", industry: str = "industry", employment: str = "employment"
) -> pl.DataFrame:
    """Location quotients of all pairs of region and industry in a long table.

    Args:
        data: one row per region and industry; the table is the reference area, so that it must hold all
            regions and all industries.

    Returns:
        region, industry, employment, ``region_share`` (of the region's employment), ``industry_share`` (of
        the industry's), ``location_quotient``; null where the region or the industry has no employment.

    >>> d = pl.DataFrame({"region": ["P", "P", "Q", "Q"], "industry": ["shoes", "rest"] * 2,
    ...                   "employment": [30, 70, 10, 190]})
    >>> location_quotients(d)["location_quotient"].round(3).to_list()
    [2.25, 0.808, 0.375, 1.096]
    """
    frame = _counts(data, (region, industry), employment)
    e, here, there = (
        pl.col(employment),
        pl.col(employment).sum().over(region),
        pl.col(employment).sum().over(industry),
    )
    share, other = _ratio(e, here), _ratio(e, there)
    quotient = _ratio(share, there / e.sum())
    return frame.with_columns(
        share.alias("region_share"), other.alias("industry_share"), quotient.alias("location_quotient")
    )


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _counts(data: pl.DataFrame, keys: tuple[str, ...], count: str) -> pl.DataFrame:
    for column in (*keys, count):
        if column not in data.columns:
            raise BadInput(
                place=f"column {column!r}", problem="is not in the table", remedy="Add it or name another."
            )
    frame = data.select(*keys, pl.col(count).cast(pl.Float64))
    bad = frame.filter(pl.col(count).is_null() | pl.col(count).is_nan() | (pl.col(count) < 0))
    if bad.height:
        where = ", ".join(repr(v) for v in bad.row(0)[:-1])
        raise BadInput(
            place=f"{count!r} of {where}",
            problem="is missing or negative",
            remedy="Complete the table; write 0 only where there is none.",
        )
    if frame.select(keys).is_duplicated().any():
        raise BadInput(
            place=f"the pairs {' and '.join(keys)}", problem="are not unique", remedy="Add them up first."
        )
    return frame


def herfindahl(sizes: object) -> float:
    """Herfindahl index of concentration: sum of squared shares; 1 is a single plant.

    >>> herfindahl([50, 50])
    0.5
    """
    values = _sizes(sizes, "the sizes")
    share = values / values.sum()
    return float((share**2).sum())


@dataclass(frozen=True)
class EllisonGlaeser:
    """Agglomeration beyond what the lumpiness of plants brings by itself.

    Attributes:
        gamma: 0 is chance; below 0.02 weak, above 0.05 strong by the authors' rule of thumb.
        raw_concentration: G, the sum of squared differences between the industry's and all employment's
            regional shares.
        plant_herfindahl: H of the plants.
    """

    gamma: float
    raw_concentration: float
    plant_herfindahl: float


def ellison_glaeser(
    plants: pl.DataFrame,
    region_totals: Mapping[str, float],
    *,
    region: str = "region",
    employment: str = "employment",
) -> EllisonGlaeser:
    """Ellison and Glaeser's index of geographic concentration (1997).

    ``γ = (G - (1 - Σx²) H) / ((1 - Σx²)(1 - H))`` with x the regions' shares in all employment and
    ``G = Σ (s - x)²`` over regions.

    Args:
        plants: one row per plant of the industry.
        region_totals: all employment of every region of the country, also those without a plant.

    >>> p = pl.DataFrame({"region": ["W"] * 5 + ["L"] * 4 + ["G"],
    ...     "employment": [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000]})
    >>> e = ellison_glaeser(p, {"W": 500_000, "L": 400_000, "G": 100_000})
    >>> round(e.raw_concentration, 8), round(e.plant_herfindahl, 8), round(e.gamma, 8)
    (0.16816327, 0.24468878, 0.05990628)
    """
    sizes = _sizes(plants[employment], f"{employment!r} of the plants")
    names = [str(r) for r in plants[region]]
    unknown = sorted(set(names) - set(region_totals))
    if unknown:
        raise BadInput(
            place=f"region {unknown[0]!r}", problem="has no total", remedy="Give its total employment."
        )
    totals = _sizes(list(region_totals.values()), "the regional totals")
    x = totals / totals.sum()
    place = {r: i for i, r in enumerate(region_totals)}
    inside = np.bincount([place[n] for n in names], weights=sizes, minlength=len(place))
    s = inside / sizes.sum()
    h, spread = herfindahl(sizes), 1 - (x**2).sum()
    if h >= 1 or spread <= 0:
        raise CannotBeSaid(
            what="The Ellison-Glaeser index",
            why="a single plant, or a single region, tells nothing about agglomeration",
            remedy="Use a wider industry or finer regions.",
        )
    g = float(((s - x) ** 2).sum())
    gamma = float((g - spread * h) / (spread * (1 - h)))
    return EllisonGlaeser(gamma, g, h)


def spatial_gini(industry: object, totals: object) -> float:
    """Gini coefficient of an industry's location quotients over regions; 0 is spread like everything else.

    ``2 / (n² mean) Σ i (λ_i - mean)`` with the quotients λ in ascending order (Farhauer and Kröll). Each
    region counts once, whatever its size; see :func:`locational_gini` for the Lorenz variant.

    >>> spatial_gini([500, 500, 1000, 7000, 1000], [20_000, 15_000, 20_000, 40_000, 5_000])
    0.40689655...
    """
    quotients = np.sort(_quotients(industry, totals))
    n, mean = len(quotients), quotients.mean()
    places = np.arange(1, n + 1)
    return float(2 / (n**2 * mean) * (places * (quotients - mean)).sum())


def locational_gini(industry: object, totals: object) -> float:
    """Gini coefficient by the Lorenz curve of the industry's shares over those of all employment.

    Regions count by their size, in the order of their quotients (Krugman 1991).

    >>> locational_gini([500, 500, 1000, 7000, 1000], [20_000, 15_000, 20_000, 40_000, 5_000])
    0.3725
    """
    order = np.argsort(_quotients(industry, totals), kind="stable")
    s, x = vector(industry)[order], vector(totals)[order]
    s, x = s / s.sum(), x / x.sum()
    upper = s.cumsum()
    area = (x * (2 * upper - s)).sum()
    return float(round(1 - area, 15))


def _quotients(industry: object, totals: object) -> np.ndarray:
    e, t = _sizes(industry, "the industry"), _sizes(totals, "the regional totals")
    if e.shape != t.shape or len(e) < 2:
        raise BadInput(
            place="the regions",
            problem=f"number {len(e)} and {len(t)}",
            remedy="Give the same two or more regions twice.",
        )
    if (t <= 0).any() or (e > t).any():
        raise BadInput(
            place=f"region {int(((t <= 0) | (e > t)).argmax()) + 1}",
            problem="has no employment, or less than the industry alone",
            remedy="Correct it or leave it out.",
        )
    return (e / e.sum()) / (t / t.sum())


def _sizes(values: object, place: str) -> np.ndarray:
    found = vector(values, place)
    if np.isnan(found).any() or (found < 0).any() or found.sum() <= 0:
        raise BadInput(
            place=place,
            problem="hold a missing or negative value, or sum to zero",
            remedy="Complete them; write 0 only where there is none.",
        )
    return found


@dataclass(frozen=True)
class Litzenberger:
    """Litzenberger and Sternberg's cluster index and its parts.

    Attributes:
        cluster_index: industrial density times industrial stock over relative plant size; above 1 the
            industry clusters here.
        density: share of employment over share of area. stock: share of employment over share of people.
        plant_size: share of employment over share of firms.
    """

    cluster_index: float
    density: float
    stock: float
    plant_size: float


def litzenberger(
    *,
    employment: tuple[float, float],
    area: tuple[float, float],
    population: tuple[float, float],
    firms: tuple[float, float],
) -> Litzenberger:
    """Cluster index of Litzenberger and Sternberg (2006); each argument is (region, whole country).

    Employment and firms are the industry's; area and population are everyone's.

    >>> round(litzenberger(employment=(1743, 5740), area=(50, 576), population=(488, 4621), firms=(35, 53)).cluster_index, 5)
    21.87491
    """  # noqa: E501
    share = {}
    pairs = {"employment": employment, "area": area, "population": population, "firms": firms}
    for name, (here, everywhere) in pairs.items():
        _check_part(here, everywhere, f"{name} of the region", f"{name} of the country")
        if everywhere == 0 or (here == 0 and name != "employment"):
            raise CannotBeSaid(
                what="The cluster index", why=f"{name} is zero", remedy="Leave that region or industry out."
            )
        share[name] = here / everywhere
    if share["employment"] == 0:
        raise CannotBeSaid(
            what="The cluster index", why="the industry is absent", remedy="Leave the region out."
        )
    density, stock = share["employment"] / share["area"], share["employment"] / share["population"]
    size = share["employment"] / share["firms"]
    return Litzenberger(density * stock / size, density, stock, size)


def _check_part(part: float, whole: float, name: str, of: str) -> None:
    if not (np.isfinite(part) and np.isfinite(whole)) or part < 0 or part > whole:
        raise BadInput(
            place=name,
            problem=f"is {part:g}, of {of} {whole:g}",
            remedy="Give numbers from zero up, the part no larger than the whole.",
        )
