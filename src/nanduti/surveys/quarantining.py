"""Taking bytes out of quarantine: those that clash replace what is there, those without a number get one."""

from __future__ import annotations

import re
import uuid

from django.db import transaction

from nanduti.foundation.models import User

from .actions import quarantine as actions
from .errors import CannotReplace
from .intake import Post, receive_post
from .keeping import KeptFile, quarantined_bytes
from .models import QuarantinedPost

WITHOUT_NUMBER = "surveys.instance_id_missing"
NUMBERS = uuid.UUID("6f1f9d0e-54c7-4f0b-9a59-0d2b6a8f3c11")
_EMPTY_ID = re.compile(rb"<((?:[\w.-]+:)?instanceID)\s*(?:/>|>\s*</\1\s*>)")
_META = re.compile(rb"<((?:[\w.-]+:)?meta)\b[^>]*?(/?)>")
_END = re.compile(rb"</[^<>]+>\s*$")


def may_be_taken(post: QuarantinedPost) -> bool:
    """Whether these bytes can become a submission at all."""
    return post.sealed is not None and (post.submission_id is not None or post.reason == WITHOUT_NUMBER)


def take(*, post: QuarantinedPost, text: str, by: User) -> int:
    """Take the bytes; returns the number of the submission that they are now."""
    if post.submission_id is not None:
        return actions.take_quarantined(post=post, text=text, by=by).pk
    if post.reason != WITHOUT_NUMBER:
        raise CannotReplace(problem="they are not answers as a form makes them")
    with transaction.atomic():
        result = receive_post(
            Post(
                programme=post.programme,
                xml=with_number(quarantined_bytes(post), post.digest),
                enumerator=post.enumerator,
                files=[KeptFile(**file) for file in post.files],
                device_id=post.device_id,
                scope=post.scope,
            ),
            at=post.received_at,
        )
        if not result.is_received or result.submission is None:
            raise CannotReplace(problem=result.message)
        actions.settle_quarantined(post=post, submission=result.submission, text=text, by=by)
        return result.submission.pk


def with_number(xml: bytes, digest: str) -> bytes:
    """The answers with a number made of their digest, so that taking them twice gives one submission.

    >>> with_number(b"<data id='v'><n>1</n></data>", "ab")[:60]
    b"<data id='v'><n>1</n><meta><instanceID>uuid:a71ecfcd-70d2-58"
    """
    number = f"uuid:{uuid.uuid5(NUMBERS, digest)}".encode()
    if _EMPTY_ID.search(xml):
        return _EMPTY_ID.sub(lambda m: b"<%b>%b</%b>" % (m[1], number, m[1]), xml, count=1)
    meta = _META.search(xml)
    if meta and meta[2]:
        whole = meta[0][:-2].rstrip() + b"><instanceID>" + number + b"</instanceID></" + meta[1] + b">"
        return xml[: meta.start()] + whole + xml[meta.end() :]
    if meta:
        return xml[: meta.end()] + b"<instanceID>" + number + b"</instanceID>" + xml[meta.end() :]
    end = _END.search(xml)
    if end is None:
        raise CannotReplace(problem="their end is missing")
    part = b"<meta><instanceID>" + number + b"</instanceID></meta>"
    return xml[: end.start()] + part + xml[end.start() :]
