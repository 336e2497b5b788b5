"""Untrusted text → clean values, for clusters that a programme considers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import NandutiForm, ShownChoice

from . import codes
from .forms import text
from .models import Candidate


class NewCandidateForm(NandutiForm):
    """A cluster of the register, or one that it does not know yet, and how far it came."""

    cluster = ShownChoice(
        label=_("Cluster"), queryset=None, required=False, empty_label=_("(one that is not in the register)")
    )
    name = text(
        _("Name of a cluster that is not in the register"),
        max_length=160,
        help_text=_("Place and trade, such as “Agra footwear”."),
    )
    name_es = text(_("Its name in Spanish"), max_length=160)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=Candidate.Stage, initial=Candidate.Stage.LONG_LIST)
    reason = text(
        _("Reason"),
        max_length=2000,
        rows=3,
        help_text=_("Needed once it is more than a place on the long list."),
    )
    reason_es = text(_("Reason in Spanish"), max_length=2000, rows=3)

    def __init__(self, *args: Any, clusters: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cluster"].queryset = clusters  # type: ignore[attr-defined]
        self.fields["sector"].choices = [("", _("(not known)")), *codes.TRADES.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One cluster, known or new; a reason wherever the stage wants one."""
        values = super().clean() or {}
        if bool(values.get("cluster")) == bool(values.get("name")):
            self.add_error(
                "name", _("Choose a cluster above, or write the name of a new one here: one of the two.")
            )
        if values.get("stage") not in {None, Candidate.Stage.LONG_LIST} and not values.get("reason"):
            self.add_error("reason", _("Write why, so that the choice can be followed."))
        return values
