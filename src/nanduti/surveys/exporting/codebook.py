"""What each column of an export means: its question, words, choices and unit."""

from __future__ import annotations

import polars as pl

from nanduti.methods.instruments import Definition, in_language
from nanduti.methods.instruments.frames import Column, Tables, labels_of

ABOUT = {
    "_key": "Number of the submission in Nanduti",
    "_instance_id": "instanceID of the submission",
    "_version": "Version of the form",
    "_state": "State of the review",
    "_received_at": "When it arrived (UTC)",
    "_started_at": "When the form was begun (UTC)",
    "_ended_at": "When the form was ended (UTC)",
    "_duration_seconds": "How long it took, in seconds",
    "_channel": "How it came: phone, browser, spreadsheet, office",
    "_enumerator": "Code of the enumerator",
    "_cluster": "Code of the cluster",
    "_establishment": "Pseudonym of the establishment",
    "_files_expected": "Files that the answers name",
    "_files_arrived": "Files that have arrived",
    "_row": "Number of the row in its repeat",
    "_parent_row": "Number of the row that it lies in",
}


def label_of(definition: Definition, column: Column, language: str) -> str:
    """What stands in a column, in words."""
    question = definition.by_path.get(column.path)
    if question is None:
        return ABOUT.get(column.name, column.name)
    label = question.label(language, definition.default_language)
    if column.role == "choice":
        return f"{label}: {labels_of(definition, question, language).get(column.choice, column.choice)}"
    if column.role == "label":
        return f"{label} ({column.language})"
    return label if column.role == "answer" else f"{label} ({column.role})"


def codebook(tables: Tables, language: str, names: dict[tuple[str, str], str] | None = None) -> pl.DataFrame:
    """One row for each column of each table. ``names``: (table, column) → its name where that had to be shortened."""
    definition = tables.definition
    rows = []
    for repeat, table in tables.by_repeat.items():
        for column in table.columns:
            question = definition.by_path.get(column.path)
            choices = (
                definition.choices_of(question) if question is not None and column.role == "answer" else ()
            )
            said = (
                f"{c.name} = {in_language(c.labels, language, definition.default_language)}" for c in choices
            )
            rows.append(
                {
                    "table": repeat or "(form)",
                    "column": column.name,
                    "short_name": (names or {}).get((repeat, column.name), ""),
                    "question": column.path,
                    "kind": question.kind if question is not None else "",
                    "label": label_of(definition, column, language),
                    "choices": " | ".join(said),
                    "unit": question.unit if question is not None else "",
                    "sensitivity": question.sensitivity if question is not None else "",
                }
            )
    return pl.DataFrame(rows, schema=dict.fromkeys(
        ("table", "column", "short_name", "question", "kind", "label", "choices", "unit", "sensitivity"), pl.String
    ))  # fmt: skip
