"""What tells actors apart on the map: what the register says of them, and the groups that may be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.kept import kept
from nanduti.foundation.languages import in_tongue, tongue
from nanduti.indicators.units import unit_frame
from nanduti.methods.networks import Network
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.register.models.organisations import SizeBand
from nanduti.surveys.queries.mappings import words_of_facts

from .measures import sub_groups
from .ties import Ties

# An attribute with more values than this tells no groups apart, and one value tells nothing.
MOST_VALUES = 12
MOST_DIVIDED = 10_000
BASE = ("place", "size_class", "trade", "actor_kind", "cluster")


@dataclass(frozen=True)
class Inclusion:
    """A group that may be left out, and how it is told from what is known of an establishment."""

    code: str
    title: str
    title_es: str
    column: str
    values: frozenset[str] = frozenset()
    above: float | None = None
    source: str = ""

    @property
    def said(self) -> str:
        return in_tongue(self.title, self.title_es)


@cache
def inclusions() -> tuple[Inclusion, ...]:
    """The groups that ``inclusion.yaml`` names."""
    path = Path(__file__).parents[1] / "inclusion.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(
        Inclusion(
            r["code"], r["title"], r["title_es"], r["column"], frozenset(map(str, r.get("is", ()))),
            r.get("above"), r["source"],
        )
        for r in rows
    )  # fmt: skip


@dataclass(frozen=True)
class Attributes:
    """A table of the actors with all that tells them apart; titles of its columns and words for their values."""

    frame: pl.DataFrame
    titles: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inclusions: tuple[Inclusion, ...] = ()

    def values(self, name: str) -> list[str | None]:
        """The values of one attribute in the order of the actors; ``None`` where it is not known."""
        if name not in self.frame.columns:
            return [None] * self.frame.height
        return [None if v is None else str(v) for v in self.frame[name].to_list()]

    def labels(self, name: str) -> Mapping[str, Any]:
        """Words for the values of one attribute."""
        return self.words.get(name, {})


def attributes_of(
    ties: Ties, *, programme: Programme, cluster: Cluster | None, access: Access | None
) -> Attributes:
    """The actors of these ties with what the register knows of them, as far as the viewer may read it."""
    frame = ties.actors
    titles: dict[str, Any] = {
        "place": _("Place"), "size_class": _("Size"), "trade": _("Trade"), "actor_kind": _("Who it is"),
        "cluster": _("Cluster"),
    }  # fmt: skip
    codes = frame["cluster"].drop_nulls().unique().to_list() if "cluster" in frame.columns else []
    words: dict[str, Mapping[str, Any]] = {
        "cluster": {c.code: str(c) for c in Cluster.objects.filter(code__in=codes)},
        "size_class": dict(SizeBand.choices),
        "actor_kind": {
            "establishment": _("establishment"), "organisation": _("organisation"), "person": _("person"),
            "named": _("named, not in the register"),
        },
    }  # fmt: skip
    found: tuple[Inclusion, ...] = ()
    if (frame["actor_kind"] == "establishment").any():
        facts = _facts(programme, cluster, access)
        frame, found = _with_groups(frame.join(facts.frame, on="actor", how="left", maintain_order="left"))
        titles |= facts.titles
        words |= facts.words
        for group in found:
            titles[group.code] = group.said
            words[group.code] = {"yes": _("yes"), "no": _("no")}
    shown = {name: title for name, title in titles.items() if _tells_apart(frame, name)}
    return Attributes(frame, shown, words, tuple(g for g in found if g.code in shown))


SUB_GROUP = "sub_group"


def with_sub_groups(known: Attributes, network: Network) -> Attributes:
    """The same with the sub-group that each actor belongs to, found from the ties; whoever has none is in no group."""
    if not network.n_arcs or network.n > MOST_DIVIDED:
        return known
    found = sub_groups(network)
    partners = np.diff(network.either.indptr)
    groups = pl.Series(
        [str(g) if n else None for g, n in zip(found.of, partners, strict=True)], dtype=pl.String
    )
    names = {str(n + 1): _("Sub-group %(n)s") % {"n": n + 1} for n in range(found.n)}
    return Attributes(
        known.frame.with_columns(groups.alias(SUB_GROUP)),
        {**known.titles, SUB_GROUP: _("Sub-group, from the ties")},
        {**known.words, SUB_GROUP: names},
        known.inclusions,
    )


def _tells_apart(frame: pl.DataFrame, name: str) -> bool:
    return name in frame.columns and (name == "actor_kind" or 2 <= frame[name].drop_nulls().n_unique() <= 400)


def _facts(programme: Programme, cluster: Cluster | None, access: Access | None) -> Attributes:
    """The facts of the register by establishment; kept until somebody does something."""
    who = (
        ("operator",)
        if access is None
        else (access.user.pk if access.user else None, *sorted(access.scope_ids))
    )
    key = ("networks.facts", programme.pk, cluster.pk if cluster else None, tongue(), who)
    return kept(key, lambda: _read_facts(programme, cluster, access))


def _read_facts(programme: Programme, cluster: Cluster | None, access: Access | None) -> Attributes:
    units = unit_frame(programme=programme, access=access, clusters=[cluster] if cluster else None)
    language = tongue()
    wanted = {g.column for g in inclusions()}
    columns, titles, words = [], {}, {}
    for name, column in units.columns.items():
        if name in BASE or name not in units.frame.columns:
            continue
        values = units.frame[name]
        is_grouping = values.dtype == pl.String and 2 <= values.drop_nulls().n_unique() <= MOST_VALUES
        if is_grouping:
            titles[name] = column.label(language)
            words[name] = {
                code: column.choice(code, language) for code in values.drop_nulls().unique().to_list()
            }
        if is_grouping or name in wanted:
            columns.append(name)
    told = words_of_facts(programme=programme, language=language)
    for name, known in words.items():
        meant = told.get(units.columns[name].source.removeprefix("register:"), {})
        words[name] = {code: said if said != code else _meanings(code, meant) for code, said in known.items()}
    frame = units.frame.select(pl.col("pseudonym").alias("actor"), *columns)
    return Attributes(frame, titles, words)


def _meanings(codes: str, meant: Mapping[str, str]) -> str:
    """One code in words, or several of them that were chosen together."""
    return "; ".join(meant.get(code, code) for code in codes.split("; "))


def _with_groups(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Inclusion, ...]]:
    """A column "yes" or "no" for each group that the columns can tell."""
    found = [group for group in inclusions() if group.column in frame.columns]
    made = []
    for group in found:
        column = pl.col(group.column)
        if group.above is not None:
            belongs = column.cast(pl.Float64, strict=False) > group.above
        else:
            belongs = column.cast(pl.String).str.to_lowercase().is_in(sorted(group.values))
        made.append(
            pl.when(column.is_null()).then(None).when(belongs).then(pl.lit("yes")).otherwise(pl.lit("no"))
            .alias(group.code)
        )  # fmt: skip
    return frame.with_columns(made), tuple(found)
