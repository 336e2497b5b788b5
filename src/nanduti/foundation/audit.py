"""Actions and their witness: every verb that changes the world writes its audit event in its own transaction."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction
from django.utils import timezone

from .errors import ActionMisuse
from .models import AuditEvent, Scope, User
from .once import MARK, made_before, made_by, mark_of

P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, Callable[..., Any]] = {}


class Witness:
    """What the audit event will say besides who, what and when."""

    def __init__(self) -> None:
        self.subject: models.Model | None = None
        self.scope: Scope | None = None
        self.details: dict[str, Any] = {}
        self.override_reason = ""


_witness: ContextVar[Witness | None] = ContextVar("witness", default=None)


def note(
    *,
    subject: models.Model | None = None,
    scope: Scope | None = None,
    override_reason: str = "",
    **details: Any,
) -> None:
    """Inside an action: say what it is about, and add details that are open (never identities)."""
    witness = _witness.get()
    if witness is None:
        raise ActionMisuse("audit.note() is called outside an action")
    witness.subject = subject or witness.subject
    witness.scope = scope or witness.scope
    witness.override_reason = override_reason or witness.override_reason
    witness.details.update(details)


def action(
    code: str, *, using: str = "default", once: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action: keyword-only, ``by=`` and ``at=``, one transaction, one audit event.

    ``by`` is a :class:`User`, or a short text for the system itself ("import", "command line"). ``at`` is
    the moment of the deed; the clock is read here when it is left out, so that tests can pass it in.
    The event's subject is what :func:`note` named, else the model instance that the action returns.

    ``once``: for verbs that make a record and return it. Asked for again by the same person with the same words within
    a few seconds, they return what they made (:mod:`.once`).
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        _check(function)

        @functools.wraps(function)
        def act(*args: P.args, **kwargs: P.kwargs) -> R:
            if args or "by" not in kwargs:
                raise ActionMisuse(f"{code} takes keyword arguments and needs by=")
            kwargs["at"] = kwargs.get("at") or timezone.now()
            witness = Witness()
            token = _witness.set(witness)
            try:
                with transaction.atomic(), transaction.atomic(using=using):
                    if once and isinstance(by := kwargs["by"], User):
                        mark = mark_of(code, kwargs, is_of_vault=using != "default")
                        if before := made_before(code, mark, by=by, at=kwargs["at"]):
                            return before  # type: ignore[return-value]
                        witness.details[MARK] = mark
                    result = function(**kwargs)
                    if MARK in witness.details:
                        witness.details |= made_by(result, witness.subject)
                    _record(code, witness, result, kwargs["by"], kwargs["at"])
                    return result
            finally:
                _witness.reset(token)

        if code in ACTIONS:
            raise ActionMisuse(f"two actions are called {code}")
        act.action_code = code  # type: ignore[attr-defined]
        act.is_once = once  # type: ignore[attr-defined]
        ACTIONS[code] = act
        return act

    return wrap


def _check(function: Callable[..., Any]) -> None:
    parameters = inspect.signature(function).parameters
    if any(p.kind is not inspect.Parameter.KEYWORD_ONLY for p in parameters.values()):
        raise ActionMisuse(f"{function.__qualname__} must take keyword-only arguments")
    if not {"by", "at"} <= set(parameters):
        raise ActionMisuse(f"{function.__qualname__} must take by= and at=")


def _record(code: str, witness: Witness, result: Any, by: User | str, at: datetime) -> None:
    subject = witness.subject or (result if isinstance(result, models.Model) else None)
    scope = witness.scope or getattr(subject, "scope", None)
    AuditEvent.objects.create(
        action=code,
        by=by if isinstance(by, User) else None,
        by_label=by if isinstance(by, str) else by.username,
        at=at,
        scope=scope if isinstance(scope, Scope) else None,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        override_reason=witness.override_reason,
        details=witness.details,
    )
