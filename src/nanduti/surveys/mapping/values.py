"""What a specification makes of the answers of one submission: plain values, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from nanduti.methods.instruments import Definition
from nanduti.register.sealing import lookup

from ..errors import AnswerDoesNotFit
from ..reading import Reading
from .spec import Entry, Source, _plain
from .targets import Slot


@dataclass(frozen=True)
class Piece:
    """One record to be: the row of the repeat it comes from ("" for the submission itself) and its values."""

    entry: Entry
    row: str
    values: dict[str, Any]


def pieces(entry: Entry, reading: Reading) -> Iterator[Piece]:
    """The records that an entry makes of one submission; a row without any answer makes none."""
    for row, answers in _rows(entry, reading):
        view = {**reading.values, **answers}
        if (
            entry.when
            and _plain(_answer(reading.definition, view, entry.when.question)) not in entry.when.answers
        ):
            continue
        values = {name: value_of(source, view, reading) for name, source in entry.values.items()}
        if any(value not in (None, "", []) for value in values.values()):
            yield Piece(entry, row, {**values, **entry.fixed})


def _rows(entry: Entry, reading: Reading) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not entry.each:
        yield "", {}
        return
    yield from _nested(reading.definition, reading.values, entry.each, "")


def _nested(definition: Definition, answers: Mapping[str, Any], path: str, row: str) -> Iterator[Any]:
    """The rows of a repeat, those of a repeat inside another with the answers around them: row "2/1"."""
    parents = {r.path: r.parent for r in definition.repeats}
    if parents.get(path):
        for outer_row, outer in _nested(definition, answers, parents[path], row):
            yield from _numbered(outer.get(path), outer, outer_row)
    else:
        yield from _numbered(answers.get(path), {}, row)


def _numbered(rows: Any, around: Mapping[str, Any], row: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for n, answers in enumerate(rows if isinstance(rows, list) else [], start=1):
        if isinstance(answers, dict):
            yield f"{row}/{n}".strip("/"), {**around, **answers}


def value_of(source: Source, answers: Mapping[str, Any], reading: Reading) -> Any:
    """The value that a source gives; ``None`` where nothing was answered: unknown is not nil."""
    value = _raw(source, answers, reading)
    if value is None:
        return None
    if source.map:
        value = [source.map.get(_plain(v), v) for v in value] if isinstance(value, list) else source.map.get(
            _plain(value), value
        )  # fmt: skip
    if source.scale is not None:
        number = _number(value)
        value = None if number is None else number * Decimal(str(source.scale))
    return value


def _raw(source: Source, answers: Mapping[str, Any], reading: Reading) -> Any:
    if source.question:
        return _answer(reading.definition, answers, source.question)
    if source.sum:
        numbers = [_number(_answer(reading.definition, answers, path)) for path in source.sum]
        # A part that nobody answered makes the sum unknown, not smaller.
        return None if any(n is None for n in numbers) else sum(numbers)  # type: ignore[arg-type]
    if source.count:
        rows = answers.get(source.count)
        return len(rows) if isinstance(rows, list) else 0
    if source.point:
        point = _answer(reading.definition, answers, source.point)
        at = 0 if source.part == "latitude" else 1
        return point[at] if isinstance(point, list) and len(point) > 1 else None
    if source.about:
        return _about(source.about, reading)
    return source.value


def _answer(definition: Definition, answers: Mapping[str, Any], path: str) -> Any:
    if path in answers:
        return answers[path]
    # Another version of the form may have put the question into another group.
    question = definition.question(path) if path not in definition.by_path else None
    question = question or definition.by_name.get(path.rpartition("/")[2])
    return answers.get(question.path) if question else None


def _about(what: str, reading: Reading) -> Any:
    submission = reading.submission
    if what == "enumerator":
        return submission.enumerator.code if submission.enumerator_id else None
    if what == "instance_id":
        return submission.instance_id
    moment = {"started": submission.started_at, "ended": submission.ended_at}.get(
        what, submission.received_at
    )
    return moment.date().isoformat() if isinstance(moment, datetime) else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def fitting(slot: Slot, value: Any, question: str) -> Any:
    """The value as the slot takes it; raises ``AnswerDoesNotFit``, which never quotes the answer."""
    if value in (None, "", []):
        return None
    fitted = _FIT[slot.kind](value)
    if fitted is None:
        raise AnswerDoesNotFit(slot=slot.name, question=question or slot.name, kind=slot.kind)
    return fitted


def _integer(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == int(number) else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _yes_no(value: Any) -> bool | None:
    return {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}.get(
        _plain(value).lower()
    )


_FIT: dict[str, Any] = {
    "text": lambda value: " ".join(map(str, value)) if isinstance(value, list) else str(value),
    "number": _number,
    "integer": _integer,
    "date": _day,
    "bool": _yes_no,
    "list": lambda value: value if isinstance(value, list) else [value],
    "establishment": str,
    "any": lambda value: value,
}


def digest_of(values: Mapping[str, Any]) -> str:
    """Tells whether the same was told before. Keyed, because telephones are few enough to try them all."""
    return lookup("mapping", json.dumps(values, sort_keys=True, default=str, ensure_ascii=False))
