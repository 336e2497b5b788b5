"""The shipped list of purposes: data with a source, kept in the vault's own database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .router import ALIAS

FILE = Path(__file__).with_name("purposes.yaml")


def shipped() -> list[dict[str, str]]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def keep_shipped_purposes(using: str = ALIAS, **hints: Any) -> None:
    """Add what is missing after each migration; what somebody has changed stays as it is."""
    if using != ALIAS:
        return
    from .models import Purpose

    for row in shipped():
        Purpose.objects.using(using).get_or_create(code=row["code"], defaults=row)
