"""Verbs of those who decide: approve, refuse."""

from __future__ import annotations

from datetime import datetime

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold
from nanduti.foundation.models import User
from nanduti.methods.values import mark

from .. import rules
from ..errors import CheckOutdated, NotApprovable, ReasonNeeded
from ..models import Approval, ReleaseRequest
from ..queries import requests as asked


@action("release.approve_release")
def approve_release(*, request: ReleaseRequest, digest: str, by: User, at: datetime) -> Approval:
    """Say yes to exactly the result with this digest; the second yes has it published."""
    made, standing = _decide(request, digest, Approval.Decision.YES, "", by, at)
    if standing.n_yes + 1 >= rules.APPROVALS:
        ReleaseRequest._base_manager.filter(pk=request.pk).update(state=ReleaseRequest.State.APPROVED)
        work.enqueue("release.publish", by=by, scope=request.scope, check_id=made.of_check_id)
    return made


@action("release.refuse_release")
def refuse_release(*, request: ReleaseRequest, digest: str, reason: str, by: User, at: datetime) -> Approval:
    """Say no, with the reason; one no is enough."""
    if not reason.strip():
        raise ReasonNeeded()
    made, _standing = _decide(request, digest, Approval.Decision.NO, reason.strip(), by, at)
    ReleaseRequest._base_manager.filter(pk=request.pk).update(
        state=ReleaseRequest.State.REFUSED, refusal=reason.strip()
    )
    return made


def _decide(
    request: ReleaseRequest, digest: str, decision: str, reason: str, by: User, at: datetime
) -> tuple[Approval, asked.Standing]:
    hold(request)
    request.refresh_from_db()
    standing = asked.standing(request)
    verdict = standing.may_decide(by.pk)
    only_unsafe = {r.code for r in verdict.reasons} == {"release.decide.unsafe"}
    if not verdict.allows and not (decision == Approval.Decision.NO and only_unsafe):
        raise NotApprovable(verdict=verdict)
    check = standing.check
    if check is None or check.digest != digest:
        raise CheckOutdated(why=mark("The result has changed since this page was opened."))
    made = Approval.objects.create(
        of_check=check, scope=request.scope, decision=decision, reason=reason, digest=digest, by=by, at=at
    )
    note(subject=request, decision=decision, check=check.number, digest=digest[:12])
    return made, standing
