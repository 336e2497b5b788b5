"""What decisions of people and the data themselves say about the worth of agreement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, RuleSource, mark

from .clusters import _decided
from .recipe import LEVELS, LinkageRecipe
from .scoring import ScoredPairs

SOURCE = RuleSource(
    "I. P. Fellegi and A. B. Sunter (1969), Journal of the American Statistical Association 64", "section 3"
)

#: Points that stand for one bit (a doubling of the odds) in a recipe of points.
POINTS_PER_BIT = 8.0


def agreement_weight(m: float, u: float) -> float:
    """Weight of an observed level: log2(m/u), with m its share among true pairs and u among others.

    >>> round(agreement_weight(0.95, 1 / 12), 2), round(agreement_weight(1 - 0.95, 1 - 1 / 12), 2)
    (3.51, -4.2)
    """
    for name, value in (("m", m), ("u", u)):
        if not 0 < value <= 1:
            raise BadInput(
                place=f"{name}={value!r}",
                problem=mark("is not a share above 0"),
                remedy=mark("Give a share above 0 and up to 1."),
            )
    return math.log2(m / u)


def match_probability(weight: float, prior: float) -> float:
    """Probability of a true pair from the sum of log2 weights and the share of true pairs among those compared.

    >>> round(match_probability(10, 0.001), 3)
    0.506
    """
    if not 0 < prior < 1:
        raise BadInput(
            place=f"prior {prior!r}",
            problem=mark("is not between 0 and 1"),
            remedy=mark("Give the share of true pairs."),
        )
    odds = math.log(prior / (1 - prior)) + weight * math.log(2)
    return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


@dataclass(frozen=True)
class LearntPoints:
    """A recipe moved by decisions, and what moved.

    ``changes``: ``field``, ``level``, ``before``, ``after``, ``n_confirmed``, ``n_refuted``.
    """

    recipe: LinkageRecipe
    changes: pl.DataFrame
    n_confirmed: int
    n_refuted: int


def learn_points(scored: ScoredPairs, decisions: pl.DataFrame, *, caution: float = 20.0) -> LearntPoints:
    """Points moved towards what decided pairs show: n pairs at a level weigh n/(n + ``caution``) against the recipe.

    Observed is log2 of the share of the level among confirmed pairs over its share among refuted ones (half a pair
    added to each count), eight points a bit. Only pairs that were compared can teach. Thresholds stay.

    Raises:
        CannotBeSaid: there are not at least one confirmed and one refuted pair among those compared.

    >>> from nanduti.methods.entity_resolution import find_duplicates
    >>> firms = {"record": ["1", "2", "3"], "name": ["Calzados Ruiz"] * 3, "place": ["Ita", "Ita", "Luque"]}
    >>> decided = {"one": ["1", "1"], "other": ["2", "3"], "decision": ["confirmed", "refuted"]}
    >>> taught = learn_points(find_duplicates(pl.DataFrame(firms)), pl.DataFrame(decided))
    >>> taught.changes.filter(pl.col("field") == "place").select("level", "before", "after").rows()
    [('same', 10.0, 10.1), ('differs', -25.0, -24.4)]
    """
    if not caution >= 0:
        raise BadInput(
            place=f"caution={caution}", problem=mark("is negative"), remedy=mark("Give 0 or more pairs.")
        )
    confirmed, refuted = _decided(decisions, set(scored.tidy.frame["record"]))
    label = {**dict.fromkeys(confirmed, True), **dict.fromkeys(refuted, False)}
    keys = [(min(a, b), max(a, b)) for a, b in scored.frame.select("one", "other").iter_rows()]
    taught = scored.frame.with_columns(
        pl.Series("label", [label.get(k) for k in keys], dtype=pl.Boolean)
    ).drop_nulls("label")
    n_yes, n_no = int(taught["label"].sum()), int((~taught["label"]).sum())
    if not n_yes or not n_no:
        raise CannotBeSaid(
            what=mark("What decisions teach"),
            why=f"{n_yes} confirmed and {n_no} refuted pairs were among those compared",
            remedy=mark("Decide on some pairs of each sort first."),
        )
    scale = 1.0 if scored.recipe.kind == "log2" else POINTS_PER_BIT
    points: dict[str, dict[str, float]] = {}
    rows = []
    for field, worth in scored.recipe.points.items():
        seen = taught.select(pl.col(f"level_{field}").alias("level"), "label").drop_nulls("level")
        yes, no = seen.filter("label").height, seen.filter(~pl.col("label")).height
        points[field] = dict(worth)
        for level in LEVELS[field]:
            at = seen.filter(pl.col("level") == level)
            c = at.filter("label").height
            r = at.height - c
            before = scored.recipe.worth(field, level)
            if not at.height:
                continue
            steps = len(LEVELS[field])
            observed = scale * math.log2(((c + 0.5) / (yes + 0.5 * steps)) / ((r + 0.5) / (no + 0.5 * steps)))
            trust = at.height / (at.height + caution) if caution else 1.0
            after = round(before + trust * (observed - before), 1)
            points[field][level] = after
            rows.append((field, level, before, after, c, r))
    schema = {
        "field": pl.String,
        "level": pl.String,
        "before": pl.Float64,
        "after": pl.Float64,
        "n_confirmed": pl.Int64,
        "n_refuted": pl.Int64,
    }
    recipe = scored.recipe.with_points(
        points, name=f"{scored.recipe.name}, taught by {n_yes + n_no} decisions"
    )
    return LearntPoints(recipe, pl.DataFrame(rows, schema=schema, orient="row"), n_yes, n_no)


@dataclass(frozen=True)
class FellegiSunter:
    """Estimates of the mixture: ``m`` and ``u`` by field and level, their log2 weights, the share of true pairs.

    ``log_likelihood`` by step never falls. Fields are taken to err independently of each other.
    """

    m: Mapping[str, tuple[float, ...]]
    u: Mapping[str, tuple[float, ...]]
    prior: float
    n_pairs: int
    log_likelihood: tuple[float, ...]
    has_converged: bool
    source: RuleSource = SOURCE

    @property
    def weights(self) -> dict[str, tuple[float, ...]]:
        """log2(m/u) by field and level."""
        return {f: tuple(math.log2(a / b) for a, b in zip(self.m[f], self.u[f], strict=True)) for f in self.m}

    def recipe(self, *, likely: float = 0.95, possible: float = 0.5) -> LinkageRecipe:
        """A recipe of log2 weights whose thresholds are the two probabilities."""
        prior = math.log2(self.prior / (1 - self.prior))
        least = [math.log2(p / (1 - p)) - prior for p in (likely, possible)]
        points = {f: dict(zip(LEVELS[f], w, strict=True)) for f, w in self.weights.items()}
        return LinkageRecipe(
            "Fellegi–Sunter by EM", points, least[0], least[1], kind="log2", source=self.source
        )


def fellegi_sunter(
    levels: Mapping[str, np.ndarray | Sequence[int]],
    *,
    n_levels: Mapping[str, int] | None = None,
    fixed_u: Mapping[str, Sequence[float]] | None = None,
    prior: float = 0.1,
    steps: int = 500,
    tolerance: float = 1e-9,
) -> FellegiSunter:
    """Expectation–maximisation for the shares m and u from levels of compared pairs, without any labels.

    Args:
        levels: field → level of each pair (0 is agreement, −1 missing), as ``compare_pairs`` gives.
        n_levels: levels of each field; by default those of :data:`LEVELS`, else the most seen plus one.
        fixed_u: field → known shares among pairs that are not true (from random pairs, for instance).
        prior: where the share of true pairs begins.
        steps, tolerance: when to stop (rise of the mean log-likelihood).

    Raises:
        BadInput: no pairs, or fields of different length.

    >>> stream = np.random.default_rng(1)
    >>> true = stream.random(20000) < 0.2
    >>> def drawn():
    ...     return np.where(true, stream.random(20000) > 0.9, stream.random(20000) > 0.1).astype(int)
    >>> levels = {f: drawn() for f in ("a", "b", "c")}
    >>> found = fellegi_sunter(levels)
    >>> round(found.prior, 2), round(found.m["a"][0], 2), round(found.u["a"][0], 2)
    (0.2, 0.9, 0.1)
    """
    fields = list(levels)
    table = {f: np.asarray(levels[f], dtype=np.int64) for f in fields}
    lengths = {len(v) for v in table.values()}
    if not fields or len(lengths) != 1 or 0 in lengths or not 0 < prior < 1:
        raise BadInput(
            place=mark("levels"),
            problem=mark("are empty or of different lengths, or the prior is not between 0 and 1"),
            remedy=mark("Give one level for each pair and field."),
        )
    sizes = {
        f: (n_levels or {}).get(f) or max(len(LEVELS.get(f, ())), int(table[f].max()) + 1, 2) for f in fields
    }
    patterns, counts = np.unique(np.column_stack([table[f] for f in fields]), axis=0, return_counts=True)
    m = {f: _falling(sizes[f]) for f in fields}
    u = {
        f: np.asarray(fixed_u[f], float) if fixed_u and f in fixed_u else _falling(sizes[f])[::-1].copy()
        for f in fields
    }
    free = [f for f in fields if not (fixed_u and f in fixed_u)]
    trace: list[float] = []
    converged = False
    for _ in range(steps):
        yes, no = (_log_pattern(patterns, fields, shares) for shares in (m, u))
        a, b = math.log(prior) + yes, math.log1p(-prior) + no
        both = np.logaddexp(a, b)
        trace.append(float((counts * both).sum()))
        if len(trace) > 1 and trace[-1] - trace[-2] < tolerance * counts.sum():
            converged = True
            break
        g = np.exp(a - both)
        prior = float(np.clip((counts * g).sum() / counts.sum(), 1e-9, 1 - 1e-9))
        for j, f in enumerate(fields):
            m[f] = _shares(patterns[:, j], counts * g, sizes[f])
            if f in free:
                u[f] = _shares(patterns[:, j], counts * (1 - g), sizes[f])
    own = [{f: tuple(float(x) for x in s[f]) for f in fields} for s in (m, u)]
    return FellegiSunter(own[0], own[1], prior, int(counts.sum()), tuple(trace), converged)


def _falling(n: int) -> np.ndarray:
    """Where m begins: nine in ten agree, the rest spread over the other levels (u the other way round)."""
    return np.array([0.9, *([0.1 / (n - 1)] * (n - 1))])


def _log_pattern(patterns: np.ndarray, fields: list[str], shares: Mapping[str, np.ndarray]) -> np.ndarray:
    total = np.zeros(len(patterns))
    for j, f in enumerate(fields):
        level = patterns[:, j]
        total += np.where(level >= 0, np.log(shares[f])[np.maximum(level, 0)], 0.0)
    return total


def _shares(level: np.ndarray, weight: np.ndarray, n: int) -> np.ndarray:
    """Shares of levels among pairs where the field is there; never quite 0, so that a weight can be said."""
    seen = np.bincount(level[level >= 0], weights=weight[level >= 0], minlength=n)
    return (seen + 1e-6) / (seen.sum() + 1e-6 * n)
