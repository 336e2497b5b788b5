"""Parts of sentences that several rules share: how many, and who is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanduti.methods.values import Reason, joined, mark

LIMITS = {
    "least": mark("at least {n}"),
    "least_share": mark("at least {n}"),
    "most": mark("at most {n}"),
    "most_share": mark("at most {n}"),
}


def limits_of(given: Mapping[str, Any]) -> Reason | str:
    """How many, from ``least``, ``least_share``, ``most`` and ``most_share``, as far as they are given.

    >>> str(limits_of({"least_share": 0.3, "most": 4}))
    'at least 30% and at most 4'
    """
    parts = [
        Reason(name, text, {"n": f"{given[name]:.0%}" if "share" in name else _plain(given[name])})
        for name, text in LIMITS.items()
        if given.get(name) is not None
    ]
    return joined(parts, mark("{first} and {second}"))


def who_is(given: Mapping[str, Any]) -> Reason:
    """Who is meant, from a column and either what it ``is`` or its range.

    >>> str(who_is({"column": "trade", "is": ["shirts", "trousers"]}))
    'trade shirts or trousers'
    >>> str(who_is({"column": "workers", "from": 5}))
    'workers from 5 to …'
    """
    if "is" in given:
        return Reason("who", "{column} {value}", {"column": given["column"], "value": either(given["is"])})
    low, high = given.get("from", "…"), given.get("to", "…")
    text = mark("{column} from {low} to {high}")
    return Reason("who", text, {"column": given["column"], "low": low, "high": high})


def either(value: object) -> Reason | str:
    """One of several values, in words.

    >>> str(either([1, 2])), either(True)
    ('1 or 2', 'True')
    """
    values = value if isinstance(value, list) else [value]
    return joined(map(str, values), mark("{first} or {second}"))


def _plain(n: object) -> object:
    return f"{n:g}" if isinstance(n, float) else n
