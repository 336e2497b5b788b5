"""Untrusted text → clean values, for what documents say of records."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.fields import read_when
from nanduti.interface.forms import EditForm, NandutiForm
from nanduti.methods.planning import UnreadableDate

from .forms import text
from .models.statements import ABOUT_ACTIVITIES

UNITS = [
    ("", "–"),
    ("persons", _("persons")),
    ("firms", _("firms")),
    ("institutions", _("institutions")),
    ("days", _("days")),
    ("weeks", _("weeks")),
    ("months", _("months")),
]
# Which units go with what is said; without one, none is needed.
NEEDS_UNIT = {
    "n_participants": ("persons", "firms", "institutions"),
    "duration_days": ("days", "weeks", "months"),
}


class StatementForm(NandutiForm):
    """What a document says of an activity."""

    attribute = forms.ChoiceField(label=_("What it tells"), choices=list(ABOUT_ACTIVITIES.items()))
    value_text = text(
        _("What it says"),
        max_length=300,
        required=True,
        help_text=_("As it stands there: “March-April 2009”, “about 40”, “twenty”."),
    )
    unit = forms.ChoiceField(label=_("Counted in"), choices=UNITS, required=False)
    label = text(_("In what connection"), max_length=300, help_text=_("For example “classroom part”."))
    label_es = text(_("In what connection, in Spanish"), max_length=300)
    source_place = text(
        _("Where it stands"), max_length=200, required=True, help_text=_("Document, chapter, page.")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        about, unit = data.get("attribute"), data.get("unit") or ""
        fitting = NEEDS_UNIT.get(about or "", ("",))
        if about and unit not in fitting:
            said = {"units": ", ".join(str(dict(UNITS)[code]) for code in fitting)}
            self.add_error(
                "unit",
                _("Choose in what it is counted: %(units)s.") % said
                if about in NEEDS_UNIT
                else _("This has no unit; leave it out."),
            )
        if about == "date" and isinstance(read_when(data.get("value_text") or ""), UnreadableDate):
            self.add_error(
                "value_text", _("No date can be read in it. Write it as the document does, with the year.")
            )
        return data


class EditStatementForm(EditForm, StatementForm):
    """What a document says, corrected; what came with an import may be about something else and stays so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("attribute", "unit"):
            field, present = self.fields[name], self.initial.get(name)
            if present and present not in dict(field.choices):
                field.choices = [*field.choices, (present, present)]
