"""A form's field for one organisation, found by typing: a register may hold a hundred thousand of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.access import NOBODY, Access
from nanduti.interface import words
from nanduti.interface.forms import NandutiForm

from .. import queries
from ..folding import fold
from ..models import Organisation
from ..names import names_for
from ..pseudonyms import is_well_formed

SHOWN = 10
LONGEST = 200
_PSEUDONYM = re.compile(r"\bE-[0-9A-Z]{7}\b", re.IGNORECASE)
_LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Found:
    """The first organisations that fit what was typed, by pseudonym with what to call them, and how many fit."""

    shown: list[tuple[str, str]]
    n: int

    @property
    def more(self) -> str:
        """How many are not shown, in words; empty where all are."""
        left = self.n - len(self.shown)
        said = ngettext("%(n)s more fits: type more.", "%(n)s more fit: type more.", left)
        return said % {"n": words.number(left)} if left > 0 else ""


def rows_for(access: Access, text: str, *, firms: bool = True) -> QuerySet[Organisation]:
    """The organisations that the viewer may see and that fit what was typed."""
    rows = queries.search_register(access=access, text=text.replace("\x00", "")[:LONGEST])
    return rows if firms else rows.exclude(kind=Organisation.Kind.ENTERPRISE)


def called(access: Access, rows: list[Organisation]) -> list[tuple[str, str]]:
    """Pseudonym and what to show, the name first where the viewer may see it."""
    names = names_for(access=access, pseudonyms=[row.pseudonym for row in rows])
    return [
        (p, p if names[p] == p else f"{names[p]} ({p})") for p in (row.pseudonym for row in rows)
    ]  # fmt: skip


def find(access: Access, text: str, *, firms: bool = True) -> Found:
    """What to offer for what was typed; names opened for it are written down as on any list."""
    rows = rows_for(access, text, firms=firms)
    first = list(rows[:SHOWN])
    n = rows.count() if len(first) == SHOWN else len(first)
    return Found(called(access, first), n)


class FindInput(forms.TextInput):
    """A text that offers what fits while it is typed, as buttons to choose from."""

    template_name = "register/widgets/find.html"
    found: Found | None = None
    firms = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(
            name, value, {"autocomplete": "off", "maxlength": LONGEST, **(attrs or {})}
        )
        return context | {"found": self.found, "firms": self.firms}


class OrganisationField(forms.Field):
    """One organisation by a part of its name, its pseudonym or code, or the number of its record.

    It stands in a :class:`FindingForm`, which says for whom it is shown. Without ``firms`` it finds
    associations, institutions and other bodies alone.
    """

    widget = FindInput
    default_error_messages = {
        "none": gettext_lazy("Nothing that you may see fits “%(text)s”. Type a part of the name, or the pseudonym."),
        "several": gettext_lazy("Several fit “%(text)s”. Choose one of them, or type more of the name."),
    }  # fmt: skip

    def __init__(self, *, firms: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Type a part of the name, or the pseudonym, and choose."))
        super().__init__(**kwargs)
        self.firms = self.widget.firms = firms
        self.access: Access = NOBODY
        # What the record names already, which may lie abroad, outside what the reader may search.
        self.present: Organisation | None = None
        # Public bodies that may be named here though they lie outside what the reader may search.
        self.near: QuerySet[Organisation] | None = None

    def offer_near(self, rows: QuerySet[Organisation]) -> None:
        """Let these public bodies be named too, and show the first of them before anything is typed."""
        self.near = rows.filter(is_public=True)
        first = list(self.near[: SHOWN + 1])
        self.widget.found = Found(called(self.access, first[:SHOWN]), 0) if 0 < len(first) <= SHOWN else None

    def to_python(self, value: Any) -> Organisation | None:
        text = str(value or "").replace("\x00", "").strip()[:LONGEST]
        if not text:
            return None
        exact = self._exact(text)
        if exact is not None:
            return exact
        # A number or a pseudonym names one record or none: it never stands for another that resembles it.
        is_name = not text.isdigit() and not _PSEUDONYM.search(text)
        fitting = list(rows_for(self.access, text, firms=self.firms)[:2]) if is_name else []
        if is_name and not fitting and self.near is not None:
            words = [Q(search_text__contains=word) for word in fold(text).split()[:8]]
            fitting = list(self.near.filter(*words)[:2]) if words else []
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            raise forms.ValidationError(self.error_messages["none"], code="none", params={"text": text})
        self.widget.found = find(self.access, text, firms=self.firms)
        raise forms.ValidationError(self.error_messages["several"], code="several", params={"text": text})

    def _exact(self, text: str) -> Organisation | None:
        rows = queries.organisations(access=self.access)
        if not self.firms:
            rows = rows.exclude(kind=Organisation.Kind.ENTERPRISE)
        for spelled in _PSEUDONYM.findall(text):
            if self.present is not None and spelled.upper() == self.present.pseudonym:
                return self.present
            if is_well_formed(spelled.upper()):
                return self._first(rows, pseudonym=spelled.upper())
        if text.isascii() and text.isdigit() and int(text) <= _LARGEST_KEY:
            return self._first(rows, pk=int(text))
        return self._first(rows, code=text)

    def _first(self, rows: QuerySet[Organisation], **found: Any) -> Organisation | None:
        """The organisation among what the reader may see, else among the public bodies near by."""
        row = rows.filter(**found).first()
        return self.near.filter(**found).first() if row is None and self.near is not None else row

    def prepare_value(self, value: Any) -> Any:
        """A record as its name and pseudonym; what was typed stays as it is."""
        if isinstance(value, int):
            value = queries.organisations(access=self.access).filter(pk=value).first()
        if isinstance(value, Organisation):
            return called(self.access, [value])[0][1]
        return value


class FindingForm(NandutiForm):
    """A form with fields for organisations: they offer what the reader may see."""

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, OrganisationField):
                field.access = access
                present = self.initial.get(name)
                field.present = present if isinstance(present, Organisation) else None
