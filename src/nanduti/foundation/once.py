"""A deed asked for twice by one hand: a second click, a page sent again on a bad line.

The browser keeps back a form that it has just sent (``frontend/src/main.js``), but its script does not run everywhere,
and not every line tells it that the first one arrived. So verbs that make something new are declared ``once=True``: the
same person asking for the same within :data:`SECONDS` gets what the first request made. Nothing is written about the
second, for nothing was done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.crypto import salted_hmac

from .models import AuditEvent, User

SECONDS = 10
# Where the audit event keeps the mark of what was asked.
MARK = "once"
_ASIDE = frozenset({"by", "at"})


def mark_of(code: str, asked: Mapping[str, Any]) -> str:
    """What was asked as a keyed digest: it says whether two requests are the same, and nothing of what they hold."""
    said = {name: value for name, value in asked.items() if name not in _ASIDE}
    text = json.dumps([code, said], sort_keys=True, default=_plain)
    return salted_hmac("nanduti.foundation.once", text, algorithm="sha256").hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return [value._meta.label_lower, str(value.pk)]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return f"{type(value).__name__} {value}"


def made_before(code: str, mark: str, *, by: User, at: datetime) -> models.Model | None:
    """What this person made a moment ago by asking for the same, if it is still there.

    Within the transaction of the deed; a second request waits here until the first one's has ended.
    """
    User._base_manager.select_for_update().filter(pk=by.pk).values_list("pk").first()
    lately = AuditEvent.objects.filter(
        action=code, by=by, at__gte=at - timedelta(seconds=SECONDS), at__lte=at
    )
    for event in lately.order_by("-id"):
        if event.details.get(MARK) == mark and event.subject_kind:
            return apps.get_model(event.subject_kind)._base_manager.filter(pk=event.subject_id).first()
    return None
