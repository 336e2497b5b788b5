"""Untrusted text → clean values, for bodies, their seats, meetings and decisions."""

from __future__ import annotations

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from nanduti.interface import words
from nanduti.interface.forms import EditForm, NandutiForm, RecordsField, ShownChoice
from nanduti.register.models import Organisation, Place

from . import bodies
from .forms import WhenField, override_field, text
from .models import Meeting


def _kinds_of_bodies() -> list[tuple[str, str]]:
    return [(code, str(kind)) for code, kind in bodies.kinds().items()]


def _sectors() -> list[tuple[str, str]]:
    return [(code, capfirst(bodies.sector_in_words(code))) for code in bodies.sectors()]


class CommitteeForm(EditForm):
    """A body that steers the programme, or that partners run one of its centres with."""

    name = text(_("Name"), max_length=120, required=True)
    name_es = text(_("Name in Spanish"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=_kinds_of_bodies)
    place = ShownChoice(label=_("Territory"), queryset=Place.objects.order_by("name"), required=False)
    quorum = forms.IntegerField(
        label=_("Quorum"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("How many must be there to decide. Left empty: more than half of the seats."),
    )


class NewCommitteeForm(CommitteeForm):
    """A new body; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)


class MeetingField(forms.ModelChoiceField):
    """A meeting, called with the day on which it was held: a number alone nobody remembers."""

    def label_from_instance(self, obj: Meeting) -> str:
        day = words.written(obj.held_on)
        return f"{obj} ({day})" if day else str(obj)


def bodies_to_sit() -> QuerySet[Organisation]:
    """The organisations of the register that can sit on a body: all but firms."""
    return Organisation.objects.exclude(kind=Organisation.Kind.ENTERPRISE)


class SeatForm(NandutiForm):
    """Who sits on a body, for which sector."""

    sector = forms.ChoiceField(label=_("Sector"), choices=lambda: [("", "–"), *_sectors()])
    organisation = ShownChoice(label=_("Organisation"), queryset=None)
    since = WhenField(label=_("Since"))
    until = WhenField(label=_("Until"))
    note_text = text(_("Note"), max_length=300)

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        public = bodies_to_sit()
        self.fields["organisation"].queryset = public


class EditSeatForm(EditForm):
    """A seat that is corrected; whoever it names stays on offer, wherever they are registered."""

    sector = forms.ChoiceField(label=_("Sector"), choices=lambda: [("", "–"), *_sectors()])
    organisation = ShownChoice(label=_("Organisation"), queryset=None)
    since_text = WhenField(label=_("Since"))
    until_text = WhenField(label=_("Until"))
    note = text(_("Note"), max_length=300)
    note_es = text(_("Note in Spanish"), max_length=300)

    def __init__(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        here = Q(pk__in=bodies_to_sit().values("pk")) | Q(pk=self.record.organisation_id)
        self.fields["organisation"].queryset = Organisation._base_manager.filter(here)
        sector, present = self.fields["sector"], self.record.sector
        if present not in dict(sector.choices):
            sector.choices = [*sector.choices, (present, bodies.sector_in_words(present))]


class PresenceForm(NandutiForm):
    """Who of the seats was at a meeting."""

    present = RecordsField(
        label=_("Who was there"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever is not marked was not there."),
    )

    def __init__(self, *args, seats, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = seats
        self.fields["present"].label_from_instance = lambda seat: (
            f"{seat.organisation} ({bodies.sector_in_words(seat.sector)})"
        )


class MeetingForm(PresenceForm):
    """A sitting of a body, with who was there."""

    held_on = WhenField(label=_("Held on"), required=True)
    place = text(_("Place"), max_length=120)
    note_text = text(_("Note"), max_length=2000, rows=2)
    is_presence_known = forms.BooleanField(label=_("It is known who was there"), required=False, initial=True)
    field_order = ["held_on", "place", "note_text", "is_presence_known", "present"]

    def __init__(self, *args, seats, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, seats=seats, **kwargs)
        if not seats.exists():
            del self.fields["present"], self.fields["is_presence_known"]

    def present_or_unknown(self):  # type: ignore[no-untyped-def]
        """The seats whose holders were there; ``None`` where nobody knows, or the body has no seats."""
        is_known = self.cleaned_data.get("is_presence_known", False)
        return list(self.cleaned_data["present"]) if is_known else None


class EditMeetingForm(EditForm):
    """Correct when and where a body met."""

    held_on = WhenField(label=_("Held on"), required=True)
    place = text(_("Place"), max_length=120)
    note = text(_("Note"), max_length=2000, rows=2)
    note_es = text(_("Note in Spanish"), max_length=2000, rows=2)


class ResolutionForm(NandutiForm):
    """What a committee decided."""

    meeting = MeetingField(label=_("Meeting"), queryset=None)
    decision = text(_("Decision"), max_length=2000, required=True, rows=3)
    decision_es = text(_("Decision in Spanish"), max_length=2000, rows=3)
    owner = ShownChoice(
        label=_("Who sees to it"), queryset=None, required=False, empty_label=_("(not named)")
    )
    due = WhenField(label=_("Due"))
    override_reason = override_field()

    def __init__(self, *args, meetings, organisations, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        # The last one first: a decision is written down after the meeting.
        self.fields["meeting"].queryset = meetings.order_by(F("held_on_start").desc(nulls_last=True), "-pk")
        self.fields["owner"].queryset = organisations


class EditResolutionForm(EditForm):
    """Correct a decision: its words, who sees to it, until when, and when it was carried out."""

    decision = text(_("Decision"), max_length=2000, required=True, rows=3)
    decision_es = text(_("Decision in Spanish"), max_length=2000, rows=3)
    owner = ShownChoice(
        label=_("Who sees to it"), queryset=None, required=False, empty_label=_("(not named)")
    )
    due = WhenField(label=_("Due"))
    done = WhenField(label=_("Done"), help_text=_("Empty as long as it is not carried out."))

    def __init__(self, *args, organisations, **kwargs) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = organisations


class DoneForm(EditForm):
    """When a decision was carried out."""

    done = WhenField(label=_("Done"), required=True)
