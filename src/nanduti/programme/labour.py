"""Which institution may do what in a programme: the lines laid down, and what they answer about an organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nanduti.foundation.errors import NotFound
from nanduti.foundation.named import Named, both
from nanduti.methods import planning
from nanduti.methods.values import RuleSource, Verdict
from nanduti.register.models import Organisation, Stakeholder

from . import codes
from .models import DivisionOfLabour, Programme, Seat
from .models.programmes import in_language
from .queries import labour_division

RULE = "division_of_labour"


@dataclass(frozen=True)
class Task(Named):
    """A task that planning knows: what it is called, and where it is told of."""

    source: RuleSource


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("labour.yaml").read_text(encoding="utf-8"))


@cache
def tasks() -> dict[str, Task]:
    """The tasks by code.

    >>> str(tasks()["first_contact"])
    'first contact with firms'
    """
    return {
        code: Task(code, both(row), RuleSource(row["document"], row["place"]))
        for code, row in _read()["tasks"].items()
    }


_asked: set[str] = set()


def tell_asked(codes_of_tasks: Iterable[str]) -> None:
    """Say which tasks a room above asks about before somebody does them."""
    _asked.update(set(codes_of_tasks) & set(tasks()))


def asked() -> list[Task]:
    """The tasks that are asked about when something is planned, in the order of the list."""
    return [task for code, task in tasks().items() if code in _asked]


def is_asked(row: DivisionOfLabour) -> bool:
    """Whether planning asks about the task of a line."""
    return row.task_code in _asked


def task_in_words(row: DivisionOfLabour) -> str:
    """The task of a line, as whoever laid it down called it."""
    return in_language(row, "task") or str(tasks().get(row.task_code, row.task_code))


def line_by_id(*, programme: Programme, pk: int) -> DivisionOfLabour:
    """The line of that number, or :class:`NotFound`."""
    found = labour_division(programme=programme).filter(pk=pk).first() if pk < 2**31 else None
    if found is None:
        raise NotFound(kind="division of labour", code_given=str(pk))
    return found


def source_of(row: DivisionOfLabour) -> RuleSource | None:
    """Where a line is laid down; ``None`` where it names no document."""
    return RuleSource(row.source.short, row.source_place) if row.source else None


def terms(*, programme: Programme) -> dict[str, list[planning.LabourTerm]]:
    """What is laid down about each task that has a code, in the reader's words; one query."""
    found: dict[str, list[planning.LabourTerm]] = defaultdict(list)
    for row in labour_division(programme=programme).exclude(task_code=""):
        kind = codes.said(codes.INSTITUTIONS, row.institution_kind)
        term = planning.LabourTerm(kind, row.verdict, in_language(row, "reason"), source_of(row))
        found[row.task_code].append(term)
    return dict(found)


def verdict(*, programme: Programme, task: str, doers: Sequence[Organisation]) -> Verdict | None:
    """Whether those organisations may do a task; ``None`` where the programme lays nothing down about it."""
    laid_down = terms(programme=programme).get(task) if task else None
    if not laid_down:
        return None
    known = doers_of(programme=programme, organisations=doers)
    return planning.labour_verdict(str(tasks().get(task, task)), known, laid_down)


@dataclass(frozen=True)
class Deed:
    """Something that was done or is planned, as the rooms above know it: what, where it stands, which task, by whom."""

    label: str
    address: tuple[Any, ...]
    task: str
    bodies: tuple[Organisation, ...]


_deeds: list[Callable[[Programme, set[str]], list[Deed]]] = []


def tell_deeds(ask: Callable[[Programme, set[str]], list[Deed]]) -> None:
    """Offer a question about what is done of some tasks, which :func:`against` asks."""
    if ask not in _deeds:
        _deeds.append(ask)


def against(*, programme: Programme) -> list[tuple[Deed, Verdict]]:
    """What stands against a line, however it came in; a bounded number of queries."""
    laid_down = terms(programme=programme)
    refusing = {task for task, lines in laid_down.items() if any(t.answer == "may_not" for t in lines)}
    deeds = [deed for ask in _deeds for deed in ask(programme, refusing)] if refusing else []
    bodies = {body.pk: body for deed in deeds for body in deed.bodies}
    doers = dict(zip(bodies, doers_of(programme=programme, organisations=bodies.values()), strict=True))
    judged = [
        (d, planning.labour_verdict(str(tasks()[d.task]), [doers[b.pk] for b in d.bodies], laid_down[d.task]))
        for d in deeds
    ]
    return [(deed, said) for deed, said in judged if said.decision == "no"]


def doers_of(*, programme: Programme, organisations: Iterable[Organisation]) -> list[planning.Doer]:
    """The organisations with the kinds of institution that they are, or may be, in the reader's words; two queries."""
    rows = list(organisations)
    signs = _signs(programme, [row.pk for row in rows]) if rows else {}
    return [_doer(row, signs[row.pk] | {("organisations", row.kind)}) for row in rows]


def _signs(programme: Programme, ids: list[int]) -> defaultdict[int, set[tuple[str, str]]]:
    """What tells of each organisation: its roles as a stakeholder, and the sectors that it sits for."""
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    roles = Stakeholder._base_manager.filter(organisation__in=ids)
    for pk, role in roles.values_list("organisation", "role"):
        found[pk].add(("roles", role))
    seats = Seat.objects.filter(committee__programme=programme, organisation__in=ids)
    for pk, sector in seats.values_list("organisation", "sector"):
        found[pk].add(("sectors", sector))
    return found


def _doer(row: Organisation, signs: set[tuple[str, str]]) -> planning.Doer:
    kinds, narrow, possible = set(), False, set()
    for code, tells in _read()["institutions"].items():
        told = {by for by, value in signs if value in tells.get(by, ())}
        if told:
            kinds.add(code)
            narrow = narrow or bool(row.kind in tells.get("perhaps", ()))
        elif row.kind in tells.get("perhaps", ()):
            possible.add(code)
    said = [frozenset(codes.said(codes.INSTITUTIONS, c) for c in found) for found in (kinds, possible)]
    # Known as one of the kinds that its own kind hides, it is taken for that one alone.
    return planning.Doer(str(row), said[0], frozenset() if narrow else said[1])
