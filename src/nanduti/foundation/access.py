"""What a user may see and do at this moment: the scopes of their grants, and the capabilities of their roles."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q
from django_scopes import scope as django_scope

from .errors import NotAllowed
from .models import Grant, Scope, ScopeReach, User
from .roles import BY_CODE
from .scope_ids import ScopeIds

# A municipality keeps the identities of its own cluster: of what all clusters share it sees no more than others do.
CUSTODY = frozenset({"reveal", "decide_contact"})


@dataclass(frozen=True)
class Access:
    """A user's rights: capability by scope. Built once a request by :func:`access_of`."""

    user: User | None
    may_by_scope: dict[int, frozenset[str]] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    needs_second_factor: bool = False
    # Scope id → "programme/cluster", for the scopes of a programme's work in a cluster.
    work_codes: dict[int, str] = field(default_factory=dict)

    @cached_property
    def scope_ids(self) -> ScopeIds:
        """The scopes in which the user may do anything at all."""
        return ScopeIds(self.may_by_scope)

    def within(self) -> AbstractContextManager[None]:
        """Queries inside see what this user may see, and nothing else."""
        return django_scope(scope=self.scope_ids)

    def may(self, capability: str, scope: Scope | int | None = None) -> bool:
        """Whether some role of this user carries the capability, within that scope or (``None``) within any."""
        if scope is None:
            return any(capability in names for names in self.may_by_scope.values())
        scope_id = scope if isinstance(scope, int) else scope.pk
        return capability in self.may_by_scope.get(scope_id, frozenset())

    def may_work(self, capability: str, programme_code: str, cluster_code: str | None = None) -> bool:
        """Whether the capability holds in the programme's work in that cluster, or (``None``) in any cluster."""
        for scope_id, code in self.work_codes.items():
            programme, _slash, cluster = code.partition("/")
            if (
                programme == programme_code
                and cluster_code in (None, cluster)
                and self.may(capability, scope_id)
            ):
                return True
        return False

    def require(self, capability: str, scope: Scope | int | None = None) -> None:
        """Raise :class:`NotAllowed` unless :meth:`may`."""
        if not self.may(capability, scope):
            raise NotAllowed(capability=capability)

    def scopes_with(self, capability: str) -> ScopeIds:
        """The scopes within which the capability holds."""
        return ScopeIds(scope_id for scope_id, names in self.may_by_scope.items() if capability in names)


NOBODY = Access(user=None)


def access_of(user: User, *, on: date) -> Access:
    """The rights of a user on a day, from the grants in force: three queries."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    in_force = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gt=on))
    grants = list(Grant.objects.filter(in_force, user=user).values_list("scope_id", "role"))
    reach = _reach(scope_id for scope_id, _ in grants)
    collected: dict[int, set[str]] = {}
    for scope_id, role_code in grants:
        may = BY_CODE[role_code].may
        collected.setdefault(scope_id, set()).update(may)
        for narrow, is_reading, is_beside in reach.get(scope_id, ()):
            within = may & {"read"} if is_reading else may - CUSTODY if is_beside else may
            collected.setdefault(narrow, set()).update(within)
    roles = frozenset(role for _, role in grants)
    work = Scope.objects.filter(pk__in=collected, kind=Scope.Kind.WORK)
    return Access(
        user=user,
        may_by_scope={scope_id: frozenset(names) for scope_id, names in collected.items()},
        roles=roles,
        needs_second_factor=any(BY_CODE[role].needs_second_factor for role in roles),
        work_codes=dict(work.values_list("pk", "code")),
    )


def _reach(wide_ids: Iterable[int]) -> dict[int, list[tuple[int, bool, bool]]]:
    """Wide scope → what it reaches: the narrow scope, whether for reading alone, whether from cluster to cluster."""
    reach: dict[int, list[tuple[int, bool, bool]]] = {}
    rows = ScopeReach.objects.filter(wide__in=set(wide_ids)).annotate(
        is_beside=Q(wide__kind=Scope.Kind.CLUSTER, narrow__kind=Scope.Kind.CLUSTER)
    )
    for wide, *reached in rows.values_list("wide_id", "narrow_id", "is_reading", "is_beside"):
        reach.setdefault(wide, []).append(tuple(reached))
    return reach
