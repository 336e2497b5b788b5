"""Untrusted text → clean values, for what a programme writes down."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.fields import WHEN_HELP, read_when
from nanduti.interface.forms import EditForm, MoneyField, NandutiForm, ShownChoice
from nanduti.interface.saying import say
from nanduti.methods.values import Money, PersonError
from nanduti.register.models import Organisation

from .models import AgreementParty, Appointment, Candidate, CooperationAgreement, TimeOut


class WhenField(forms.CharField):
    """A date as people write it; refused with the reason when it cannot be understood."""

    def __init__(self, **kwargs) -> None:  # type: ignore[no-untyped-def]
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("help_text", WHEN_HELP)
        super().__init__(**kwargs)

    def clean(self, value: str) -> str:
        text = super().clean(value)
        reading = read_when(text or "")
        if isinstance(reading, PersonError):
            said = say(reading)
            raise forms.ValidationError(f"{said.sentence} {said.remedy}", code="unreadable")
        return text


def text(label, *, max_length: int = 200, required: bool = False, rows: int = 0, **kwargs):  # type: ignore[no-untyped-def]
    """A text field; with ``rows`` a text area."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else None
    return forms.CharField(label=label, max_length=max_length, required=required, widget=widget, **kwargs)


def override_field() -> forms.CharField:
    """Why a rule is put aside; kept on record."""
    return text(
        _("Why a rule is put aside"),
        max_length=1000,
        rows=2,
        help_text=_("Only where a rule refuses and you go ahead all the same. It is kept on record."),
    )


class AgreementForm(EditForm):
    """An agreement: what it is, when it was signed, when it holds."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CooperationAgreement.Kind)
    level = forms.ChoiceField(label=_("Level"), choices=CooperationAgreement.Level)
    title = text(_("Title"), required=True)
    title_es = text(_("Title in Spanish"))
    status = forms.ChoiceField(label=_("Status"), choices=CooperationAgreement.Status)
    signed = WhenField(label=_("Signed"))
    valid_from = WhenField(label=_("Valid from"))
    valid_until = WhenField(label=_("Valid until"))
    areas = text(_("Areas of cooperation"), max_length=5000, rows=3)
    areas_es = text(_("Areas of cooperation in Spanish"), max_length=5000, rows=3)
    implementing_partner = ShownChoice(
        label=_("Who carries it out"), queryset=None, required=False, empty_label=_("(not named)")
    )
    money = MoneyField(label=_("Amount"), required=False)
    note = text(_("Note"), max_length=5000, rows=3)

    def __init__(self, *args, organisations, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["implementing_partner"].queryset = organisations

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        known = super().values_of(record)
        return known | {"money": None if record.amount is None else Money(record.amount, record.currency)}

    def values(self):  # type: ignore[no-untyped-def]
        """The clean values with amount and currency apart."""
        values = super().values()
        money = values.pop("money")
        return {
            **values,
            "amount": money.amount if money else None,
            "currency": money.currency if money else "",
        }


class NewAgreementForm(AgreementForm):
    """A new agreement; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)


