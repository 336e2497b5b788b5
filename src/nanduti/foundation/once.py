"""A deed asked for twice by one hand: a second click, a page sent again on a bad line.

The browser keeps back a form that it has just sent (``frontend/src/main.js``), but its script does not run everywhere,
and not every line tells it that the first one arrived. So verbs that make something new are declared ``once=True``: the
same person asking for the same within :data:`SECONDS` gets what the first request made. Nothing is written about the
second, for nothing was done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac

from .models import AuditEvent, User

SECONDS = 10
# Where the audit event keeps the mark of what was asked, and what was made, where the event is about something else.
MARK, MADE = "once", "made"
# Who asks, and with which rights, is the same hand's both times.
_ASIDE = frozenset({"by", "at", "access"})


def mark_of(code: str, asked: Mapping[str, Any], *, is_of_vault: bool = False) -> str:
    """What was asked as a keyed digest: it says whether two requests are the same, and nothing of what they hold.

    What may hold identities is digested under the vault's own key, so that nobody can try names out without it.
    """
    said = {name: value for name, value in asked.items() if name not in _ASIDE}
    text = json.dumps([code, said], sort_keys=True, default=_plain)
    secret = settings.VAULT_KEYS[0] if is_of_vault else None
    return salted_hmac("nanduti.foundation.once", text, secret=secret, algorithm="sha256").hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return [value._meta.label_lower, str(value.pk)]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, models.QuerySet):
        return list(value)
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return f"{type(value).__name__} {value}"


def made_by(result: Any, subject: models.Model | None) -> dict[str, list[str]]:
    """What the event keeps of a record that was made, where it is about another one."""
    if not isinstance(result, models.Model) or subject in (None, result):
        return {}
    return {MADE: [result._meta.label_lower, str(result.pk)]}


def made_before(code: str, mark: str, *, by: User, at: datetime) -> models.Model | None:
    """What this person made a moment ago by asking for the same, if it is still as it was made.

    Within the transaction of the deed; a second request waits here until the first one's has ended.
    """
    User._base_manager.select_for_update().filter(pk=by.pk).values_list("pk").first()
    lately = AuditEvent.objects.filter(
        action=code, by=by, at__gte=at - timedelta(seconds=SECONDS), at__lte=at
    )
    for event in lately.order_by("-id"):
        if event.details.get(MARK) == mark:
            return _untouched(event)
    return None


def _untouched(event: AuditEvent) -> models.Model | None:
    """What was made then, if it is as it was: not gone, nothing done to it since, no work that has ended.

    Else whoever asks again means it: a grant that was given, revoked and given again is given twice.
    """
    kind, pk = event.details.get(MADE) or (event.subject_kind, event.subject_id)
    since = AuditEvent.objects.filter(subject_kind=kind, subject_id=pk, id__gt=event.pk)
    if not kind or since.exists():
        return None
    made = apps.get_model(kind)._base_manager.filter(pk=pk).first()
    return None if getattr(made, "is_over", False) else made
