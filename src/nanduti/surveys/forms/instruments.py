"""Untrusted text → clean values, for instruments."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import EditForm, NandutiForm

from ..models import Instrument


class HandInForm(NandutiForm):
    """A workbook or XForm."""

    file = forms.FileField(
        label=_("Form"),
        help_text=_("An XLSForm workbook (XLSX), or an XForm (XML)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xml"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Instrument.Kind.choices, initial=Instrument.Kind.SURVEY)


class AgainForm(NandutiForm):
    """A changed workbook of an instrument that is there."""

    file = forms.FileField(
        label=_("Changed form"),
        help_text=_(
            "The workbook with the same form id. It becomes a draft; what is published stays as it is."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xml"}),
    )


class MediaForm(NandutiForm):
    """A file that the form needs on the device."""

    file = forms.FileField(
        label=_("File"), help_text=_("Called as the form calls it, for example towns.csv.")
    )


class InstrumentForm(EditForm):
    """What an instrument is called."""

    title = forms.CharField(label=_("Title"), max_length=255)
    title_es = forms.CharField(label=_("Title in Spanish"), max_length=255, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Instrument.Kind.choices)
