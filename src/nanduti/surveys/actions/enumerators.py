"""Verbs of enumerators: who may send from the field, with which key, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from ..errors import EnumeratorCodeTaken, EnumeratorEndsTooEarly
from ..models import Enumerator, Instrument
from ..tokens import digest_of, digest_secret, fresh_password, fresh_token


@dataclass(frozen=True)
class Enrolled:
    """An enumerator with the key and the password in clear: shown once and kept nowhere."""

    enumerator: Enumerator
    token: str
    password: str


@action("surveys.enrol")
def enrol(
    *,
    programme: Programme,
    code: str,
    title: str = "",
    cluster: Cluster | None = None,
    instruments: Sequence[Instrument] = (),
    user: User | None = None,
    is_shared: bool = False,
    expires_at: datetime | None = None,
    by: User | str,
    at: datetime,
) -> Enrolled:
    """Let somebody send from the field; their lists and answers stay within the programme, or one cluster of it."""
    if Enumerator.objects.filter(programme=programme, code=code).exists():
        raise EnumeratorCodeTaken(code_given=code)
    _check_end(expires_at, at)
    token, password = fresh_token(), fresh_password()
    enumerator = Enumerator.objects.create(
        scope=work_scope(programme, cluster),
        programme=programme,
        cluster=cluster,
        code=code,
        title=title,
        is_shared=is_shared,
        user=user,
        token_digest=digest_of(token),
        digest_secret=digest_secret(username=code, programme_code=programme.code, password=password),
        enrolled_at=at,
        expires_at=expires_at,
    )
    enumerator.instruments.set(instruments)
    note(subject=enumerator, is_shared=is_shared, n_instruments=len(instruments))
    return Enrolled(enumerator, token, password)


@action("surveys.renew_key")
def renew_key(
    *, enumerator: Enumerator, expires_at: datetime | None = None, by: User | str, at: datetime
) -> Enrolled:
    """A new key and password in place of the former, which are useless from this moment; also after a revocation."""
    _check_end(expires_at, at)
    token, password = fresh_token(), fresh_password()
    enumerator.token_digest = digest_of(token)
    enumerator.digest_secret = digest_secret(
        username=enumerator.code, programme_code=enumerator.programme.code, password=password
    )
    enumerator.enrolled_at, enumerator.expires_at, enumerator.revoked_at = at, expires_at, None
    enumerator.version += 1
    enumerator.save()
    note(subject=enumerator)
    return Enrolled(enumerator, token, password)


@action("surveys.revoke_key")
def revoke_key(*, enumerator: Enumerator, by: User | str, at: datetime) -> Enumerator:
    """From this moment the phone is given nothing and nothing is taken from it; what it sent stays."""
    if enumerator.revoked_at is None:
        enumerator.revoked_at = at
        enumerator.version += 1
        enumerator.save(update_fields=["revoked_at", "version", "changed_at"])
    note(subject=enumerator)
    return enumerator


def _check_end(expires_at: datetime | None, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise EnumeratorEndsTooEarly(until=expires_at.date())
