"""From a submission's XML to typed answers; what does not fit is told, never dropped in silence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import Element

from .definition import IDENTIFYING, Definition, Question
from .xml import attribute, local, namespace, parse_xml

Values = dict[str, Any]
_ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
_TIME = re.compile(r"^([01]\d|2[0-4]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?$")
_WHOLE = re.compile(r"^[+-]?\d{1,18}(\.0*)?$")
# What a phone adds to a form that was filled again; who reads the head has seen it.
_CORRECTS = "meta/deprecatedID"
# More of these in one submission say the same thing: this is another form's.
MOST_PROBLEMS = 500


@dataclass(frozen=True)
class Problem:
    """An answer that does not fit what the question asks. ``reason`` is a code, ``text`` what was sent.

    Reasons: not_a_number, not_whole, too_large, not_a_day, not_a_time, not_a_moment, not_a_place, unknown_choice,
    unknown_question, twice, not_a_group, encrypted.
    """

    path: str
    reason: str
    text: str = ""
    row: str = ""


@dataclass
class Answers:
    """The answers of one submission, by path; a repeat is a list of rows."""

    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    form_id: str = ""
    version: str = ""
    instance_id: str = ""

    @property
    def n_answers(self) -> int:
        """How many questions were answered, rows of repeats counted each."""
        return _count(self.values)


def _count(values: Values) -> int:
    return sum(
        sum(_count(row) for row in v) if isinstance(v, list) and v and isinstance(v[0], dict) else 1
        for v in values.values()
    )


class _Unfit(Exception):
    """A text that is no answer to the question; says why."""


# --- one value


def _whole(text: str) -> int:
    if not _WHOLE.match(text):
        number = _decimal(text)
        raise _Unfit("too_large" if abs(number) >= 1e18 else "not_whole")
    return int(text.partition(".")[0])


def _decimal(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _Unfit("not_a_number") from None
    if not math.isfinite(number) or "_" in text:
        raise _Unfit(
            "not_a_number" if "_" in text or "inf" in text.lower() or "nan" in text.lower() else "too_large"
        )
    return number


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise _Unfit("not_a_day") from None


def _time(text: str) -> str:
    if not _TIME.match(text):
        raise _Unfit("not_a_time")
    return text


def _moment(text: str) -> str:
    """With the hour of the clock where it was asked, and the offset with a colon, however it was written."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        raise _Unfit("not_a_moment") from None


def _point(text: str) -> list[float]:
    parts = text.split()
    if not 2 <= len(parts) <= 4:
        raise _Unfit("not_a_place")
    try:
        point = [float(p) for p in parts]
    except ValueError:
        raise _Unfit("not_a_place") from None
    if not all(map(math.isfinite, point)) or not (-90 <= point[0] <= 90 and -180 <= point[1] <= 180):
        raise _Unfit("not_a_place")
    return point + [0.0] * (4 - len(point))


def _line(text: str) -> list[list[float]]:
    points = [_point(part) for part in text.split(";") if part.strip()]
    if not points:
        raise _Unfit("not_a_place")
    return points


def _as_is(text: str) -> str:
    return text


_TYPED: dict[str, Callable[[str], Any]] = {
    "integer": _whole, "decimal": _decimal, "date": _day, "time": _time, "datetime": _moment, "geopoint": _point,
    "geotrace": _line, "geoshape": _line, "select_multiple": str.split, "rank": str.split,
}  # fmt: skip


def converter(question: Question) -> Callable[[str], Any]:
    """How the text of an answer becomes a value."""
    if question.kind in _TYPED:
        return _TYPED[question.kind]
    if question.kind in ("range", "calculate", "hidden", "metadata", "text"):
        return _TYPED.get(question.data_type, _as_is)
    return _as_is


# --- the plan of a form, made once


@dataclass
class _Leaf:
    path: str
    convert: Callable[[str], Any]
    names: frozenset[str] | None  # the choices, where they are known
    is_list: bool


@dataclass
class _Branch:
    path: str
    is_repeat: bool
    parts: dict[str, Any]


def _plan(definition: Definition) -> _Branch:
    root = _Branch("", False, {})
    repeats = {r.path for r in definition.repeats}
    for path in [*(g.path for g in definition.groups), *repeats]:
        _branch(root, path, repeats)
    for question in definition.questions:
        parent = _branch(root, question.group, repeats)
        choices = definition.choice_lists.get(question.list_name) if question.list_name else None
        names = frozenset(c.name for c in choices) if choices else None
        parent.parts[question.name] = _Leaf(
            question.path, converter(question), names, question.kind in ("select_multiple", "rank")
        )
    return root


def _branch(root: _Branch, path: str, repeats: set[str]) -> _Branch:
    here, sofar = root, ""
    for part in path.split("/") if path else ():
        sofar = f"{sofar}/{part}" if sofar else part
        found = here.parts.get(part)
        if not isinstance(found, _Branch):
            found = here.parts[part] = _Branch(sofar, sofar in repeats, {})
        here = found
    return here


def plan_of(definition: Definition) -> _Branch:
    """The plan by which answers of this form are read; made once and kept with the definition."""
    plan = definition.__dict__.get("_plan")
    if plan is None:
        plan = definition.__dict__["_plan"] = _plan(definition)
    return plan


