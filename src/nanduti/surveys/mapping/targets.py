"""What answers may become. `surveys` knows the register; rooms above offer what they can be told.

::

    # training/apps.py, ready()
    targets.offer(Target("training.attendance", title, slots, write=keep_attendance, withdraw=forget))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nanduti.methods.values import PersonError
from nanduti.register.models import Establishment

from ..models import RecordLink, Submission

KINDS = ("text", "number", "integer", "date", "bool", "list", "establishment", "any")


@dataclass(frozen=True)
class Slot:
    """One thing that a record is told: its name, what kind of value it takes, whether it must be there."""

    name: str
    kind: str = "text"
    is_required: bool = False
    is_identifying: bool = False
    title: Any = ""


@dataclass
class Told:
    """One record to be: whom it is about, the values for its slots, and the record that it was before, if any.

    The target sets ``record_kind`` and ``record_id``, or ``problem``.
    """

    submission: Submission
    entry: str
    row: str
    values: dict[str, Any]
    digest: str
    labels: dict[str, Any] = field(default_factory=dict)
    establishment: Establishment | None = None
    record_kind: str = ""
    record_id: str = ""
    problem: PersonError | None = None
    # What a problem of this record is told about.
    question: str = ""


Write = Callable[[list[Told]], None]
Withdraw = Callable[[list[RecordLink]], None]


@dataclass(frozen=True)
class Target:
    """A kind of record that answers can become."""

    code: str
    title: Any
    slots: tuple[Slot, ...]
    write: Write
    withdraw: Withdraw
    # Whether each record is about the establishment that the submission is about.
    needs_subject: bool = True

    def slot(self, name: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)


_targets: dict[str, Target] = {}


def offer(target: Target) -> None:
    """Let answers become this kind of record."""
    unknown = [slot.kind for slot in target.slots if slot.kind not in KINDS]
    if unknown:
        raise ValueError(f"{target.code} has slots of an unknown kind: {unknown}")
    _targets[target.code] = target


def known() -> dict[str, Target]:
    """Every target that some room has offered, by its code."""
    return dict(sorted(_targets.items()))


def target_of(code: str) -> Target | None:
    return _targets.get(code)


def problem_of(told: Told) -> dict[str, Any]:
    """Why it could not become a record, as a link keeps it; its details never quote an answer."""
    if told.problem is None:
        return {}
    return {"code": told.problem.code, "details": {k: str(v) for k, v in told.problem.details.items()}}
