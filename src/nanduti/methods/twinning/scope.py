"""The scope of cooperation (table 8) and how it grows and shrinks with the agreements in force.

At the start of a programme only associations, and an association with an institution, can cooperate much.
Each framework that is signed opens the next stage; when it lapses, that stage closes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nanduti.methods.values import BadInput, Reason, mark

from .kinds import KINDS, check_kind, source

SOURCE = source("step 6, table 8")
Level = Literal["high", "low", "not_applicable"]

#: Table 8 as printed, emerging kind × advanced kind; pairs that it leaves empty are not applicable.
AT_THE_START: dict[tuple[str, str], Level] = {
    ("association", "association"): "high",
    ("association", "technical_institution"): "high",
    ("technical_institution", "technical_institution"): "low",
    ("technical_institution", "bdsp"): "low",
    ("bdsp", "bdsp"): "low",
    ("bdsp", "firm"): "low",
    ("firm", "firm"): "low",
}
#: What each stage raises to high. Stage 3 also opens the advice of foreign providers to firms, of which the
#: text of step 6 speaks and which the printed table leaves empty.
RAISES: dict[int, tuple[tuple[str, str], ...]] = {
    1: (("technical_institution", "technical_institution"),),
    2: (("technical_institution", "bdsp"), ("bdsp", "bdsp")),
    3: (("firm", "firm"), ("bdsp", "firm"), ("firm", "bdsp")),
}


@dataclass(frozen=True)
class Agreement:
    """An agreement across the two clusters, by the kinds of its parties on each side.

    Attributes:
        code: its code.
        emerging, advanced: kinds of the signatories on either side (see ``KINDS``; others are ignored).
        start: first day in force; ``None`` if it is not known, and then it counts for nothing.
        end: the day after the last in force; ``None`` if no end is stated.
        is_signed: drafts and attempts open nothing.
    """

    code: str
    emerging: frozenset[str]
    advanced: frozenset[str]
    start: date | None = None
    end: date | None = None
    is_signed: bool = True

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise BadInput(
                place=f"agreement {self.code}",
                problem=f"ends on {self.end}, before it starts on {self.start}",
                remedy="Correct one of the two days.",
            )

    def in_force(self, on: date) -> bool:
        """Whether it is signed and the day lies in its validity."""
        return bool(
            self.is_signed and self.start and self.start <= on and (self.end is None or on < self.end)
        )

    def joins(self, emerging: str, advanced: str) -> bool:
        """Whether it binds these two kinds."""
        return emerging in self.emerging and advanced in self.advanced


@dataclass(frozen=True)
class ScopeCell:
    """How far two kinds may cooperate: the level, since when, and because of which agreements.

    ``since`` is ``None`` where the level holds from the start of the programme.
    """

    emerging: str
    advanced: str
    level: Level
    since: date | None
    because: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True)
class ScopeMatrix:
    """The sixteen cells on a day, row by row in the order of ``KINDS``, and the stage reached (0 to 3).

    ``undated`` names signed agreements that could not count because their first day is not known.
    """

    on: date
    stage: int
    cells: tuple[ScopeCell, ...]
    undated: tuple[str, ...] = ()

    def cell(self, emerging: str, advanced: str) -> ScopeCell:
        """The cell of two kinds."""
        row, column = KINDS.index(check_kind(emerging)), KINDS.index(check_kind(advanced))
        return self.cells[row * len(KINDS) + column]


@dataclass(frozen=True)
class ScopeChange:
    """A day on which the stage changed: what began or lapsed, and the cells that rose or fell."""

    on: date
    stage_before: int
    stage: int
    began: tuple[str, ...]
    lapsed: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]


def scope_of_cooperation(agreements: Sequence[Agreement], on: date) -> ScopeMatrix:
    """The scope of every pair of stakeholder kinds on a day, driven by the agreements in force.

    The stages (the order is the paper's, the events that trigger them are Nanduti's proposal):

    0. table 8 as printed;
    1. an association signed with an association or an institution: high between institutions;
    2. besides, institutions signed with each other: high for providers linked to them;
    3. besides, an agreement that binds a provider: high between firms, and between firms and providers.

    A stage needs the one below, since without cooperation of associations all other scope stays low. When
    the agreement that opened the highest stage lapses, scope falls back by one stage.

    >>> paper = Agreement("ca", frozenset({"association"}), frozenset({"association"}), date(2008, 6, 1))
    >>> m = scope_of_cooperation([paper], date(2008, 7, 1))
    >>> cell = m.cell("technical_institution", "technical_institution")
    >>> cell.level, str(cell.since), cell.because
    ('high', '2008-06-01', ('ca',))
    >>> scope_of_cooperation([paper], date(2008, 5, 31)).stage
    0
    """
    stage, enabling = _stage_on(agreements, on)
    runs = _runs(agreements, on)
    cells = tuple(_cell(e, a, stage, enabling, runs) for e in KINDS for a in KINDS)
    undated = tuple(sorted(a.code for a in agreements if a.is_signed and a.start is None))
    return ScopeMatrix(on, stage, cells, undated)


def scope_history(agreements: Sequence[Agreement]) -> tuple[ScopeChange, ...]:
    """Every day on which the stage changes, in order, with what began or lapsed on it.

    >>> first = Agreement("mou", frozenset({"association"}), frozenset({"association"}),
    ...                   date(2007, 10, 1), date(2008, 11, 1))
    >>> [(str(c.on), c.stage, c.began, c.lapsed) for c in scope_history([first])]
    [('2007-10-01', 1, ('mou',), ()), ('2008-11-01', 0, (), ('mou',))]
    """
    changes, before = [], 0
    for day in _days(agreements):
        stage, _ = _stage_on(agreements, day)
        if stage != before:
            began = tuple(sorted(a.code for a in agreements if a.is_signed and a.start == day))
            lapsed = tuple(sorted(a.code for a in agreements if a.is_signed and a.start and a.end == day))
            low, high = sorted((before, stage))
            cells = tuple(pair for n in range(low + 1, high + 1) for pair in RAISES[n])
            changes.append(ScopeChange(day, before, stage, began, lapsed, cells))
            before = stage
    return tuple(changes)


def _days(agreements: Sequence[Agreement]) -> list[date]:
    signed = [a for a in agreements if a.is_signed and a.start]
    return sorted({a.start for a in signed} | {a.end for a in signed if a.end})


def _enabling(agreements: Sequence[Agreement], on: date) -> dict[int, tuple[str, ...]]:
    """Stage → agreements in force that open it."""
    opened: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for a in agreements:
        if not a.in_force(on):
            continue
        if a.joins("association", "association") or _association_and_institution(a):
            opened[1].append(a.code)
        if a.joins("technical_institution", "technical_institution"):
            opened[2].append(a.code)
        if "bdsp" in a.emerging | a.advanced and a.emerging and a.advanced:
            opened[3].append(a.code)
    return {stage: tuple(sorted(codes)) for stage, codes in opened.items()}


def _association_and_institution(a: Agreement) -> bool:
    """Either way round: step 7 counts any memorandum of an association and an institution."""
    return a.joins("association", "technical_institution") or a.joins("technical_institution", "association")


def _stage_on(agreements: Sequence[Agreement], on: date) -> tuple[int, dict[int, tuple[str, ...]]]:
    enabling = _enabling(agreements, on)
    stage = 0
    while stage < 3 and enabling[stage + 1]:
        stage += 1
    return stage, enabling


def _runs(agreements: Sequence[Agreement], on: date) -> dict[int, tuple[bool, date | None]]:
    """For each stage: whether it is open on the day, and since when without a break."""
    runs: dict[int, tuple[bool, date | None]] = dict.fromkeys(RAISES, (False, None))
    for day in _days(agreements):
        if day > on:
            break
        stage, _ = _stage_on(agreements, day)
        for n in RAISES:
            if (stage >= n) != runs[n][0]:
                runs[n] = (stage >= n, day)
    return runs


def _cell(
    emerging: str,
    advanced: str,
    stage: int,
    enabling: dict[int, tuple[str, ...]],
    runs: dict[int, tuple[bool, date | None]],
) -> ScopeCell:
    pair = (emerging, advanced)
    opener = next((n for n, pairs in RAISES.items() if pair in pairs), None)
    if opener is None:
        level = AT_THE_START.get(pair, "not_applicable")
        sentence = mark("As at the beginning of a programme.")
        return ScopeCell(emerging, advanced, level, None, (), Reason("as_printed", sentence))
    since = runs[opener][1]
    if stage >= opener:
        because = tuple(code for n in range(1, opener + 1) for code in enabling[n])
        sentence = mark("Raised by {agreements}.")
        reason = Reason("raised", sentence, {"agreements": ", ".join(dict.fromkeys(because))})
        return ScopeCell(emerging, advanced, "high", since, tuple(dict.fromkeys(because)), reason)
    level = AT_THE_START.get(pair, "not_applicable")
    code, sentence = (
        ("not_yet", mark("No agreement has opened it."))
        if since is None
        else ("lapsed", mark("The agreement that had opened it has lapsed."))
    )
    return ScopeCell(emerging, advanced, level, since, (), Reason(code, sentence))
