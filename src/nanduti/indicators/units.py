"""The unit frame: one row for each establishment, one column for what is known of each.

Rooms above (indicators, diagnostics, release) ask here and nowhere else, so that "the firms of this wave" means the
same everywhere. A row is an establishment that answered, or (without an instrument) one that stands in the register.
Its columns are the register's own, then the answers by the names of their questions, or the facts of the register by
their attributes with ``-`` written ``_``. What identifies somebody is never among them: sealed answers, positions,
photographs. What nobody answered is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce

from nanduti.foundation.access import Access
from nanduti.foundation.arrow import read_frame
from nanduti.foundation.errors import NotFound
from nanduti.methods.instruments import FILE_KINDS, IDENTIFYING, Definition, Question
from nanduti.methods.instruments.frames import GEOMETRY_KINDS, KEY, column_names
from nanduti.programme.models import Coverage, Programme
from nanduti.register.models import Cluster, Establishment, Place, ProfileFact
from nanduti.register.models.organisations import SizeBand
from nanduti.surveys.models import Instrument, Wave
from nanduti.surveys.queries import tables

from .sampled import Sampled, with_sample
from .unit_columns import Citation, UnitColumn, base_columns, described

# What every unit frame begins with; unknown is null.
BASE: dict[str, Any] = {
    "establishment": pl.Int64, "pseudonym": pl.String, "cluster": pl.String, "place": pl.String,
    "size_class": pl.String, "trade": pl.String,
}  # fmt: skip
# Kept beside: the submission that a row came from (null in the register), and the day it arrived.
ASIDE = {"_submission": pl.Int64, "_received_on": pl.Date}
# What a form calls the question whether somebody takes part at all; "no" to it is no answer to anything else.
CONSENT = "consent"
LEFT_OUT = FILE_KINDS | GEOMETRY_KINDS | {"note", "metadata", "audit", "hidden"}


@dataclass(frozen=True)
class Units:
    """The frame with what its columns mean and where they come from.

    ``repeats``: by name of a repeat, its rows with ``_unit``, the number of the row of ``frame`` they belong to.
    ``n_unlinked``: answers of nobody who stands in the register (rows with ``establishment`` null, where asked for).
    ``n_declined``: forms in which somebody said that they do not take part; they are no answers and left out. Of
    clusters that were chosen both count what is about an establishment there.
    ``n_repeated``: answers left out because the same establishment answered again later in the same choice.
    """

    frame: pl.DataFrame
    columns: Mapping[str, UnitColumn]
    sources: tuple[Citation, ...] = ()
    repeats: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    sampled: Sampled | None = None
    n_unlinked: int = 0
    n_declined: int = 0
    n_repeated: int = 0
    instrument: Instrument | None = None
    wave: Wave | None = None

    @property
    def n(self) -> int:
        return self.frame.height

    def kind(self, name: str) -> str:
        """The kind of a column; "" where there is none of that name."""
        column = self.columns.get(name)
        return column.kind if column else ""


def unit_frame(
    *,
    programme: Programme,
    access: Access | None,
    clusters: Iterable[Cluster | str] | None = None,
    wave: Wave | str | None = None,
    instrument: Instrument | str | None = None,
    as_of: date | None = None,
    columns: Sequence[str] | None = None,
    with_unlinked: bool = False,
    firms: Iterable[int] | None = None,
) -> Units:
    """The firms of a programme with what is known of each; a bounded number of statements.

    ``wave`` or ``instrument`` (by object or code): who answered, and what; of several answers of one establishment the
    last one. Neither: who stands in the register, with its facts. ``clusters``: only these. ``as_of``: only what had
    arrived by the end of that day. ``columns``: only these questions or attributes, which is quicker; names that do not
    exist are passed over (look into ``Units.columns``). ``access``: establishments within its ``read``, answers and
    facts within its ``read_sensitive``; ``None`` is the operator. ``with_unlinked``: also answers of somebody who does
    not stand in the register. ``firms``: only these establishments, by number; nothing about others is read.
    """
    round_ = wave_of(programme, wave, instrument)
    asked = round_.instrument if round_ else instrument_of(programme, instrument)
    meant = _clusters(programme, clusters)
    sites = None if firms is None else tuple(firms)
    base = _base(access, meant, sites)
    if asked is None:
        return _of_register(access, base, as_of, columns, sites)
    choice = tables.Choice(
        filled_since=round_.opens_on if round_ else None,
        filled_until=round_.closes_on if round_ else None,
        until=as_of,
        clusters=None if clusters is None else tuple(meant),
        firms=sites,
    )
    units = _of_answers(
        base, asked, round_, access, choice, columns, with_unlinked and clusters is sites is None
    )
    return with_sample(units, round_) if round_ else units


def instrument_of(programme: Programme, given: Instrument | str | None) -> Instrument | None:
    """The instrument meant: itself, or by its form id, or by the library form it was taken from."""
    if given is None or isinstance(given, Instrument):
        return given
    rows = Instrument._base_manager.filter(programme=programme).select_related("programme")
    text = given.replace("\x00", "")
    found = rows.filter(code=text).first() or rows.filter(library_code=text).order_by("id").first()
    if found is None or not text:
        raise NotFound(kind="instrument", code_given=given)
    return found


def wave_of(
    programme: Programme, given: Wave | str | None, instrument: Instrument | str | None = None
) -> Wave | None:
    """The wave meant: itself, or by its code (of the instrument, where that is given)."""
    if given is None or isinstance(given, Wave):
        return given
    rows = Wave._base_manager.filter(instrument__programme=programme, code=given.replace("\x00", ""))
    asked = instrument_of(programme, instrument)
    rows = rows.filter(instrument=asked) if asked else rows
    found = rows.select_related("instrument__programme").order_by("-id").first()
    if found is None:
        raise NotFound(kind="wave", code_given=given)
    return found


# --- the register


def _clusters(programme: Programme, given: Iterable[Cluster | str] | None) -> dict[int, Cluster]:
    if given is None:
        covered = Coverage._base_manager.filter(programme=programme).values("cluster")
        rows = Cluster._base_manager.filter(pk__in=covered)
    else:
        parts = list(given)
        ids = [c.pk for c in parts if isinstance(c, Cluster)]
        codes = [c.replace("\x00", "") for c in parts if isinstance(c, str)]
        rows = Cluster._base_manager.filter(Q(pk__in=ids) | Q(code__in=codes))
    return {c.pk: c for c in rows.only("pk", "code", "trade")}


def _base(
    access: Access | None, clusters: Mapping[int, Cluster], firms: tuple[int, ...] | None
) -> pl.DataFrame:
    """The establishments as the register has them, and those merged into another under the one that was kept."""
    there = Q(cluster__in=list(clusters)) | Q(merged_into__cluster__in=list(clusters))
    rows = Establishment._base_manager.filter(there)
    if firms is not None:
        rows = rows.filter(Q(pk__in=firms) | Q(merged_into__in=firms))
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read"))

    def number(name: str) -> Coalesce:
        return Coalesce(F(name), Value(-1))

    values = rows.order_by("id").values_list(
        "pk", "pseudonym", number("cluster_id"), number("place_id"), "size_band", number("n_workers"), "activity",
        number("merged_into_id"),
    )  # fmt: skip
    read = read_frame(
        values,
        {"establishment": pl.Int64, "pseudonym": pl.String, "_cluster": pl.Int64, "_place": pl.Int64,
         "_band": pl.String, "_workers": pl.Int64, "_activity": pl.String, "_merged": pl.Int64},
    )  # fmt: skip
    places = dict(Place.objects.values_list("pk", "code"))
    workers, band = pl.col("_workers"), pl.col("_band")
    return read.select(
        "establishment",
        "pseudonym",
        _coded("_cluster", {pk: c.code for pk, c in clusters.items()}).alias("cluster"),
        _coded("_place", places).alias("place"),
        pl.when(band != "")
        .then(band)
        .when(workers > 0)
        .then(_band_of(workers))
        .otherwise(None)
        .alias("size_class"),
        pl.when(pl.col("_activity") != "")
        .then(pl.col("_activity"))
        .otherwise(_coded("_cluster", {pk: c.trade for pk, c in clusters.items() if c.trade}))
        .alias("trade"),
        pl.when(pl.col("_merged") > 0).then(pl.col("_merged")).alias("_merged"),
    )


def _coded(name: str, codes: Mapping[int, str]) -> pl.Expr:
    if not codes:
        return pl.lit(None, dtype=pl.String)
    return pl.col(name).replace_strict(
        list(codes), list(codes.values()), default=None, return_dtype=pl.String
    )


def _band_of(workers: pl.Expr) -> pl.Expr:
    """As :meth:`SizeBand.of`, for a column."""
    return (
        pl.when(workers < 10)
        .then(pl.lit(SizeBand.MICRO.value))
        .when(workers < 50)
        .then(pl.lit(SizeBand.SMALL.value))
        .when(workers < 250)
        .then(pl.lit(SizeBand.MEDIUM.value))
        .otherwise(pl.lit(SizeBand.LARGE.value))
    )


def _named(base: pl.DataFrame) -> dict[str, dict[str, dict[str, str]]]:
    """The names of the clusters and places that occur."""
    clusters = Cluster._base_manager.filter(code__in=_occurring(base, "cluster"))
    places = Place.objects.filter(code__in=_occurring(base, "place")[:900])
    return {
        "cluster": {
            code: {"en": en, "es": es or en} for code, en, es in clusters.values_list("code", "name", "name_es")
        },
        "place": {code: {"en": name, "es": name} for code, name in places.values_list("code", "name")},
    }  # fmt: skip


def place_names() -> dict[str, dict[str, str]]:
    """Every place by its code; places are few hundreds."""
    return {code: {"en": name, "es": name} for code, name in Place.objects.values_list("code", "name")}


def _occurring(base: pl.DataFrame, name: str) -> list[str]:
    return base[name].drop_nulls().unique().to_list()


def _of_register(
    access: Access | None,
    base: pl.DataFrame,
    as_of: date | None,
    wanted: Sequence[str] | None,
    firms: tuple[int, ...] | None,
) -> Units:
    frame = base.filter(pl.col("_merged").is_null()).drop("_merged")
    columns = base_columns(_named(frame))
    facts = _facts(access, _occurring(frame, "cluster"), as_of, wanted, firms)
    for attribute in facts["attribute"].unique().sort().to_list():
        name = attribute.replace("-", "_")
        if name in columns or name in BASE:
            name = f"fact_{name}"
        mine = facts.filter(pl.col("attribute") == attribute).unique("establishment", keep="last")
        has_words = bool((mine["value_text"] != "").any())
        value = (
            pl.when(pl.col("value_text") != "").then("value_text").otherwise("value")
            if has_words
            else pl.col("value").cast(pl.Float64, strict=False)
        )
        frame = frame.join(mine.select("establishment", value.alias(name)), on="establishment", how="left")
        last = mine.row(mine.height - 1, named=True)
        columns[name] = UnitColumn(
            name,
            "text" if has_words else "number",
            {"en": last["label"] or attribute, "es": last["label_es"] or last["label"] or attribute},
            unit=last["unit"],
            source=f"register:{attribute}",
        )
    citation = Citation("register", {"en": "Register", "es": "Registro"}, n=frame.height, last_on=as_of)
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.Int64).alias("_submission"), pl.lit(None, dtype=pl.Date).alias("_received_on")
    )
    return Units(frame, columns, (citation,))


_FACT = {
    "establishment": pl.Int64, "attribute": pl.String, "value": pl.String, "value_text": pl.String,
    "unit": pl.String, "label": pl.String, "label_es": pl.String,
}  # fmt: skip


def _facts(
    access: Access | None,
    clusters: Sequence[str],
    as_of: date | None,
    wanted: Sequence[str] | None,
    firms: tuple[int, ...] | None,
) -> pl.DataFrame:
    """Facts about the establishments, the newest last: of two that differ the later one speaks."""
    rows = ProfileFact._base_manager.filter(establishment__cluster__code__in=clusters)
    rows = rows if firms is None else rows.filter(establishment__in=firms)
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read_sensitive"))
    if as_of is not None:
        rows = rows.filter(Q(as_of_start__isnull=True) | Q(as_of_start__lte=as_of))
    if wanted is not None:
        names = {w.removeprefix("fact_") for w in wanted}
        rows = rows.filter(attribute__in=names | {n.replace("_", "-") for n in names})
    text = models.TextField()
    values = rows.order_by("as_of_start", "id").values_list(
        "establishment_id",
        "attribute",
        Coalesce(Cast("value", text), Value(""), output_field=text),
        "value_text",
        "unit",
        "label",
        "label_es",
    )
    return read_frame(values, _FACT)


# --- answers


def _of_answers(
    base: pl.DataFrame,
    instrument: Instrument,
    wave: Wave | None,
    access: Access | None,
    choice: tables.Choice,
    wanted: Sequence[str] | None,
    with_unlinked: bool,
) -> Units:
    paths, consents = _paths(instrument, wanted)
    read = tables.frame(instrument=instrument, access=access, choice=choice, choices_apart=False, paths=paths)
    definition = read.definition
    asked = [q for q in definition.questions if _may_stand(q)]
    names = _column_names(read.tables, asked)
    root, n_declined = _willing(read.root, consents)
    about = root.select(
        pl.col(KEY).alias("_submission"),
        pl.col("_received_at").dt.date().alias("_received_on"),
        pl.col("_establishment").alias("_said"),
        "_version",
        pl.col("_cluster").alias("_asked_in"),
        *(pl.col(c).alias(name) for c, (name, q) in names.items() if not q.repeat),
    )
    joined, n_unlinked, n_repeated = _linked(about, base, with_unlinked)
    columns = base_columns(_named(joined))
    columns |= {name: described(definition, q, name, instrument.code) for name, q in names.values()}
    own = [name for name, q in names.values() if not q.repeat]
    citation = _cited(instrument, joined)
    frame = joined.select(*BASE, *ASIDE, *own)
    repeats = _repeats(read.tables, names, frame)
    return Units(
        frame, columns, (citation,), repeats,
        n_unlinked=n_unlinked, n_declined=n_declined, n_repeated=n_repeated, instrument=instrument, wave=wave,
    )  # fmt: skip


def _paths(instrument: Instrument, wanted: Sequence[str] | None) -> tuple[list[str] | None, list[str]]:
    """The questions of those names in any version (``None``: all), and the names of those that ask for consent."""
    from nanduti.surveys.models import InstrumentVersion
    from nanduti.surveys.reading import definitions_of

    ids = InstrumentVersion._base_manager.filter(instrument=instrument).values_list("pk", flat=True)
    asked = [q for d in definitions_of(ids).values() for q in d.questions]
    consents = {q.path: q.name for q in asked if q.notes.get("concept") == CONSENT and q.kind == "select_one"}
    if wanted is None:
        return None, list(consents.values())
    names = {w.removeprefix("answer_") for w in wanted}
    return sorted({q.path for q in asked if q.name in names} | set(consents)), list(consents.values())


def _willing(root: pl.DataFrame, consents: Sequence[str]) -> tuple[pl.DataFrame, int]:
    """Without the forms in which somebody declined to take part, and how many those are."""
    own = [name for name in dict.fromkeys(consents) if name in root.columns]
    if not own:
        return root, 0
    declined = pl.any_horizontal((pl.col(name) == "no").fill_null(False) for name in own)
    kept = root.filter(~declined)
    return kept, root.height - kept.height


def _may_stand(question: Question) -> bool:
    return question.sensitivity != IDENTIFYING and question.kind not in LEFT_OUT


def columns_asked(definition: Definition, code: str) -> dict[str, UnitColumn]:
    """The columns that a unit frame of this form has, by their names."""
    asked = [q for q in definition.questions if _may_stand(q)]
    found: dict[str, UnitColumn] = {}
    for repeat in dict.fromkeys(q.repeat for q in asked):
        names = column_names(definition, repeat)
        for question in asked:
            if question.repeat == repeat:
                name = _free_name(names[question.path])
                found[name] = described(definition, question, name, code)
    return found


def _free_name(name: str) -> str:
    return name if name not in BASE and name not in ASIDE else f"answer_{name}"


def _column_names(made: Any, asked: Sequence[Question]) -> dict[str, tuple[str, Question]]:
    """Column of the surveys' tables → (column of the unit frame, question). Repeats keep their own names."""
    by_path = {q.path: q for q in asked}
    found: dict[str, tuple[str, Question]] = {}
    for table in made.by_repeat.values():
        for column in table.columns:
            question = by_path.get(column.path)
            if column.role == "answer" and question is not None:
                key = f"{question.repeat}:{column.name}" if question.repeat else column.name
                found[key] = (_free_name(column.name), question)
    return found


