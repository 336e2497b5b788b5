"""Untrusted text → clean values for decisions about pairs."""

from __future__ import annotations

from typing import Any

import polars as pl
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import words
from nanduti.interface.forms import NandutiForm
from nanduti.interface.saying import fill
from nanduti.methods import entity_resolution as er
from nanduti.vault.fields import Field

from ..forms import ReasonForm
from ..merging import TAKEN
from ..models import DuplicateDecision, Establishment

LABELS = {
    "place": gettext_lazy("Place"),
    "activity": gettext_lazy("Main activity"),
    "n_workers": gettext_lazy("Workers"),
    "size_band": gettext_lazy("Size"),
}


class JudgeForm(ReasonForm):
    """Same firm, different firms, or not sure; and which record to keep with which open values."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Are these two the same firm?"),
        choices=DuplicateDecision.Decision.choices,
        widget=forms.RadioSelect,
    )
    field_order = ("decision", "reason", "kept")

    def offer(self, one: Establishment, other: Establishment, names: dict[str, str], best: str) -> JudgeForm:
        """The two records to choose from, and for each open value that differs a suggestion with its reason."""
        self.sides = {record.pseudonym: record for record in (one, other)}
        choices = [(p, _called(p, names)) for p in self.sides]
        self.fields["kept"] = forms.ChoiceField(
            label=_("If they are the same: which record stays"),
            choices=choices,
            initial=best,
            required=False,
            widget=forms.RadioSelect,
            help_text=_("Whatever hangs on the other will hang on it. Identities are not joined."),
        )
        self.fields["reason"].help_text = _("What you saw or know, without names and numbers of anybody.")
        suggested = suggestions(one, other)
        for name in TAKEN:
            values = {p: said(record, name) for p, record in self.sides.items()}
            if len(set(values.values())) > 1:
                choice = suggested[name]
                self.fields[f"take_{name}"] = forms.ChoiceField(
                    label=_("If they are the same: %(field)s") % {"field": LABELS[name]},
                    choices=[(p, f"{values[p] or _('(not known)')} · {p}") for p in self.sides],
                    initial=choice.record or best,
                    required=False,
                    widget=forms.RadioSelect,
                    help_text=_("Suggested: %(why)s")
                    % {"why": fill(choice.reason.sentence, _details(choice))},
                )
        return self

    def kept_record(self) -> Establishment:
        """The record that stays."""
        return self.sides[self.cleaned_data.get("kept") or next(iter(self.sides))]

    def taken(self) -> list[str]:
        """The fields whose value the other record knows better."""
        kept = self.kept_record().pseudonym
        return [n for n in TAKEN if self.cleaned_data.get(f"take_{n}") not in {None, "", kept}]


def _called(pseudonym: str, names: dict[str, str]) -> str:
    name = names.get(pseudonym, pseudonym)
    return pseudonym if name == pseudonym else f"{name} ({pseudonym})"


def said(record: Establishment, name: str) -> str:
    """An open value of an establishment as a person reads it."""
    if name == "size_band":
        return record.get_size_band_display() if record.size_band else ""
    value = getattr(record, name)
    return words.number(value) if name == "n_workers" else str(value or "")


def suggestions(one: Establishment, other: Establishment) -> dict[str, er.FieldChoice]:
    """Which open value to keep, field by field, and why."""
    rows = [
        {"record": r.pseudonym, "seen_on": r.changed_at.date()}
        | {name: said(r, name) or None for name in TAKEN}
        for r in (one, other)
    ]
    schema = {"record": pl.String, "seen_on": pl.Date} | dict.fromkeys(TAKEN, pl.String)
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return dict(er.suggest_merge(frame, [one.pseudonym, other.pseudonym]).fields)


def _details(choice: er.FieldChoice) -> dict[str, Any]:
    return dict(choice.reason.details) or {"record": choice.record}


class TakeOverForm(NandutiForm):
    """Which kept fields of the merged record the vault should keep of the other too."""

    def __init__(self, *args: Any, offered: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Field.choices)
        self.fields["taken_over"] = forms.MultipleChoiceField(
            label=_("Take over what the vault keeps only of the other"),
            choices=[(code, capfirst(labels[code])) for code in offered],
            widget=forms.CheckboxSelectMultiple,
        )
