"""Verbs of publications: publish, withdraw; and the secret of the noise."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import ContentFile

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold
from nanduti.foundation.models import User
from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from .. import rules
from ..errors import CheckOutdated, ReasonNeeded, Withdrawn
from ..gate.result import Checked
from ..keeping import fresh_secret, seal_entry
from ..models import DisclosureCheck, NoiseKey, Publication, PublishedFile, ReleaseRequest
from ..publishing import contents, files
from ..queries.requests import ledger_stamp


@action("release.make_noise_key")
def make_noise_key(*, programme: Programme, by: User | str, at: datetime | None = None) -> NoiseKey:
    """The secret of a programme's noise, once and for ever: another secret would let the noise be averaged away."""
    hold(programme)
    found = NoiseKey._base_manager.filter(programme=programme).first()
    return found or NoiseKey.objects.create(
        programme=programme, scope=programme.scope, sealed=fresh_secret(programme.code)
    )


@action("release.publish_release")
def publish_release(
    *,
    check: DisclosureCheck,
    checked: Checked,
    input_digest: str,
    population: str,
    by: User | str,
    at: datetime,
) -> Publication:
    """Let out what two people approved, if it is still what they looked at; files are made once, here."""
    request = check.request
    hold(request.programme)
    _still_holds(check, checked, input_digest, population)
    number = 1 + Publication._base_manager.filter(programme=request.programme, slug=request.code).count()
    programme = request.programme
    made = Publication.objects.create(
        scope=request.scope, programme=programme, programme_code=programme.code, programme_title=programme.title,
        programme_title_es=programme.title_es, slug=request.code, number=number, title=request.title,
        title_es=request.title_es, kind=request.kind, audience=request.audience, of_check=check,
        digest=check.digest, published_on=at.date(), population=population,
    )  # fmt: skip
    made.contents = contents.of(made, checked)
    made.ledger = seal_entry(made, checked.entry) if checked.entry else None
    made.save(update_fields=["contents", "ledger"])
    for file in files.make(checked, contents.about(made)):
        _keep(made, file)
    _replace(request.replaces, made)
    ReleaseRequest._base_manager.filter(pk=request.pk).update(state=ReleaseRequest.State.PUBLISHED)
    note(subject=made, request=request.pk, digest=check.digest[:12], audience=made.audience)
    return made


def _still_holds(check: DisclosureCheck, checked: Checked, input_digest: str, population: str) -> None:
    verdict = rules.still_holds(
        input_digest=check.input_digest,
        now=input_digest,
        stamp=check.ledger_stamp,
        stamp_now=ledger_stamp(programme=check.request.programme, population=population),
    )
    if not verdict.allows:
        raise CheckOutdated(why=" ".join(r.say() for r in verdict.reasons))
    if checked.digest != check.digest or not checked.is_safe:
        raise CheckOutdated(why=mark("What is kept of the check is not what was approved."))


def _keep(publication: Publication, file: files.MadeFile) -> PublishedFile:
    import hashlib

    row = PublishedFile(
        publication=publication, scope=publication.scope, name=file.name, media_type=file.media_type,
        n_bytes=len(file.content), digest=hashlib.sha256(file.content).hexdigest(),
    )  # fmt: skip
    row.content.save(file.name, ContentFile(file.content), save=False)
    row.save()
    return row


def _replace(older: Publication | None, newer: Publication) -> None:
    if older is None:
        return
    values: dict[str, object] = {"replaced_by": newer}
    if older.state == Publication.State.PUBLISHED:
        values["state"] = Publication.State.REPLACED
    Publication._base_manager.filter(pk=older.pk).update(**values)


@action("release.reopen_request")
def reopen_request(
    *, request: ReleaseRequest, why: str, by: User | str, at: datetime | None = None
) -> ReleaseRequest:
    """What was approved could not be published as it was approved: it has to be checked again."""
    request.state = ReleaseRequest.State.OPEN
    request.version += 1
    request.save(update_fields=["state", "version", "changed_at"])
    note(subject=request, why=why[:200])
    return request


@action("release.withdraw_release")
def withdraw_release(*, publication: Publication, reason: str, by: User, at: datetime) -> Publication:
    """Take a publication back: its address stays, with the reason; its files are no longer given out."""
    if not reason.strip():
        raise ReasonNeeded()
    won = (
        Publication._base_manager.filter(pk=publication.pk)
        .exclude(state=Publication.State.WITHDRAWN)
        .update(
            state=Publication.State.WITHDRAWN,
            withdrawn_on=at.date(),
            withdrawn_because=reason.strip(),
        )
    )
    publication.refresh_from_db()
    if not won:
        raise Withdrawn(withdrawn_on=str(publication.withdrawn_on), because=publication.withdrawn_because)
    note(subject=publication)
    return publication
