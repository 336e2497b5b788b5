"""Anonymity of records: k-anonymity, l-diversity, t-closeness and their relatives.

All measures look at *classes*: the records that share the values of the key columns (the quasi-identifiers,
which an outsider may know). A missing key value counts as a value of its own unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .keys import (
    Coded,
    Runs,
    check_columns,
    check_rows,
    class_ids,
    code_column,
    counts_of_classes,
    pack_columns,
    runs_of,
)

LKind = Literal["distinct", "entropy", "recursive"]
Distance = Literal["equal", "ordered", "hierarchy"]


def k_anonymity(data: pl.DataFrame, *, keys: Sequence[str]) -> int:
    """The size of the smallest class: every record looks like at least k - 1 others on the keys.

    Source: Samarati (2001), IEEE TKDE 13(6); Sweeney (2002), IJUFKS 10(5).

    >>> firms = pl.DataFrame({"trade": ["shoes", "shoes", "wool"], "place": ["A", "A", "B"]})
    >>> k_anonymity(firms, keys=["trade", "place"])
    1
    >>> k_anonymity(firms.head(2), keys=["trade", "place"])
    2
    """
    check_rows(data)
    return int(counts_of_classes(pack_columns(data, check_columns(data, keys))).min())


def class_sizes(data: pl.DataFrame, *, keys: Sequence[str]) -> np.ndarray:
    """For every record, how many records (itself included) share its key values: the sample frequency f_k.

    >>> class_sizes(pl.DataFrame({"trade": ["shoes", "shoes", "wool"]}), keys=["trade"]).tolist()
    [2, 2, 1]
    """
    check_rows(data)
    ids, n_classes = class_ids(pack_columns(data, check_columns(data, keys)))
    return np.bincount(ids, minlength=n_classes)[ids]


def equivalence_classes(data: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The classes, smallest first: the key values and ``n_records``.

    >>> equivalence_classes(pl.DataFrame({"trade": ["shoes", "shoes", "wool"]}), keys=["trade"]).rows()
    [('wool', 1), ('shoes', 2)]
    """
    check_rows(data)
    keys = check_columns(data, keys)
    counted = data.group_by(keys, maintain_order=True).agg(n_records=pl.len().cast(pl.Int64))
    return counted.sort("n_records", maintain_order=True)


def n_violating(data: pl.DataFrame, *, keys: Sequence[str], k: int) -> int:
    """How many records stand in classes smaller than ``k``.

    >>> n_violating(pl.DataFrame({"trade": ["shoes", "shoes", "wool"]}), keys=["trade"], k=2)
    1
    """
    check_rows(data)
    counts = counts_of_classes(pack_columns(data, check_columns(data, keys)))
    return int(counts[counts < k].sum())


def sample_uniques(data: pl.DataFrame, *, keys: Sequence[str]) -> pl.DataFrame:
    """The records that are alone with their key values, with their ``row`` number (counted from nought).

    >>> sample_uniques(pl.DataFrame({"trade": ["shoes", "shoes", "wool"]}), keys=["trade"]).rows()
    [(2, 'wool')]
    """
    keys = check_columns(data, keys)
    sizes = class_sizes(data, keys=keys)
    return data.select(keys).with_row_index("row").filter(pl.Series(sizes == 1))


def runs(data: pl.DataFrame, keys: Sequence[str], sensitive: str) -> Runs:
    """Counts of the sensitive values within classes (shared by all measures below)."""
    check_rows(data)
    keys = check_columns(data, keys)
    check_columns(data, [sensitive], "sensitive")
    if sensitive in keys:
        raise BadInput(
            place=f"column '{sensitive}'",
            problem="is both key and sensitive",
            remedy="Decide: what outsiders may know is a key; what they must not learn is sensitive.",
        )
    return runs_of(pack_columns(data, keys), code_column(data[sensitive]))


def distinct_values(r: Runs) -> np.ndarray:
    """Distinct sensitive values per class."""
    return r.distinct


def entropy_effective(r: Runs) -> np.ndarray:
    """exp(entropy) per class: the number of equally likely values that would be as uncertain."""
    most = int(r.count.max())
    if most <= 4 * len(r.count):  # few different counts: look the logarithms up
        table = np.arange(most + 1, dtype=float)
        table[1:] *= np.log(table[1:])
        terms = table[r.count]
    else:
        terms = r.count * np.log(r.count)
    weighted = np.add.reduceat(terms, r.start)
    return np.exp(np.maximum(np.log(r.size) - weighted / r.size, 0.0))


def largest_count(r: Runs) -> np.ndarray:
    """Records per class that share the commonest sensitive value."""
    return np.maximum.reduceat(r.count, r.start)


