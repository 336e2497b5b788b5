"""Forms of contact requests, standing grants and consents: what the vault is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.foundation.models import User
from nanduti.foundation.roles import ROLES
from nanduti.interface.forms import DayField, NandutiForm
from nanduti.vault.fields import Field
from nanduti.vault.models import Consent, Purpose

from .records import Chosen, ReasonForm, WithClusters, cluster_field, text


def _until(days: int) -> Any:
    return lambda: timezone.localdate() + timedelta(days=days)


def purpose_field() -> forms.ModelChoiceField:
    return Chosen(
        Purpose.objects.filter(is_active=True),
        label=gettext_lazy("What for"),
        required=True,
        empty_label=None,
    )


class ChosenFields(forms.MultipleChoiceField):
    """Which identifying fields; offered are those that matter in the case."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("What to reveal"))
        kwargs.setdefault("choices", Field.choices)
        super().__init__(**kwargs)


class ContactRequestForm(NandutiForm):
    """Three lines: who asks, what for, until when."""

    asks_for = text(
        gettext_lazy("Who asks"),
        160,
        needed=True,
        help_text=gettext_lazy("You, or for whom you ask, such as the buyer of a fair."),
    )
    purpose = purpose_field()
    text = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One or two sentences; they are read to the firm if it asks."),
    )
    until_on = DayField(
        label=gettext_lazy("Until"),
        initial=_until(30),
        help_text=gettext_lazy("From this day on nothing is shown any more; at most 90 days from now."),
    )
    fields_asked = ChosenFields(initial=["name", "phone"], label=gettext_lazy("What you need"))

    def offer(self, codes: list[str]) -> ContactRequestForm:
        """Offer what is kept; where nothing is, what could be."""
        field = self.fields["fields_asked"]
        field.choices = [choice for choice in Field.choices if choice[0] in codes] or Field.choices
        return self


class GrantForm(NandutiForm):
    """Grant a request, or less than it asked."""

    fields_granted = ChosenFields()
    until_on = DayField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("From this day on nothing is shown any more; at most 90 days from now."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def offer(self, codes: list[str]) -> GrantForm:
        self.fields["fields_granted"].choices = [c for c in Field.choices if c[0] in codes]
        return self


class RefuseForm(ReasonForm):
    """Refuse a request, saying why."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class StandingGrantForm(WithClusters, NandutiForm):
    """Let a cluster's agents see some fields of its firms for their daily work."""

    cluster = cluster_field(empty_label="–")
    holder = forms.ChoiceField(label=gettext_lazy("Who"))
    fields_granted = ChosenFields(initial=["name", "phone", "address"])
    purpose = purpose_field()
    until_on = DayField(
        label=gettext_lazy("Until"),
        initial=_until(180),
        help_text=gettext_lazy("From this day on nothing is shown any more; at most a year from now."),
    )

    def offer_holders(self, users: list[User]) -> StandingGrantForm:
        roles = [(f"role:{r.code}", _(r.title)) for r in ROLES if "see_granted_names" in r.may]
        people = [(f"user:{u.pk}", u.username) for u in users]
        self.fields["holder"].choices = [(_("Everybody with the role"), roles), (_("One person"), people)]
        return self

    def chosen_holder(self) -> tuple[int | None, str]:
        """The chosen user's number, or the chosen role."""
        kind, _colon, value = self.cleaned_data["holder"].partition(":")
        return (int(value), "") if kind == "user" else (None, value)


class LookUpForm(NandutiForm):
    """Find whom a name or a telephone belongs to, exactly."""

    field = forms.ChoiceField(
        label=gettext_lazy("Look in"),
        choices=[(Field.PHONE.value, Field.PHONE.label), (Field.NAME.value, Field.NAME.label)],
    )
    value = forms.CharField(
        label=gettext_lazy("Exactly"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ConsentForm(NandutiForm):
    """Write down a consent."""

    purpose = purpose_field()
    # Nobody agreed to anything because a list began with "in writing".
    how = forms.ChoiceField(
        label=gettext_lazy("How it was given"), choices=[("", gettext_lazy("(choose)")), *Consent.How.choices]
    )
    given_on = DayField(label=gettext_lazy("Given on"), initial=timezone.localdate)
    until_on = DayField(label=gettext_lazy("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("until_on") and data.get("given_on") and data["until_on"] <= data["given_on"]:
            self.add_error("until_on", _("This must come after the day it was given."))
        return data
