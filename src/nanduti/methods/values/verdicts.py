"""Verdicts: what a rule answers, with reasons that can be read out and the source of the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import BadInput

Decision = Literal["yes", "no", "flag"]


@dataclass(frozen=True)
class RuleSource:
    """Where a rule comes from: the document and the place in it."""

    document: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.document}, {self.place}" if self.place else self.document


@dataclass(frozen=True)
class Reason:
    """One sentence that explains a verdict: a stable code, a template and the details that fill it.

    >>> Reason("quorum", "{n} firms signed up; {least} are needed.", {"n": 7, "least": 10}).say()
    '7 firms signed up; 10 are needed.'
    """

    code: str
    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def say(self) -> str:
        """The sentence in English, filled."""
        return self.sentence.format(**self.details)

    def __str__(self) -> str:
        return self.say()


def counted(n: object, one: str, several: str) -> str:
    """The sentence that fits a number: the first for 1, else the second; whoever calls marks both.

    >>> counted(1, "{n} firm has signed up.", "{n} firms have signed up.").format(n=1)
    '1 firm has signed up.'
    """
    return one if n == 1 else several


def joined(parts: Iterable[Reason | str], sentence: str = "{first}, {second}") -> Reason | str:
    """Several sentences, names or figures as one, so that whoever translates reaches each of them.

    >>> several = joined(["Ana", Reason("not_known", "somebody not known"), "Luz"])
    >>> str(several), several.details["second"]
    ('Ana, somebody not known, Luz', 'Luz')
    >>> str(joined(["shirts", "trousers"], "{first} or {second}")), joined([])
    ('shirts or trousers', '')
    """
    found: Reason | str = ""
    for n, part in enumerate(parts):
        found = Reason("joined", sentence, {"first": found, "second": part}) if n else part
    return found


def read_out(reasons: Iterable[Reason]) -> str:
    """Sentences one after the other, in English."""
    return " ".join(reason.say() for reason in reasons)


@dataclass(frozen=True)
class Verdict:
    """The answer of a rule: yes, no, or flag (allowed, but look), with its reasons and its source.

    A verdict without a reason cannot be made, so that every refusal can be read out to a person.
    A verdict has no truth value on purpose: ask :attr:`allows`.

    >>> v = no(Reason("pays", "The agent would pay a stakeholder."), source=RuleSource("UNIDO 002", "intro"))
    >>> v.allows, v.say()
    (False, 'The agent would pay a stakeholder. (UNIDO 002, intro)')
    """

    decision: Decision
    reasons: tuple[Reason, ...]
    source: RuleSource
    remedy: str = ""

    def __post_init__(self) -> None:
        if not self.reasons:
            raise BadInput(
                place="verdict",
                problem="has no reason",
                remedy="Give at least one reason that can be read out.",
            )

    @property
    def allows(self) -> bool:
        """Whether the thing may go ahead (a flag allows)."""
        return self.decision != "no"

    def say(self) -> str:
        """Reasons and source in English, as one paragraph."""
        return f"{read_out(self.reasons)} ({self.source})"

    def __str__(self) -> str:
        return self.say()

    def __bool__(self) -> bool:
        raise TypeError("A verdict is not a truth value: ask .allows or .decision")


def yes(*reasons: Reason, source: RuleSource) -> Verdict:
    """The rule allows it."""
    return Verdict("yes", reasons, source)


def no(*reasons: Reason, source: RuleSource, remedy: str = "") -> Verdict:
    """The rule refuses it; ``remedy`` says what would make it possible."""
    return Verdict("no", reasons, source, remedy)


def flag(*reasons: Reason, source: RuleSource, remedy: str = "") -> Verdict:
    """The rule allows it but wants somebody to look."""
    return Verdict("flag", reasons, source, remedy)
