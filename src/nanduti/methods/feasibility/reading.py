"""Reading a study from its YAML document, with every slip named by its place."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from nanduti.methods.values import BadInput, Money, mark

from .study import Study

MOST = 1e18


class _Loader(yaml.SafeLoader):
    """Plain YAML without guessing dates: 1994-06-30 and 1994-06 stay words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_study(document: str | Mapping[str, Any]) -> Study:
    """The study written in a YAML text (or the mapping it stands for).

    Amounts are in the display ``unit`` of ``currency``; shares and rates as 0.12. Every field is one of the
    dataclasses of the room; unknown or missing fields, words where numbers belong and repeated keys are
    refused with their place.

    Raises:
        BadInput: the text is no YAML mapping, a field is unknown, missing or of the wrong kind.

    >>> study = read_study('''
    ... name: Stall
    ... currency: PYG
    ... unit: 1000
    ... horizon: {start: 2025-01, construction_periods: 1, production_years: 2}
    ... discounting: {rate: 0.1}
    ... products: [{name: bags, capacity: 100, price: 5}]
    ... ''')
    >>> study.currency, study.products[0].price
    ('PYG', 5)
    >>> read_study("{name: x, curency: PYG}")
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: study, field 'curency' is not known. Did you mean 'currency'?
    """
    if isinstance(document, str):
        document = _parse(document)
    study = _build(Study, document, "study")
    Money(0, study.currency)
    if not (isinstance(study.unit, (int, float)) and study.unit > 0):
        raise BadInput(
            place="study, unit", problem=mark("is not above zero"), remedy=mark("Give 1000 for thousands.")
        )
    return study


def _parse(text: str) -> Mapping[str, Any]:
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            _no_repeats(node, "study")
            return loader.construct_document(node)
    except yaml.YAMLError as error:
        mark_at = getattr(error, "problem_mark", None)
        where = f"line {mark_at.line + 1}" if mark_at else "the document"
        raise BadInput(
            place=f"study, {where}",
            problem=mark("cannot be read as YAML"),
            remedy=mark("Look for a missing colon, bracket or indent near it."),
        ) from None
    finally:
        if loader is not None:
            loader.dispose()
    return {}


def _no_repeats(node: yaml.Node, place: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise BadInput(
                    place=f"{place}, {key.value!r} in line {key.start_mark.line + 1}",
                    problem=mark("is given twice"),
                    remedy=mark("Keep one of the two."),
                )
            seen.add(key.value)
            _no_repeats(value, f"{place}, {key.value}")
    elif isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value, start=1):
            _no_repeats(item, f"{place} {n}")


def _build(kind: type, data: Any, place: str) -> Any:
    if not isinstance(data, Mapping):
        raise BadInput(
            place=place, problem=mark("is not a list of fields"), remedy=mark("Write it as field: value.")
        )
    fields = {f.name: f for f in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    for key in data:
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, 1)
            remedy = f"Did you mean {near[0]!r}?" if near else "Use one of: " + ", ".join(fields) + "."
            raise BadInput(place=f"{place}, field {str(key)!r}", problem=mark("is not known"), remedy=remedy)
    for name, f in fields.items():
        needed = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if needed and name not in data:
            raise BadInput(
                place=f"{place}, field {name!r}", problem=mark("is missing"), remedy=mark("Fill it in.")
            )
    return kind(**{k: _value(hints[k], v, f"{place}, {_name(data, k)}") for k, v in data.items()})


def _name(data: Mapping[str, Any], key: str) -> str:
    return f"{data['name']}, {key}" if "name" in data and key != "name" else key


def _value(hint: Any, value: Any, place: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in args:
            return None
        return _value(next(a for a in args if a is not type(None)), value, place)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, place)
    if origin is tuple:
        if isinstance(value, (str, Mapping)) or not hasattr(value, "__iter__"):
            raise BadInput(place=place, problem=mark("is not a list"), remedy=mark("Write [a, b, c]."))
        return tuple(_value(args[0], v, f"{place} {n}") for n, v in enumerate(value, start=1))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise BadInput(
                place=place, problem=mark("gives no periods"), remedy=mark("Write {1991: 20, 1992: 10}.")
            )
        return {str(k): _value(args[1], v, f"{place}, {k}") for k, v in value.items()}
    return _plain(hint, value, place)


def _plain(hint: Any, value: Any, place: str) -> Any:
    if hint is str:
        if isinstance(value, (str, int, date)) and not isinstance(value, bool):
            return str(value)
        raise BadInput(place=place, problem=mark("is not a word"), remedy=mark("Write it in quotes."))
    if hint is bool:
        if isinstance(value, bool):
            return value
        raise BadInput(
            place=place, problem=mark("is neither true nor false"), remedy=mark("Write true or false.")
        )
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadInput(
            place=f"{place} ({value!r})",
            problem=mark("is not a number"),
            remedy=mark("Write digits with a point, 1250.5, without thousands marks or units."),
        )
    if not abs(value) < MOST:  # neither does not-a-number lie below
        raise BadInput(
            place=f"{place} ({str(value)[:40]})",
            problem=mark("is no number that anything costs or counts"),
            remedy=mark("Correct it; choose a larger unit if it is true."),
        )
    if hint is int and int(value) != value:
        raise BadInput(place=f"{place} ({value!r})", problem=mark("is not whole"), remedy=mark("Round it."))
    return int(value) if hint is int else value
