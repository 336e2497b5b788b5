"""The record of a meeting where results were returned."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import EditForm
from nanduti.programme.forms import WhenField, text

COUNT = {"required": False, "min_value": 0, "max_value": 100_000}


class MeetingForm(EditForm):
    """When, where, who came as counts, what was said, and what came of it. Nobody's name belongs here."""

    held = WhenField(label=_("Held on"), required=True)
    place = text(
        _("Where"), required=True, help_text=_("The town or the hall, such as “town hall of Pilar”.")
    )
    n_women = forms.IntegerField(label=_("Women who came"), **COUNT)
    n_men = forms.IntegerField(label=_("Men who came"), **COUNT)
    n_others = forms.IntegerField(label=_("People who came, not counted by sex"), **COUNT)
    n_firms = forms.IntegerField(label=_("Firms that came"), **COUNT)
    said = text(
        _("What was said"),
        max_length=5000,
        rows=4,
        help_text=_("Without names: what people made of the figures."),
    )
    corrections = text(_("Corrections that were asked for"), max_length=5000, rows=3)
    corrections_done = text(_("What was done about them"), max_length=5000, rows=3)


class NewMeetingForm(MeetingForm):
    """A new record; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)
