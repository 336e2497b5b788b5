"""What a deed noted, in the reader's words: fields as the record calls them, codes by what they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import AuditEvent
from nanduti.foundation.once import MADE, MARK
from nanduti.foundation.roles import BY_CODE
from nanduti.interface import words
from nanduti.programme.rulebook import rules

# What the program alone needs: the mark of a first click, digests.
ASIDE = frozenset({MARK, MADE, "digest", "once", "pk", "validation"})
NAMES = ("fields", "changed")


@cache
def _called() -> dict[str, tuple[str, str]]:
    text = files(__package__).joinpath("detail_words.yaml").read_text(encoding="utf-8")
    return {key: (said, said_es) for key, (said, said_es) in yaml.safe_load(text).items()}


def in_words(event: AuditEvent) -> str:
    """What the deed noted, for a page or an export; empty where it noted nothing."""
    model = kind_of(event)
    # One of the two databases keeps no order of what was noted.
    told = [
        (key, value)
        for key, value in sorted(event.details.items())
        if key not in ASIDE and value not in ("", [], {})
    ]
    return "; ".join(f"{_name(model, key)}: {_value(model, key, value)}" for key, value in told)


def kind_of(event: AuditEvent) -> type[models.Model] | None:
    """The kind of record that the deed is about, unless it is kept no longer."""
    app, _dot, name = event.subject_kind.partition(".")
    try:
        return apps.get_model(app, name) if name else None
    except LookupError:
        return None


def _field(model: type[models.Model] | None, name: str) -> models.Field | None:
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _name(model: type[models.Model] | None, key: str) -> str:
    """How something that was noted is called: by its own word, else as the record calls the field of that name."""
    return in_tongue(*_called()[key]) if key in _called() else _field_name(model, key)


def _field_name(model: type[models.Model] | None, name: str) -> str:
    field = _field(model, name)
    if field is not None:
        return str(field.verbose_name)
    return in_tongue(*_called()[name]) if name in _called() else name.replace("_", " ")


def _value(model: type[models.Model] | None, key: str, value: Any) -> str:
    """A value as people read it: names of fields, choices, roles and rules by their words."""
    if isinstance(value, bool):
        return words.yes_no(value)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{_field_name(model, name)}: {_value(model, name, one)}" for name, one in value.items()
        )
    if isinstance(value, list):
        return ", ".join(
            _field_name(model, one) if key in NAMES else _value(model, key, one) for one in map(str, value)
        )
    if key == "role" and value in BY_CODE:
        return _(BY_CODE[value].title)
    if key == "rule" and value in rules():
        return str(rules()[value])
    field = _field(model, key)
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return words.number(value) if isinstance(value, int) else str(value)
