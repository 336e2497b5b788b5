"""A post, whole and on disk: read its head, seal it, have it written, say what became of it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_scopes import scopes_disabled

from nanduti.foundation.models import Scope, User
from nanduti.interface import saying
from nanduti.programme.models import Programme

from .. import keeping
from ..actions import submissions
from ..arrivals import Arrival, Head, KeptFile, Outcome
from ..errors import AnswersDiffer, DoorError, IdTooLong, InstanceIdMissing, XmlUnreadable
from ..models import Enumerator, InstrumentVersion, Submission
from .commits import commit
from .heads import read_head
from .streams import read_parts

# Refused, and their bytes kept with a task for a supervisor.
KEPT_ASIDE = (XmlUnreadable, InstanceIdMissing, IdTooLong)


@dataclass(frozen=True)
class Post:
    """One filled form as somebody hands it in. Who hands it in is known and may; the caller has seen to that."""

    programme: Programme
    xml: bytes
    channel: str = Submission.Channel.PHONE
    enumerator: Enumerator | None = None
    user: User | None = None
    draft: InstrumentVersion | None = None
    files: Sequence[KeptFile] = ()
    device_id: str = ""
    # More of it comes in a further post.
    is_incomplete: bool = False
    # Whose submissions these are: the enumerator's or the programme's scope where it is left out.
    scope: Scope | None = None


@dataclass(frozen=True)
class Result:
    """What the door says: an HTTP status and a sentence in the language of the moment."""

    status: int
    message: str
    submission_id: int | None = None
    code: str = ""
    # "new", "known" or "differs"; empty where nothing was stored.
    outcome: str = ""

    @property
    def is_received(self) -> bool:
        return self.status in {201, 202}

    @property
    def submission(self) -> Submission | None:
        """The row; within no scope, since the door's authority is the enumerator's."""
        if self.submission_id is None:
            return None
        with scopes_disabled():
            return Submission.objects.get(pk=self.submission_id)


def receive_stream(
    environ: Mapping[str, Any],
    *,
    programme: Programme,
    channel: str,
    enumerator: Enumerator | None = None,
    user: User | None = None,
    draft: InstrumentVersion | None = None,
    device_id: str = "",
) -> Result:
    """Take a multipart post from a WSGI request (Django: ``request.environ``) through the door.

    Raises a ``DoorError`` for what is no post at all; everything else is a result.
    """
    said = str(environ.get("CONTENT_LENGTH") or "")
    parts = read_parts(
        environ["wsgi.input"],
        content_type=str(environ.get("CONTENT_TYPE") or ""),
        content_length=int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None,
    )
    return receive_post(
        Post(
            programme=programme,
            xml=parts.xml or b"",
            channel=channel,
            enumerator=enumerator,
            user=user,
            draft=draft,
            files=parts.files,
            device_id=device_id,
            is_incomplete=parts.is_incomplete,
        )
    )


def receive_post(post: Post, *, at: datetime | None = None) -> Result:
    """Take a post through the one door. Refusals are results; what raises is the disk, the database or a bug."""
    at = at or timezone.now()
    digest = hashlib.sha256(post.xml).hexdigest()
    try:
        head = read_head(post.xml)
    except DoorError as error:
        if isinstance(error, KEPT_ASIDE):
            _keep_aside(post, error, digest, error.details.get("head"), at)
        else:
            _remove(post.files)
        return refused(error)
    with _unwritten(post.files):
        outcome = commit(post.programme, _arrival(post, head, digest, at))
    _remove(outcome.unneeded)
    if outcome.status == "differs":
        error = AnswersDiffer()
        _keep_aside(post, error, digest, head, at, submission_id=outcome.submission_id)
        return refused(error, outcome)
    return Result(201, _thanks(post, outcome), outcome.submission_id, outcome=outcome.status)


def refused(error: DoorError, outcome: Outcome | None = None) -> Result:
    """A refusal as the phone is told."""
    return Result(
        error.status,
        str(saying.say(error)),
        outcome.submission_id if outcome else None,
        error.code,
        outcome.status if outcome else "",
    )


def _arrival(post: Post, head: Head, digest: str, at: datetime) -> Arrival:
    who = post.enumerator
    return Arrival(
        head=head,
        scope=post.scope or (who.scope if who else post.programme.scope),
        digest=digest,
        n_bytes=len(post.xml),
        sealed=keeping.seal_xml(post.xml, programme_code=post.programme.code, instance_id=head.instance_id),
        channel=post.channel,
        received_at=at,
        enumerator=who,
        user=post.user,
        draft=post.draft,
        device_id=clean(post.device_id),
        files=tuple(post.files),
    )


def _thanks(post: Post, outcome: Outcome) -> str:
    """What the phone shows; the number of files where it is not complete yet."""
    k, n = outcome.n_files_arrived, outcome.n_files_expected
    if post.is_incomplete or k < n:
        if n > k:
            return _("Received, with %(k)s of %(n)s files so far.") % {"k": k, "n": n}
        return ngettext("Received, with %(k)s file so far.", "Received, with %(k)s files so far.", k) % {
            "k": k
        }
    if outcome.status == "known":
        return _("Already received.")
    if outcome.is_parked:
        return _("Received. The office has to sort it before it counts.")
    return _("Received. Thank you.")


def _keep_aside(
    post: Post,
    error: DoorError,
    digest: str,
    head: Head | None,
    at: datetime,
    submission_id: int | None = None,
) -> None:
    values: dict[str, Any] = {
        "scope": post.scope or (post.enumerator.scope if post.enumerator else post.programme.scope),
        "form_id": head.form_id if head else "",
        "instance_id": head.instance_id if head else "",
        "reason": error.code,
        "digest": digest,
        "n_bytes": len(post.xml),
        "sealed": keeping.seal_quarantined(post.xml, programme_code=post.programme.code, digest=digest),
        "enumerator": post.enumerator,
        "device_id": clean(post.device_id),
        "submission_id": submission_id,
    }
    with _unwritten(post.files), scopes_disabled():
        row = submissions.quarantine(
            programme=post.programme, values=values, files=post.files, by=post.user or "door", at=at
        )
    _remove(row.unneeded)


def clean(text: str) -> str:
    """A text from outside as a column can hold it."""
    return "".join(c for c in text if c.isprintable())[:255]


@contextlib.contextmanager
def _unwritten(files: Sequence[KeptFile]) -> Iterator[None]:
    """Files of a post that could not be written are not left lying about.

    Where the database broke off, nobody knows whether it has written: then they stay, and the sweep decides.
    """
    try:
        yield
    except DatabaseError:
        raise
    except BaseException:
        _remove(files)
        raise


def _remove(files: Sequence[KeptFile]) -> None:
    for file in files:
        keeping.remove_file(file.path)
