"""What somebody writes as a mapping."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import NandutiForm


class MappingForm(NandutiForm):
    """The specification as text."""

    text = forms.CharField(
        label=_("Mapping"),
        help_text=_("In YAML. Indents matter; the reference of mappings explains every word."),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
        max_length=200_000,
        strip=False,
    )
    is_active = forms.BooleanField(label=_("New answers become records"), required=False, initial=True)
