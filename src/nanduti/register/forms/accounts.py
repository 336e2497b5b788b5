"""Untrusted text → clean values, for whose account an account is."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from nanduti.interface.forms import NandutiForm


class AccountForm(NandutiForm):
    """The account of a firm or a person."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=80,
        help_text=gettext_lazy(
            "As the administrator has given it; the account needs a role in this cluster first."
        ),
    )
