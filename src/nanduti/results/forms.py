"""Untrusted text → clean values, for results."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.fields import read_when
from nanduti.interface.forms import EditForm, NandutiForm
from nanduti.interface.saying import say
from nanduti.programme.forms import WhenField, text
from nanduti.programme.models import Statement

from .errors import FollowUpNotLater
from .models import ExchangeRate, StatedFigure


class SettleForm(NandutiForm):
    """What becomes of a contradiction."""

    statement = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    settled = forms.ChoiceField(
        label=_("Which holds?"), choices=Statement.Settled.choices, widget=forms.RadioSelect
    )
    reason = text(_("Why"), max_length=1000, required=True, rows=2)


class StatedFigureForm(NandutiForm):
    """A figure that a document states by hand."""

    value = forms.DecimalField(label=_("Value"), max_digits=18, decimal_places=4)
    unit = text(_("Unit"), max_length=40)
    period_text = WhenField(label=_("Period"))
    label = text(_("What it says"), max_length=300, required=True)
    source_place = text(_("Where it stands"), max_length=200, help_text=_("Document, chapter, page."))


FOUR_DECIMALS = Decimal("0.0001")


def plain(value: Decimal) -> Decimal:
    """A number as somebody would write it, without the zeros of its column.

    >>> plain(Decimal("5000.0000")), plain(Decimal("0.0149000000"))
    (Decimal('5000'), Decimal('0.0149'))
    """
    return Decimal(format(value.normalize(), "f"))


class EditStatedForm(EditForm, StatedFigureForm):
    """A stated figure that is corrected."""

    @classmethod
    def values_of(cls, record: StatedFigure) -> dict[str, Any]:  # type: ignore[override]
        """The record's values; the number without trailing zeros."""
        return {**super().values_of(record), "value": plain(record.value)}


class SpansForm(NandutiForm):
    """Which spans of days are compared; empty ones are found by the rule."""

    baseline = WhenField(label=_("Baseline"), help_text=_("A day, a month, a year or a span, such as 2008."))
    follow_up = WhenField(label=_("Follow-up"), help_text=_("Later than the baseline, such as 2011."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        spans = [read_when(data.get(name) or "") for name in ("baseline", "follow_up")]
        starts = [span.period.start for span in spans if span is not None]
        if len(starts) == 2 and all(starts) and starts[1] <= starts[0]:
            said = say(FollowUpNotLater())
            self.add_error("follow_up", f"{said.sentence} {said.remedy}")
        return data


class RateField(forms.DecimalField):
    """A rate with a comma or a point before its decimals; what the page's language reads as thousands is refused."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "invalid": _("Write a number without marks between thousands, such as 7500 or 0.0149."),
    }

    def to_python(self, value: Any) -> Any:
        """The number, or an error that shows how one is written."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        text = value.strip()
        # 7.500 is seven and a half in English and seven thousand and five hundred in Spanish; 7,500 the other way.
        thousands = "." if (get_language() or "").startswith("es") else ","
        is_doubtful = re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(thousands)}\d{{3}}", text, re.ASCII)
        if is_doubtful or not re.fullmatch(r"\d+([.,]\d+)?", text, re.ASCII):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text.replace(",", "."))


class RateForm(NandutiForm):
    """How much one currency was worth in another, when, and who says so."""

    currency = forms.CharField(label=_("Currency of the deals"), max_length=3, help_text=_("Such as INR."))
    into = forms.CharField(label=_("Into"), max_length=3, help_text=_("Such as EUR."))
    rate = RateField(
        label=_("Rate"),
        max_digits=20,
        decimal_places=10,
        help_text=_("How many of the second currency were paid for one of the first, such as 0.0149."),
    )
    held_on = WhenField(
        label=_("Day or span"), required=True, help_text=_("Such as 2009-05-07, May 2009 or 2009.")
    )
    source_place = text(
        _("Where it stands"), max_length=200, required=True, help_text=_("Document, chapter, page.")
    )

    def _code(self, name: str) -> str:
        code = self.cleaned_data[name].strip().upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise forms.ValidationError(
                _("Write the currency as three capital letters, such as EUR, INR or PYG."), code="currency"
            )
        return code

    def clean_currency(self) -> str:
        return self._code("currency")

    def clean_into(self) -> str:
        return self._code("into")

    def clean_rate(self) -> Any:
        rate = self.cleaned_data["rate"]
        if rate <= 0:
            raise forms.ValidationError(_("A rate is above zero, such as 0.0149."), code="rate")
        return rate


class EditRateForm(EditForm, RateForm):
    """A rate that is corrected."""

    @classmethod
    def values_of(cls, record: ExchangeRate) -> dict[str, Any]:  # type: ignore[override]
        """The record's values; the rate without trailing zeros."""
        rate = plain(record.rate)
        # With three decimals it could be taken for thousands, in one language or the other.
        is_doubtful = rate >= 1 and rate.as_tuple().exponent == -3
        return {**super().values_of(record), "rate": rate.quantize(FOUR_DECIMALS) if is_doubtful else rate}
