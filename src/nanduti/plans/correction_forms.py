"""Forms that put right what was written down: who took part, and how a vision is worded."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import EditForm

from .forms import ParticipationForm, PlanForm, text_field


class EditParticipationForm(EditForm, ParticipationForm):
    """Who took part, corrected; a firm or a person that an import or a list named stays named."""

    def clean(self):  # type: ignore[no-untyped-def]
        clean = super().clean()
        if self.record.establishment_id or self.record.person_id:
            self.errors.pop("group_label", None)  # somebody is named already
        return clean


class EditPlanForm(EditForm, PlanForm):
    """What a plan is called, corrected."""


class WordingForm(EditForm):
    """How a vision is worded, with a slip put right."""

    text = text_field(_("Vision"), max_length=5000, required=True, rows=4)
    text_es = text_field(_("Vision in Spanish"), max_length=5000, rows=4)
    reason = forms.CharField(
        label=_("What was wrong"),
        min_length=3,
        max_length=500,
        help_text=_("Such as: a letter was missing. Both wordings stay in the record of deeds."),
    )