def _falling(r: Runs, of_class: np.ndarray) -> np.ndarray:
    """Counts sorted downwards within each class."""
    wide = int(r.count.max()) + 1
    key = of_class.astype(np.int64) * wide + (wide - 1 - r.count)
    key.sort()  # one integer per run sorts by class, then by falling count
    return wide - 1 - (key - of_class * wide)


def _tails(r: Runs) -> tuple[np.ndarray, np.ndarray]:
    """Per run, counts sorted downwards in each class: its class, and the sum from its place on."""
    of_class = r.class_of
    count = _falling(r, of_class)
    before = np.cumsum(count) - count
    return of_class, r.size[of_class] - (before - before[r.start][of_class])


def recursive_l(r: Runs, c: float) -> np.ndarray:
    """Per class the largest l with r_1 < c (r_l + … + r_m), counts sorted downwards (nought if none)."""
    of_class, tail = _tails(r)
    holds = largest_count(r)[of_class] < c * tail
    place = np.arange(len(tail)) - r.start[of_class] + 1
    return np.maximum.reduceat(np.where(holds, place, 0), r.start)


def recursive_c(r: Runs, l: int) -> np.ndarray:  # noqa: E741
    """Per class the bound that c must exceed: r_1 / (r_l + … + r_m); infinite with fewer than l values."""
    bound = np.full(len(r.start), np.inf)
    enough = r.distinct >= l
    if l == 2:  # all but the commonest value
        top = largest_count(r)[enough]
        bound[enough] = top / (r.size[enough] - top)
        return bound
    _, tail = _tails(r)
    bound[enough] = largest_count(r)[enough] / tail[r.start[enough] + l - 1]
    return bound


def l_diversity(
    data: pl.DataFrame, *, keys: Sequence[str], sensitive: str, kind: LKind = "distinct", c: float = 2.0
) -> float:
    """How many values of the sensitive column stay possible in the worst class.

    ``kind="distinct"`` counts values; ``"entropy"`` gives exp(entropy), a real number (an entropy l of 2.9
    is 2.9, not 2); ``"recursive"`` the largest l for which the commonest value is rarer than ``c`` times
    all values from the l-th commonest on. A missing sensitive value is a value of its own.

    Source: Machanavajjhala et al. (2007), ACM TKDD 1(1), definitions 4.1 and 4.2.

    >>> d = pl.DataFrame({"place": ["A"] * 4, "arrears": ["yes", "no", "no", "some"]})
    >>> l_diversity(d, keys=["place"], sensitive="arrears")
    3.0
    >>> round(l_diversity(d, keys=["place"], sensitive="arrears", kind="entropy"), 4)
    2.8284
    >>> l_diversity(d, keys=["place"], sensitive="arrears", kind="recursive", c=2)
    2.0
    """
    r = runs(data, keys, sensitive)
    if kind == "distinct":
        return float(distinct_values(r).min())
    if kind == "entropy":
        return float(entropy_effective(r).min())
    if kind == "recursive":
        return float(recursive_l(r, _check_c(c)).min())
    raise BadInput(place="kind", problem=f"is '{kind}'", remedy="Use distinct, entropy or recursive.")


def _check_c(c: float) -> float:
    if not (np.isfinite(c) and c > 0):
        raise BadInput(place="c", problem=f"is {c}", remedy="Give a positive number; 2 is common.")
    return float(c)


def recursive_bound(data: pl.DataFrame, *, keys: Sequence[str], sensitive: str, l: int) -> float:  # noqa: E741
    """The bound that ``c`` must exceed so that the data are recursively (c, l)-diverse.

    A class with 98, 1 and 1 records of three values needs c > 98 for l = 3. Infinite when some class has
    fewer than l values: then no c will do.

    >>> d = pl.DataFrame({"place": ["A"] * 100, "arrears": ["no"] * 98 + ["yes", "some"]})
    >>> recursive_bound(d, keys=["place"], sensitive="arrears", l=3)
    98.0
    """
    if l < 1:
        raise BadInput(place="l", problem=f"is {l}", remedy="Give a whole number of at least 1.")
    return float(recursive_c(runs(data, keys, sensitive), int(l)).max())


def alpha_k(data: pl.DataFrame, *, keys: Sequence[str], sensitive: str) -> tuple[float, int]:
    """(alpha, k): the largest share of any one sensitive value in any class, and the smallest class.

    Source: Wong et al. (2006), KDD, (α,k)-anonymity.

    >>> alpha_k(pl.DataFrame({"p": ["A"] * 4, "s": ["x", "x", "x", "y"]}), keys=["p"], sensitive="s")
    (0.75, 4)
    """
    r = runs(data, keys, sensitive)
    return float((largest_count(r) / r.size).max()), int(r.size.min())


