"""Untrusted text → clean values, for studies and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.interface.forms import DayField, EditForm, NandutiForm
from nanduti.programme.forms import WhenField, text
from nanduti.register.models import Cluster, Organisation
from nanduti.surveys.models import Instrument, Wave

from ..models import (
    Challenge,
    ChallengeState,
    DiagnosticStudy,
    Issue,
    Prospect,
    StudyReport,
)

MOST = 1_000_000
LANGUAGES = [("es", "Español"), ("en", "English")]
WILLING = [
    ("", _("nobody asked")),
    ("0.0", pgettext_lazy("willingness", "not at all")),
    ("0.25", pgettext_lazy("willingness", "little")),
    ("0.5", pgettext_lazy("willingness", "somewhat")),
    ("0.75", pgettext_lazy("willingness", "willing")),
    ("1.0", pgettext_lazy("willingness", "very willing")),
]
SEVERITY = [
    ("", _("not known")),
    (1, pgettext_lazy("how much it hinders", "a little")),
    (2, pgettext_lazy("how much it hinders", "much")),
    (3, pgettext_lazy("how much it hinders", "very much")),
]


class WithoutVersion(EditForm):
    """A new record has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)


class YesNoUnknown(forms.TypedChoiceField):
    """Yes, no, or not known: nobody is made to guess."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]
        super().__init__(
            choices=choices, coerce=lambda v: v == "yes", empty_value=None, required=False, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


def _floats(value: str) -> float:
    return float(value)


class StudyForm(EditForm):
    """What a study is and what it rests on."""

    kind = forms.ChoiceField(label=_("Kind"), choices=DiagnosticStudy.Kind)
    title = text(_("Title"), required=True)
    title_es = text(_("Title in Spanish"))
    purpose = text(_("What it is for"), max_length=5000, rows=3)
    purpose_es = text(_("What it is for, in Spanish"), max_length=5000, rows=3)
    done = WhenField(label=_("Made"))
    instrument = forms.ModelChoiceField(
        label=_("Questionnaire"), queryset=None, required=False,
        help_text=_("Whose answers the profile is computed from. Without one, only documents and the register speak."),
    )  # fmt: skip
    wave = forms.ModelChoiceField(
        label=_("Wave"), queryset=None, required=False, help_text=_("Only answers of this round.")
    )
    product_column = forms.ChoiceField(
        label=_("Which question tells the product"), required=False, choices=[],
        help_text=_("Leave it to Nanduti, or choose where the form asks for it in another way."),
    )  # fmt: skip
    tier_column = forms.ChoiceField(
        label=_("Which question tells the role in the value chain"), required=False, choices=[]
    )
    class_column = forms.ChoiceField(
        label=_("Which question tells the skill or activity"), required=False, choices=[]
    )
    least_per_cell = forms.IntegerField(
        label=_("Firms to hear for each product and size"), min_value=1, max_value=100, initial=1
    )

    COLUMNS = {"product_column": "product", "tier_column": "tier", "class_column": "activity_class"}

    def __init__(
        self, *args: Any, programme: Any, questions: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in self.COLUMNS:
            if questions:
                self.fields[name].choices = [("", _("as usual")), *questions]  # type: ignore[attr-defined]
            else:
                del self.fields[name]
        self.fields["instrument"].queryset = Instrument.objects.filter(programme=programme)  # type: ignore[attr-defined]
        self.fields["wave"].queryset = Wave.objects.filter(  # type: ignore[attr-defined]
            instrument__programme=programme
        ).select_related("instrument")

    @classmethod
    def values_of(cls, record: Any) -> dict[str, Any]:
        known = {name: record.columns.get(code, "") for name, code in cls.COLUMNS.items()}
        return {**super().values_of(record), **known}

    def values(self) -> dict[str, Any]:
        """The clean values, the chosen questions together as the study keeps them."""
        values = super().values()
        chosen = {code: values.pop(name) for name, code in self.COLUMNS.items() if name in values}
        if chosen:
            values["columns"] = {code: name for code, name in chosen.items() if name}
        return values

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        wave, instrument = values.get("wave"), values.get("instrument")
        if wave and instrument and wave.instrument_id != instrument.pk:
            self.add_error("wave", _("This wave was asked with another questionnaire."))
        if wave and not instrument:
            values["instrument"] = wave.instrument
        return values


class NewStudyForm(WithoutVersion, StudyForm):
    """A new study: of which cluster."""

    cluster = forms.ModelChoiceField(label=_("Cluster"), queryset=None)
    field_order = ["cluster"]

    def __init__(self, *args: Any, clusters: list[Cluster], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [c.pk for c in clusters]
        self.fields["cluster"].queryset = Cluster.objects.filter(pk__in=ids)  # type: ignore[attr-defined]


class AgreeForm(NandutiForm):
    """Agree a study; with gaps, say why."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    agreed_on = DayField(label=pgettext_lazy("study", "Agreed on"))
    reason = text(_("Why it is agreed although parts are missing"), max_length=2000, rows=2)


