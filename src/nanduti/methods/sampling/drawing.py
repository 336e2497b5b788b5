"""Drawing a sample from a list, with inclusion shares, weights and a certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from nanduti.methods.values import BadInput

from ._columns import coded, column, complete_numbers, crossed, frame_of, names
from .certificates import (
    RULE,
    Certificate,
    certified,
    check_seed,
    digest,
    fraction,
    freeze,
    identifiers,
    ranked,
)
from .sample_size import allocate

ADDED = ("inclusion_share", "sampling_weight", "population", "population_in_psu")
TWO_64 = 2**64


@dataclass(frozen=True)
class Draw:
    """A sample, the units that stand by, and the certificate.

    Attributes:
        sample: the rows drawn, sorted by stratum and identifier, with ``inclusion_share`` (chance of
            entering), ``sampling_weight`` (its inverse) and, where chances are equal, ``population``
            (sampling units in the stratum: the ``fpc`` of a :class:`SurveyDesign`); clusters add
            ``population_in_psu``.
        reserves: units to turn to, in this order inside each stratum, if someone drawn cannot be found.
        certificate: for anyone who wants to repeat the draw.
    """

    sample: pl.DataFrame
    reserves: pl.DataFrame
    certificate: Certificate


@certified
def draw_simple(frame: pl.DataFrame, *, unit: str, n: int, seed: str | int, n_reserves: int = 0) -> Draw:
    """A simple random sample without replacement: the ``n`` units with the smallest tickets.

    >>> firms = pl.DataFrame({"firm": ["A", "B", "C", "D", "E"]})
    >>> draw = draw_simple(firms, unit="firm", n=2, seed="public draw 2025-03-07")
    >>> draw.sample["firm"].to_list(), draw.certificate.verify(firms.reverse()).allows
    (['A', 'E'], True)
    """
    return _ranked_draw("draw_simple", frame, unit, (), {(): _whole(n, "n")}, seed, n_reserves, {"n": n})


@certified
def draw_stratified(
    frame: pl.DataFrame,
    *,
    unit: str,
    strata: str | Sequence[str],
    n: int | Mapping[Any, int],
    seed: str | int,
    allocation: str = "proportional",
    least: int = 2,
    n_reserves: int = 0,
) -> Draw:
    """A simple random sample inside every stratum.

    Args:
        frame: the list, one row per unit.
        unit: identifier column.
        strata: column(s) that make the strata.
        n: total, spread by ``allocation`` (see :func:`allocate`), or units per stratum.
        seed: public seed.
        allocation: "proportional", "equal" or "square_root".
        least: fewest units per stratum when ``n`` is a total.
        n_reserves: reserves per stratum.
    """
    by = names(strata)
    takes = _takes(frame_of(frame), by, n, allocation, least)
    told = {"strata": list(by), "n": n if isinstance(n, int) else dict(n)}
    if isinstance(n, int):
        told |= {"allocation": allocation, "least": least}
    return _ranked_draw("draw_stratified", frame, unit, by, takes, seed, n_reserves, told)


def _ranked_draw(
    method: str,
    frame: pl.DataFrame,
    unit: str,
    by: tuple[str, ...],
    takes: dict[tuple[object, ...], int],
    seed: str | int,
    n_reserves: int,
    told: dict[str, Any],
) -> Draw:
    text, groups = check_seed(seed), _groups(frame, unit, by)
    chosen: dict[object, tuple[Fraction, int]] = {}
    standby: list[object] = []
    for label, units in groups.items():
        take = takes[label]
        _enough(take, len(units), label, by)
        order = ranked(text, "unit", units)
        chosen |= {u: (Fraction(take, len(units)), len(units)) for u in order[:take]}
        standby += order[take : take + n_reserves]
    told |= {"unit": unit} | ({"n_reserves": n_reserves} if n_reserves else {})
    return _finish(method, frame, unit, by, (), chosen, standby, text, told)


@certified
def draw_systematic(
    frame: pl.DataFrame,
    *,
    unit: str,
    n: int | Mapping[Any, int],
    seed: str | int,
    order_by: str | Sequence[str] = (),
    strata: str | Sequence[str] = (),
    allocation: str = "proportional",
) -> Draw:
    """Every (N/n)-th unit of the ordered list after a random start, with a fractional step.

    The list is sorted by ``order_by`` and then by identifier, so that the sample spreads over what it is
    sorted by (size, street). Its error cannot be estimated without bias; treat it as a simple or
    stratified sample, which is careful when the order matters (Cochran 1977, section 8.11).
    """
    by, text = names(strata), check_seed(seed)
    ordered = frame_of(frame).sort(*names(order_by), unit) if names(order_by) else frame_of(frame).sort(unit)
    takes = _takes(frame, by, n, allocation, 1)
    chosen: dict[object, tuple[Fraction, int]] = {}
    for label, units in _groups(ordered, unit, by).items():
        take, size = takes[label], len(units)
        _enough(take, size, label, by)
        start = fraction(text, "start", "/".join(str(part) for part in label))
        for step in range(take):
            # Whole-number arithmetic: the same everywhere. Position ⌊(start + step)·N/n⌋.
            chosen[units[(start + step * TWO_64) * size // (take * TWO_64)]] = (Fraction(take, size), size)
    told = {"unit": unit, "n": n if isinstance(n, int) else dict(n), "order_by": list(names(order_by))}
    if by:
        told |= {"strata": list(by)} | ({"allocation": allocation} if isinstance(n, int) else {})
    return _finish("draw_systematic", frame, unit, by, names(order_by), chosen, [], text, told)


@certified
def draw_pps(
    frame: pl.DataFrame,
    *,
    unit: str,
    size: str,
    n: int | Mapping[Any, int],
    seed: str | int,
    strata: str | Sequence[str] = (),
    allocation: str = "proportional",
) -> Draw:
    """Units drawn with chances proportional to size, without replacement.

    Systematic along the list in the order of the tickets (Hartley and Rao 1962, Annals of Mathematical
    Statistics 33, 350–374): the chance of every unit is exactly n·size/Σsize. Units so large that this
    passes one are taken for certain and the rest is drawn among the others.
    """
    by, text = names(strata), check_seed(seed)
    sizes = _sizes(frame_of(frame), unit, size)
    takes = _takes(frame, by, n, allocation, 1)
    chosen: dict[object, tuple[Fraction, int]] = {}
    for label, units in _groups(frame, unit, by).items():
        take = takes[label]
        _enough(take, sum(sizes[u] > 0 for u in units), label, by)
        for one, share in _pps(units, sizes, take, text, "unit", label).items():
            chosen[one] = (share, 0)
    told = {"unit": unit, "size": size, "n": n if isinstance(n, int) else dict(n)}
    if by:
        told |= {"strata": list(by)} | ({"allocation": allocation} if isinstance(n, int) else {})
    return _finish("draw_pps", frame, unit, by, (size,), chosen, [], text, told)


@certified
def draw_clusters(
    frame: pl.DataFrame,
    *,
    unit: str,
    cluster: str,
    n_clusters: int,
    seed: str | int,
    take: int | None = None,
    size: str | None = None,
) -> Draw:
    """Whole clusters (streets, market days, villages), then all or some units in each.

    Args:
        frame: the list, one row per unit.
        unit: identifier column.
        cluster: column naming the cluster.
        n_clusters: clusters to draw.
        seed: public seed.
        take: units per cluster, drawn by ticket; everybody if left out or if there are fewer.
        size: column of cluster sizes (the same in every row of a cluster) for chances proportional to
            size; with a fixed ``take`` and size = number of units every unit has nearly the same chance.
    """
    text = check_seed(seed)
    inside = _groups(frame, unit, (cluster,))
    labels = [label[0] for label in inside]
    _enough(n_clusters, len(labels), (), ())
    if size is None:
        picked = {c: Fraction(n_clusters, len(labels)) for c in ranked(text, "cluster", labels)[:n_clusters]}
    else:
        picked = _pps(labels, _cluster_sizes(frame, cluster, size), n_clusters, text, "cluster", ())
    chosen: dict[object, tuple[Fraction, int]] = {}
    within: dict[object, int] = {}
    for label, share in picked.items():
        units = inside[(label,)]
        some = len(units) if take is None else min(_whole(take, "take"), len(units))
        for one in ranked(text, "unit", units)[:some]:
            chosen[one] = (share * Fraction(some, len(units)), len(labels) if size is None else 0)
            within[one] = len(units)
    told: dict[str, Any] = {"unit": unit, "cluster": cluster, "n_clusters": n_clusters}
    told |= {k: v for k, v in (("take", take), ("size", size)) if v is not None}
    used = (cluster,) if size is None else (cluster, size)
    return _finish("draw_clusters", frame, unit, (), used, chosen, [], text, told, within)


# --- the pieces ----------------------------------------------------------------------------------------


def _groups(frame: pl.DataFrame, unit: str, by: tuple[str, ...]) -> dict[tuple[object, ...], list[object]]:
    units = identifiers(frame_of(frame), unit)
    if not by:
        return {(): units}
    codes, labels = crossed(frame, by)
    out: dict[tuple[object, ...], list[object]] = {label: [] for label in labels}
    for code, one in zip(codes, units, strict=True):
        out[labels[code]].append(one)
    return out


def _takes(
    frame: pl.DataFrame, by: tuple[str, ...], n: int | Mapping[Any, int], allocation: str, least: int
) -> dict[tuple[object, ...], int]:
    if not by:
        if not isinstance(n, int):
            raise BadInput(
                place="n", problem="is given per stratum without strata", remedy="Name the strata."
            )
        return {(): _whole(n, "n")}
    codes, labels = crossed(frame, by)
    if isinstance(n, int):
        counts = {label: int((codes == code).sum()) for code, label in enumerate(labels)}
        return allocate(n, counts, method=allocation, least=least)  # type: ignore[return-value]
    given = {k if isinstance(k, tuple) else (k,): _whole(v, f"n of {k!r}") for k, v in n.items()}
    for label in labels:
        if label not in given:
            raise BadInput(
                place=f"stratum {label}",
                problem="has no number to draw",
                remedy="Give one (0 leaves it out).",
            )
    strange = [label for label in given if label not in labels]
    if strange:
        raise BadInput(
            place=f"stratum {strange[0]}",
            problem="is not on the list",
            remedy="Correct its name or leave it out.",
        )
    return given


def _whole(n: Any, place: str) -> int:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise BadInput(place=f"{place} = {n!r}", problem="is not a whole number", remedy="Give zero or more.")
    return n


def _enough(take: int, there: int, label: tuple[object, ...], by: tuple[str, ...]) -> None:
    if take > there:
        where = "the list" if not by else "stratum " + ", ".join(str(part) for part in label)
        raise BadInput(
            place=where,
            problem=f"has {there} units, fewer than the {take} to draw",
            remedy="Draw fewer there.",
        )


def _sizes(frame: pl.DataFrame, unit: str, size: str) -> dict[object, Fraction]:
    values = complete_numbers(frame, size)
    if (values < 0).any():
        row = int((values < 0).argmax())
        raise BadInput(
            place=f"column '{size}', row {row + 1}",
            problem=f"is {values[row]:g}",
            remedy="A size is zero or more.",
        )
    return dict(zip(identifiers(frame, unit), map(Fraction, values.tolist()), strict=True))


def _cluster_sizes(frame: pl.DataFrame, cluster: str, size: str) -> dict[object, Fraction]:
    values = complete_numbers(frame, size)
    codes, labels = coded(column(frame, cluster))
    out: dict[object, Fraction] = {}
    for code, value in zip(codes, values.tolist(), strict=True):
        if out.setdefault(labels[code], Fraction(value)) != Fraction(value) or value < 0:
            raise BadInput(
                place=f"{cluster} {labels[code]!r}, column '{size}'",
                problem="is negative or differs between rows",
                remedy="A cluster has one size, zero or more.",
            )
    return out


def _pps(
    units: list[object],
    sizes: dict[object, Fraction],
    take: int,
    seed: str,
    purpose: str,
    label: tuple[object, ...],
) -> dict[object, Fraction]:
    """Chosen units with their exact inclusion shares."""
    if take == 0:
        return {}
    rest, certain = [u for u in units if sizes[u] > 0], []
    while True:
        total, left = sum((sizes[u] for u in rest), Fraction(0)), take - len(certain)
        sure = [u for u in rest if left * sizes[u] >= total]
        if not sure or left == 0:
            break
        certain += sure
        rest = [u for u in rest if u not in set(sure)]
    out = {u: Fraction(1) for u in certain}
    if left <= 0 or not rest:
        return out
    step = total / left
    point = step * Fraction(fraction(seed, "start", "/".join(str(part) for part in label)), TWO_64)
    reached = Fraction(0)
    for one in ranked(seed, purpose, rest):
        reached += sizes[one]
        if point < reached:
            out[one] = left * sizes[one] / total
            point += step
    return out


def _finish(
    method: str,
    frame: pl.DataFrame,
    unit: str,
    by: tuple[str, ...],
    used: tuple[str, ...],
    chosen: dict[object, tuple[Fraction, int]],
    standby: list[object],
    seed: str,
    told: dict[str, Any],
    within: dict[object, int] | None = None,
) -> Draw:
    clash = [name for name in ADDED if name in frame.columns]
    if clash:
        raise BadInput(
            place=f"column '{clash[0]}'", problem="would be overwritten", remedy="Rename it before drawing."
        )
    added = {
        unit: pl.Series(list(chosen), dtype=frame[unit].dtype),
        "inclusion_share": [float(share) for share, _ in chosen.values()],
        "sampling_weight": [float(1 / share) for share, _ in chosen.values()],
    }
    population = [size for _, size in chosen.values()]
    if all(population):
        # Not for chances proportional to size: the correction 1 − n/N is wrong there.
        added["population"] = population
    if within is not None and all(population):
        added["population_in_psu"] = [within[u] for u in chosen]
    sample = frame.join(pl.DataFrame(added), on=unit, how="inner").sort(*by, unit)
    places = pl.DataFrame({unit: pl.Series(standby, dtype=frame[unit].dtype), "_place": range(len(standby))})
    reserves = frame.join(places, on=unit, how="inner").sort("_place").drop("_place")
    columns = list(dict.fromkeys((unit, *by, *used)))
    certificate = Certificate(
        RULE,
        method,
        seed,
        freeze(told),
        frame.height,
        len(chosen),
        digest(frame.select(columns).rows()),
        digest((u, f"{share.numerator}/{share.denominator}") for u, (share, _) in chosen.items()),
    )
    return Draw(sample, reserves, certificate)
