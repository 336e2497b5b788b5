"""A draw that anyone can repeat: keyed hashes, digests of list and result, and the check.

Every unit gets the number HMAC-SHA256(key = seed, message = purpose, unit separator (U+001F), unit's
identifier), all in UTF-8. Units are ranked by that number. The order of rows, the machine and the
programming language play no part, and nobody can foresee the ranking before the seed is public: a seed
that is fixed in public *after* the list is closed (a lottery result, a number drawn before witnesses)
makes the draw fair to see.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import polars as pl

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, mark, no, yes

from ._columns import column

D = TypeVar("D")
RULE = "nanduti-draw-1"
SEPARATOR = "\x1f"

#: The drawing functions that certificates may name; each registers itself with :func:`certified`.
_DRAWS: dict[str, Callable[..., Any]] = {}


def certified(draw: Callable[..., D]) -> Callable[..., D]:
    """Let certificates name a drawing function."""
    _DRAWS[draw.__name__] = draw
    return draw


def ticket(seed: str, purpose: str, unit: object) -> bytes:
    """The 32 bytes by which a unit is ranked.

    >>> ticket("public draw 2025-03-07", "unit", "F-017").hex()[:16]
    '682e65e8ed256f8b'
    """
    return hmac.digest(seed.encode(), f"{purpose}{SEPARATOR}{unit}".encode(), "sha256")


def fraction(seed: str, purpose: str, unit: object) -> int:
    """The first eight bytes of the ticket as a whole number below 2⁶⁴: a uniform fraction times 2⁶⁴."""
    return int.from_bytes(ticket(seed, purpose, unit)[:8], "big")


def ranked(seed: str, purpose: str, units: Iterable[object]) -> list[object]:
    """Units in the order of their tickets."""
    return sorted(units, key=lambda unit: ticket(seed, purpose, unit))


def digest(rows: Iterable[Sequence[object]]) -> str:
    """SHA-256 of rows written as lines of tab-separated text, sorted: the same for every order of rows.

    >>> digest([("b", 2), ("a", 1)]) == digest([("a", 1), ("b", 2)])
    True
    """
    lines = sorted("\t".join(str(part) for part in row) for row in rows)
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


@dataclass(frozen=True)
class Certificate:
    """What was drawn, from which list, by which rule, from which seed.

    Attributes:
        rule: name of the rule for tickets and ranking.
        method: the drawing function, such as "draw_stratified".
        seed: the public seed.
        parameters: everything else the function was told.
        n_list, n_drawn: units on the list and drawn.
        list_digest: SHA-256 of the list (identifier and every column the draw used).
        result_digest: SHA-256 of the units drawn, with their inclusion shares.
    """

    rule: str
    method: str
    seed: str
    parameters: dict[str, Any]
    n_list: int
    n_drawn: int
    list_digest: str
    result_digest: str

    def to_json(self) -> str:
        """Canonical JSON: keys sorted, no spaces."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Certificate:
        """Read what :meth:`to_json` wrote."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as problem:
            raise BadInput(
                place="the certificate", problem="cannot be read", remedy="Give the JSON as it was issued."
            ) from problem

    def rerun(self, frame: pl.DataFrame) -> Any:
        """The draw made again from a list."""
        if self.rule != RULE or self.method not in _DRAWS:
            raise BadInput(
                place=f"rule {self.rule!r}, method {self.method!r}",
                problem="is not known to this version",
                remedy=f"Re-run it with the version that knows it (this one knows {RULE}).",
            )
        return _DRAWS[self.method](frame, seed=self.seed, **_thaw(self.parameters))

    def verify(self, frame: pl.DataFrame) -> Verdict:
        """Whether this list and this seed give this draw; the answer says what differs."""
        again = self.rerun(frame).certificate
        source = RuleSource("Draw certificate", self.rule)
        if again.list_digest != self.list_digest:
            told = Reason(
                "sampling.list_changed",
                mark(
                    "The list is not the one drawn from: {now} units now, {then} then, or their data changed."
                ),
                {"now": again.n_list, "then": self.n_list},
            )
            return no(told, source=source, remedy="Check against the list as it stood at the draw.")
        if again.result_digest != self.result_digest:
            told = Reason("sampling.draw_differs", mark("The list is the same but the units drawn differ."))
            return no(told, source=source, remedy="The draw was not made by this rule and seed.")
        told = Reason(
            "sampling.draw_confirmed",
            mark("{drawn} of {listed} units, as certified."),
            {"drawn": self.n_drawn, "listed": self.n_list},
        )
        return yes(told, source=source)

    def say(self) -> str:
        """A paragraph for the minutes of a meeting."""
        return (
            f"{self.n_drawn} of {self.n_list} units were drawn by {self.method} (rule {self.rule}) from the "
            f"seed “{self.seed}”. List {self.list_digest[:16]}, result {self.result_digest[:16]}."
        )


def freeze(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters as JSON can hold them; mappings become lists of pairs, to keep the type of keys."""
    return {
        name: {"pairs": sorted(([k, v] for k, v in value.items()), key=lambda pair: str(pair[0]))}
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in parameters.items()
    }


def _thaw(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {_key(k): v for k, v in value["pairs"]} if isinstance(value, dict) else value
        for name, value in parameters.items()
    }


def _key(key: Any) -> Any:
    return tuple(key) if isinstance(key, list) else key


def check_seed(seed: str | int) -> str:
    """The seed as text; an empty one is refused."""
    text = str(seed).strip()
    if not text:
        raise BadInput(
            place="seed",
            problem="is empty",
            remedy="Give a public text or number, fixed after the list is closed.",
        )
    return text


def identifiers(frame: pl.DataFrame, unit: str) -> list[object]:
    """The identifiers of all units: whole numbers or text, none missing, none twice."""
    found = column(frame, unit)
    if not (found.dtype.is_integer() or found.dtype == pl.String):
        raise BadInput(
            place=f"column '{unit}'",
            problem=f"holds {found.dtype}",
            remedy="Identifiers are text or whole numbers, so that they are written alike everywhere.",
        )
    if found.null_count():
        row = int(found.is_null().arg_max() or 0)
        raise BadInput(
            place=f"column '{unit}', row {row + 1}",
            problem="is missing",
            remedy="Give every unit an identifier.",
        )
    if found.n_unique() != len(found):
        twice = found.filter(found.is_duplicated())[0]
        raise BadInput(
            place=f"{unit} {twice!r}", problem="stands twice on the list", remedy="Remove the copy first."
        )
    return found.to_list()
