"""The formalisation ladder of a network: how firmly it stands, step by step, with evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nanduti.methods.values import RuleSource, Share, mark
from nanduti.methods.values.guards import one_of

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "section 2, box 1")

#: The steps in their order. A shared fund may come at any time after the statute and is told apart.
LADDER: tuple[tuple[str, str], ...] = (
    ("administrative_structure", mark("It has an administrative structure")),
    ("directing_body", mark("It has chosen a directing body")),
    ("statute", mark("It has a statute with duties and sanctions")),
    ("legal_form", mark("It has chosen a legal form")),
    ("registration", mark("It is registered")),
)


@dataclass(frozen=True)
class Rung:
    """How far a network has come.

    Attributes:
        level: steps evidenced without a gap, 0 to 5; ``step`` the highest of them.
        next_step: the first that lacks evidence; ``None`` at the top.
        ahead: steps evidenced beyond the gap, which do not count yet.
        has_fund: whether it keeps a shared fund.
    """

    level: int
    step: str | None
    next_step: str | None
    ahead: tuple[str, ...]
    has_fund: bool


def formalisation(evidenced: Iterable[str], *, has_fund: bool = False) -> Rung:
    """The highest step with all earlier ones evidenced.

    >>> r = formalisation({"administrative_structure", "directing_body", "registration"})
    >>> r.level, r.next_step, r.ahead
    (2, 'statute', ('registration',))
    """
    codes = [code for code, _ in LADDER]
    there = set(evidenced)
    for code in there:
        one_of(code, codes, "step")
    level = next((n for n, code in enumerate(codes) if code not in there), len(codes))
    return Rung(
        level,
        codes[level - 1] if level else None,
        codes[level] if level < len(codes) else None,
        tuple(code for code in codes[level:] if code in there),
        has_fund,
    )


def registered_share(networks: Mapping[str, Iterable[str]]) -> Share | None:
    """Share of networks at the top of the ladder; in Senegal two thirds (box 1). ``None`` without networks.

    >>> whole = [code for code, _ in LADDER]
    >>> round(registered_share({"a": whole, "b": whole, "c": whole[:3]}), 2)
    0.67
    """
    return Share.of(sum(formalisation(v).next_step is None for v in networks.values()), len(networks))
