"""Requests, their checks and approvals; and what was published before about the same records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.methods.values import Verdict
from nanduti.programme.models import Programme

from .. import rules
from ..gate.ledger import Entry
from ..keeping import entry_of
from ..models import Approval, DisclosureCheck, Publication, ReleaseRequest


def requests(*, programme: Programme) -> QuerySet[ReleaseRequest]:
    """All requests of a programme, newest first."""
    return ReleaseRequest.objects.filter(programme=programme).select_related("requested_by", "programme")


def request_by_pk(*, programme: Programme, pk: int) -> ReleaseRequest:
    """The request, or :class:`NotFound`."""
    found = requests(programme=programme).filter(pk=pk).select_related("replaces", "scope").first()
    if found is None:
        raise NotFound(kind=_("request"), code_given=pk)
    return found


def latest_check(request: ReleaseRequest) -> DisclosureCheck | None:
    """The newest check, whether or not it still counts."""
    return request.checks.select_related("job", "by").order_by("-number").first()


def approvals(check: DisclosureCheck) -> list[Approval]:
    """What was decided about a result, oldest first."""
    return list(check.approvals.select_related("by").order_by("at", "id"))


@dataclass(frozen=True)
class Standing:
    """Where a request stands: its newest check, whether that still counts, and what was decided about it."""

    request: ReleaseRequest
    check: DisclosureCheck | None
    approvals: list[Approval]

    @property
    def counts(self) -> bool:
        """Whether there is a finished check of the request as it stands."""
        check = self.check
        done = check is not None and check.state == DisclosureCheck.State.DONE
        return bool(done and check.request_version == self.request.version)  # type: ignore[union-attr]

    @property
    def n_yes(self) -> int:
        return sum(a.decision == Approval.Decision.YES for a in self.approvals)

    def may_decide(self, person: int) -> Verdict:
        """Whether this person may approve or refuse the result."""
        return rules.may_decide(
            person=person,
            requested_by=self.request.requested_by_id,
            decided=[a.by_id for a in self.approvals],
            is_open=self.request.is_open,
            is_checked=self.counts,
            is_safe=bool(self.check and self.check.is_safe),
        )


def standing(request: ReleaseRequest) -> Standing:
    """Three queries."""
    check = latest_check(request)
    return Standing(request, check, approvals(check) if check else [])


def sees_figures(access: Access, request: ReleaseRequest) -> bool:
    """Who sees the figures before they are published: who may read answers, and who approves.

    A researcher who asks again and again, each time a little differently, would otherwise read the differences.
    """
    programme = request.programme
    return any(
        access.may(capability, programme.scope_id) or access.may_work(capability, programme.code)
        for capability in ("read_sensitive", "approve_release")
    )


# --- the ledger

# So many publications from other sources are looked at; they are only told of.
MOST_BESIDE = 10


def published_before(*, programme: Programme, population: str) -> QuerySet[Publication]:
    """Everything that was ever published about these records, withdrawn or not: what was seen stays seen."""
    rows = Publication._base_manager.filter(programme=programme, population=population)
    return rows.order_by("id")


def ledger_stamp(*, programme: Programme, population: str) -> str:
    """Tells one state of the ledger from another."""
    rows = published_before(programme=programme, population=population).values_list("pk", "digest")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def entries(*, programme: Programme, population: str) -> list[Entry]:
    """The ledger's pages on these records; only a check opens them."""
    rows = published_before(programme=programme, population=population).filter(ledger__isnull=False)
    return [entry_of(row) for row in rows]


def entries_beside(*, programme: Programme, population: str) -> list[Entry]:
    """The newest pages on other sources about the same firms."""
    rows = Publication._base_manager.filter(programme=programme, ledger__isnull=False)
    rows = rows.exclude(population=population).order_by("-id")[:MOST_BESIDE]
    return [entry_of(row) for row in rows]