def read_answers(definition: Definition, xml: str | bytes) -> Answers:
    """The typed answers of a submission. Raises ``NotXml`` or ``ForbiddenXml``.

    Blank answers are absent. Answers that do not fit become problems; a choice that the list does not hold is kept
    and told.
    """
    return read_answers_of(definition, parse_xml(xml))


def read_answers_of(definition: Definition, root: Element) -> Answers:
    """The same from the root element, for who has parsed it already."""
    answers = Answers(
        form_id=attribute(root, "id") or namespace(root.tag), version=attribute(root, "version")
    )
    if root.get("encrypted") == "yes":
        answers.problems.append(Problem("", "encrypted"))
        return answers
    _read(root, plan_of(definition), answers.values, answers.problems, "")
    answers.instance_id = answers.values.get("meta/instanceID", "") or _instance_id(root)
    if len(answers.problems) > MOST_PROBLEMS:
        del answers.problems[MOST_PROBLEMS:]
    return answers


def _instance_id(root: Element) -> str:
    for meta in root:
        if local(meta.tag) == "meta":
            for part in meta:
                if local(part.tag) == "instanceID":
                    return (part.text or "").strip()
    return attribute(root, "instanceID")


def _read(element: Element, plan: _Branch, values: Values, problems: list[Problem], row: str) -> None:
    parts = plan.parts
    for child in element:
        tag = child.tag
        entry = parts.get(tag)
        if entry is None:
            if not isinstance(tag, str) or tag.startswith(_ENTITIES):
                continue
            name = local(tag)
            entry = parts.get(name)
            if entry is None:
                _unknown(child, f"{plan.path}/{name}" if plan.path else name, problems, row)
                continue
        if type(entry) is _Leaf:
            text = child.text
            if text is None or not (text := text.strip()):
                if len(child):
                    _unknown(child, entry.path, problems, row)
                continue
            _read_leaf(entry, text, values, problems, row)
        elif entry.is_repeat:
            rows = values.setdefault(entry.path, [])
            mine: Values = {}
            here = f"{row}/{len(rows) + 1}" if row else str(len(rows) + 1)
            rows.append(mine)
            _read(child, entry, mine, problems, here)
        else:
            if child.text and child.text.strip():
                problems.append(Problem(entry.path, "not_a_group", child.text.strip(), row))
            _read(child, entry, values, problems, row)


def _read_leaf(leaf: _Leaf, text: str, values: Values, problems: list[Problem], row: str) -> None:
    if leaf.path in values:
        problems.append(Problem(leaf.path, "twice", text, row))
        return
    try:
        value = leaf.convert(text)
    except _Unfit as reason:
        problems.append(Problem(leaf.path, str(reason), text, row))
        return
    if leaf.names is not None:
        if leaf.is_list:
            if not leaf.names.issuperset(value):
                problems.extend(
                    Problem(leaf.path, "unknown_choice", c, row) for c in value if c not in leaf.names
                )
        elif value not in leaf.names:
            problems.append(Problem(leaf.path, "unknown_choice", text, row))
    values[leaf.path] = value


def _unknown(element: Element, path: str, problems: list[Problem], row: str) -> None:
    """Tell of every answer inside what the form does not know; without recursion, since it may be of any depth."""
    if path == _CORRECTS:
        return
    if path == "meta/entity" or path.endswith("/meta/entity") or element.get("dataset") is not None:
        return  # declarations of entities are read by whoever keeps entities
    waiting = [(element, path)]
    while waiting and len(problems) <= MOST_PROBLEMS:
        here, at = waiting.pop()
        text = (here.text or "").strip()
        if text:
            problems.append(Problem(at[:300], "unknown_question", text, row))
        waiting.extend((child, f"{at[:300]}/{local(child.tag)}") for child in reversed(list(here)))


# --- apart: what identifies


def split(definition: Definition, values: Mapping[str, Any]) -> tuple[Values, Values]:
    """The answers that may stand in clear, and those that tell who somebody is; both in the same shape.

    Rows of repeats stand in both, possibly empty, so that they can be joined again by :func:`join`.
    """
    telling = definition.__dict__.get("_telling")
    if telling is None:
        telling = frozenset(q.path for q in definition.questions if q.sensitivity == IDENTIFYING)
        definition.__dict__["_telling"] = telling
        definition.__dict__["_repeats"] = frozenset(r.path for r in definition.repeats)
    return _split(values, telling, definition.__dict__["_repeats"])


def _split(
    values: Mapping[str, Any], telling: frozenset[str], repeats: frozenset[str]
) -> tuple[Values, Values]:
    clear: Values = {}
    sealed: Values = {}
    for path, value in values.items():
        if path in repeats:
            pairs = [_split(row, telling, repeats) for row in value]
            clear[path] = [c for c, _ in pairs]
            if any(s for _, s in pairs):
                sealed[path] = [s for _, s in pairs]
        elif path in telling:
            sealed[path] = value
        else:
            clear[path] = value
    return clear, sealed


def join(clear: Mapping[str, Any], sealed: Mapping[str, Any]) -> Values:
    """What :func:`split` parted, together again."""
    whole = dict(clear)
    for path, value in sealed.items():
        if path in whole and isinstance(value, list) and isinstance(whole[path], list):
            whole[path] = [join(c, s) for c, s in zip(whole[path], value)]
        else:
            whole[path] = value
    return whole
