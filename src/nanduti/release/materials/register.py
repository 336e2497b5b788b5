"""The register as tables ask for it: no columns but theirs, as numbers until all rows are there.

The same firms with the same codes as :func:`nanduti.indicators.units.unit_frame` gives them, in a quarter of the time;
what it cannot read so (facts, activities in words) it leaves to that one. The rows are needed one by one, because the
ledger has to know who stands behind each cell; and grouping them in the database takes longer than reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.db.models import Case, Expression, F, IntegerField, Q, Value, When

from nanduti.foundation.arrow import read_frame
from nanduti.indicators.unit_columns import Citation, base_columns
from nanduti.indicators.units import Units, place_names
from nanduti.programme.models import Coverage, Programme
from nanduti.register.models import Cluster, Establishment, Place
from nanduti.register.models.organisations import SizeBand

from .model import HOLDER, ID
from .spec import REGISTER

OWN = ("cluster", "place", "size_class", "trade")
BANDS = [band.value for band in SizeBand]
# The number of a band that is none of them.
STRANGE = -9


def is_enough(spec: Mapping[str, Any]) -> bool:
    """Whether a table asks for nothing but what the register itself says of every firm."""
    return (
        spec.get("source") == REGISTER and not spec.get("measure") and set(spec.get("dims") or ()) <= set(OWN)
    )


def read(programme: Programme, spec: Mapping[str, Any]) -> Units | None:
    """The firms with their names as records and their owners; ``None`` where they cannot be read so."""
    clusters = _clusters(programme, list(spec.get("clusters") or ()))
    wanted = [d for d in OWN if d in spec["dims"]]
    rows = Establishment._base_manager.filter(merged_into__isnull=True)
    mine = rows.filter(cluster__in=list(clusters))
    if "trade" in wanted and mine.exclude(activity="").exists():
        return None
    # Most of the register is read quicker from its beginning to its end than cluster by cluster.
    is_most = 2 * len(clusters) >= Cluster._base_manager.count()
    asked: dict[str, Any] = {"_firm": F("pk"), "_owner": F("organisation_id"), "_cluster": F("cluster_id")}
    asked |= {"_place": F("place_id")} if "place" in wanted else {}
    asked |= {"_band": _band()} if "size_class" in wanted else {}
    found = read_frame(
        (rows if is_most else mine).values_list(*asked.values()), dict.fromkeys(asked, pl.Int64)
    )
    found = found.filter(pl.col("_cluster").is_in(list(clusters))).sort("_firm")
    if "_band" in asked and bool((found["_band"] == STRANGE).any()):
        return None
    frame = pl.DataFrame([_names(found), *_owners(found), *(_codes(found, d, clusters) for d in wanted)])
    named = {
        "cluster": {c.code: {"en": c.name, "es": c.name_es or c.name} for c in clusters.values()},
        "place": place_names() if "place" in wanted else {},
    }
    citation = Citation("register", {"en": "Register", "es": "Registro"}, n=frame.height)
    return Units(frame, base_columns(named), (citation,))


def _clusters(programme: Programme, codes: list[str]) -> dict[int, Cluster]:
    rows = Cluster._base_manager
    if codes:
        chosen = rows.filter(code__in=[c.replace("\x00", "") for c in codes])
    else:
        chosen = rows.filter(pk__in=Coverage._base_manager.filter(programme=programme).values("cluster"))
    return {c.pk: c for c in chosen.only("pk", "code", "name", "name_es", "trade")}


def _band() -> Expression:
    """The number of the size, as the firm says it or else by its workers; null where neither is known."""
    said = [When(size_band=band, then=Value(at)) for at, band in enumerate(BANDS)]
    bounds = (10, 50, 250)
    counted = [When(n_workers__lt=bound, then=Value(at)) for at, bound in enumerate(bounds)]
    return Case(
        *said,
        When(~Q(size_band=""), then=Value(STRANGE)),
        When(Q(n_workers__isnull=True) | Q(n_workers__lte=0), then=Value(None)),
        *counted,
        default=Value(len(bounds)),
        output_field=IntegerField(),
    )


def _names(found: pl.DataFrame) -> pl.Series:
    return found.select(pl.concat_str([pl.lit("e"), pl.col("_firm").cast(pl.String)]).alias(ID))[ID]


def _owners(found: pl.DataFrame) -> list[pl.Series]:
    """Whose each firm is; nothing where everybody has one, which is quicker."""
    owners = found.select(pl.coalesce("_owner", -pl.col("_firm")).alias(HOLDER))[HOLDER]
    return [owners] if owners.is_duplicated().any() else []


def _codes(found: pl.DataFrame, name: str, clusters: Mapping[int, Cluster]) -> pl.Series:
    """Numbers as the codes they stand for; null where there is none."""
    if name == "size_class":
        return _said(found["_band"], dict(enumerate(BANDS)), name)
    if name == "place":
        return _said(found["_place"], dict(Place.objects.values_list("pk", "code")), name)
    said = {pk: c.code if name == "cluster" else c.trade for pk, c in clusters.items()}
    return _said(found["_cluster"], {pk: code for pk, code in said.items() if code}, name)


def _said(numbers: pl.Series, codes: Mapping[int, str], name: str) -> pl.Series:
    if not codes:
        return pl.Series(name, [None] * len(numbers), dtype=pl.String)
    made = numbers.replace_strict(list(codes), list(codes.values()), default=None, return_dtype=pl.String)
    return made.alias(name)
