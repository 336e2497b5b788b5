"""Untrusted text → clean values, for what a programme writes down."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.fields import WHEN_HELP, read_when
from nanduti.interface.forms import EditForm, NandutiForm
from nanduti.interface.saying import say
from nanduti.methods.values import PersonError
from nanduti.register.models import Cluster, Organisation

from .models import AgreementParty, Candidate, CooperationAgreement


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
    note = text(_("Note"), max_length=5000, rows=3)


class NewAgreementForm(AgreementForm):
    """A new agreement; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)


class PartyForm(NandutiForm):
    """An organisation that an agreement binds."""

    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=None)
    party_type = forms.ChoiceField(label=_("Kind of party"), choices=AgreementParty.PartyType)
    cluster = forms.ModelChoiceField(label=_("Cluster"), queryset=None, required=False)
    is_signatory = forms.BooleanField(label=_("Has signed"), required=False, initial=True)

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        public = Organisation.objects.exclude(kind=Organisation.Kind.ENTERPRISE)
        self.fields["organisation"].queryset = public.order_by("sort_text")
        self.fields["cluster"].queryset = Cluster.objects.order_by("name")


class RenewalForm(NandutiForm):
    """The dates of a renewal."""

    signed = WhenField(label=_("Signed"), required=True)
    valid_from = WhenField(label=_("Valid from"))
    valid_until = WhenField(label=_("Valid until"))


class ResolutionForm(NandutiForm):
    """What a committee decided."""

    meeting = forms.ModelChoiceField(label=_("Meeting"), queryset=None)
    decision = text(_("Decision"), max_length=2000, required=True, rows=3)
    decision_es = text(_("Decision in Spanish"), max_length=2000, rows=3)
    due = WhenField(label=_("Due"))

    def __init__(self, *args, meetings, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = meetings


class DoneForm(EditForm):
    """When a decision was carried out."""

    done = WhenField(label=_("Done"), required=True)


class CandidateForm(EditForm):
    """How far a candidate came, and why."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Candidate.Stage)
    reason = text(_("Reason"), max_length=2000, required=True, rows=3)
    reason_es = text(_("Reason in Spanish"), max_length=2000, rows=3)
