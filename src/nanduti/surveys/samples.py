"""Drawing from the register: the list one draws from, the designs, and what a drawn unit stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nanduti.methods import sampling
from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.errors import worded
from nanduti.programme.models import Programme
from nanduti.register.models import Establishment, ProfileFact

METHODS = ("census", "simple", "stratified", "product_size", "quota", "snowball")
STRATA = ("cluster", "place", "size_band", "product")
ALLOCATIONS = ("proportional", "equal", "square_root")
UNKNOWN = "?"  # a stratum of its own: who is not known in full can be drawn as well
SCHEMA = {
    "unit": pl.Int64, "pseudonym": pl.String, "cluster": pl.String, "place": pl.String, "size_band": pl.String,
    "product": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """One establishment that was drawn or stands by."""

    establishment_id: int
    stratum: str = ""
    is_reserve: bool = False
    probability: float | None = None
    weight: float | None = None


@dataclass(frozen=True)
class Drawn:
    """A sample as the methods give it: units in order, targets of quotas, and what anybody can repeat it by."""

    units: tuple[Unit, ...]
    frame_size: int
    certificate: dict[str, Any] = field(default_factory=dict)
    targets: tuple[dict[str, Any], ...] = ()
    note: str = ""


def frame_of(
    *, programme: Programme, clusters: Sequence[str] = (), places: Sequence[str] = (), size_bands: Sequence[str] = (),
    product_attribute: str = "",
) -> pl.DataFrame:  # fmt: skip
    """The list: the establishments of the programme's clusters, narrowed; a row for each, by number."""
    covered = programme.coverage.values_list("cluster_id", flat=True)
    rows = Establishment._base_manager.filter(cluster__in=covered, merged_into__isnull=True)
    wanted = {"cluster__code__in": clusters, "place__code__in": places, "size_band__in": size_bands}
    rows = rows.filter(**{name: list(values) for name, values in wanted.items() if values})
    fields = ("id", "pseudonym", "cluster__code", "place__code", "size_band", "activity")
    found = [
        (pk, pseudonym, cluster or UNKNOWN, place or UNKNOWN, band or UNKNOWN, activity or UNKNOWN)
        for pk, pseudonym, cluster, place, band, activity in rows.order_by("id").values_list(*fields)
    ]
    frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
    return _with_products(frame, product_attribute) if product_attribute else frame


def _with_products(frame: pl.DataFrame, attribute: str) -> pl.DataFrame:
    """What each makes, from facts: a firm that makes two things stands in both."""
    facts = ProfileFact._base_manager.filter(establishment__in=frame["unit"].to_list(), attribute=attribute)
    made: dict[int, list[str]] = {}
    for pk, text in facts.order_by("id").values_list("establishment_id", "value_text"):
        made.setdefault(pk, []).extend(part.strip() for part in text.split(";") if part.strip())
    products = [", ".join(sorted(set(made.get(pk, [])))) or UNKNOWN for pk in frame["unit"]]
    return frame.with_columns(product=pl.Series(products, dtype=pl.String))


