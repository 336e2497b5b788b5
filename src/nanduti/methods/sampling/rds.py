"""Estimates from respondent-driven samples, with an interval that knows the chains and the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, mark

from ._columns import coded, column, numbers
from .estimates import check_level, critical
from .rds_bootstrap import Cells, bootstrap
from .rds_weights import check_population, gile_inclusion, rds_i_shares
from .recruitment import Recruitment, classes, recruitment_homophily

METHODS = ("SS", "II", "I", "naive")

#: Degrees of freedom of the intervals. The bootstrap error is itself estimated from few crossings between
#: categories; 25 was chosen because intervals on the known networks then cover 93–97 % (docs page).
DF = 25


@dataclass(frozen=True)
class RdsEstimate:
    """Shares (or a mean) of a hidden population estimated from chains of recruitment.

    Attributes:
        outcome: the column.
        method: "SS" (Gile), "II" (Volz–Heckathorn), "I" (Salganik–Heckathorn) or "naive".
        table: one row per category (one row "mean" for numbers): ``n``, ``sample`` (plain share or mean),
            ``estimate``, ``se``, ``low``, ``high``, ``reason`` (null, or why there is no interval).
        population: number of units assumed; ``None`` if unknown.
        level: confidence.
        n_replicates: bootstrap replicates; seed: of the bootstrap.
        warnings: read before quoting.
    """

    outcome: str
    method: str
    table: pl.DataFrame
    population: int | None
    level: float
    n_replicates: int
    seed: int | None
    warnings: tuple[Reason, ...]

    def of(self, category: object) -> dict[str, object]:
        """The row of one category."""
        rows = self.table.filter(pl.col("category") == str(category))
        if rows.height != 1:
            raise BadInput(
                place=f"category {category!r}",
                problem="is not in the table",
                remedy="Use one of " + ", ".join(self.table["category"]) + ".",
            )
        return rows.row(0, named=True)


def rds_weights(
    recruited: Recruitment, method: str = "SS", *, population: int | None = None, outcome: str | None = None
) -> np.ndarray:
    """Weights of the respondents (in the order of ``recruited.frame``).

    They add up to the population if that is given, otherwise to one.

    Args:
        recruited: the recruitment forest.
        method: "SS" (needs ``population``), "II", "I" (needs ``outcome``) or "naive".
        population: number of units.
        outcome: the category column RDS-I weights are made for.
    """
    if method not in METHODS:
        raise BadInput(
            place=f"method={method!r}",
            problem="is not known",
            remedy="Use one of " + ", ".join(METHODS) + ".",
        )
    if method == "SS" or population is not None:
        population = check_population(population, recruited.n)
    degree = recruited.degree
    if method == "naive":
        raw = np.ones(recruited.n)
    elif method == "II":
        raw = 1 / degree
    elif method == "SS":
        assert population is not None
        found, codes = np.unique(degree, return_inverse=True)
        raw = 1 / gile_inclusion(found, np.bincount(codes), population)[codes]
    else:
        if outcome is None:
            raise BadInput(
                place="outcome", problem="is missing", remedy="RDS-I weights are made for one outcome."
            )
        own, labels = classes(recruited, outcome)
        shares = rds_i_shares(recruited.parent, degree, own, len(labels))
        raw = (shares / np.bincount(own))[own]
    return raw / raw.sum() * (1.0 if population is None else population)


def rds_estimates(
    recruited: Recruitment,
    outcome: str,
    method: str = "SS",
    *,
    population: int | None = None,
    numeric: bool = False,
    replicates: int = 500,
    seed: int | None = None,
    level: float = 0.95,
    missing: str = "refuse",
) -> RdsEstimate:
    """Shares of the categories of an outcome, or the mean of a number, in the population.

    Args:
        recruited: the recruitment forest.
        outcome: column.
        method: "SS": Gile's successive sampling (2011), right also when much of the population was reached,
            needs ``population``. "II": weights 1/degree (Volz and Heckathorn 2008), for samples that are a
            small part of the population. "I": Salganik and Heckathorn (2004), categories only. "naive": as
            if drawn at random, to show what the weights do.
        population: number of units in the population.
        numeric: estimate a mean instead of shares.
        replicates: bootstrap replicates; 0 for no interval.
        seed: whole number, needed for the bootstrap.
        level: confidence.
        missing: "refuse" answers that are missing, or "leave_out": they keep their place in the chains (as a
            kind of their own) and the estimate is of those who answered. Not for RDS-I.

    The interval comes from replaying the recruitment on a population like the one estimated (see
    :mod:`nanduti.methods.sampling.rds_bootstrap`): error on the log-odds scale for shares, Student's t with
    25 degrees of freedom.
    """
    check_level(level)
    if numeric and method == "I":
        raise BadInput(place="method='I'", problem="knows categories only", remedy="Use 'SS' or 'II'.")
    codes, labels, per_row, known = _answers(recruited, outcome, numeric, missing, method)
    weights = rds_weights(recruited, method, population=population, outcome=None if numeric else outcome)
    estimate = weights @ per_row / (weights @ known)
    errors = np.full(len(labels), np.nan)
    if replicates:
        cells = Cells.of(recruited, codes, np.column_stack([per_row, known]))
        values_b = bootstrap(recruited, cells, method, population, replicates, seed)
        errors = values_b.std(axis=0, ddof=1)
    table = _table(known, labels, per_row, estimate, errors, level, numeric)
    notes = (
        *recruited.warnings(population),
        *_method_warnings(recruited, outcome, method, population, numeric),
        *_left_out(known),
    )
    return RdsEstimate(outcome, method, table, population, level, replicates, seed, notes)


def _answers(
    recruited: Recruitment, outcome: str, numeric: bool, missing: str, method: str
) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    """Kinds, names of the estimates, answers per respondent (zero if missing) and who answered."""
    if missing not in ("refuse", "leave_out"):
        raise BadInput(
            place=f"missing={missing!r}", problem="is not known", remedy="Use 'refuse' or 'leave_out'."
        )
    found = column(recruited.frame, outcome)
    known = (
        found.is_not_null() & ~found.is_nan() if found.dtype.is_float() else found.is_not_null()
    ).to_numpy()
    if not known.all() and (missing == "refuse" or method == "I"):
        row = int(np.argmin(known))
        raise BadInput(
            place=f"column '{outcome}', respondent {recruited.ids[row]!r}",
            problem=f"is missing ({int((~known).sum())} of {recruited.n})",
            remedy="Fill it, or (except for RDS-I) say missing='leave_out' to estimate from those who answered.",
        )
    if not known.any():
        raise CannotBeSaid(what=f"'{outcome}'", why="nobody answered", remedy="Ask again.")
    codes = np.zeros(recruited.n, dtype=np.int64)
    if numeric:
        values = np.nan_to_num(numbers(recruited.frame, outcome))
        codes[known], labels, per_row = _thirds(values[known]), ["mean"], values[:, None]
    else:
        codes[known], names = coded(found.filter(pl.Series(known)))
        labels = [str(name) for name in names]
        per_row = np.eye(len(labels))[codes] * known[:, None]
    codes[~known] = codes.max() + 1
    return codes, labels, per_row, known.astype(float)


def _left_out(known: np.ndarray) -> list[Reason]:
    if known.all():
        return []
    return [
        Reason(
            "rds.left_out",
            mark("Left out, being without an answer: {n}. If they differ from the others the figure is off."),
            {"n": int((known == 0).sum())},
        )
    ]


def _thirds(values: np.ndarray) -> np.ndarray:
    """Classes by which recruiting may prefer its like: thirds of a number."""
    return np.unique(np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values), return_inverse=True)[1]


def _table(
    known: np.ndarray,
    labels: list[str],
    per_row: np.ndarray,
    estimate: np.ndarray,
    errors: np.ndarray,
    level: float,
    numeric: bool,
) -> pl.DataFrame:
    t = critical(level, DF)
    rows = []
    for i, label in enumerate(labels):
        value, se = float(estimate[i]), float(errors[i])
        low = high = reason = None
        if np.isnan(se):
            reason = "no bootstrap was asked for"
        elif numeric:
            low, high = value - t * se, value + t * se
        elif 0 < value < 1 and se > 0:
            centre, half = special.logit(value), t * se / (value * (1 - value))
            low, high = float(special.expit(centre - half)), float(special.expit(centre + half))
        else:
            reason = "all respondents are alike, so the spread is unknown"
        rows.append(
            {
                "category": label,
                "n": int(known.sum()) if numeric else int(per_row[:, i].sum()),
                "sample": float(per_row[:, i].sum() / known.sum()),
                "estimate": value,
                "se": None if reason else se,
                "low": low,
                "high": high,
                "reason": reason,
            }
        )
    floats = dict.fromkeys(("se", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=floats | {"reason": pl.String})


def _method_warnings(
    recruited: Recruitment, outcome: str, method: str, population: int | None, numeric: bool
) -> list[Reason]:
    found = []
    if method in ("I", "II") and population is not None and recruited.n > 0.1 * population:
        found.append(
            Reason(
                "rds.large_fraction",
                mark("{share:.0%} of the population was reached: RDS-{method} is biased there, use 'SS'."),
                {"share": recruited.n / population, "method": method},
            )
        )
    if method in ("I", "II") and population is None:
        found.append(
            Reason(
                "rds.population_unknown",
                mark(
                    "The interval holds only if the sample is a small part (under a tenth) of the population."
                ),
            )
        )
    seeds = column(recruited.frame, outcome).filter(pl.Series(recruited.parent < 0)).drop_nulls()
    if not numeric and len(seeds) > 2 and seeds.n_unique() == 1 < recruited.frame[outcome].n_unique():
        found.append(
            Reason(
                "rds.seeds_alike",
                mark(
                    "All {n} seeds are of one kind ({kind}): the estimate leans their way, see convergence()."
                ),
                {"n": len(seeds), "kind": str(seeds[0])},
            )
        )
    if method == "naive":
        found.append(
            Reason("rds.naive", mark("Well-connected firms are over-represented: this is not an estimate."))
        )
    whole = column(recruited.frame, outcome).null_count() == 0
    homophily = recruitment_homophily(recruited, outcome) if whole and not numeric else None
    if homophily is not None and homophily > 1.5:
        found.append(
            Reason(
                "rds.homophily",
                mark("Recruits are {times:.1f} times as often of the recruiter's kind as by chance."),
                {"times": homophily},
            )
        )
    return found


def population_sensitivity(
    recruited: Recruitment, outcome: str, populations: list[int], *, numeric: bool = False
) -> pl.DataFrame:
    """Gile's estimate for several guesses of the population, because the guess is the weak point.

    Returns one row per guess and category: ``population``, ``category``, ``estimate``.
    """
    parts = []
    for guess in populations:
        found = rds_estimates(recruited, outcome, "SS", population=guess, numeric=numeric, replicates=0)
        parts.append(found.table.select(pl.lit(guess).alias("population"), "category", "estimate"))
    return pl.concat(parts)


def convergence(
    recruited: Recruitment,
    outcome: str,
    category: object,
    method: str = "II",
    *,
    population: int | None = None,
) -> pl.DataFrame:
    """The estimate from the seeds up to each wave: it should have settled before the last waves.

    Returns ``wave``, ``n`` (respondents so far) and ``estimate`` (null while it cannot be computed).
    """
    return pl.DataFrame(
        [
            {"wave": wave, **_part(recruited, recruited.wave <= wave, outcome, category, method, population)}
            for wave in range(int(recruited.wave.max()) + 1)
        ],
        schema_overrides={"estimate": pl.Float64},
    )


def by_chain(
    recruited: Recruitment,
    outcome: str,
    category: object,
    method: str = "II",
    *,
    population: int | None = None,
) -> pl.DataFrame:
    """The estimate from every chain alone: chains that disagree show a bottleneck (seed dependence)."""
    seeds = np.flatnonzero(recruited.parent < 0)
    return pl.DataFrame(
        [
            {
                "seed": recruited.ids[seed],
                **_part(recruited, recruited.chain == seed, outcome, category, method, population),
            }
            for seed in seeds
        ],
        schema_overrides={"estimate": pl.Float64},
    )


def _part(
    recruited: Recruitment,
    rows: np.ndarray,
    outcome: str,
    category: object,
    method: str,
    population: int | None,
) -> dict[str, object]:
    holds = (column(recruited.frame, outcome).cast(pl.String) == str(category)).to_numpy()[rows]
    degree = recruited.degree[rows]
    if method == "II":
        weight = 1 / degree
    elif method == "SS":
        total = check_population(population, recruited.n)
        found, codes = np.unique(degree, return_inverse=True)
        weight = 1 / gile_inclusion(found, np.bincount(codes), total)[codes]
    else:
        raise BadInput(place=f"method={method!r}", problem="is not offered here", remedy="Use 'II' or 'SS'.")
    return {"n": int(rows.sum()), "estimate": float(weight @ holds / weight.sum())}
