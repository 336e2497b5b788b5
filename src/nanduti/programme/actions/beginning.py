"""Verbs that begin a programme, and that correct what is said of it as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from nanduti.foundation.actions import grant_role
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import Scope, User

from ..errors import CodeTaken
from ..models import Component, Programme
from ..rules import check_span, component_code

KIND = Scope.Kind.PROGRAMME


@action("programme.begin_programme", once=True)
def begin_programme(
    *,
    values: dict[str, Any],
    code: str = "",
    component: str = "",
    coordinates: bool = False,
    by: User | str,
    at: datetime,
) -> Programme:
    """Begin a programme: its scope, its record, its first component; whoever begins it is its administrator.

    ``code``: left out, it is made of the title. ``coordinates``: whoever begins it is its coordinator too; else
    somebody is to be given that role.
    """
    check_span(values, "started", "ended")
    code = code or _free_code(values["title"])
    try:
        with transaction.atomic():
            scope = Scope.objects.create(kind=KIND, code=code, title=values["title"])
            programme = Programme._base_manager.create(code=code, scope=scope, **values)
    except IntegrityError:
        raise CodeTaken(code_given=code) from None
    if component:
        Component._base_manager.create(
            programme=programme, scope=scope, code=component_code(component, set()), name=component
        )
    if isinstance(by, User):
        for role in ["administrator", *(["coordinator"] if coordinates else [])]:
            grant_role(user=by, role=role, scope=scope, by=by, at=at)
    note(subject=programme, code=code)
    return programme


def _free_code(title: str) -> str:
    """The title as a code; a number behind it where another programme has that code."""
    stem = slugify(title)[:50].strip("-") or "programme"
    taken = set(Scope.objects.filter(kind=KIND, code__startswith=stem).values_list("code", flat=True))
    taken |= set(Programme._base_manager.filter(code__startswith=stem).values_list("code", flat=True))
    return next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)


@action("programme.edit_programme")
def edit_programme(
    *, programme: Programme, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Programme:
    """Correct what a programme is called, its span and its summary; the second of two editors is told."""
    check_span({"started": programme.started, "ended": programme.ended, **values}, "started", "ended")
    fields = save_edit(programme, values, version=version)
    if "title" in fields:
        Scope.objects.filter(pk=programme.scope_id).update(title=programme.title)
    note(subject=programme, fields=fields)
    return programme
