"""Untrusted text → clean values, for needs and offers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import EditForm
from nanduti.programme.forms import WhenField, text
from nanduti.register.forms.finding import FindingForm, OrganisationField
from nanduti.register.models import SizeBand

from .models import BusinessInterest, Linkage, Requirement


class RequirementForm(FindingForm):
    """What somebody on one side needs or can offer."""

    folded = ("label_es", "product_es", "technology_es", "conditions_es", "end_market", "stated")

    direction = forms.ChoiceField(label=_("Need or offer"), choices=Requirement.Direction.choices)
    side = forms.ChoiceField(label=_("Side"), choices=BusinessInterest.Side.choices)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Linkage.Kind.choices,
        help_text=_("What would pass between the two: learning, a machine, work given out …"),
    )
    label = text(_("What it is about"), max_length=200, required=True)
    label_es = text(_("What it is about, in Spanish"), max_length=200)
    stakeholder_type = forms.ChoiceField(label=_("Kind of stakeholder"), choices=Requirement.Who.choices)
    organisation = OrganisationField(label=_("Who"), required=False)
    product = text(
        _("Product"), max_length=120, help_text=_("As exactly as you can: “wiper pumps”, not “parts”.")
    )
    product_es = text(_("Product in Spanish"), max_length=120)
    sizes = forms.MultipleChoiceField(
        label=_("Size of the firms"),
        choices=SizeBand.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of those who need it, or of those who can be served."),
    )
    technology = text(_("Technology"), max_length=200, help_text=_("Machine, process or material."))
    technology_es = text(_("Technology in Spanish"), max_length=200)
    conditions = text(_("Conditions"), max_length=300, help_text=_("Language, place, price, share, time …"))
    conditions_es = text(_("Conditions in Spanish"), max_length=300)
    end_market = text(
        _("To whom it sells in the end"),
        max_length=120,
        help_text=_("Several with a semicolon. Who sells to the same buyers competes."),
    )
    stated = WhenField(label=_("When it was said"))
    state = forms.ChoiceField(label=_("State"), choices=Requirement.State.choices, initial="open")

    def values(self):  # type: ignore[no-untyped-def]
        """The clean values; the sizes as they are kept."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return values | {"sizes": " ".join(values["sizes"])}


class EditRequirementForm(EditForm, RequirementForm):
    """A need or an offer that is corrected."""

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        return super().values_of(record) | {"sizes": record.size_bands}

    def values(self):  # type: ignore[no-untyped-def]
        return RequirementForm.values(self)
