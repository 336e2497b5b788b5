"""Untrusted text → clean values, for comparing clusters and declaring whose interest comes first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface.forms import EditForm, NandutiForm
from nanduti.programme.forms import text
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster


class RelationForm(NandutiForm):
    """Two clusters and one measure of how specialised each is."""

    first = forms.ChoiceField(label=gettext_lazy("One cluster"))
    second = forms.ChoiceField(label=gettext_lazy("The other"))
    measure = text(
        gettext_lazy("Measure of specialisation"),
        help_text=gettext_lazy(
            "The same for both, such as value added per worker in EUR of 2008, with its source."
        ),
    )
    first_value = forms.FloatField(label=gettext_lazy("Its figure for the one"), required=False)
    second_value = forms.FloatField(label=gettext_lazy("Its figure for the other"), required=False)

    def __init__(self, *args: Any, clusters: Sequence[Cluster], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(c.code, str(c)) for c in clusters]
        self.fields["first"].choices = choices  # type: ignore[attr-defined]
        self.fields["second"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first") and data.get("first") == data.get("second"):
            self.add_error("second", _("Choose another cluster: the relation holds between two."))
        for name in ("first_value", "second_value"):
            if data.get(name) is not None and not math.isfinite(data[name]):
                self.add_error(name, _("This is not a number."))
        return data


class PrincipalForm(EditForm):
    """Whose business interest comes first, and why."""

    principal = forms.ChoiceField(label=gettext_lazy("Principal cluster"), choices=Programme.Principal)
    reason = text(gettext_lazy("Why"), max_length=2000, required=True, rows=3)
