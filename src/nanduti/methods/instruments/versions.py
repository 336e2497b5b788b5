"""Versions of one form brought together: what changed between two, and one table out of the tables of many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from .definition import Definition, Question
from .frames import KEY, PARENT_ROW, ROW, Column, Table, Tables, typed


@dataclass(frozen=True)
class Change:
    """What differs at one question between an older and a newer version.

    ``what``: added, removed, moved, kind, list, choices_gone, choices_added, label, sensitivity, required, relevant,
    constraint, calculation or unit; ``before`` and ``after`` say it in text.
    """

    name: str
    what: str
    before: str = ""
    after: str = ""
    language: str = ""


# A change that keeps old answers from meaning the same, or from fitting at all.
GRAVE = frozenset({"kind", "choices_gone", "removed", "moved", "unit"})


def compare(older: Definition, newer: Definition) -> list[Change]:
    """The changes question by question, joined by name; wording in every language that both have.

    >>> from nanduti.methods.instruments import Definition, Question
    >>> old = Definition("f", questions=(Question("n", "integer"),))
    >>> new = Definition("f", questions=(Question("n", "text"), Question("g/m", "text")))
    >>> [(c.name, c.what) for c in compare(old, new)]
    [('n', 'kind'), ('m', 'added')]
    """
    changes: list[Change] = []
    then, now = older.by_name, newer.by_name
    for name, question in then.items():
        if name not in now:
            changes.append(Change(name, "removed", question.kind))
        else:
            changes += _changed(older, newer, question, now[name])
    changes += [Change(name, "added", "", q.kind) for name, q in now.items() if name not in then]
    return changes


def _changed(older: Definition, newer: Definition, then: Question, now: Question) -> list[Change]:
    name = then.name
    found = []
    if then.kind != now.kind or typed(then) != typed(now):
        found.append(Change(name, "kind", then.kind, now.kind))
    if then.repeat != now.repeat:
        found.append(Change(name, "moved", then.repeat or "form", now.repeat or "form"))
    for what in ("sensitivity", "unit", "relevant", "constraint", "calculation"):
        if getattr(then, what) != getattr(now, what):
            found.append(Change(name, what, getattr(then, what), getattr(now, what)))
    if then.is_required != now.is_required:
        found.append(Change(name, "required", str(then.is_required), str(now.is_required)))
    before, after = older.choices_of(then), newer.choices_of(now)
    codes_before, codes_after = [c.name for c in before], [c.name for c in after]
    gone = [c for c in codes_before if c not in codes_after]
    added = [c for c in codes_after if c not in codes_before]
    if gone:
        found.append(Change(name, "choices_gone", " ".join(gone)))
    if added:
        found.append(Change(name, "choices_added", "", " ".join(added)))
    for language in dict.fromkeys([*then.labels, *now.labels]):
        said, says = then.labels.get(language, ""), now.labels.get(language, "")
        if said and says and said != says:
            found.append(Change(name, "label", said, says, language))
    return found


def unite(parts: Sequence[Tables]) -> tuple[Tables, list[Change]]:
    """One set of tables out of those of several versions (the newest last), and what does not fit.

    Columns meet by name. Where types differ the column becomes text; what only some versions ask is empty for the
    others; a repeat is known by its name wherever it stands.
    """
    newest = parts[-1].definition
    misfits = [c for older in parts[:-1] for c in compare(older.definition, newest) if c.what in GRAVE]
    names = {r.name: r.path for part in parts for r in part.definition.repeats}
    united = {}
    for name in ["", *dict.fromkeys(r.name for part in reversed(parts) for r in part.definition.repeats)]:
        tables = [t for part in parts for p, t in part.by_repeat.items() if (p.rpartition("/")[2] == name)]
        if tables:
            path = next((r.path for r in newest.repeats if r.name == name), names.get(name, ""))
            united[path if name else ""] = _stack(path if name else "", tables)
    return Tables(newest, united), list(dict.fromkeys(misfits))


def _stack(repeat: str, tables: Sequence[Table]) -> Table:
    columns: dict[str, Column] = {}
    for table in reversed(tables):  # the newest says what a column is
        for column in table.columns:
            columns.setdefault(column.name, column)
    types: dict[str, list[pl.DataType]] = {}
    for table in tables:
        for name, kind in table.frame.schema.items():
            types.setdefault(name, []).append(kind)
    target = {name: _common(kinds) for name, kinds in types.items()}
    frames = [
        t.frame.with_columns(_as_text(n, t.frame.schema[n]) for n in t.frame.columns if target[n] is None)
        for t in tables
    ]
    stacked = pl.concat(frames, how="diagonal_relaxed")
    lead = [c for c in (KEY, ROW, PARENT_ROW) if c in stacked.columns]
    order = lead + [name for name in columns if name not in lead]
    return Table(repeat, stacked.select(order), tuple(columns[name] for name in order))


def _common(kinds: Sequence[pl.DataType]) -> pl.DataType | None:
    """The type that all can take; ``None`` where only text will do."""
    distinct = list(dict.fromkeys(kinds))
    if len(distinct) == 1:
        return distinct[0]
    if all(kind.is_numeric() for kind in distinct):
        return pl.Float64()
    return None


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.List):
        if kind.inner == pl.String:
            return pl.col(name).list.join(" ")
        return pl.col(name).map_elements(lambda v: str(v.to_list()), return_dtype=pl.String)
    return pl.col(name).cast(pl.String)
