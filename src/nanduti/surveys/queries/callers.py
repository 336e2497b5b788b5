"""Who speaks at the door: the enumerator of a key, or the draft that a key lets try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from nanduti.programme.models import Programme

from ..errors import KeyMalformed, KeyRefused
from ..models import Enumerator, InstrumentVersion
from ..tokens import TOKEN, digest_of
from . import door


@dataclass
class Caller:
    """On whose behalf a request speaks, and the address below which everything of theirs stands."""

    programme: Programme
    base: str
    enumerator: Enumerator | None = None
    draft: InstrumentVersion | None = None


def caller_by_token(*, programme_code: str, token: str, at: datetime) -> Caller:
    """The enumerator whose key stands in the path; raises what a phone is to be told where it opens nothing."""
    if not TOKEN.fullmatch(token):
        raise KeyMalformed()
    digest = digest_of(token)
    version = door.version_of_key(token_digest=digest)
    if version is None:
        raise KeyRefused()
    enumerator = _enumerator(digest, version)
    if enumerator.programme.code != programme_code or not is_in_force(enumerator, at):
        raise KeyRefused()
    return Caller(enumerator.programme, f"/collect/{programme_code}/key/{token}", enumerator)


@lru_cache(maxsize=2000)
def _enumerator(token_digest: str, version: int) -> Enumerator:
    """The enumerator as that version has it: whatever changes it, a revocation too, makes another version."""
    return Enumerator.objects.select_related("programme__scope", "scope").get(token_digest=token_digest)


def caller_by_draft(*, programme_code: str, token: str) -> Caller:
    """The draft whose key stands in the path: for trying it, on any phone."""
    if not TOKEN.fullmatch(token):
        raise KeyMalformed()
    rows = InstrumentVersion.objects.select_related("instrument__programme__scope")
    draft = rows.filter(
        draft_token=token, instrument__programme__code=programme_code, state=InstrumentVersion.State.DRAFT
    ).first()
    if draft is None:
        raise KeyRefused()
    return Caller(draft.instrument.programme, f"/collect/{programme_code}/test/{token}", draft=draft)


def is_in_force(enumerator: Enumerator, at: datetime) -> bool:
    """Neither taken back nor over."""
    is_over = enumerator.expires_at is not None and enumerator.expires_at <= at
    return enumerator.revoked_at is None and not is_over
