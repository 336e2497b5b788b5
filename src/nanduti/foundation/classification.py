"""Every field of every model is classified: identifying, sensitive or open.

*Identifying* tells who someone is or how to reach them. *Sensitive* could harm someone who is known, or
was told in confidence. *Open* may stand on a public page once the release room has let it out. A model says
so with the decorator :func:`classified`; a repository test fails for any field that is left out.

>>> Sensitivity.OPEN < Sensitivity.SENSITIVE < Sensitivity.IDENTIFYING
True
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

from django.db import models

Model = TypeVar("Model", bound=type[models.Model])


class Sensitivity(IntEnum):
    """How much care a field needs; a greater number needs more."""

    OPEN = 0
    SENSITIVE = 1
    IDENTIFYING = 2


_registry: dict[str, dict[str, Sensitivity]] = {}


def classified(*, open: str = "", sensitive: str = "", identifying: str = "") -> Callable[[Model], Model]:
    """Say for every field of a model how much care it needs; names separated by blanks.

    The fields that every model shares (``id``, ``scope``, ``source`` …) are open unless named here.
    """
    given = {Sensitivity.OPEN: open, Sensitivity.SENSITIVE: sensitive, Sensitivity.IDENTIFYING: identifying}

    def keep(model: Model) -> Model:
        _registry[model._meta.label_lower] = {
            name: level for level, names in given.items() for name in names.split()
        }
        return model

    return keep


SHARED_OPEN = frozenset(
    ["id", "pk", "scope", "source", "source_place", "version", "created_at", "changed_at", "public_id"]
)

# Models of libraries, decided here because they cannot carry our decorator.
_LIBRARIES: dict[str, dict[str, Sensitivity]] = {
    "account.emailaddress": {"email": Sensitivity.IDENTIFYING, "user": Sensitivity.SENSITIVE},
    "account.emailconfirmation": {"key": Sensitivity.IDENTIFYING, "email_address": Sensitivity.IDENTIFYING},
    "mfa.authenticator": {"data": Sensitivity.IDENTIFYING, "user": Sensitivity.SENSITIVE},
    "axes.accessattempt": {
        "username": Sensitivity.IDENTIFYING,
        "ip_address": Sensitivity.IDENTIFYING,
        "get_data": Sensitivity.IDENTIFYING,
        "post_data": Sensitivity.IDENTIFYING,
        "user_agent": Sensitivity.SENSITIVE,
    },
    "sessions.session": {"session_data": Sensitivity.IDENTIFYING, "session_key": Sensitivity.IDENTIFYING},
}


def sensitivity_of(model: type[models.Model], field: str) -> Sensitivity | None:
    """The class of one field; ``None`` where nobody has decided."""
    label = model._meta.label_lower
    decided = _registry.get(label, _LIBRARIES.get(label, {}))
    if field in decided:
        return decided[field]
    if label in _registry and field in SHARED_OPEN:
        return Sensitivity.OPEN
    if not model.__module__.startswith("nanduti."):
        # What a library keeps and nobody named above is a technical field.
        return Sensitivity.SENSITIVE
    return None


def undecided(model: type[models.Model]) -> list[str]:
    """The fields of a model that nobody has classified."""
    names = [f.name for f in model._meta.get_fields() if getattr(f, "concrete", False)]
    return [name for name in names if sensitivity_of(model, name) is None]
