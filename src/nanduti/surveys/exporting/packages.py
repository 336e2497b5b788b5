"""SPSS and Stata: numbers with labels, short names, missing values as those programs know them."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from nanduti.methods.instruments import Definition
from nanduti.methods.instruments.frames import Table, labels_of

from .codebook import label_of
from .flat import plain

# What each program takes: characters of a variable's name, of its label, of a value's label.
LIMITS = {"sav": (64, 255, 120), "dta": (32, 80, 320)}
LONGEST_TEXT = {"sav": 32_767, "dta": 2_000_000}
RESERVED = frozenset(
    "all and by eq ge gt le lt ne not or to with if in using int long float double byte strl _n _all _b _coef _cons "  # noqa: SIM905
    "_pi _pred _rc _skip str".split()
)


def write(
    definition: Definition, table: Table, kind: str, *, title: str, language: str
) -> tuple[bytes, dict[str, str]]:
    """The file of one table, and column → variable name."""
    import pyreadstat

    longest_name, longest_label, longest_value = LIMITS[kind]
    frame, value_labels = _numbers(definition, table, language)
    names = short_names(frame.columns, longest_name)
    labels = {
        names[c.name]: label_of(definition, c, language)[:longest_label]
        for c in table.columns
        if c.name in names
    }
    said = {
        names[column]: {code: text[:longest_value] for code, text in values.items()}
        for column, values in value_labels.items()
    }
    frame = _for_packages(frame, LONGEST_TEXT[kind]).rename(names)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"table.{kind}"
        common = {"file_label": title[:60], "column_labels": labels, "variable_value_labels": said}
        if kind == "sav":
            pyreadstat.write_sav(frame, str(target), row_compress=True, **common)
        else:
            pyreadstat.write_dta(frame, str(target), version=15, **common)
        return target.read_bytes(), names


def _numbers(
    definition: Definition, table: Table, language: str
) -> tuple[pl.DataFrame, dict[str, dict[int, str]]]:
    """Choices as numbers with labels: their own numbers where all names are numbers, else their place in the list."""
    frame, said = table.frame, {}
    changed = []
    for column in table.columns:
        question = definition.by_path.get(column.path)
        if column.role == "choice":
            changed.append(pl.col(column.name).cast(pl.Int8))
            said[column.name] = {0: "0", 1: "1"}
        elif column.role == "answer" and question is not None and question.kind == "select_one":
            choices = [c.name for c in definition.choices_of(question)]
            if not choices or frame.schema[column.name] != pl.String:
                continue
            unknown = set(frame[column.name].drop_nulls().unique()) - set(choices)
            codes = numbers_of([*choices, *sorted(unknown)])
            labels = labels_of(definition, question, language)
            said[column.name] = {code: labels.get(name, name) for name, code in codes.items()}
            changed.append(
                pl.col(column.name).replace_strict(list(codes), list(codes.values()), return_dtype=pl.Int32)
            )
    return plain(frame.with_columns(changed)), said


def numbers_of(names: list[str]) -> dict[str, int]:
    """The number of each choice.

    >>> numbers_of(["1", "2", "99"]), numbers_of(["yes", "no"])
    ({'1': 1, '2': 2, '99': 99}, {'yes': 1, 'no': 2})
    """
    if all(re.fullmatch(r"-?(0|[1-9]\d{0,6})", name) for name in names):
        return {name: int(name) for name in names}
    return {name: number for number, name in enumerate(names, start=1)}


def _for_packages(frame: pl.DataFrame, longest: int) -> pl.DataFrame:
    made: list[Any] = []
    for name, kind in frame.schema.items():
        if kind == pl.String:
            made.append(
                pl.col(name)
                .str.replace_all("\x00", "", literal=True)
                .str.slice(0, longest // 4)
                .fill_null("")
            )
        elif kind == pl.Boolean:
            made.append(pl.col(name).cast(pl.Int8))
        elif isinstance(kind, pl.Datetime):
            made.append(pl.col(name).dt.replace_time_zone(None))
        elif kind == pl.Int64:
            # Both programs keep whole numbers of this size as doubles.
            made.append(pl.col(name).cast(pl.Float64))
    return frame.with_columns(made)


def short_names(columns: list[str], longest: int) -> dict[str, str]:
    """Names that both programs take: letters, digits and underscores, a letter first, none twice whatever the case.

    >>> short_names(["_key", "tools/sewing", "Tools-sewing", "año", "with"], 32)
    {'_key': 'v_key', 'tools/sewing': 'tools_sewing', 'Tools-sewing': 'Tools_sewing_2', 'año': 'a_o', 'with': 'with_'}
    """
    taken: set[str] = set()
    found = {}
    for column in columns:
        name = re.sub(r"[^0-9A-Za-z_]", "_", column)
        name = name if name[:1].isalpha() else f"v{name}"
        name = f"{name}_" if name.lower() in RESERVED else name
        name = name[:longest]
        number, base = 2, name
        while name.lower() in taken:
            name = f"{base[: longest - len(str(number)) - 1]}_{number}"
            number += 1
        taken.add(name.lower())
        found[column] = name
    return found
