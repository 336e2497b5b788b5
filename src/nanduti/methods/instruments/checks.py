"""Checks declared with an instrument: understood once, held against one submission or against a million rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from .check_language import Node, NotACheck, names_in, parse
from .definition import LIST_KINDS, Check, Definition, FormProblem, Question

_NUMBERS = frozenset({"integer", "decimal"})


@dataclass(frozen=True)
class Broken:
    """A check that an answer breaks. ``row``: the row of the repeat, such as "2" or "1/3"; "" outside repeats."""

    check: Check
    row: str
    questions: tuple[str, ...]


class _Unknown(Exception):
    """An answer that is needed is missing: nothing can be judged."""


parsed = lru_cache(maxsize=4_096)(parse)


# --- understanding


def type_of(question: Question) -> str:
    """What a check may do with an answer: number, text, day or list."""
    if question.kind in LIST_KINDS:
        return "list"
    if question.kind in _NUMBERS or question.data_type in _NUMBERS:
        return "number"
    if question.kind in ("date", "datetime") or question.data_type in ("date", "datetime"):
        return "day"
    return "text"


def check_problems(definition: Definition, checks: Iterable[Check]) -> list[FormProblem]:
    """What is wrong with the checks themselves: the language, unknown questions, numbers compared with texts."""
    found = []
    for check in checks:
        try:
            node = parsed(check.expression)
            _resolve(definition, check, node)
            kind = _judge(definition, node)
            if kind != "claim":
                raise NotACheck(f"it is a {kind}, not a claim that can hold or not")
        except NotACheck as error:
            found.append(FormProblem(check.name, f"“{check.expression}”: {error}"))
    return found


def repeat_of(definition: Definition, check: Check) -> str:
    """The repeat in whose rows a check is held: the deepest one of the questions it uses outside sum and count."""
    return _resolve(definition, check, parsed(check.expression))


def _resolve(definition: Definition, check: Check, node: Node) -> str:
    deepest = ""
    for name in _own_names(node):
        question = definition.question(name)
        if question is None:
            raise NotACheck(f"there is no question “{name}”")
        here = question.repeat
        if here.startswith(deepest + "/") or not deepest or here == deepest:
            deepest = here or deepest
        elif here and not deepest.startswith(here + "/"):
            raise NotACheck(f"“{name}” is asked in another repeat than the rest")
    return deepest


def _own_names(node: Node) -> list[str]:
    """The names whose answer of the same row is meant."""
    if node.kind == "call" and node.value in ("count", "sum"):
        return []
    own = [node.value] if node.kind == "question" else []
    return own + [name for part in node.parts for name in _own_names(part)]


def _judge(definition: Definition, node: Node) -> str:
    """The type of an expression: claim, number, text, day or list."""
    if node.kind in ("number", "text"):
        return node.kind
    if node.kind == "question":
        question = definition.question(node.value)
        if question is None:
            raise NotACheck(f"there is no question “{node.value}”")
        return type_of(question)
    if node.kind == "call":
        return _judge_call(definition, node)
    kinds = [_judge(definition, part) for part in node.parts]
    if node.kind == "compare":
        if "list" in kinds or "claim" in kinds:
            raise NotACheck("lists and claims cannot be compared; use selected(…)")
        is_day = "day" in kinds and set(kinds) <= {"day", "text"}
        if kinds[0] != kinds[1] and not is_day:
            raise NotACheck(f"a {kinds[0]} is compared with a {kinds[1]}; codes of choices stand in quotes")
        return "claim"
    if node.kind == "arithmetic":
        if set(kinds) != {"number"}:
            raise NotACheck(f"“{node.value}” needs numbers on both sides")
        return "number"
    if set(kinds) != {"claim"}:
        raise NotACheck(f"“{node.kind}” joins claims, such as a > 1")
    return "claim"


def _judge_call(definition: Definition, node: Node) -> str:
    name, first = node.value, node.parts[0]
    if name in ("count", "sum", "answered", "blank", "selected") and first.kind != "question":
        raise NotACheck(f"“{name}” takes the name of a question")
    if name == "count":
        if not any(first.value in (r.name, r.path) for r in definition.repeats):
            raise NotACheck(f"there is no repeat “{first.value}”")
        return "number"
    kind = _judge(definition, first)
    if name == "sum":
        question = definition.question(first.value)
        if kind != "number" or question is None or not question.repeat:
            raise NotACheck("“sum” adds up numbers of a repeat")
        return "number"
    if name == "selected":
        if node.parts[1].kind != "text":
            raise NotACheck("“selected” takes a choice in quotes")
        return "claim"
    if name in ("answered", "blank"):
        return "claim"
    if name == "length":
        return "number"
    if name == "days":
        if [kind, _judge(definition, node.parts[1])] != ["day", "day"]:
            raise NotACheck("“days” takes two days")
        return "number"
    if kind != "number":
        raise NotACheck(f"“{name}” takes a number")
    return "number"


# --- holding them against one submission


def broken_checks(definition: Definition, values: Mapping[str, Any]) -> list[Broken]:
    """The checks that the answers of one submission break, row by row of repeats."""
    broken = []
    for check in definition.checks:
        node = parsed(check.expression)
        for row, seen in rows_of(definition, values, check.repeat):
            if holds(definition, node, seen) is False:
                broken.append(Broken(check, row, _paths(definition, node)))
    return broken


def _paths(definition: Definition, node: Node) -> tuple[str, ...]:
    paths = [q.path for q in map(definition.question, names_in(node)) if q is not None]
    return tuple(dict.fromkeys(paths))


def rows_of(
    definition: Definition, values: Mapping[str, Any], repeat: str
) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The rows of a repeat with the answers around them; the submission itself for ""."""
    if not repeat:
        return [("", values)]
    parent = next((r.parent for r in definition.repeats if r.path == repeat), "")
    # A row without rows of its own has none; it does not borrow those of its neighbours.
    none = {r.path: [] for r in definition.repeats if r.parent == repeat}
    return [
        (f"{row}/{n}" if row else str(n), {**seen, **none, **mine})
        for row, seen in rows_of(definition, values, parent)
        for n, mine in enumerate(seen.get(repeat, ()), start=1)
    ]


