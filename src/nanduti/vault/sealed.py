"""A text column that is sealed on its way into the database: words that people wrote and that may name somebody."""

from __future__ import annotations

from typing import Any

from django.db import models

from .crypto import ring


class SealedText(models.BinaryField):
    """A text, sealed under the present key and bound to its column; empty texts are no value at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(null=True, blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[Any, ...]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("null", "blank"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    @property
    def bound_to(self) -> tuple[str, str]:
        return self.model._meta.label_lower, self.attname

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = ring().seal(value.encode(), bound_to=self.bound_to) if value else None
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return ring().open(value, bound_to=self.bound_to).decode() if value is not None else ""

    def value_to_string(self, obj: models.Model) -> str:
        # What leaves in a backup stays sealed.
        value = self.value_from_object(obj)
        return ring().seal(value.encode(), bound_to=self.bound_to).hex() if value else ""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("01"):
            return ring().open(bytes.fromhex(value), bound_to=self.bound_to).decode()
        return value
