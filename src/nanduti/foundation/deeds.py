"""What deeds are called: each room names its own in a ``deeds.yaml`` beside its verbs."""

from __future__ import annotations

from functools import cache

import yaml
from django.conf import settings

from .languages import in_tongue


@cache
def named_deeds() -> dict[str, tuple[str, str]]:
    """Deed → what its room calls it in English and in Spanish (``deeds.yaml`` beside the room's verbs)."""
    found = {}
    for path in sorted(settings.PACKAGE.glob("*/deeds.yaml")):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        found |= {f"{path.parent.name}.{verb}": (said, said_es) for verb, (said, said_es) in rows.items()}
    return found


def in_words(code: str) -> str:
    """A deed in the reader's language; one of another version by its code."""
    return in_tongue(*named_deeds().get(code, (code, code)))