def t_closeness(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    sensitive: str,
    distance: Distance | None = None,
    hierarchy: Mapping[str, str | None] | None = None,
) -> float:
    """The largest distance between the sensitive values of a class and those of all records (0 to 1).

    ``distance`` is the ground distance of the earth mover: ``"equal"`` (any two values differ alike; half
    the sum of absolute differences of shares), ``"ordered"`` (values in their order, neighbours 1/(m-1)
    apart; for numbers, dates and ordered codes) or ``"hierarchy"`` (half-way up the tree given as
    child → parent). By default numbers are ordered and everything else is equal.

    Source: Li, Li and Venkatasubramanian (2007), ICDE, section 5.

    >>> d = pl.DataFrame({"p": ["A", "A", "B", "B"], "pay": [3, 4, 5, 6]})
    >>> round(t_closeness(d, keys=["p"], sensitive="pay"), 4)
    0.3333
    >>> t_closeness(d, keys=["p"], sensitive="pay", distance="equal")
    0.5
    """
    check_columns(data, [sensitive], "sensitive")
    if distance is None:
        kind = data.schema[sensitive]
        distance = "ordered" if kind.is_numeric() or kind.is_temporal() else "equal"
    if distance == "ordered":
        data = data.with_columns(ordered_codes(data[sensitive]).alias(sensitive))
    r = runs(data, keys, sensitive)
    if distance == "equal":
        return float(distance_equal(r).max())
    if distance == "ordered":
        return float(distance_ordered(r).max())
    if distance == "hierarchy":
        names = data[sensitive].cast(pl.String)
        return _distance_hierarchy(data.with_columns(names), keys, sensitive, hierarchy or {})
    raise BadInput(place="distance", problem=f"is '{distance}'", remedy="Use equal, ordered or hierarchy.")


def ordered_codes(series: pl.Series) -> pl.Series:
    """Ranks 0 … m-1 of the values in their own order; missing is refused because it has no place in it."""
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if series.null_count():
        raise CannotBeSaid(
            what=f"The ordered distance of '{series.name}'",
            why=f"{series.null_count()} values are missing and have no place in the order",
            remedy="Use distance='equal', where missing is a value of its own, or fill the values first.",
        )
    if series.dtype == pl.Categorical:
        series = series.cast(pl.String)
    physical = series.to_physical() if isinstance(series.dtype, pl.Enum) else series
    return physical.rank("dense").cast(pl.UInt32) - 1


def distance_equal(r: Runs) -> np.ndarray:
    """Per class half the sum of |p - q| over all values, those that do not occur included."""
    q = r.overall / r.overall.sum()
    p = r.count / np.repeat(r.size, r.distinct)
    own = q[r.value]
    return 0.5 * (np.add.reduceat(np.abs(p - own) - own, r.start) + 1.0)


def distance_ordered(r: Runs) -> np.ndarray:
    """Per class sum of |P - Q| of the cumulated shares, over m - 1; exact also between the values seen.

    Between two values that occur in the class P stays put while Q climbs, so each stretch is summed in
    closed form from prefix sums of Q: the cost grows with the runs, not with classes times values.
    """
    m = r.n_values
    if m == 1:
        return np.zeros(len(r.start))
    big_q = np.cumsum(r.overall) / r.overall.sum()
    prefix = np.concatenate(([0.0], np.cumsum(big_q)))
    of_class = r.class_of
    cumulated = np.cumsum(r.count)
    inside = cumulated - (cumulated - r.count)[r.start][of_class]
    p = inside / r.size[of_class]
    until = np.append(r.value[1:], m - 1)
    last = np.append(r.start[1:], len(r.value)) - 1
    until[last] = m - 1  # the last position adds |1 - 1| = 0 and is left out
    total = np.add.reduceat(_stretch(prefix, big_q, r.value, until, p), r.start)
    return (total + prefix[r.value[r.start]]) / (m - 1)


def _stretch(
    prefix: np.ndarray, big_q: np.ndarray, a: np.ndarray, b: np.ndarray, p: np.ndarray
) -> np.ndarray:
    """Sum of |p - Q_i| for a <= i < b, Q rising."""
    turn = np.clip(np.searchsorted(big_q, p), a, b)
    below = p * (turn - a) - (prefix[turn] - prefix[a])
    above = (prefix[b] - prefix[turn]) - p * (b - turn)
    return below + above