class PartyForm(NandutiForm):
    """An organisation that an agreement binds."""

    organisation = ShownChoice(label=_("Organisation"), queryset=None)
    party_type = forms.ChoiceField(label=_("Kind of party"), choices=AgreementParty.PartyType)
    cluster = ShownChoice(label=_("Cluster"), queryset=None, required=False)
    is_signatory = forms.BooleanField(label=_("Has signed"), required=False, initial=True)

    def __init__(self, *args, clusters, organisations, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations.exclude(kind=Organisation.Kind.ENTERPRISE)
        self.fields["cluster"].queryset = clusters


class EditPartyForm(EditForm):
    """Correct what is said of a party; another organisation is another party."""

    party_type = forms.ChoiceField(label=_("Kind of party"), choices=AgreementParty.PartyType)
    cluster = ShownChoice(label=_("Cluster"), queryset=None, required=False)
    is_signatory = forms.BooleanField(label=_("Has signed"), required=False)

    def __init__(self, *args, clusters, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["cluster"].queryset = clusters


class RenewalForm(NandutiForm):
    """The dates of a renewal."""

    signed = WhenField(label=_("Signed"), required=True)
    valid_from = WhenField(label=_("Valid from"))
    valid_until = WhenField(label=_("Valid until"))


class CandidateForm(EditForm):
    """How far a candidate came, and why."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Candidate.Stage)
    reason = text(_("Reason"), max_length=2000, required=True, rows=3)
    reason_es = text(_("Reason in Spanish"), max_length=2000, rows=3)


class PerCentField(forms.DecimalField):
    """A share that is typed as per cent of a full post: 60 means 0.6."""

    def __init__(self, **kwargs) -> None:  # type: ignore[no-untyped-def]
        kwargs.setdefault("required", False)
        super().__init__(min_value=0, max_value=100, max_digits=4, decimal_places=1, **kwargs)

    def prepare_value(self, value):  # type: ignore[no-untyped-def]
        """What the record keeps as a share stands in the field as per cent."""
        if isinstance(value, Decimal):
            return f"{(value * 100).normalize():f}"
        return value

    def clean(self, value):  # type: ignore[no-untyped-def]
        number = super().clean(value)
        return None if number is None else (number / 100).quantize(Decimal("0.001"))


class SuperiorField(forms.ModelChoiceField):
    """The post above; posts that are called alike are told apart by their codes."""

    def label_from_instance(self, obj: Appointment) -> str:
        return f"{capfirst(str(obj))} – {obj.code}"


class AppointmentForm(EditForm):
    """Who works for the programme in which post, and what shows that they fit."""

    kind = forms.ChoiceField(label=pgettext_lazy("in a programme", "Post"), choices=Appointment.Kind)
    side = forms.ChoiceField(label=_("For which side"), choices=Appointment.Side)
    cluster = ShownChoice(
        label=_("Cluster"), queryset=None, required=False, empty_label=_("(the programme as a whole)")
    )
    based_in = ShownChoice(label=_("Works from"), queryset=None, required=False, empty_label=_("(not known)"))
    person = text(
        _("Person"),
        max_length=12,
        help_text=_("The pseudonym that stands in the register, such as P-4K7QX9."),
    )
    reports_to = SuperiorField(
        label=_("Reports to"),
        queryset=None,
        required=False,
        empty_label=_("(as is usual for the post)"),
        help_text=_("The post above this one, where somebody has laid it down."),
    )
    since_text = WhenField(label=_("Since"))
    until_text = WhenField(label=_("Until"))
    is_technical = forms.NullBooleanField(label=_("Qualified in what the cluster makes"), required=False)
    qualification = text(_("What shows the qualification"), max_length=300)
    qualification_es = text(_("What shows the qualification, in Spanish"), max_length=300)
    is_trained = forms.NullBooleanField(label=_("Trained as an agent"), required=False)
    training = text(_("Which training"), max_length=300)
    training_es = text(_("Which training, in Spanish"), max_length=300)
    knows_other = forms.NullBooleanField(label=_("Knows the other cluster"), required=False)
    workload = PerCentField(
        label=_("Work there is, in per cent of a full post"),
        help_text=_("60 for three days a week. Leave it empty if nobody knows."),
    )
    share_of_time = PerCentField(label=_("Time given, in per cent of a full post"))
    note = text(_("Note"), max_length=2000, rows=2)
    note_es = text(_("Note in Spanish"), max_length=2000, rows=2)
    override_reason = override_field()

    def __init__(self, *args, clusters, superiors, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        for name in ("cluster", "based_in"):
            self.fields[name].queryset = clusters
        self.fields["reports_to"].queryset = superiors

    @classmethod
    def values_of(cls, record):  # type: ignore[no-untyped-def]
        values = super().values_of(record)
        values["person"] = record.person.pseudonym if record.person else ""
        return {name: value for name, value in values.items() if name != "override_reason"}


class NewAppointmentForm(AppointmentForm):
    """A new appointment; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)
    # One of these tells this appointment from any other; a post and a side alone say nothing that happened.
    TELLING = ("person", "cluster", "since_text", "until_text", "qualification", "training", "note")

    def clean(self):  # type: ignore[no-untyped-def]
        clean = super().clean()
        if not any(clean.get(name) or name in self.errors for name in self.TELLING):
            self.add_error("person", _("Say at least who it is, for which cluster, or since when."))
        return clean


class TimeOutForm(NandutiForm):
    """When a review in depth is to be held, and which election or change it answers to."""

    planned = WhenField(label=_("Planned for"), required=True)
    occasion = forms.ChoiceField(label=_("Occasion"), choices=TimeOut.Occasion)
    turn = WhenField(label=_("Day of the election or change"))


class FindingsForm(EditForm):
    """What a review found, and what it decided."""

    held = WhenField(label=_("Held on"), required=True)
    findings = text(_("What it found"), max_length=5000, required=True, rows=4)
    findings_es = text(_("What it found, in Spanish"), max_length=5000, rows=4)
    decision = forms.ChoiceField(label=_("Decision"), choices=TimeOut.Decision)
    changes = text(_("What is changed"), max_length=5000, rows=3)
    changes_es = text(_("What is changed, in Spanish"), max_length=5000, rows=3)


class LiftForm(EditForm):
    """What was solved, and since when work goes on."""

    solved = text(_("What was solved"), max_length=2000, required=True, rows=3)
    solved_es = text(_("What was solved, in Spanish"), max_length=2000, rows=3)
    lifted = WhenField(label=_("Work goes on since"))
