"""The answers of one submission as a person reads them: by group, labelled, with what is sealed left sealed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation import languages
from nanduti.interface import words
from nanduti.methods.instruments import IDENTIFYING, Definition, Question, in_language
from nanduti.register.sealing import open_sealed

from ..models import AnswerSet
from ..units import with_unit

# Nobody was asked these.
UNSHOWN_KINDS = frozenset({"note", "metadata", "hidden", "audit"})
LONGEST_SHOWN = 2_000


@dataclass(frozen=True)
class AnswerRow:
    """One question with its answer; ``is_sealed``: there is an answer, and it is kept in the vault's custody."""

    path: str
    label: str
    text: str
    is_sealed: bool = False
    problem: str = ""


@dataclass
class Section:
    """The questions of one group, or of one row of a repeat."""

    title: str
    rows: list[AnswerRow] = field(default_factory=list)


def labels_of(choices: Mapping[str, str], names: Any) -> str:
    """Chosen names in words."""
    return ", ".join(choices.get(name) or name for name in (names if isinstance(names, list) else [names]))


def said(definition: Definition, question: Question, value: Any, tongue: str) -> str:
    """An answer in the words of the reader."""
    if value is None:
        return ""
    if question.list_name:
        default = definition.default_language
        choices = {c.name: in_language(c.labels, tongue, default) for c in definition.choices_of(question)}
        return labels_of(choices, value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # A number of four digits without a unit is a year more often than not, and reads well without a separator.
        is_short = isinstance(value, int) and not question.unit and abs(value) < 10_000
        return with_unit(str(value) if is_short else words.number(value), value, question.unit)
    if question.kind == "acknowledge":
        return _("yes")
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)[:LONGEST_SHOWN]
    return _moment_in_words(question, str(value))[:LONGEST_SHOWN]


def _moment_in_words(question: Question, text: str) -> str:
    try:
        if "date" in (question.kind, question.data_type):
            return words.day(date.fromisoformat(text[:10]))
        if "datetime" in (question.kind, question.data_type):
            return words.moment(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text


def sealed_values(kept: AnswerSet) -> dict[str, Any]:
    """The identifying answers, opened: for machines, and for telling that there is one without telling which."""
    if kept.sealed is None:
        return {}
    return json.loads(open_sealed(kept.sealed, bound_to=("answers", str(kept.submission_id))))


def sections(definition: Definition, kept: AnswerSet) -> list[Section]:
    """The answers by group, in the order of the form; identifying ones only told to be there."""
    tongue = languages.tongue()
    problems = {p["path"]: p for p in kept.problems if p.get("path")}
    found: list[Section] = []
    _walk(definition, kept.answers, sealed_values(kept), "", "", tongue, problems, found)
    strangers = [p for path, p in problems.items() if path not in definition.by_path]
    if strangers:
        rows = [AnswerRow(p["path"], p["path"], p.get("text", ""), problem=p["reason"]) for p in strangers]
        found.append(Section(_("Answers that the form does not know"), rows))
    return [section for section in found if section.rows]


def _walk(
    definition: Definition,
    clear: Mapping[str, Any],
    sealed: Mapping[str, Any],
    repeat: str,
    ordinal: str,
    tongue: str,
    problems: Mapping[str, dict[str, str]],
    found: list[Section],
) -> None:
    titles = _titles(definition, tongue)
    here: Section | None = None
    group = None
    for question in definition.questions:
        if question.repeat != repeat or question.kind in UNSHOWN_KINDS or question.path.startswith("meta/"):
            continue
        if here is None or question.group != group:
            group = question.group
            here = Section(" ".join(filter(None, [titles.get(group, ""), ordinal])))
            found.append(here)
        row = _row(definition, question, clear, sealed, tongue, problems)
        if row is not None:
            here.rows.append(row)
    for child in definition.repeats:
        if child.parent == repeat:
            hidden = sealed.get(child.path) or []
            for number, rows in enumerate(clear.get(child.path) or [], start=1):
                mine = hidden[number - 1] if number <= len(hidden) else {}
                where = f"{ordinal}.{number}" if ordinal else str(number)
                _walk(definition, rows, mine, child.path, where, tongue, problems, found)


def _titles(definition: Definition, tongue: str) -> dict[str, str]:
    default = definition.default_language
    parts = [*definition.groups, *definition.repeats]
    return {p.path: in_language(p.labels, tongue, default) or p.path.rpartition("/")[2] for p in parts}


def _row(
    definition: Definition,
    question: Question,
    clear: Mapping[str, Any],
    sealed: Mapping[str, Any],
    tongue: str,
    problems: Mapping[str, dict[str, str]],
) -> AnswerRow | None:
    label = question.label(tongue, definition.default_language)
    problem = problems.get(question.path, {})
    if question.sensitivity == IDENTIFYING:
        is_there = question.path in sealed
        if not is_there and not problem and question.kind == "calculate":
            return None
        return AnswerRow(question.path, label, "", is_there, problem.get("reason", ""))
    if question.path not in clear and not problem:
        # What was computed, or not asked because of another answer, is left out.
        return (
            None if question.kind == "calculate" or question.relevant else AnswerRow(question.path, label, "")
        )
    text = said(definition, question, clear.get(question.path), tongue) or problem.get("text", "")
    return AnswerRow(question.path, label, text, problem=problem.get("reason", ""))


# --- two versions side by side


@dataclass(frozen=True)
class Difference:
    """One answer that differs between two versions of a submission."""

    label: str
    before: str
    after: str
    is_sealed: bool = False


def differences(definition: Definition, former: AnswerSet, latter: AnswerSet) -> list[Difference]:
    """What a correction changed; of identifying answers only that they changed."""
    tongue = languages.tongue()
    old, new = dict(_flat(former.answers)), dict(_flat(latter.answers))
    found = []
    for key in dict.fromkeys([*old, *new]):
        path, row = key
        question = definition.by_path.get(path)
        if old.get(key) == new.get(key) or question is None or question.kind == "metadata":
            continue
        label = " ".join(filter(None, [question.label(tongue, definition.default_language), row]))
        before, after = (said(definition, question, side.get(key), tongue) for side in (old, new))
        found.append(Difference(label, before, after))
    hidden_old, hidden_new = dict(_flat(sealed_values(former))), dict(_flat(sealed_values(latter)))
    for key in dict.fromkeys([*hidden_old, *hidden_new]):
        question = definition.by_path.get(key[0])
        if (
            hidden_old.get(key) != hidden_new.get(key)
            and question is not None
            and question.kind != "metadata"
        ):
            label = " ".join(filter(None, [question.label(tongue, definition.default_language), key[1]]))
            found.append(Difference(label, "", "", is_sealed=True))
    return found


def _flat(values: Mapping[str, Any], row: str = "") -> Iterator[tuple[tuple[str, str], Any]]:
    """Every answer by path and row."""
    for path, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, part in enumerate(value, start=1):
                yield from _flat(part, f"{row}.{number}" if row else str(number))
        else:
            yield (path, row), value