def _distance_hierarchy(
    data: pl.DataFrame, keys: Sequence[str], sensitive: str, parents: Mapping[str, str | None]
) -> float:
    """Hierarchical earth mover: at each inner node the flow that must pass through it, weighted by height."""
    values = sorted(v for v in data[sensitive].unique().to_list() if v is not None)
    if data[sensitive].null_count():
        raise CannotBeSaid(
            what=f"The hierarchical distance of '{sensitive}'",
            why="values are missing and stand nowhere in the hierarchy",
            remedy="Use distance='equal', or give the missing value a code in the hierarchy.",
        )
    paths = {v: _path(v, parents, sensitive) for v in values}
    height = max(len(p) for p in paths.values()) - 1
    if len({p[-1] for p in paths.values()}) > 1 or len({len(p) for p in paths.values()}) > 1:
        raise BadInput(
            place=f"the hierarchy of '{sensitive}'",
            problem="does not lead every value to one top in the same number of steps",
            remedy="Give every value a parent chain of equal length that ends at one top.",
        )
    code = {v: i for i, v in enumerate(values)}
    ids, n_classes = class_ids(pack_columns(data, check_columns(data, keys)))
    column = data[sensitive].replace_strict(code, return_dtype=pl.UInt32).to_numpy()
    table = np.bincount(ids * len(values) + column, minlength=n_classes * len(values))
    table = table.reshape(n_classes, len(values)).astype(float)
    extra = table / table.sum(axis=1, keepdims=True) - table.sum(axis=0) / table.sum()
    total = np.zeros(n_classes)
    level = extra
    names = values
    for step in range(1, height + 1):
        ups = [parents[v] for v in names]
        above = sorted(set(ups))
        joined = np.zeros((n_classes, len(above)))
        positive, negative = joined.copy(), joined.copy()
        for j, up in enumerate(ups):
            at = above.index(up)
            joined[:, at] += level[:, j]
            positive[:, at] += np.maximum(level[:, j], 0)
            negative[:, at] += np.maximum(-level[:, j], 0)
        total += step / height * np.minimum(positive, negative).sum(axis=1)
        level, names = joined, above
    return float(total.max())


def _path(value: str, parents: Mapping[str, str | None], column: str) -> list[str]:
    path = [value]
    while parents.get(path[-1]) is not None:
        if len(path) > len(parents) + 1:
            raise BadInput(
                place=f"the hierarchy of '{column}'",
                problem=f"runs in a circle at '{value}'",
                remedy="Let every chain of parents end at one top.",
            )
        path.append(parents[path[-1]])
    return path


def diversity_by_class(
    data: pl.DataFrame, *, keys: Sequence[str], sensitive: str, c: float = 2.0
) -> pl.DataFrame:
    """Every class with its size and its distinct, entropy and recursive l (in order of first appearance).

    >>> d = pl.DataFrame({"p": ["A", "A", "B"], "s": ["x", "y", "x"]})
    >>> diversity_by_class(d, keys=["p"], sensitive="s").rows()
    [('A', 2, 2, 2.0, 2), ('B', 1, 1, 1.0, 1)]
    """
    r = runs(data, keys, sensitive)
    keys = check_columns(data, keys)
    ids, n_classes = class_ids(pack_columns(data, keys))
    first = np.full(n_classes, -1, dtype=np.int64)
    first[ids[::-1]] = np.arange(len(ids))[::-1]
    frame = data.select(keys)[first].with_columns(
        pl.Series("n_records", r.size.astype(np.int64)),
        pl.Series("distinct_l", distinct_values(r).astype(np.int64)),
        pl.Series("entropy_l", entropy_effective(r)),
        pl.Series("recursive_l", recursive_l(r, _check_c(c))),
    )
    return frame[np.argsort(first, kind="stable")]


def delta_presence(
    sample: pl.DataFrame, population: pl.DataFrame, *, keys: Sequence[str]
) -> tuple[float, float]:
    """The smallest and largest chance that somebody of the population, seen by the keys, is in the sample.

    Source: Nergiz, Atzori and Clifton (2007), SIGMOD.

    >>> s = pl.DataFrame({"p": ["A"]}); u = pl.DataFrame({"p": ["A", "A", "B"]})
    >>> delta_presence(s, u, keys=["p"])
    (0.0, 0.5)
    """
    check_rows(sample, "the sample")
    check_rows(population, "the population")
    keys = check_columns(sample, keys)
    check_columns(population, keys)
    both = (
        population.group_by(keys)
        .agg(n_all=pl.len())
        .join(sample.group_by(keys).agg(n=pl.len()), on=keys, how="full", nulls_equal=True, coalesce=True)
        .with_columns(pl.col("n").fill_null(0))
    )
    if both["n_all"].null_count() or (both["n"] > both["n_all"]).any():
        raise BadInput(
            place="the sample",
            problem="holds records that the population does not have",
            remedy="Give the population that the sample was drawn from, coded in the same way.",
        )
    share = both["n"] / both["n_all"]
    return float(share.min()), float(share.max())


def coded(data: pl.DataFrame, column: str) -> Coded:
    """Codes of a sensitive column (numbers, dates and ordered codes keep their order where possible)."""
    kind = data.schema[column]
    series = data[column]
    if (kind.is_numeric() or kind.is_temporal()) and not series.null_count():
        return code_column(ordered_codes(series))
    return code_column(series)
