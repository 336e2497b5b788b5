"""Who pays the start of a programme, on which condition, and whether that is kept as far as the records know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.db.models import Q
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Grant, User
from nanduti.foundation.named import Explained, both
from nanduti.foundation.roles import BY_CODE
from nanduti.methods import planning
from nanduti.methods.values import Money, RuleSource, Verdict
from nanduti.register.models import Establishment, Organisation

from . import queries, seating
from .models import FundingCondition, Programme

FEW = 5


@dataclass(frozen=True)
class RecordKind(Explained):
    """A kind of record that a funder may ask to be open, and what an account must be allowed to open it here."""

    capability: str


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("records.yaml").read_text(encoding="utf-8"))


@cache
def records() -> dict[str, RecordKind]:
    """The kinds of records by code.

    >>> list(records())
    ['documents', 'minutes', 'profiles']
    """
    return {
        code: RecordKind(code, both(row), both(row, "about"), row["capability"])
        for code, row in _read()["records"].items()
    }


def known_records(codes: Iterable[str]) -> list[RecordKind]:
    """The kinds of records with those codes, in the order of the list; what nobody knows is left out."""
    asked = set(codes)
    return [kind for code, kind in records().items() if code in asked]


# --- who pays


@dataclass(frozen=True)
class Gift:
    """Something that came in for a programme, as the rooms above know it; ``money`` is ``None`` where unvalued."""

    organisation_id: int
    is_fee: bool
    money: Money | None


_gifts: list[Callable[[Programme], list[Gift]]] = []
_unwritten: list[Callable[[Programme], list[str]]] = []


def tell_gifts(ask: Callable[[Programme], list[Gift]]) -> None:
    """Offer a question about what was given, which :func:`funding` asks."""
    if ask not in _gifts:
        _gifts.append(ask)


def tell_unwritten(ask: Callable[[Programme], list[str]]) -> None:
    """Offer a question about sessions that were held and of which nothing is written down."""
    if ask not in _unwritten:
        _unwritten.append(ask)


def start_cost(programme: Programme) -> Money | None:
    """What the start costs, where somebody wrote it down."""
    return None if programme.start_cost is None else Money(programme.start_cost, programme.start_currency)


def funding(*, programme: Programme) -> planning.Funding | None:
    """Agreed and given of each funder; ``None`` where nothing of money is laid down.

    The sums are for those who may see sensitive records of the whole programme. Several conditions of one funder are
    one part; fees of those who take part are one part, whoever collects them.
    """
    rows = [row for row in queries.funding_conditions(programme=programme) if row.share is not None]
    fees = queries.funding_conditions(programme=programme).filter(kind=FundingCondition.Kind.FEES)
    rows += [row for row in fees if row.share is None]
    if not rows and programme.start_cost is None:
        return None
    gifts = [gift for ask in _gifts for gift in ask(programme)]
    by_part: dict[int | None, list[FundingCondition]] = defaultdict(list)
    for row in rows:
        by_part[None if row.kind == FundingCondition.Kind.FEES else row.funder_id].append(row)
    return planning.funding_conditions(
        start_cost(programme), [_funder(key, part, gifts) for key, part in by_part.items()]
    )


def _funder(key: int | None, rows: list[FundingCondition], gifts: list[Gift]) -> planning.Funder:
    own = [g for g in gifts if g.is_fee] if key is None else _own(key, gifts)
    shares = [row.share for row in rows if row.share is not None]
    return planning.Funder(
        name=_("fees of those who take part") if key is None else str(rows[0].funder),
        share=shares or None,
        given=tuple(g.money for g in own if g.money is not None),
        n_unvalued=sum(g.money is None for g in own),
    )


def _own(organisation_id: int, gifts: list[Gift]) -> list[Gift]:
    return [g for g in gifts if g.organisation_id == organisation_id and not g.is_fee]


# --- on which condition


@dataclass(frozen=True)
class Checked:
    """A condition with what the records say of it; ``verdict`` is ``None`` where it lays nothing down."""

    row: FundingCondition
    opens: dict[str, planning.Opening]
    has_account: bool
    verdict: Verdict | None


def condition_by_code(*, programme: Programme, code: str) -> FundingCondition:
    """The condition with that code, or :class:`NotFound`."""
    rows = queries.funding_conditions(programme=programme)
    found = None if "\x00" in code else rows.filter(code=code).first()
    if found is None:
        raise NotFound(kind="funding condition", code_given=code)
    return found


def check_all(*, programme: Programme, on: date) -> list[Checked]:
    """The conditions of a programme, each with its answer on a day; a bounded number of queries."""
    rows = list(queries.funding_conditions(programme=programme))
    return _check(programme, rows, on)


def check(row: FundingCondition, *, on: date) -> Checked:
    """One condition with its answer on a day."""
    return _check(row.programme, [row], on)[0]


def _check(programme: Programme, rows: list[FundingCondition], on: date) -> list[Checked]:
    held = _capabilities(programme, [row.funder for row in rows], on)
    asked = {code for row in rows for code in row.opens}
    kept = {kind.code: _kept(programme, kind.code, on) for kind in known_records(asked)}
    return [_checked(row, held.get(row.funder.pseudonym), kept) for row in rows]


def _checked(row: FundingCondition, may: set[str] | None, kept: dict[str, _Kept]) -> Checked:
    opens = {str(kind): _opening(kind, may, kept[kind.code]) for kind in known_records(row.opens)}
    said = None
    if opens or row.condition or row.condition_es:
        source = RuleSource(row.source.short, row.source_place) if row.source else planning.funding.SOURCE
        said = planning.access_check(str(row.funder), opens, is_kept=row.is_verified, source=source)
    return Checked(row, opens, may is not None, said)


def _opening(kind: RecordKind, may: set[str] | None, kept: _Kept) -> planning.Opening:
    """Without an account of the funder nothing can be said: papers may be handed over."""
    if may is None:
        return planning.Opening(None)
    if kind.capability not in may:
        return planning.Opening(False)
    if kept.missing:
        return planning.Opening(False, kept.missing)
    return planning.Opening(True if kept.is_there else None)


def _capabilities(programme: Programme, funders: list[Organisation], on: date) -> dict[str, set[str]]:
    """What the accounts of each funder may do in the programme as a whole; no entry where it has no account."""
    pseudonyms = {funder.pseudonym for funder in funders}
    accounts = User._base_manager.filter(is_active=True, organisation_pseudonym__in=pseudonyms)
    found: dict[str, set[str]] = {
        own: set() for own in accounts.values_list("organisation_pseudonym", flat=True)
    }
    in_force = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gt=on))
    grants = Grant._base_manager.filter(in_force, scope=programme.scope_id, user__in=accounts)
    for own, role in grants.values_list("user__organisation_pseudonym", "role"):
        found[own] |= BY_CODE[role].may
    return found


@dataclass(frozen=True)
class _Kept:
    """Whether there are records of a kind at all, and which of them should be there and are not."""

    is_there: bool
    missing: tuple[str, ...] = ()


def _kept(programme: Programme, kind: str, on: date) -> _Kept:
    if kind == "minutes":
        return _minutes(programme, on)
    if kind == "profiles":
        covered = [cluster.pk for cluster in queries.clusters(programme=programme)]
        firms = Organisation._base_manager.filter(kind=Organisation.Kind.ENTERPRISE, cluster__in=covered)
        sites = Establishment._base_manager.filter(cluster__in=covered)
        return _Kept(firms.exists() or sites.exists())
    decided = queries.resolutions(programme=programme).exists()
    return _Kept(decided or queries.agreements(programme=programme).exists())


def _minutes(programme: Programme, on: date) -> _Kept:
    """Meetings and sessions that were held, and those of which nothing is written down."""
    rows = seating.meetings(programme=programme).prefetch_related("resolutions")
    held = [row for row in rows if row.held_on_start is None or row.held_on_start <= on]
    silent = [str(row) for row in held if not (row.note or row.note_es or row.resolutions.all())]
    silent += [name for ask in _unwritten for name in ask(programme)]
    more = [_("%(n)s more") % {"n": len(silent) - FEW}] if len(silent) > FEW else []
    return _Kept(bool(held), (*silent[:FEW], *more))