class ReopenForm(NandutiForm):
    """Open an agreed study again."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = text(_("Why it is opened again"), max_length=2000, rows=2, required=True)


class ReportForm(NandutiForm):
    """Which document to make; its language has nothing to do with the reader's."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    file_format = forms.ChoiceField(label=_("Format"), choices=StudyReport.Format)


class IssueForm(EditForm):
    """An issue, short enough for a phone: the product, the operation, what holds back, who can help, how many."""

    product_group = text(
        _("Product group"),
        max_length=120,
        required=True,
        help_text=_("Such as leather jackets, oil seals, jeans."),
    )
    item = forms.ChoiceField(label=_("Business operation"), choices=Issue.Item)
    label = text(
        _("Issue"),
        max_length=300,
        required=True,
        help_text=_("What holds these firms back. No names of firms or people."),
    )
    help_from = text(
        _("Who can help"), max_length=300, help_text=_("Such as “chemical suppliers in Italy and Germany”.")
    )
    severity = forms.TypedChoiceField(
        label=_("How much it hinders"), choices=SEVERITY, coerce=int, empty_value=None, required=False
    )
    n_micro = forms.IntegerField(
        label=_("Micro firms that would gain"), min_value=0, max_value=MOST, required=False
    )
    n_small = forms.IntegerField(
        label=_("Small firms that would gain"), min_value=0, max_value=MOST, required=False
    )
    n_medium = forms.IntegerField(
        label=_("Medium firms that would gain"), min_value=0, max_value=MOST, required=False
    )
    n_large = forms.IntegerField(
        label=_("Large firms that would gain"), min_value=0, max_value=MOST, required=False
    )
    in_cluster = YesNoUnknown(label=_("Can the cluster itself solve it?"))
    in_country = YesNoUnknown(label=_("Can somebody in the country solve it?"))
    by_advanced = YesNoUnknown(label=_("Can an advanced cluster solve it?"))
    advanced_cluster = forms.ModelChoiceField(
        label=_("Which advanced cluster"), queryset=None, required=False
    )
    product_group_es = text(_("Product group in Spanish"), max_length=120)
    label_es = text(_("Issue in Spanish"), max_length=300)
    help_from_es = text(_("Who can help, in Spanish"), max_length=300)
    note = text(_("Note"), max_length=5000, rows=2)

    def __init__(self, *args: Any, clusters: list[Cluster], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [c.pk for c in clusters]
        self.fields["advanced_cluster"].queryset = Cluster.objects.filter(pk__in=ids)  # type: ignore[attr-defined]


class NewIssueForm(WithoutVersion):
    """A new issue, short enough for a phone; where it is solved and the other language follow later."""

    product_group = IssueForm.base_fields["product_group"]
    item = IssueForm.base_fields["item"]
    label = IssueForm.base_fields["label"]
    help_from = IssueForm.base_fields["help_from"]
    severity = IssueForm.base_fields["severity"]
    n_micro = IssueForm.base_fields["n_micro"]
    n_small = IssueForm.base_fields["n_small"]
    n_medium = IssueForm.base_fields["n_medium"]
    n_large = IssueForm.base_fields["n_large"]


class RouteForm(EditForm):
    """Where an issue is solved, whether it is chosen, and what the value-chain check says of it."""

    in_cluster = YesNoUnknown(label=_("Can the cluster itself solve it?"))
    in_country = YesNoUnknown(label=_("Can somebody in the country solve it?"))
    by_advanced = YesNoUnknown(label=_("Can an advanced cluster solve it?"))
    is_for_implementation = forms.BooleanField(label=_("Chosen for implementation"), required=False)
    owner = text(_("Who sees to it"), max_length=160)
    chain_check = forms.ChoiceField(label=_("Check against the value chain"), choices=Issue.ChainCheck)
    chain_reason = text(_("What the check found"), max_length=300)
    chain_reason_es = text(_("What the check found, in Spanish"), max_length=300)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_said = values.get("chain_reason") or values.get("chain_reason_es")
        if values.get("chain_check") in {"added", "removed"} and not is_said:
            self.add_error("chain_reason", _("Say why the check adds it or takes it out."))
        return values


class InterestedForm(NandutiForm):
    """An interested firm, by its pseudonym."""

    pseudonym = text(
        _("Pseudonym of the firm"),
        max_length=20,
        required=True,
        help_text=_("As the register shows it; never a name."),
    )
    severity = forms.TypedChoiceField(
        label=_("How much it hinders this firm"),
        choices=SEVERITY,
        coerce=int,
        empty_value=None,
        required=False,
    )
    willingness = forms.TypedChoiceField(
        label=_("How willing"), choices=WILLING, coerce=_floats, empty_value=None, required=False
    )


class IntermediaryForm(NandutiForm):
    """An institution that can stand between."""

    organisation = forms.ModelChoiceField(label=_("Institution"), queryset=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Organisation.objects.exclude(kind=Organisation.Kind.ENTERPRISE).order_by("sort_text")
        self.fields["organisation"].queryset = rows  # type: ignore[attr-defined]


class ProspectForm(EditForm):
    """Somebody of an advanced cluster who may want to twin."""

    name = text(
        _("Who"),
        max_length=160,
        required=True,
        help_text=_("A group or an institution, such as “tanneries with own finishing”; no name of a firm."),
    )
    name_es = text(_("Who, in Spanish"), max_length=160)
    party_kind = forms.ChoiceField(label=_("Kind"), choices=Prospect.Kind)
    need = text(_("What they need for their own business"), max_length=300)
    need_es = text(_("What they need, in Spanish"), max_length=300)
    areas = text(_("Areas of cooperation"), max_length=300)
    areas_es = text(_("Areas of cooperation in Spanish"), max_length=300)
    willingness = forms.TypedChoiceField(
        label=_("How willing"), choices=WILLING, coerce=_floats, empty_value=None, required=False
    )
    conditions = text(_("Conditions for support"), max_length=300)
    conditions_es = text(_("Conditions for support in Spanish"), max_length=300)
    is_intermediary = forms.BooleanField(label=_("Can stand between the clusters"), required=False)


class NewProspectForm(WithoutVersion, ProspectForm):
    """A new likely partner."""


class RateForm(EditForm):
    """How much so many people make."""

    process = text(
        _("Process"),
        max_length=120,
        required=True,
        help_text=_("Such as the lasting line; the same words for what is compared."),
    )
    process_es = text(_("Process in Spanish"), max_length=120)
    is_own = forms.BooleanField(label=_("The cluster's own figure"), required=False)
    who = text(_("Where"), max_length=120, help_text=_("Such as “Mexico, Spain, Romania”."))
    who_es = text(_("Where, in Spanish"), max_length=120)
    output_low = forms.DecimalField(label=_("Output, at least"), min_value=0, max_digits=12, decimal_places=2)
    output_high = forms.DecimalField(
        label=_("Output, at most"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    unit = text(_("Counted in"), max_length=40, required=True)
    unit_es = text(_("Counted in, in Spanish"), max_length=40)
    workers_low = forms.DecimalField(
        label=_("Workers, at least"), min_value=0, max_digits=12, decimal_places=2
    )
    workers_high = forms.DecimalField(
        label=_("Workers, at most"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    days = forms.DecimalField(
        label=_("In how many days"), min_value=0, max_digits=8, decimal_places=2, initial=1
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("output", "workers"):
            low, high = values.get(f"{name}_low"), values.get(f"{name}_high")
            if low is not None and high is not None and high < low:
                self.add_error(f"{name}_high", _("This is less than the lower figure."))
        for name in ("workers_low", "days"):
            if values.get(name) is not None and values[name] <= 0:
                self.add_error(name, _("Enter more than zero."))
        return values


class NewRateForm(WithoutVersion, RateForm):
    """A new rate of output."""


class ChallengeForm(EditForm):
    """A challenge with what it believes and what it asks."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Challenge.Kind)
    label = text(_("Challenge"), max_length=300, required=True)
    label_es = text(_("Challenge in Spanish"), max_length=300)
    seen = WhenField(label=_("Seen"))
    hypothesis = text(_("What we believe"), max_length=5000, rows=2)
    hypothesis_es = text(_("What we believe, in Spanish"), max_length=5000, rows=2)
    evidence = text(_("What shows it"), max_length=5000, rows=2)
    evidence_es = text(_("What shows it, in Spanish"), max_length=5000, rows=2)
    learning_question = text(_("New learning question"), max_length=5000, rows=2)
    learning_question_es = text(_("New learning question in Spanish"), max_length=5000, rows=2)


class NewChallengeForm(WithoutVersion, ChallengeForm):
    """A new challenge."""


class MoveChallengeForm(NandutiForm):
    """How far a challenge is now."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    state = forms.ChoiceField(label=_("State"), choices=ChallengeState)
    on = DayField(label=_("On"))
    learnt = text(_("What was learnt"), max_length=5000, rows=2)
