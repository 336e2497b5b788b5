"""Verbs of requests: ask, change, have checked, take back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.programme.models import Programme

from .. import rules
from ..errors import AddressTaken, CheckRunning, LooserThanDefault, RequestClosed
from ..gate.result import Checked, as_data
from ..keeping import seal_result
from ..models import DisclosureCheck, Publication, ReleaseRequest

State = ReleaseRequest.State


@action("release.request_release")
def request_release(
    *,
    programme: Programme,
    values: dict[str, Any],
    override_reason: str = "",
    by: User,
    at: datetime | None = None,
) -> ReleaseRequest:
    """Ask that something may leave. ``values``: code, title, kind, audience, purpose, material, protection …"""
    hold(programme)
    replaces: Publication | None = values.get("replaces")
    if replaces is not None:
        values["code"] = replaces.slug
    _free_address(programme, values["code"], replaces)
    reason = _allow(values.get("protection") or {}, override_reason)
    return ReleaseRequest.objects.create(
        programme=programme, scope=programme.scope, requested_by=by, override_reason=reason, **values
    )


def _free_address(programme: Programme, code: str, replaces: Publication | None) -> None:
    waiting = ReleaseRequest._base_manager.filter(
        programme=programme, code=code, state__in=[State.OPEN, State.APPROVED]
    )
    published = Publication._base_manager.filter(programme=programme, slug=code)
    if waiting.exists() or (replaces is None and published.exists()):
        raise AddressTaken(code_given=code)


def _allow(protection: dict[str, Any], reason: str) -> str:
    """Refuse less than the safe default without a reason; the reason is kept, and stands among the deeds."""
    verdict = rules.may_protect_so(rules.protection_of(protection))
    if verdict.allows:
        return ""
    if not reason.strip():
        raise LooserThanDefault(verdict=verdict)
    note(override_reason=reason.strip(), rule="release.safe_default")
    return reason.strip()


@action("release.change_request")
def change_request(
    *,
    request: ReleaseRequest,
    values: dict[str, Any],
    version: int,
    override_reason: str = "",
    by: User,
    at: datetime | None = None,
) -> ReleaseRequest:
    """Ask for less detail, or for other columns; what was checked and approved before no longer counts."""
    _must_be_open(request)
    if "protection" in values:
        values["override_reason"] = _allow(values["protection"], override_reason)
    changed = save_edit(request, values, version=version)
    note(subject=request, fields=changed)
    return request


def _must_be_open(request: ReleaseRequest) -> None:
    state = ReleaseRequest._base_manager.filter(pk=request.pk).values_list("state", flat=True).first()
    if state != State.OPEN:
        raise RequestClosed(state=str(State(state).label) if state else "?")


@action("release.start_check")
def start_check(*, request: ReleaseRequest, by: User, at: datetime | None = None) -> DisclosureCheck:
    """Have disclosure control run over what is asked for, in the background."""
    hold(request)
    _must_be_open(request)
    last = request.checks.select_related("job").order_by("-number").first()
    if last is not None and last.state == DisclosureCheck.State.RUNNING:
        if last.job is not None and not last.job.is_over:
            raise CheckRunning()
        DisclosureCheck.objects.filter(pk=last.pk).update(state=DisclosureCheck.State.FAILED)
    check = DisclosureCheck.objects.create(
        request=request,
        scope=request.scope,
        number=last.number + 1 if last else 1,
        request_version=request.version,
        protection=rules.protection_of(request.protection),
        by=by,
    )
    check.job = work.enqueue("release.check", by=by, scope=request.scope, check_id=check.pk)
    check.save(update_fields=["job"])
    note(subject=request, check=check.number)
    return check


@action("release.record_check")
def record_check(
    *,
    check: DisclosureCheck,
    checked: Checked,
    input_digest: str,
    stamp: str,
    by: User | str,
    at: datetime,
) -> DisclosureCheck:
    """Write down what a check found; results of older checks of the request are forgotten."""
    check.state = DisclosureCheck.State.DONE
    check.input_digest, check.ledger_stamp = input_digest, stamp
    check.digest, check.is_safe = checked.digest, checked.is_safe
    check.n_cells, check.n_hidden = checked.n_cells, checked.n_hidden
    check.verdict = [as_data(v) for v in checked.verdicts]
    check.report = dict(checked.loss)
    check.sealed = seal_result(check, checked)
    check.checked_at = at
    check.save()
    DisclosureCheck.objects.filter(request=check.request, number__lt=check.number).update(sealed=None)
    note(subject=check.request, check=check.number, is_safe=check.is_safe, n_hidden=check.n_hidden)
    return check


@action("release.fail_check")
def fail_check(*, check: DisclosureCheck, by: User | str, at: datetime | None = None) -> DisclosureCheck:
    """Write down that a check came to no end."""
    check.state = DisclosureCheck.State.FAILED
    check.save(update_fields=["state"])
    note(subject=check.request, check=check.number)
    return check


@action("release.take_back_request")
def take_back_request(*, request: ReleaseRequest, by: User, at: datetime | None = None) -> ReleaseRequest:
    """The requester no longer wants it."""
    hold(request)
    _must_be_open(request)
    request.state = State.TAKEN_BACK
    request.save(update_fields=["state", "changed_at"])
    return request
