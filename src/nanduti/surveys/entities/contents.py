"""What an entity holds: open properties in clear, its label and what identifies somebody sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanduti.register.sealing import open_sealed, seal

LABEL = "label"


@dataclass(frozen=True)
class Content:
    """All that is said of an entity: its label and its properties."""

    label: str = ""
    data: dict[str, str] = field(default_factory=dict)

    def changed_by(self, other: Content) -> set[str]:
        """The names of what the other says differently; an empty label of the other says nothing."""
        names = {name for name, value in other.data.items() if self.data.get(name, "") != value}
        return names | ({LABEL} if other.label and other.label != self.label else set())

    def with_(self, other: Content) -> Content:
        """This with what the other says, property by property."""
        return Content(other.label or self.label, {**self.data, **other.data})


def kept(content: Content, *, identifying: Collection[str], bound_to: str) -> tuple[dict[str, str], bytes]:
    """The open properties, and the sealed rest: label and identifying properties."""
    open_data = {name: value for name, value in content.data.items() if name not in identifying}
    secret: dict[str, Any] = {"label": content.label}
    hidden = {name: value for name, value in content.data.items() if name in identifying}
    if hidden:
        secret["data"] = hidden
    text = json.dumps(secret, ensure_ascii=False, separators=(",", ":"))
    return open_data, seal(text.encode(), bound_to=("entity", bound_to))


def opened(data: Mapping[str, str], sealed: bytes | None, *, bound_to: str) -> Content:
    """The whole content: for machines, and for those with the right to names."""
    secret = json.loads(open_sealed(sealed, bound_to=("entity", bound_to))) if sealed else {}
    return Content(secret.get("label", ""), {**data, **secret.get("data", {})})
