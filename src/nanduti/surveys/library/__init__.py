"""The library of instruments: ready forms in English and Spanish, as data files with their sources.

A form is one YAML file: who made which block on what ground, the questions in groups, choices, checks and scores. It
becomes the same sheets as a workbook, so that whoever wants to change it downloads it as XLSX and goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from ..errors import UnknownLibraryForm

HERE = Path(__file__).parent
LANGUAGES = {"en": "English (en)", "es": "Español (es)"}
# How a question is written in a file → the column of the sheet.
_TRANSLATED = {"": "label", "hint_": "hint", "msg_": "constraint_message", "req_": "required_message"}
_COLUMNS = {
    "t": "type", "q": "name", "req": "required", "rel": "relevant", "con": "constraint", "calc": "calculation",
    "app": "appearance", "par": "parameters", "filter": "choice_filter", "default": "default", "save_to": "save_to",
    "count": "repeat_count", "trigger": "trigger", "s": "bind::nanduti:sensitivity", "unit": "bind::nanduti:unit",
    "concept": "bind::nanduti:concept", "src": "bind::nanduti:source", "type_of": "bind::type",
    "readonly": "read_only",
}  # fmt: skip


@dataclass(frozen=True)
class LibraryForm:
    """A form of the library. ``sources``: short name → where it comes from."""

    code: str
    kind: str
    title: dict[str, str]
    summary: dict[str, str]
    sources: dict[str, str]
    data: dict[str, Any] = field(repr=False)

    @cached_property
    def sheets(self) -> dict[str, list[dict[str, str]]]:
        """The sheets of its workbook."""
        return _sheets(self.data)

    @property
    def scores(self) -> list[dict[str, Any]]:
        """The scales that its answers add up to, as :mod:`nanduti.methods.instruments` takes them."""
        return list(self.data.get("scores", []))

    @property
    def mapping(self) -> dict[str, Any]:
        """Which answers become which records; empty where the form has none."""
        path = HERE / f"{self.code}.mapping.yaml"
        return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def forms() -> tuple[LibraryForm, ...]:
    """All of them, in the order of a programme's work."""
    found = []
    for path in HERE.glob("*.yaml"):
        if path.name.startswith("_") or path.name.endswith(".mapping.yaml"):
            continue
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(
            LibraryForm(path.stem, data["kind"], data["title"], data["summary"], data["sources"], data)
        )
    return tuple(sorted(found, key=lambda f: (f.data.get("order", 99), f.code)))


def form(code: str) -> LibraryForm:
    """The form of that code; raises ``UnknownLibraryForm``."""
    for one in forms():
        if one.code == code:
            return one
    raise UnknownLibraryForm(name=str(code)[:80], known=", ".join(f.code for f in forms()))


@cache
def _common_choices() -> dict[str, list]:
    return yaml.safe_load((HERE / "_choices.yaml").read_text(encoding="utf-8"))


def _sheets(data: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    survey = [row for item in data["survey"] for row in _rows(item)]
    lists = {**_common_choices(), **data.get("choices", {})}
    used = dict.fromkeys(
        row["type"].split()[1] for row in survey if row["type"].startswith(("select_", "rank "))
    )
    settings = {
        "form_title": data["title"]["en"],
        "form_id": data["form_id"],
        "default_language": LANGUAGES["es"],
        "allow_choice_duplicates": "no",
        **{key: str(value) for key, value in data.get("settings", {}).items()},
    }
    sheets = {
        "survey": survey,
        "choices": [_choice(name, c) for name in used if name in lists for c in lists[name]],
        "settings": [settings],
    }
    if data.get("entities"):
        sheets["entities"] = [{k: str(v) for k, v in row.items()} for row in data["entities"]]
    if data.get("checks"):
        sheets["checks"] = [_check(row) for row in data["checks"]]
    return sheets


def _rows(item: dict[str, Any]) -> list[dict[str, str]]:
    for kind in ("group", "repeat"):
        if kind in item:
            begin = {**item, "t": f"begin {kind}", "q": item[kind]}
            inner = [row for part in begin.pop("of") for row in _rows(part)]
            begin.pop(kind)
            return [_row(begin), *inner, {"type": f"end {kind}", "name": item[kind]}]
    return [_row(item)]


def _row(item: dict[str, Any]) -> dict[str, str]:
    row = {}
    for key, value in item.items():
        if key in _COLUMNS:
            row[_COLUMNS[key]] = _said(value)
            continue
        lead, language = key[: -len(key.rpartition("_")[2])], key.rpartition("_")[2]
        if language not in LANGUAGES or lead not in _TRANSLATED:
            raise ValueError(f"“{key}” is no column of a library form")
        row[f"{_TRANSLATED[lead]}::{LANGUAGES[language]}"] = str(value)
    return row


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _choice(name: str, choice: list) -> dict[str, str]:
    code, english, spanish, *more = choice
    row = {
        "list_name": name,
        "name": _said(code),
        f"label::{LANGUAGES['en']}": english,
        f"label::{LANGUAGES['es']}": spanish,
    }
    return row | {k: str(v) for k, v in (more[0] if more else {}).items()}


def _check(row: dict[str, Any]) -> dict[str, str]:
    return {
        "name": row["name"],
        "expression": row["expression"],
        "severity": row.get("severity", "warning"),
        **{f"message::{LANGUAGES[code]}": row[code] for code in LANGUAGES},
    }