def _linked(about: pl.DataFrame, base: pl.DataFrame, with_unlinked: bool) -> tuple[pl.DataFrame, int, int]:
    """Answers with the establishment they are about; the last answer of each."""
    kept = base.select(pl.col("establishment").alias("_kept"))
    found = base.select(
        pl.col("pseudonym").alias("_said"),
        pl.coalesce("_merged", "establishment").alias("_kept"),
    ).join(kept, on="_kept", how="semi")
    firms = base.drop("_merged").rename({"establishment": "_kept"})
    joined = about.join(found, on="_said", how="left").join(firms, on="_kept", how="left")
    joined = joined.rename({"_kept": "establishment"}).with_columns(
        pl.coalesce("cluster", pl.when(pl.col("_asked_in") != "").then("_asked_in"))
    )
    linked = joined.filter(pl.col("establishment").is_not_null())
    last = linked.sort("_received_on", "_submission").unique(
        "establishment", keep="last", maintain_order=True
    )
    nobody = joined.filter(pl.col("establishment").is_null() & (pl.col("_said").fill_null("") == ""))
    n_unlinked, n_repeated = nobody.height, linked.height - last.height
    whole = pl.concat([last, nobody], how="vertical") if with_unlinked and n_unlinked else last
    return whole, n_unlinked, n_repeated


def _cited(instrument: Instrument, joined: pl.DataFrame) -> Citation:
    days = joined["_received_on"]
    return Citation(
        "instrument",
        {"en": instrument.title, "es": instrument.title_es or instrument.title},
        tuple(sorted(v for v in joined["_version"].unique().to_list() if v)),
        joined.height,
        days.min() if joined.height else None,  # type: ignore[arg-type]
        days.max() if joined.height else None,  # type: ignore[arg-type]
    )


def _repeats(
    made: Any, names: Mapping[str, tuple[str, Question]], frame: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """The rows of each repeat with the number of the unit they belong to."""
    rows = frame.select(pl.col("_submission").alias(KEY)).with_row_index("_unit")
    found = {}
    for path, table in made.by_repeat.items():
        own = [(c.name, names.get(f"{path}:{c.name}")) for c in table.columns if c.role == "answer"]
        told = [pl.col(c).alias(said[0]) for c, said in own if said is not None]
        if path and told:
            found[path.rpartition("/")[2]] = table.frame.join(rows, on=KEY).select("_unit", *told)
    return found
