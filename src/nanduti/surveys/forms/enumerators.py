"""Who is to be enrolled, as somebody types it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import DayField, NandutiForm, RecordsField
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language

from ..models import Instrument


class KeyForm(NandutiForm):
    """Until when a key holds."""

    last_day = DayField(
        label=_("Last day"), required=False, help_text=_("The key opens nothing after it. Empty: no end.")
    )

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        day = self.cleaned_data.get("last_day")
        return {"expires_at": _after(day) if day else None}


class EnrolForm(KeyForm):
    """A new enumerator."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=80,
        help_text=_("Short and without a name, such as “north-3”; it stands beside what the phone sends."),
    )
    title = forms.CharField(
        label=_("Called"),
        max_length=120,
        required=False,
        help_text=_("As the team knows the phone or the person."),
    )
    instruments = RecordsField(
        label=_("Instruments"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every open instrument of the programme."),
    )
    is_shared = forms.BooleanField(
        label=_("Shared by several people"),
        required=False,
        help_text=_("One key for a whole team: quicker to hand out, and nobody knows who sent what."),
    )
    field_order = ["code", "title", "instruments", "last_day", "is_shared"]

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = Instrument.objects.filter(programme=programme, is_open=True).order_by("code")
        self.fields["instruments"].queryset = open_ones
        self.fields["instruments"].label_from_instance = lambda row: in_language(row, "title")

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in ("code", "title", "is_shared")}
        return {**super().values(), **values, "instruments": list(self.cleaned_data["instruments"])}


def _after(day: Any) -> datetime:
    """The first moment after a day, where the installation is."""
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    except OverflowError:
        return timezone.make_aware(datetime.combine(day, time.min))
