"""Coarser values as people write them: ``0, 10, 50`` cuts a number, ``workshop: micro, small`` puts values together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _


def read(text: str) -> dict[str, Any]:
    """The recoding; nothing for nothing.

    >>> read("0, 10, 50")
    {'breaks': [0.0, 10.0, 50.0]}
    >>> read("workshop: micro, small; factory: medium")
    {'groups': {'micro': 'workshop', 'small': 'workshop', 'medium': 'factory'}}
    """
    text = text.replace("\x00", "").strip()
    if not text:
        return {}
    if ":" not in text:
        try:
            numbers = [
                float(part.replace(",", ".")) for part in text.replace(";", ",").replace(", ", ",").split(",")
            ]
        except ValueError:
            raise forms.ValidationError(
                _("Write numbers (0, 10, 50) or names with what belongs to them (workshop: micro, small).")
            ) from None
        if numbers != sorted(set(numbers)) or any(n != n or abs(n) > 1e15 for n in numbers):
            raise forms.ValidationError(_("Write the numbers in rising order, each once."))
        return {"breaks": numbers}
    groups: dict[str, str] = {}
    for part in text.replace("\n", ";").split(";"):
        name, _colon, members = part.partition(":")
        for member in members.split(","):
            if name.strip() and member.strip():
                groups[member.strip()[:80]] = name.strip()[:80]
    return {"groups": groups} if groups else {}


def write(recode: dict[str, Any] | None) -> str:
    """The same as text again.

    >>> write({"breaks": [0.0, 10.0]}), write({"groups": {"micro": "workshop", "small": "workshop"}})
    ('0, 10', 'workshop: micro, small')
    """
    if not recode:
        return ""
    if recode.get("breaks"):
        return ", ".join(f"{b:g}" for b in recode["breaks"])
    by_name: dict[str, list[str]] = {}
    for member, name in recode.get("groups", {}).items():
        by_name.setdefault(name, []).append(member)
    return "; ".join(f"{name}: {', '.join(members)}" for name, members in by_name.items())


class ClassesField(forms.CharField):
    """A line of classes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, required=False, **kwargs)

    def clean(self, value: Any) -> dict[str, Any]:
        return read(super().clean(value) or "")
