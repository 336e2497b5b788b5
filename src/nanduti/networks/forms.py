"""What people fill in about ties, rounds and business networks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.interface.forms import DayField, EditForm, NandutiForm

from .models import BusinessNetwork, NetworkMember, TieKind, TieWave

PSEUDONYM = _("As the register shows it, such as W-7K3QDXK.")


class TieForm(NandutiForm):
    """A tie that somebody told of."""

    origin = forms.CharField(
        label=pgettext_lazy("a tie", "From whom"),
        max_length=40,
        help_text=_(
            "Pseudonym of the register; for somebody who is not in it a question mark and a word, such as ?dyer."
        ),
    )
    kind = forms.ChoiceField(label=_("What passes"))
    target = forms.CharField(label=pgettext_lazy("a tie", "To whom"), max_length=40, help_text=PSEUDONYM)
    strength = forms.FloatField(
        label=_("Strength"),
        required=False,
        help_text=_("On the scale of the kind; leave empty if nobody said."),
    )
    began_on = DayField(label=_("Since"), required=False)
    ended_on = DayField(
        label=_("Until"), required=False, help_text=_("The first day on which it no longer holds.")
    )
    wave = forms.ChoiceField(label=_("Round"), required=False)
    note_text = forms.CharField(
        label=_("Note"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, kinds: list[tuple[str, Any]], waves: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["wave"].choices = [("", _("of no round")), *waves]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An end lies after its beginning."""
        values = super().clean() or {}
        since, until = values.get("began_on"), values.get("ended_on")
        if since and until and until <= since:
            self.add_error("ended_on", _("The end must lie after the beginning."))
        return values


class WhoForm(NandutiForm):
    """Who somebody is who was merely named."""

    pseudonym = forms.CharField(label=_("Pseudonym in the register"), max_length=40, help_text=PSEUDONYM)


def _span(values: dict[str, Any], form: forms.Form, since: str, until: str) -> None:
    if values.get(since) and values.get(until) and values[until] <= values[since]:
        form.add_error(until, _("The end must lie after the beginning."))


class WaveFields(forms.Form):
    """What is said of a round."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("Such as: Before the fair, 2026."))
    title_es = forms.CharField(label=_("Title in Spanish"), max_length=200, required=False)
    method = forms.ChoiceField(label=_("How it was asked"), choices=TieWave.Method.choices)
    from_on = DayField(label=_("From"), required=False)
    until_on = DayField(label=_("Until"), required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of tie asked for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of the others nobody's silence says anything."),
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An end lies after its beginning."""
        values = super().clean() or {}
        _span(values, self, "from_on", "until_on")
        return values


class NewWaveForm(WaveFields, NandutiForm):
    """A round of asking begins."""

    code = forms.SlugField(
        label=_("Code"), max_length=80, help_text=_("Short, without blanks, such as 2026-first.")
    )
    field_order = ("code",)


class WaveForm(WaveFields, EditForm):
    """A round is corrected."""


class KindFields(forms.Form):
    """What is said of a kind of tie."""

    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("As it reads between two: “sells to”.")
    )
    title_es = forms.CharField(label=_("Title in Spanish"), max_length=120, required=False)
    is_directed = forms.BooleanField(
        label=_("It has a direction"),
        required=False,
        initial=True,
        help_text=_("“A lends to B” is not “B lends to A”."),
    )
    lowest = forms.FloatField(label=_("Lowest strength"), required=False)
    highest = forms.FloatField(
        label=_("Highest strength"), required=False, help_text=_("More must mean closer.")
    )
    is_record = forms.BooleanField(label=_("It is read from records, nobody is asked"), required=False)
    is_open = forms.BooleanField(label=_("All who read the programme may see it"), required=False)

    def clean(self) -> dict[str, Any]:
        """A scale has two ends, the lower one first."""
        values = super().clean() or {}
        low, high = values.get("lowest"), values.get("highest")
        if (low is None) != (high is None) or (low is not None and low >= high):
            self.add_error("highest", _("Fill both ends of the scale, the lower one first, or none."))
        return values


class NewKindForm(KindFields, NandutiForm):
    """A kind of tie is added."""

    code = forms.SlugField(
        label=_("Code"), max_length=30, help_text=_("Short, without blanks, such as shares_van.")
    )
    field_order = ("code",)


class KindForm(KindFields, EditForm):
    """A kind of the programme's own is corrected."""

    @classmethod
    def values_of(cls, record: TieKind) -> dict[str, Any]:  # type: ignore[override]
        """The record's values."""
        return super().values_of(record)


class GroupFields(forms.Form):
    """What is said of a business network."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_es = forms.CharField(label=_("Name in Spanish"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=BusinessNetwork._meta.get_field("kind").choices or ())
    objective = forms.CharField(
        label=_("What it wants to reach"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    objective_es = forms.CharField(
        label=_("What it wants to reach, in Spanish"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    since_on = DayField(label=_("Since"), required=False)
    until_on = DayField(label=_("Until"), required=False)
    seeks_registration = forms.BooleanField(
        label=_("It wants to be registered"),
        required=False,
        initial=True,
        help_text=_("A network for one project may not; then registration is not missing."),
    )

    def clean(self) -> dict[str, Any]:
        """An end lies after its beginning."""
        values = super().clean() or {}
        _span(values, self, "since_on", "until_on")
        return values


class NewGroupForm(GroupFields, NandutiForm):
    """A business network has formed."""


class GroupForm(GroupFields, EditForm):
    """What is said of a business network is corrected."""


class MemberForm(NandutiForm):
    """Somebody joins a business network."""

    pseudonym = forms.CharField(label=_("Pseudonym in the register"), max_length=40, help_text=PSEUDONYM)
    role = forms.ChoiceField(label=_("Part"), choices=NetworkMember.Role.choices)
    since_on = DayField(label=_("Since"), required=False)


class LeaveForm(EditForm):
    """A member leaves."""

    until_on = DayField(label=_("First day on which it is no member any more"))

    def clean(self) -> dict[str, Any]:
        """Nobody leaves before joining."""
        values = super().clean() or {}
        since = getattr(self.record, "since_on", None)
        if since and values.get("until_on") and values["until_on"] <= since:
            self.add_error("until_on", _("The end must lie after the beginning."))
        return values


class StepForm(EditForm):
    """What shows that a business network has taken a step."""

    evidence = forms.CharField(
        label=_("What shows it"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as: minutes of the assembly of 3 May; registration number 1234."),
    )
    evidence_es = forms.CharField(
        label=_("What shows it, in Spanish"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reached_on = DayField(label=_("Day"), required=False)