def holds(definition: Definition, node: Node, values: Mapping[str, Any]) -> bool | None:
    """Whether a claim holds; ``None`` where an answer that is needed is missing.

    ``and`` and ``or`` are decided by one side where that suffices.
    """
    if node.kind in ("and", "or", "implies"):
        left, right = (holds(definition, part, values) for part in node.parts)
        if node.kind == "implies":
            left = None if left is None else not left
        decisive = node.kind != "and"
        if left is decisive or right is decisive:
            return decisive
        return None if left is None or right is None else not decisive
    if node.kind == "not":
        held = holds(definition, node.parts[0], values)
        return None if held is None else not held
    try:
        return bool(_value(definition, node, values))
    except _Unknown:
        return None


def _value(definition: Definition, node: Node, values: Mapping[str, Any]) -> Any:
    if node.kind == "number":
        return float(node.value)
    if node.kind == "text":
        return node.value
    if node.kind == "question":
        return _answer(definition, node.value, values)
    if node.kind == "call":
        return _call(definition, node, values)
    left, right = (_value(definition, part, values) for part in node.parts)
    if node.kind == "compare":
        return _compare(node.value, left, right)
    return _compute(node.value, left, right)


def _answer(definition: Definition, name: str, values: Mapping[str, Any]) -> Any:
    question = definition.question(name)
    value = values.get(question.path) if question else None
    if value is None:
        raise _Unknown
    return value[:10] if question and type_of(question) == "day" else value


def _compare(sign: str, left: Any, right: Any) -> bool:
    if sign == "=":
        return bool(left == right)
    if sign == "!=":
        return bool(left != right)
    if sign == "<":
        return bool(left < right)
    if sign == "<=":
        return bool(left <= right)
    return bool(left > right) if sign == ">" else bool(left >= right)


def _compute(sign: str, left: float, right: float) -> float:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    if right == 0:
        raise _Unknown
    return left / right if sign in ("/", "div") else left % right


def _call(definition: Definition, node: Node, values: Mapping[str, Any]) -> Any:
    name, first = node.value, node.parts[0]
    if name in ("answered", "blank", "selected"):
        question = definition.question(first.value)
        value = values.get(question.path) if question else None
        if name == "selected":
            chosen = value if isinstance(value, list) else [value]
            return node.parts[1].value in chosen
        return (value is not None) == (name == "answered")
    if name in ("count", "sum"):
        return _over_rows(definition, node, values)
    said = [_value(definition, part, values) for part in node.parts]
    if name == "length":
        return float(len(str(said[0])))
    if name == "days":
        return float((date.fromisoformat(said[1]) - date.fromisoformat(said[0])).days)
    return abs(said[0]) if name == "abs" else float(round(said[0]))


def _over_rows(definition: Definition, node: Node, values: Mapping[str, Any]) -> float:
    wanted = node.parts[0].value
    if node.value == "count":
        repeat = next(r for r in definition.repeats if wanted in (r.name, r.path))
        return float(sum(1 for _ in _below(definition, values, repeat.path)))
    question = definition.question(wanted)
    assert question is not None  # check_problems has looked
    return float(sum(row.get(question.path) or 0 for row in _below(definition, values, question.repeat)))


def _below(definition: Definition, values: Mapping[str, Any], repeat: str) -> Iterable[Mapping[str, Any]]:
    """The rows of a repeat that belong to the row at hand."""
    if repeat in values:
        return values[repeat]
    parent = next((r.parent for r in definition.repeats if r.path == repeat), "")
    return [
        row
        for above in (_below(definition, values, parent) if parent else ())
        for row in above.get(repeat, ())
    ]
