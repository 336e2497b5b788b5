"""Holding the lottery: from a list of firms to a recorded assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid
from nanduti.methods.values.guards import one_of

from . import lottery
from ._tables import column, names_of, numbers
from .assignment import _MOST_TRIES, ALGORITHM, Assignment
from .rerandomisation import Rerandomize, acceptance

_ONE_STRATUM = "all"


def randomize(
    firms: pl.DataFrame,
    *,
    unit: str,
    arms: Mapping[str, object] | Sequence[str],
    seed: str,
    strata: str | Sequence[str] = (),
    cluster: str | None = None,
    misfits: str = "wglobal",
    rerandomize: Rerandomize | None = None,
) -> Assignment:
    """Draw lots: assign every unit (or whole cluster) to an arm.

    Units are ranked within their stratum by HMAC-SHA256 of their id under ``seed``; arms are dealt along
    the rank in blocks (the least common denominator of the shares). What is left over, the *misfits*, are
    dealt by their own rule, in the words of Stata's ``randtreat``: ``"missing"`` leaves them without an
    arm; ``"strata"`` deals them within their stratum, ``"global"`` pools them over all strata, with equal
    chances; ``"wstrata"`` and ``"wglobal"`` do so by the arms' shares, which keeps every unit's chance
    exactly at the share. Matched pairs are strata of two (see :func:`form_pairs`).

    Args:
        firms: one row per unit. unit: the id column (any type; its text counts).
        arms: arm → share, or a list of arms with equal shares. The first arm is the comparison.
        seed: the public seed, e.g. a drawn number and date fixed before the list is closed.
        strata: columns whose combinations are the strata. cluster: column of groups drawn as wholes.
        rerandomize: draw again until balanced, by a stored rule.

    Raises:
        BadInput: duplicate or missing ids, shares that do not add up, clusters across strata.

    Source: `randtreat` (Carril 2017, *Stata Journal* 17); Bruhn & McKenzie 2009 for the choice of design.

    >>> firms = pl.DataFrame({"id": ["F1", "F2", "F3", "F4"], "town": ["Pilar"] * 4})
    >>> drawn = randomize(firms, unit="id", arms=["control", "mentor"], strata="town", seed="2025-03-07")
    >>> drawn.frame.get_column("arm").to_list()
    ['control', 'mentor', 'control', 'mentor']
    >>> drawn == randomize(firms.reverse(), unit="id", arms=["control", "mentor"], strata="town",
    ...                    seed="2025-03-07")
    True
    """
    one_of(misfits, lottery.MISFITS, "misfits=")
    arm_names, shares = lottery.parse_shares(arms)
    listed = _read_list(firms, unit, strata, cluster, seed)
    names, drawn_strata = _drawn_units(listed)
    rule = _acceptance(rerandomize, firms, unit, listed, len(arm_names))
    codes, n_tries = _draw_until(rule, names, drawn_strata, listed.stratum_names, shares, misfits, seed)
    return replace(
        listed, arms=arm_names, shares=shares, misfits=misfits, acceptance=rule, n_tries=n_tries,
        arm_codes=codes if listed.clusters is None else codes[listed.clusters],
    )  # fmt: skip


def randomize_saturation(
    firms: pl.DataFrame,
    *,
    unit: str,
    cluster: str,
    saturations: Mapping[object, object],
    seed: str,
    strata: str | Sequence[str] = (),
) -> Assignment:
    """Two-stage lottery that lets spillovers be seen: clusters get a saturation, units within them treatment.

    The arms are ``pure control`` (nobody treated in the cluster), ``spillover`` (untreated beside treated)
    and ``treated``, the design of McKenzie & Puerto 2021 (*AEJ Applied* 13) and Baird et al. 2018 (*REStat*
    100).

    Args:
        saturations: share treated within a cluster → share of clusters, e.g. ``{0: "1/2", "1/2": "1/2"}``;
            one of them must be 0 if there is to be a pure control.

    >>> firms = pl.DataFrame({"id": range(12), "market": [i // 3 for i in range(12)]})
    >>> drawn = randomize_saturation(firms, unit="id", cluster="market", seed="x",
    ...                              saturations={0: "1/2", "1/3": "1/2"})
    >>> drawn.counts().get_column("n").to_list()
    [6, 4, 2]
    """
    pairs = [(share, _saturation(level)) for level, share in saturations.items()]
    level_names, shares = lottery.parse_shares({str(level): share for share, level in pairs})
    levels = tuple(Fraction(name) for name in level_names)
    listed = _read_list(firms, unit, strata, cluster, seed)
    assert listed.clusters is not None
    names, drawn_strata = _drawn_units(listed)
    dealt = lottery.draw(names, drawn_strata, listed.stratum_names, shares, "wglobal", seed)
    codes = _treat_within(listed, dealt, levels, seed)
    n_treated = Fraction(int((codes == 2).sum()), listed.n)
    rest = Fraction(int((codes == 1).sum()), listed.n)
    return replace(
        listed, arms=("pure control", "spillover", "treated"), shares=(1 - n_treated - rest, rest, n_treated),
        arm_codes=codes, saturations=tuple(zip(shares, levels)),
    )  # fmt: skip


def reported_assignment(
    firms: pl.DataFrame,
    *,
    unit: str,
    arm: str,
    note: str,
    control: str,
    strata: str | Sequence[str] = (),
    cluster: str | None = None,
) -> Assignment:
    """A lottery held elsewhere, as reported: arms are taken as given and re-drawn by shuffling within strata.

    Nobody can re-run it from its seed, so estimates on it carry evidence grade B at best.

    Args:
        arm: column of the arm each unit got. control: which arm is the comparison.
        note: who reported the lottery and where it is described.

    >>> firms = pl.DataFrame({"id": ["a", "b"], "arm": ["class", "none"]})
    >>> reported_assignment(firms, unit="id", arm="arm", control="none", note="paper").arms
    ('none', 'class')
    """
    if not note.strip():
        raise BadInput(
            place="note", problem="is empty", remedy="Say who held the lottery and where it is told."
        )
    listed = _read_list(firms, unit, strata, cluster, seed="reported")
    given = _in_list_order(firms, unit, column(firms, arm).cast(pl.String))
    if given.null_count():
        raise BadInput(
            place=f"column {arm!r}", problem="has missing arms", remedy="Leave out units that were not drawn."
        )
    others = sorted(set(given.to_list()) - {control})
    if control not in set(given.to_list()) or not others:
        raise BadInput(
            place=f"arm {control!r}",
            problem="is not one of at least two arms",
            remedy=f"The column holds {sorted(set(given.to_list()))}.",
        )
    arms = (control, *others)
    codes = np.array([arms.index(a) for a in given.to_list()], dtype=np.int8)
    shares = tuple(Fraction(int((codes == a).sum()), len(codes)) for a in range(len(arms)))
    out = replace(listed, arms=arms, shares=shares, arm_codes=codes, source="reported", note=note)
    if out.clusters is not None and len(np.unique(np.stack([out.clusters, codes]), axis=1).T) > len(
        out.cluster_names
    ):
        raise BadInput(
            place=f"cluster column {cluster!r}",
            problem="holds clusters with several arms",
            remedy="Leave cluster= out if units were drawn singly.",
        )
    return out


def verify(
    certificate: Mapping[str, object], firms: pl.DataFrame, *, rerandomize: Rerandomize | None = None
) -> bool:
    """Draw again from a list by a certificate and say whether the same outcome appears.

    >>> firms = pl.DataFrame({"id": ["F1", "F2", "F3", "F4"]})
    >>> drawn = randomize(firms, unit="id", arms=["a", "b"], seed="s")
    >>> verify(drawn.certificate(), firms), verify(drawn.certificate() | {"seed": "t"}, firms)
    (True, False)
    """
    if certificate.get("algorithm") != ALGORITHM or certificate.get("source") != "drawn":
        raise CannotBeSaid(
            what="Whether the lottery is genuine",
            why="the certificate is not of a lottery drawn by this procedure",
            remedy=f"Only {ALGORITHM} certificates can be re-run.",
        )
    common = {
        "unit": certificate["unit"],
        "seed": certificate["seed"],
        "cluster": certificate["cluster"],
        "strata": certificate["strata_by"],
    }
    arms = {name: certificate["arms"][name] for name in certificate["arm_order"]}  # type: ignore[index,attr-defined]
    if certificate["saturations"]:
        levels = {level: share for share, level in certificate["saturations"]}  # type: ignore[attr-defined]
        again = randomize_saturation(firms, saturations=levels, **common)  # type: ignore[arg-type]
    else:
        again = randomize(
            firms, arms=arms, misfits=certificate["misfits"], rerandomize=rerandomize, **common,
        )  # type: ignore[arg-type]  # fmt: skip
    same_list = again.list_hash == certificate["list_hash"]
    return same_list and again.result_hash == certificate["result_hash"]


# --- inside


def _read_list(
    firms: pl.DataFrame, unit: str, strata: str | Sequence[str], cluster: str | None, seed: str
) -> Assignment:
    if not isinstance(seed, str) or not seed:
        raise BadInput(
            place="the seed", problem="is empty", remedy="Fix a public text, such as a drawn number."
        )
    ids = column(firms, unit)
    if firms.height == 0:
        raise BadInput(place="the list", problem="is empty", remedy="Enter the units to be drawn.")
    if ids.null_count():
        raise BadInput(
            place=f"column {unit!r}, row {ids.is_null().arg_true()[0] + 1}", problem="has no id",
            remedy="Give every unit an id.",
        )  # fmt: skip
    text = ids.cast(pl.String)
    doubles = text.filter(text.is_duplicated()).unique().sort()
    if len(doubles):
        raise BadInput(
            place=f"unit {doubles[0]!r}", problem=f"(and {len(doubles) - 1} others) stands twice in the list",
            remedy="Merge the duplicates before drawing.",
        )  # fmt: skip
    units = tuple(sorted(text.to_list()))
    stratum_codes, stratum_names = _coded(firms, unit, names_of(strata))
    clusters, cluster_names = _coded(firms, unit, (cluster,)) if cluster else (None, ())
    if clusters is not None:
        _one_stratum_each(clusters, stratum_codes, cluster_names)
    return Assignment(
        unit=unit, units=units, arms=(), shares=(), arm_codes=np.zeros(len(units), dtype=np.int8),
        strata=stratum_codes, stratum_names=stratum_names, clusters=clusters, cluster_names=cluster_names,
        cluster=cluster, strata_by=names_of(strata), seed=seed,
    )  # fmt: skip


def _in_list_order(firms: pl.DataFrame, unit: str, values: pl.Series) -> pl.Series:
    ids = firms.get_column(unit).cast(pl.String).to_list()
    return values.gather(sorted(range(len(ids)), key=lambda i: ids[i]))


def _coded(firms: pl.DataFrame, unit: str, names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes in list order and sorted names of the combinations of some columns."""
    if not names:
        return np.zeros(firms.height, dtype=np.int64), (_ONE_STRATUM,)
    parts = [_in_list_order(firms, unit, column(firms, n).cast(pl.String)).to_list() for n in names]
    for name, part in zip(names, parts):
        if None in part:
            raise BadInput(
                place=f"column {name!r}",
                problem="has missing values",
                remedy="Complete it, or name a stratum 'unknown'.",
            )
    joined = [" | ".join(row) for row in zip(*parts)]
    levels = sorted(set(joined))
    at = {level: i for i, level in enumerate(levels)}
    return np.array([at[j] for j in joined], dtype=np.int64), tuple(levels)


def _one_stratum_each(clusters: np.ndarray, strata: np.ndarray, names: Sequence[str]) -> None:
    pairs = np.unique(np.stack([clusters, strata]), axis=1)
    doubled = np.flatnonzero(np.bincount(pairs[0]) > 1)
    if doubled.size:
        raise BadInput(
            place=f"cluster {names[doubled[0]]!r}",
            problem="lies in several strata",
            remedy="Use strata that hold whole clusters.",
        )


def _drawn_units(listed: Assignment) -> tuple[Sequence[str], np.ndarray]:
    return (listed.units if listed.clusters is None else listed.cluster_names), listed._drawn_strata


def _acceptance(rule: Rerandomize | None, firms: pl.DataFrame, unit: str, listed: Assignment, n_arms: int):
    if rule is None:
        return None
    columns = []
    for name in rule.covariates:
        values = _in_list_order(firms, unit, pl.Series(numbers(firms, name))).to_numpy()
        if np.isnan(values).any():
            raise BadInput(
                place=f"column {name!r}",
                problem="has missing values",
                remedy="Complete it or balance on another covariate.",
            )
        columns.append(values)
    matrix = np.column_stack(columns)
    if listed.clusters is not None:
        sizes = np.bincount(listed.clusters)[:, None]
        sums = np.column_stack([np.bincount(listed.clusters, weights=c) for c in columns])
        matrix = sums / sizes
    return acceptance(rule, matrix, n_arms)


def _draw_until(rule, names, strata, stratum_names, shares, misfits, seed) -> tuple[np.ndarray, int]:
    if rule is None:
        return lottery.draw(names, strata, stratum_names, shares, misfits, seed), 1
    for attempt in range(1, _MOST_TRIES + 1):
        codes = lottery.draw(names, strata, stratum_names, shares, misfits, f"{seed}#{attempt}")
        if rule.accepts(codes)[0]:
            return codes, attempt
    raise CannotBeSaid(
        what="A balanced lottery",
        why=f"none of {_MOST_TRIES:,} draws was balanced enough",
        remedy="Choose a larger acceptance share or fewer covariates.",
    )


def _saturation(level: object) -> Fraction:
    try:
        value = Fraction(level).limit_denominator(10_000)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        value = Fraction(-1)
    if not 0 <= value <= 1:
        raise BadInput(
            place=f"saturation {level!r}", problem="does not lie between 0 and 1", remedy="Write it as 0.5."
        )
    return value


def _treat_within(listed: Assignment, dealt: np.ndarray, levels: Sequence[Fraction], seed: str) -> np.ndarray:
    codes = np.empty(listed.n, dtype=np.int8)
    for c, name in enumerate(listed.cluster_names):
        level = levels[dealt[c]]
        members = np.flatnonzero(listed.clusters == c).tolist()
        members.sort(key=lambda i: lottery.keyed_number(seed, "within", listed.units[i]))
        offset = lottery.keyed_number(seed, "within-offset", name) % level.denominator
        n_treated = (len(members) * level.numerator + offset) // level.denominator
        codes[members] = 0 if level == 0 else 1
        codes[members[:n_treated]] = 2
    return codes
