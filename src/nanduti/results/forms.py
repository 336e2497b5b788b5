"""Untrusted text → clean values, for results."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import NandutiForm
from nanduti.programme.forms import WhenField, text
from nanduti.programme.models import Statement


class SettleForm(NandutiForm):
    """What becomes of a contradiction."""

    statement = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    settled = forms.ChoiceField(
        label=_("Which holds?"), choices=Statement.Settled.choices, widget=forms.RadioSelect
    )
    reason = text(_("Why"), max_length=1000, required=True, rows=2)


class StatedFigureForm(NandutiForm):
    """A figure that a document states by hand."""

    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4)
    unit = text(_("Unit"), max_length=40)
    period_text = WhenField(label=_("Period"))
    label = text(_("What it says"), max_length=300, required=True)
    source_place = text(_("Where it stands"), max_length=200, help_text=_("Document, chapter, page."))
