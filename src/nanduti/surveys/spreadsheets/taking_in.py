"""Rows of a workbook, checked, and posted through the one door."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from nanduti.foundation.imports import Grid, read_grids
from nanduti.foundation.models import Scope, User
from nanduti.methods.instruments import Definition
from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from ..errors import SpreadsheetRefused
from ..intake import Post, receive_post
from ..models import InstrumentVersion, Submission
from . import cells
from .filling import number_of, tidy_number, xml_of
from .matching import NUMBER, PARTS

MOST_ROWS = 100_000
MOST_COLUMNS = 2_000
KEPT_PROBLEMS = 300
# What XML cannot hold at all.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Say = Callable[[int, int], None]


@dataclass(frozen=True)
class CellProblem:
    """A cell that is no answer: where it stands, why, and what would be one. Never the cell itself: it may identify."""

    row: int
    column: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Filled:
    """A row that became a submission's XML."""

    row: int
    number: str
    answers: dict[str, str]
    xml: bytes


@dataclass
class Outcome:
    """What became of the rows of a workbook."""

    n_rows: int = 0
    n_new: int = 0
    n_known: int = 0
    n_differ: int = 0
    n_refused: int = 0
    problems: list[CellProblem] = field(default_factory=list)
    n_problems: int = 0
    submissions: list[int] = field(default_factory=list)


def grid_of(name: str, content: bytes, sheet: str = "") -> Grid:
    """The sheet to take in: the one that is named, else the first that has rows."""
    grids = read_grids(name, content)
    grid = next((g for g in grids if g.sheet == sheet), None) or next((g for g in grids if g.rows), None)
    if grid is None:
        raise SpreadsheetRefused(
            place=name,
            problem=mark("has no rows"),
            what_to_do=mark("Hand in a table with one row of headings."),
        )
    for holds, problem in (
        (len(grid.rows) > MOST_ROWS, mark("has more rows than can be taken in at once")),
        (len(grid.header) > MOST_COLUMNS, mark("has more columns than can be taken in")),
    ):
        if holds:
            raise SpreadsheetRefused(
                place=name, problem=problem, what_to_do=mark("Split it into several files.")
            )
    return grid


def check(
    definition: Definition, grid: Grid, targets: Sequence[str], problems: list[CellProblem]
) -> Iterator[Filled]:
    """The rows without problems, one by one; what is wrong with the others is added to ``problems``."""
    seen: Counter[tuple[str, ...]] = Counter()
    taken: dict[str, int] = {}
    for row, content in grid.rows:
        content = [*content, *[""] * (len(grid.header) - len(content))]
        seen[tuple(content)] += 1
        before = len(problems)
        said = _answers(definition, grid, targets, row, content, problems)
        number = _number(definition, targets, content, seen[tuple(content)])
        if number in taken:
            problems.append(CellProblem(row, "", mark("has the number of another row"),
                                        mark("Keep one of the two rows.")))  # fmt: skip
        taken[number] = row
        if len(number) > 255:
            problems.append(
                CellProblem(row, "", mark("has a number that is too long"), mark("Leave it empty."))
            )
        if len(problems) == before and said:
            yield Filled(row, number, said, xml_of(definition, said, number))


def _number(definition: Definition, targets: Sequence[str], content: list[str], occurrence: int) -> str:
    for target, text in zip(targets, content):
        if target == NUMBER and text.strip():
            return tidy_number(_NOT_XML.sub("", text))
    return number_of(definition.form_id, content, occurrence)


def _answers(
    definition: Definition,
    grid: Grid,
    targets: Sequence[str],
    row: int,
    content: list[str],
    problems: list[CellProblem],
) -> dict[str, str]:
    said: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    places: dict[str, dict[str, str]] = {}
    for column, target, text in zip(grid.header, targets, content):
        text = _NOT_XML.sub("", text)
        if not target or target == NUMBER:
            continue
        try:
            path, sign, part = _parts(target)
            question = definition.by_path.get(path)
            if question is None:
                continue
            if sign == "=":
                lists.setdefault(path, [])
                if cells.chosen(text):
                    lists[path].append(part)
            elif sign == "@":
                if not cells.is_empty(text):
                    places.setdefault(path, {})[part] = cells.decimal(text)
            elif not cells.is_empty(text):
                said[path] = cells.answer(definition, question, text)
        except cells.Misfit as misfit:
            problems.append(CellProblem(row, column, misfit.problem, misfit.remedy))
    for path, names in lists.items():
        if names and path not in said:
            said[path] = " ".join(names)
    for path, parts in places.items():
        _place(said, path, parts, row, problems)
    return said


def _parts(target: str) -> tuple[str, str, str]:
    for sign in "=@":
        path, found, part = target.partition(sign)
        if found:
            return path, sign, part
    return target, "", ""


def _place(
    said: dict[str, str], path: str, parts: dict[str, str], row: int, problems: list[CellProblem]
) -> None:
    if path in said:
        return
    if not {"latitude", "longitude"} <= set(parts):
        problems.append(
            CellProblem(row, path, mark("lacks latitude or longitude"), mark("Write both, or neither."))
        )
        return
    try:
        said[path] = cells.point(" ".join(parts.get(name, "0") for name in PARTS))
    except cells.Misfit as misfit:
        problems.append(CellProblem(row, path, misfit.problem, misfit.remedy))


# --- through the door


def take_in(
    *,
    programme: Programme,
    version: InstrumentVersion,
    definition: Definition,
    grid: Grid,
    targets: Sequence[str],
    scope: Scope,
    by: User,
    leave_bad: bool = False,
    say: Say = lambda _done, _total: None,
) -> Outcome:
    """Post every row. With ``leave_bad`` false nothing is posted as long as one row has a problem."""
    outcome = Outcome(n_rows=len(grid.rows))
    problems: list[CellProblem] = []
    rows = list(check(definition, grid, targets, problems))
    outcome.problems, outcome.n_problems = problems[:KEPT_PROBLEMS], len(problems)
    if problems and not leave_bad:
        return outcome
    there = _there(programme, [row.number for row in rows])
    for done, row in enumerate(rows):
        if done % 100 == 0:
            say(done, len(rows))
        if there.get(row.number, Submission.Channel.SPREADSHEET) != Submission.Channel.SPREADSHEET:
            outcome.n_known += 1  # the phone itself has sent it: its own words count
            continue
        result = receive_post(
            Post(
                programme=programme, xml=row.xml, channel=Submission.Channel.SPREADSHEET, user=by, scope=scope
            )
        )
        if result.outcome == "new" and result.submission_id:
            outcome.n_new += 1
            outcome.submissions.append(result.submission_id)
        elif result.outcome == "known":
            outcome.n_known += 1
        elif result.outcome == "differs":
            outcome.n_differ += 1
        else:
            outcome.n_refused += 1
    say(len(rows), len(rows))
    return outcome


def _there(programme: Programme, numbers: list[str]) -> dict[str, str]:
    """Which of these numbers are taken, and by which way they came."""
    found: dict[str, str] = {}
    for start in range(0, len(numbers), 500):
        rows = Submission._base_manager.filter(
            programme=programme, instance_id__in=numbers[start : start + 500]
        )
        found |= dict(rows.values_list("instance_id", "channel"))
    return found