def draw(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    """Draw by a design; ``BadInput`` says what cannot be."""
    method = design.get("method")
    if method not in METHODS:
        raise BadInput(
            place="method", problem=f"“{method}” is none", remedy=f"Use one of {', '.join(METHODS)}."
        )
    if frame.is_empty():
        raise BadInput(
            place=mark("The list"),
            problem=mark("holds nobody"),
            remedy=mark("Enter the firms into the register, or choose other clusters, places or sizes."),
        )
    return _DRAW[method](frame, design, seed)


def _n(design: dict[str, Any], frame: pl.DataFrame) -> int:
    n = design.get("n")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise BadInput(
            place=mark("The number of firms"),
            problem=mark("is missing"),
            remedy=mark("Say how many to draw, at least one."),
        )
    if n > frame.height:
        raise BadInput(
            place=mark("The number of firms"),
            problem=worded(mark("is {n}, and the list holds {all}"), n=n, all=frame.height),
            remedy=mark("Draw fewer, or take all of them as a census."),
        )
    return n


def _by(design: dict[str, Any]) -> list[str]:
    by = design.get("strata") or []
    unknown = [name for name in by if name not in STRATA]
    if unknown or not by:
        raise BadInput(
            place=mark("The kinds"), problem=mark("are not known") if unknown else mark("are not named"),
            remedy=mark("Tick at least one of the kinds to draw by."),
        )  # fmt: skip
    return list(dict.fromkeys(by))


def _units(rows: pl.DataFrame, by: Sequence[str], *, is_reserve: bool = False) -> list[Unit]:
    has_chance = "inclusion_share" in rows.columns and not is_reserve
    return [
        Unit(
            row["unit"], " · ".join(str(row[name]) for name in by), is_reserve,
            float(row["inclusion_share"]) if has_chance else None,
            float(row["sampling_weight"]) if has_chance else None,
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _census(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    units = tuple(Unit(pk, "", False, 1.0, 1.0) for pk in frame["unit"])
    return Drawn(units, frame.height)


def _simple(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    made = sampling.draw_simple(
        frame, unit="unit", n=_n(design, frame), seed=seed, n_reserves=_reserves(design)
    )
    return _drawn(made, frame, ())


def _stratified(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    by = _by(design)
    allocation = design.get("allocation", "proportional")
    if allocation not in ALLOCATIONS:
        raise BadInput(
            place="allocation", problem="is not known", remedy=f"Use one of {', '.join(ALLOCATIONS)}."
        )
    made = sampling.draw_stratified(
        frame, unit="unit", strata=by, n=_n(design, frame), seed=seed, allocation=allocation,
        least=int(design.get("least", 2)), n_reserves=_reserves(design),
    )  # fmt: skip
    return _drawn(made, frame, by)


def _drawn(made: sampling.Draw, frame: pl.DataFrame, by: Sequence[str]) -> Drawn:
    import json

    units = [*_units(made.sample, by), *_units(made.reserves, by, is_reserve=True)]
    return Drawn(tuple(units), frame.height, json.loads(made.certificate.to_json()))


def _reserves(design: dict[str, Any]) -> int:
    n = design.get("n_reserves", 0)
    return n if isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= 100 else 0


def _product_size(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    """Every product made, in every size: chosen to cover, so nobody stands for others [22]."""
    listed = frame.with_columns(product=pl.col("product").str.split(", "))
    n = design.get("n")
    made = sampling.choose_covering(
        listed, unit="unit", product="product", size="size_band", seed=seed, least=int(design.get("least", 1)),
        n_most=n if isinstance(n, int) and n > 0 else None,
    )  # fmt: skip
    of = {row["unit"]: f"{row['product']} · {row['size_band']}" for row in frame.iter_rows(named=True)}
    return Drawn(tuple(Unit(pk, of[pk]) for pk in made.firms), frame.height, note=made.note)


def _quota(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    """So many of each kind, whoever they are: targets, and no units."""
    by, n = _by(design), _n(design, frame)
    sizes = {tuple(key): size for *key, size in frame.group_by(by).len().sort(by).iter_rows()}
    takes = sampling.allocate(n, sizes, method=design.get("allocation", "proportional"), least=1)
    targets = tuple(
        {"cell": dict(zip(by, key, strict=True)), "n": take} for key, take in takes.items() if take
    )
    return Drawn(
        (), frame.height, targets=targets, note="A quota is filled by choice: it carries no weights."
    )


def _snowball(frame: pl.DataFrame, design: dict[str, Any], seed: str) -> Drawn:
    """The seeds of a chain, drawn by chance; those they name come by coupon."""
    made = _simple(frame, {**design, "n_reserves": 0}, seed)
    units = tuple(Unit(u.establishment_id, "seed") for u in made.units)
    return Drawn(
        units, frame.height, made.certificate, note="Weights come from the chains, not from the draw."
    )


_DRAW = {
    "census": _census, "simple": _simple, "stratified": _stratified, "product_size": _product_size,
    "quota": _quota, "snowball": _snowball,
}  # fmt: skip
