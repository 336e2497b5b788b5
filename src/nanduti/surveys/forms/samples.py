"""What somebody types about waves and samples."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import DayField, EditForm, NandutiForm

from ..models import Enumerator, SampleUnit

METHODS = [
    ("stratified", _("stratified: so many of each kind, by chance")),
    ("simple", _("simple: by chance alone")),
    ("product_size", _("by product and size: somebody for every product that is made")),
    ("quota", _("quota: so many of each kind, whoever they are")),
    ("snowball", _("snowball: begin with some, who name the next")),
    ("census", _("all of them")),
]
STRATA = [
    ("size_band", _("size")),
    ("place", _("place")),
    ("cluster", _("cluster")),
    ("product", _("product")),
]
ALLOCATIONS = [
    ("proportional", _("as many as there are")), ("equal", _("equally many")), ("square_root", _("in between")),
]  # fmt: skip
REPORTS = [
    (value, label) for value, label in SampleUnit.State.choices if value not in {"replaced", "done"}
]  # what somebody says; answers say the rest


class WaveDays(forms.Form):
    """What may change while a round of field work goes on."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    title_es = forms.CharField(label=_("Title in Spanish"), max_length=200, required=False)
    opens_on = DayField(
        label=_("From"),
        required=False,
        help_text=_("What arrives from this day on counts as its answers. Empty: whatever came before, too."),
    )
    closes_on = DayField(label=_("Until"), required=False)
    target = forms.IntegerField(label=_("Answers wanted"), min_value=1, max_value=10**6, required=False)

    def clean(self) -> dict:
        values = super().clean() or {}
        if values.get("opens_on") and values.get("closes_on") and values["closes_on"] < values["opens_on"]:
            self.add_error("closes_on", _("The last day comes before the first."))
        return values


class WaveForm(WaveDays, NandutiForm):
    """A round of field work."""

    code = forms.SlugField(label=_("Code"), max_length=80, help_text=_("Short, such as 2026-march."))
    field_order = ("code",)

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["opens_on"].initial = timezone.localdate


class EditWaveForm(WaveDays, EditForm):
    """A round that is open: its code stays, since samples and publications name it."""


class DrawForm(NandutiForm):
    """How to draw."""

    method = forms.ChoiceField(label=_("How"), choices=METHODS, initial="stratified")
    n = forms.IntegerField(
        label=_("How many firms"), min_value=1, max_value=10**6, required=False,
        help_text=_("Not needed to take all, or to cover every product."),
    )  # fmt: skip
    strata = forms.MultipleChoiceField(
        label=_("Kinds by"), choices=STRATA, required=False, initial=["size_band"],
        widget=forms.CheckboxSelectMultiple, help_text=_("For stratified samples and quotas."),
    )  # fmt: skip
    allocation = forms.ChoiceField(
        label=_("How many of each kind"), choices=ALLOCATIONS, initial="proportional"
    )
    n_reserves = forms.IntegerField(
        label=_("In reserve for each kind"), min_value=0, max_value=100, initial=3, required=False,
        help_text=_("They step in, in this order, for whoever refuses or is not found."),
    )  # fmt: skip
    clusters = forms.MultipleChoiceField(
        label=_("Only these clusters"), choices=(), required=False, widget=forms.CheckboxSelectMultiple
    )
    product_attribute = forms.SlugField(
        label=_("What they make is said by the fact"), max_length=80, required=False,
        help_text=_("The attribute of a fact, such as products. Empty: the main activity."),
    )  # fmt: skip
    seed = forms.CharField(
        label=_("Seed"), max_length=80, required=False,
        help_text=_("Words read out before the draw: with them anybody can draw again. Empty: the wave and the day."),
    )  # fmt: skip

    def design(self) -> dict:
        """The design as it is kept."""
        values = self.cleaned_data
        made: dict = {"method": values["method"]}
        if values.get("n"):
            made["n"] = values["n"]
        if values["method"] in {"stratified", "quota"}:
            made |= {"strata": values["strata"], "allocation": values["allocation"]}
        if values["method"] in {"simple", "stratified"}:
            made["n_reserves"] = values.get("n_reserves") or 0
        narrowed = {n: values[n] for n in ("clusters", "product_attribute") if values.get(n)}
        return {**made, "filter": narrowed} if narrowed else made


class AssignForm(NandutiForm):
    """Who visits."""

    enumerators = forms.MultipleChoiceField(label=_("Share among"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, enumerators, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in enumerators}
        self.fields["enumerators"].choices = [(pk, str(row)) for pk, row in self.rows.items()]

    def chosen(self) -> list[Enumerator]:
        """The enumerators that were ticked."""
        return [self.rows[pk] for pk in self.cleaned_data["enumerators"]]


class UnitForm(NandutiForm):
    """How a visit went."""

    state = forms.ChoiceField(label=_("How it went"), choices=REPORTS)
    text = forms.CharField(
        label=_("Note"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    replace = forms.BooleanField(label=_("The next in reserve steps in"), required=False, initial=True)


class CouponForm(NandutiForm):
    """How many slips to print."""

    n = forms.IntegerField(label=_("How many"), min_value=1, max_value=500, initial=30)
