"""The files of a publication, made once from the checked result; after that only they are read."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from nanduti.interface.exports import DANGEROUS
from nanduti.surveys.exporting.flat import parquet

from ..gate.result import VALUE, Checked, CheckedPart
from ..materials.model import TOTAL

CSV, PARQUET, ZIP, JSON = "text/csv", "application/vnd.apache.parquet", "application/zip", "application/json"
SYNTHETIC = {
    "en": "Synthetic data, made up: no figure tells of real firms.",
    "es": "Datos sintéticos, inventados: ninguna cifra habla de empresas reales.",
}
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class MadeFile:
    """A file to be published."""

    name: str
    media_type: str
    content: bytes


def make(checked: Checked, about: Mapping[str, Any]) -> list[MadeFile]:
    """Every part as CSV and Parquet, the data package, and all of it in one ZIP."""
    files = [MadeFile(name, kind, content) for name, kind, content in checked.documents]
    if not checked.parts:
        return files
    for part in checked.parts:
        frame = part.public
        files.append(MadeFile(f"{part.name}.csv", CSV, csv_of(frame)))
        files.append(MadeFile(f"{part.name}.parquet", PARQUET, parquet(frame)))
    package = json.dumps(data_package(checked, about, files), ensure_ascii=False, indent=2).encode()
    described = MadeFile("datapackage.json", JSON, package)
    readme = MadeFile("README.txt", "text/plain; charset=utf-8", read_me(checked, about).encode())
    whole = [f for f in files if f.media_type == CSV] + [described, readme]
    return [*files, described, MadeFile(f"{about['slug']}.zip", ZIP, zipped(whole))]


def csv_of(frame: pl.DataFrame) -> bytes:
    """Comma-separated, UTF-8, empty where hidden; text that a spreadsheet would run is quoted away."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.iter_rows():
        writer.writerow([_cell(value) for value in row])
    return target.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def zipped(files: Sequence[MadeFile]) -> bytes:
    """A ZIP whose bytes depend on nothing but the files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            info = zipfile.ZipInfo(file.name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, file.content)
    return target.getvalue()


def data_package(checked: Checked, about: Mapping[str, Any], files: Sequence[MadeFile]) -> dict[str, Any]:
    """The description that programs read: Frictionless Data Package, version 1."""
    import hashlib

    by_name = {f.name: f for f in files}
    resources = []
    for part in checked.parts:
        file = by_name[f"{part.name}.csv"]
        resources.append(
            {
                "name": part.name.lower().replace("_", "-"),
                "path": file.name,
                "profile": "tabular-data-resource",
                "title": part.labels.get("en", part.name),
                "format": "csv",
                "mediatype": CSV,
                "encoding": "utf-8",
                "bytes": len(file.content),
                "hash": f"sha256:{hashlib.sha256(file.content).hexdigest()}",
                "schema": {"fields": fields_of(part, checked.columns), "missingValues": [""]},
            }
        )
    return {
        "profile": "tabular-data-package",
        "name": about["slug"],
        "id": about["address"],
        "title": about["title"],
        "version": str(about["number"]),
        "created": about["published_on"],
        "homepage": about["address"],
        "sources": [{"title": s.get("en", "")} for s in checked.sources],
        "description": " ".join(
            [
                *([SYNTHETIC["en"]] if about.get("is_synthetic") else []),
                *(n.get("en", "") for n in checked.notes),
            ]
        ),
        "resources": resources,
    }


def fields_of(part: CheckedPart, columns: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One field for each column, with its title and, for codes, what they may be."""
    found = []
    for name, kind in part.public.schema.items():
        known = columns.get(name, {})
        label = known.get("labels", {}).get("en", "")
        field: dict[str, Any] = {"name": name, "type": _type(kind)}
        if name == VALUE:
            field["title"] = part.labels.get("en", "")
            field["description"] = "Empty where it is hidden so that no firm can be recognised."
        elif label:
            field["title"] = label
        codes = known.get("codes", {})
        if codes and part.shape == "table":
            field["constraints"] = {"enum": [TOTAL, *codes]}
        elif codes and part.shape == "records":
            field["constraints"] = {"enum": list(codes)}
        found.append(field)
    return found


def _type(kind: Any) -> str:
    if kind.is_integer():
        return "integer"
    return "number" if kind.is_numeric() else "boolean" if kind == pl.Boolean else "string"


def read_me(checked: Checked, about: Mapping[str, Any]) -> str:
    """What is in the ZIP, for a person, in both languages."""
    lines = [about["title"], about.get("title_es") or "", "", about["citation"], ""]
    if about.get("is_synthetic"):
        lines += [SYNTHETIC["en"], SYNTHETIC["es"], ""]
    for language, head in (("en", "What the columns mean"), ("es", "Qué significan las columnas")):
        lines.append(f"{head}:")
        for name, column in checked.columns.items():
            lines.append(f"  {name}: {column['labels'].get(language) or column['labels'].get('en', '')}")
            for code, said in column.get("codes", {}).items():
                lines.append(f"    {code} = {said.get(language) or said.get('en', code)}")
        lines += [f"  {TOTAL} = Total", *(f"  {n.get(language, '')}" for n in checked.notes), ""]
    lines += [
        "Empty: hidden so that no firm can be recognised.",
        "Vacío: oculto para que no se pueda reconocer a ninguna empresa.",
    ]
    return "\r\n".join(lines) + "\r\n"
