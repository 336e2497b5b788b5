"""The profile of a cluster: its figures with their sources, how its firms are divided, what the sample covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from django.db.models import Count
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.indicators.unit_columns import UnitColumn
from nanduti.indicators.units import Units, unit_frame
from nanduti.methods.sampling import product_size_coverage
from nanduti.register.models import Cluster, Organisation, ProfileFact

from ..findings import (
    NO_ANSWER,
    NOBODY_ASKED,
    NOT_KNOWN,
    WITHHELD,
    Cell,
    Coverage,
    Distribution,
    Figure,
    Findings,
    Part,
)
from ..models import DiagnosticStudy

HERE = Path(__file__).resolve().parents[1]
Say = Callable[[str], None]
SIZES = ("micro", "small", "medium", "large")
# A picture or a table of more parts than this tells nothing; the rest is added up.
MOST_PARTS = 14
YES, NO = ("yes", "1", "true"), ("no", "0", "false")


@cache
def recipe() -> dict[str, Any]:
    """Which figures and divisions every study has, and where they may come from: ``profile.yaml``."""
    return yaml.safe_load((HERE / "profile.yaml").read_text(encoding="utf-8"))


def findings(
    *,
    study: DiagnosticStudy,
    access: Access | None,
    at: datetime,
    with_answers: bool = True,
    say: Say = lambda _part: None,
) -> Findings:
    """Everything a study can say now; a bounded number of statements. ``access=None`` is the operator.

    ``with_answers`` false: for readers who may not see answers yet; what rests on them is withheld, not unknown.

    What identifies somebody is not asked for; small groups stand as they are until :func:`..findings.safe`.
    """
    say(_("reading the register"))
    listed = unit_frame(programme=study.programme, access=access, clusters=[study.cluster])
    say(_("reading the answers"))
    answered = _answered(study, access) if with_answers else None
    is_withheld = not with_answers and study.instrument is not None
    say(_("working out the figures"))
    figures = _figures(study, listed, answered, WITHHELD if is_withheld else NOT_KNOWN)
    divided = [_distribution(study, entry, listed, answered) for entry in recipe()["distributions"]]
    say(_("counting who was reached"))
    return Findings(
        computed_at=at.isoformat(),
        n_register=listed.n,
        n_answered=answered.n if answered else None,
        figures=tuple(figures),
        distributions=tuple(d for d in divided if d is not None),
        coverage=Coverage(least=study.least_per_cell, n_listed=listed.n, reason=WITHHELD)
        if is_withheld
        else _coverage(study, listed, answered),
        sources=tuple(
            dict.fromkeys(
                (c.tell("en", whole=True), c.tell("es", whole=True))
                for u in (listed, answered)
                if u
                for c in u.sources
            )
        ),
    )


def _answered(study: DiagnosticStudy, access: Access | None) -> Units | None:
    if study.instrument is None and study.wave is None:
        return None
    return unit_frame(
        programme=study.programme,
        access=access,
        clusters=[study.cluster],
        wave=study.wave,
        instrument=None if study.wave else study.instrument,
        columns=_wanted(study),
    )


def _wanted(study: DiagnosticStudy) -> list[str]:
    """The questions that the profile may need; reading no others is what makes a census quick."""
    names: list[str] = list(study.columns.values())
    for entry in recipe()["figures"]:
        for key in ("sum", "said_yes", "mean_per_cent"):
            names += entry.get(key, [])
        for side in entry.get("part", {}).values():
            names += side
    for entry in recipe()["distributions"]:
        names += entry["columns"]
    return list(dict.fromkeys(names))


# --- figures


def _figures(study: DiagnosticStudy, listed: Units, answered: Units | None, unasked: str) -> list[Figure]:
    facts = _facts(study.cluster)
    bodies = _bodies(study.cluster)
    made: list[Figure] = []
    for entry in recipe()["figures"]:
        found = [
            *_from_facts(entry, facts),
            *_from_register(entry, listed, bodies),
            *_from_answers(entry, answered),
        ]
        made += found or [_unknown(entry, answered, unasked)]
    return made


def _facts(cluster: Cluster) -> dict[str, list[ProfileFact]]:
    rows = ProfileFact._base_manager.filter(cluster=cluster).select_related("source")
    found: dict[str, list[ProfileFact]] = {}
    for row in rows.order_by("attribute", "as_of_start", "id"):
        found.setdefault(row.attribute.replace("-", "_"), []).append(row)
    return found


def _bodies(cluster: Cluster) -> dict[str, int]:
    rows = Organisation._base_manager.filter(cluster=cluster)
    return dict(rows.order_by().values_list("kind").annotate(n=Count("id")))


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": entry["code"], "label": entry["en"], "label_es": entry["es"]}


def _from_facts(entry: Mapping[str, Any], facts: Mapping[str, list[ProfileFact]]) -> list[Figure]:
    """Two sources that differ stand side by side."""
    return [
        Figure(
            code=entry["code"],
            label=row.label or entry["en"],
            label_es=row.label_es or entry["es"],
            basis="fact",
            value=None if row.value is None else float(row.value),
            said=row.value_text,
            unit=row.unit or entry["unit"],
            source=row.cite(),
            as_of=row.as_of,
        )
        for attribute in entry.get("facts", [])
        for row in facts.get(attribute, [])
    ]


def _from_register(entry: Mapping[str, Any], listed: Units, bodies: Mapping[str, int]) -> list[Figure]:
    kind = entry.get("register")
    if not kind:
        return []
    n = listed.n if kind == "establishments" else bodies.get(kind, 0)
    if not n:
        return []  # that nobody has written one down does not mean that there is none
    return [
        Figure(**_named(entry), basis="register", value=float(n), unit=entry["unit"], n=n, source="register")
    ]


def _from_answers(entry: Mapping[str, Any], answered: Units | None) -> list[Figure]:
    if answered is None:
        return []
    found = _computed(entry, answered)
    if found is None:
        return []
    value, n, columns = found
    return [
        Figure(
            **_named(entry),
            basis="answers",
            value=value if n else None,
            unit=entry["unit"],
            n=n,
            **_cited(answered),
            reason="" if n else NO_ANSWER,
            is_sensitive=any(answered.columns[c].sensitivity != "open" for c in columns),
        )
    ]


def _cited(units: Units) -> dict[str, str]:
    """Where the rows of a frame come from, in both languages."""
    if not units.sources:
        return {"source": "", "source_es": ""}
    return {"source": units.sources[0].tell("en"), "source_es": units.sources[0].tell("es")}


def _computed(entry: Mapping[str, Any], units: Units) -> tuple[float | None, int, list[str]] | None:
    """Value, how many answered, and the columns; ``None`` where nobody was asked."""
    frame = units.frame
    if "sum" in entry and (name := _first(units, entry["sum"])):
        known = _number(frame, name).drop_nulls()
        return float(known.sum()), len(known), [name]
    if "part" in entry:
        part, whole = _first(units, entry["part"]["of"]), _first(units, entry["part"]["whole"])
        if part and whole:
            both = pl.DataFrame({"p": _number(frame, part), "w": _number(frame, whole)}).drop_nulls()
            total = float(both["w"].sum())
            return (float(both["p"].sum()) / total if total else None), both.height, [part, whole]
    if "said_yes" in entry and (name := _first(units, entry["said_yes"])):
        said = frame[name].cast(pl.String).str.to_lowercase()
        n_yes, n_no = int(said.is_in(YES).sum()), int(said.is_in(NO).sum())
        return (n_yes / (n_yes + n_no) if n_yes + n_no else None), n_yes + n_no, [name]
    if "mean_per_cent" in entry and (name := _first(units, entry["mean_per_cent"])):
        known = _number(frame, name).drop_nulls()
        mean = known.mean()
        return (float(mean) / 100 if mean is not None else None), len(known), [name]  # type: ignore[arg-type]
    return None


def _first(units: Units, names: Sequence[str]) -> str:
    return next((name for name in names if name in units.columns and name in units.frame.columns), "")


def _number(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame[name].cast(pl.Float64, strict=False)


def _unknown(entry: Mapping[str, Any], answered: Units | None, unasked: str) -> Figure:
    could_ask = any(key in entry for key in ("sum", "part", "said_yes", "mean_per_cent"))
    return Figure(
        **_named(entry),
        basis="",
        unit=entry["unit"],
        reason=(NOBODY_ASKED if answered is not None else unasked) if could_ask else NOT_KNOWN,
    )


# --- how the firms are divided


def _distribution(
    study: DiagnosticStudy, entry: Mapping[str, Any], listed: Units, answered: Units | None
) -> Distribution | None:
    """By the first column that exists: among answers, else in the register; ``None`` where neither has it."""
    chosen = study.columns.get(entry["code"])
    names = [chosen] if chosen else entry["columns"]
    for units in (answered, listed):
        name = _first(units, names) if units is not None and units.n else ""
        if units is not None and name and units.frame[name].null_count() < units.n:
            return divided(units, name, code=entry["code"], label=entry["en"], label_es=entry["es"])
    return None


def divided(units: Units, name: str, *, code: str, label: str, label_es: str) -> Distribution:
    """How the rows of a unit frame are divided by a column; shares are of those who are known."""
    column = units.columns[name]
    values = units.frame[name]
    is_multiple = isinstance(values.dtype, pl.List)
    known = values.drop_nulls()
    if is_multiple:
        known = known.filter(known.list.len() > 0)
    n = len(known)
    spread = (known.list.unique().explode() if is_multiple else known).cast(pl.String).drop_nulls()
    counted = dict(spread.value_counts().iter_rows()) if len(spread) else {}
    ordered = [c for c in column.choices if c in counted] if column.choices else []
    ordered += sorted((c for c in counted if c not in ordered), key=lambda c: (-counted[c], c))
    if code != "size" and len(ordered) > MOST_PARTS:
        ordered = sorted(ordered, key=lambda c: (-counted[c], c))
    parts = [
        Part(c, column.choice(c, "en"), column.choice(c, "es"), int(counted[c]), counted[c] / n)
        for c in ordered[:MOST_PARTS]
    ]
    rest = ordered[MOST_PARTS:]
    if rest and not is_multiple:
        more = sum(counted[c] for c in rest)
        parts.append(Part("_rest", f"{len(rest)} others", f"otros {len(rest)}", int(more), more / n))
    return Distribution(
        code=code,
        label=label,
        label_es=label_es,
        parts=tuple(parts),
        n=n,
        n_unknown=units.n - n,
        **_cited(units),
        is_multiple=is_multiple,
        is_sensitive=column.sensitivity != "open",
    )


# --- what the sample covers


def _coverage(study: DiagnosticStudy, listed: Units, answered: Units | None) -> Coverage:
    """Whether firms of every product and size were heard (UNIDO twinning manual, step 3)."""
    if answered is None:
        return Coverage(least=study.least_per_cell, n_listed=listed.n, reason=NOBODY_ASKED)
    heard = answered.frame.select("establishment").drop_nulls()
    made = _makers(study, listed, answered)
    if made is None:
        return Coverage(least=study.least_per_cell, n_listed=listed.n, n_heard=heard.height, reason=NOT_KNOWN)
    firms, words = made
    placed = _placed(firms)
    if not placed.height:
        return Coverage(
            least=study.least_per_cell,
            n_listed=listed.n,
            n_heard=heard.height,
            n_unknown=listed.n,
            reason=NOT_KNOWN if heard.height else NO_ANSWER,
        )
    table = product_size_coverage(
        placed,
        heard.join(placed.select("establishment"), on="establishment", how="semi")["establishment"].to_list(),
        unit="establishment",
        product="product",
        size="size_class",
        least=study.least_per_cell,
    )
    return Coverage(
        cells=_cells(table, words),
        least=study.least_per_cell,
        n_listed=listed.n,
        n_heard=heard.height,
        n_unknown=listed.n - placed.height,
    )


def _makers(study: DiagnosticStudy, listed: Units, answered: Units) -> tuple[pl.DataFrame, UnitColumn] | None:
    """Who makes what, by size, with the column that has the words for it; ``None`` where nobody says."""
    names = [study.columns["product"]] if study.columns.get("product") else _columns_of("product")
    by_register = _first(listed, names)
    by_answers = _first(answered, names)
    if by_register:
        product = _several(listed.frame[by_register])
        words = answered.columns[by_answers] if by_answers else listed.columns[by_register]
        return listed.frame.select("establishment", "size_class", product=product), words
    if by_answers:
        # The list does not say who makes what: then only those who answered can be placed.
        said = answered.frame.select("establishment", product=pl.col(by_answers)).drop_nulls("establishment")
        firms = listed.frame.select("establishment", "size_class").join(said, on="establishment", how="left")
        return firms, answered.columns[by_answers]
    return None


def _cells(table: pl.DataFrame, words: UnitColumn) -> tuple[Cell, ...]:
    """The cells by product, as it is called, and by size."""
    cells = [
        Cell(p, words.choice(p, "en"), words.choice(p, "es"), s, n_listed, n_sampled, n_short)
        for p, s, n_listed, n_sampled, n_short in table.select(
            "product", "size", "n_listed", "n_sampled", "n_short"
        ).iter_rows()
    ]
    order = {size: i for i, size in enumerate(SIZES)}
    return tuple(sorted(cells, key=lambda c: (c.label, order.get(c.size, 9))))


def _several(values: pl.Series) -> pl.Series:
    """The register writes several products into one text, parted by semicolons."""
    if isinstance(values.dtype, pl.List):
        return values
    return values.cast(pl.String).str.split(";").list.eval(pl.element().str.strip_chars())


def _columns_of(code: str) -> list[str]:
    return next(d["columns"] for d in recipe()["distributions"] if d["code"] == code)


def _placed(firms: pl.DataFrame) -> pl.DataFrame:
    """Those of whom product and size are known; the others are counted beside, never in a cell."""
    known = firms.drop_nulls(["product", "size_class"])
    if isinstance(known["product"].dtype, pl.List):
        return known.filter(pl.col("product").list.len() > 0)
    return known.with_columns(pl.col("product").cast(pl.String))
