"""Forms that speak to a person: errors beside the field, what was typed is kept, the second editor is told.

::

    class FirmForm(EditForm):
        name = forms.CharField(label=_("Name"), max_length=200)

    def edit(request, code):
        firm = get_or_say(Firm.objects, kind=_("firm"), code=code)
        form = FirmForm.of(firm, request.POST or None)
        if form.is_valid() and form.save_with(lambda values, version: actions.edit_firm(
                firm=firm, values=values, version=version, by=request.user)):
            return redirect(firm.get_absolute_url())
        return render(request, "register/edit_firm.html", {"form": form}, status=form.status)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nanduti.foundation.errors import EditedMeanwhile
from nanduti.methods.values import BadInput, Money, PersonError

from . import saying, words

# What fits into the integer columns of both databases.
LARGEST = 2_147_483_647
# What Django shows where nothing is chosen; a dash says the same and is not cut on a telephone.
NOTHING_CHOSEN = "---------"


class NandutiForm(forms.Form):
    """The base of every form: rendered by ``{% form_fields form %}``."""

    error_css_class = "wrong"
    required_css_class = "needed"
    use_required_attribute = False  # the browser's own bubbles speak another language than the page
    folded: tuple[str, ...] = ()  # fields that stand behind "More" until somebody wants them

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.said: saying.Said | None = None
        for name, field in self.fields.items():
            if name.endswith("_es") and not field.help_text:
                field.help_text = gettext_lazy("Not needed where what you write above is Spanish already.")
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == NOTHING_CHOSEN:
                field.empty_label = "–"
            if isinstance(field, forms.IntegerField) and field.max_value is None:
                field.max_value = LARGEST
                field.validators.append(forms.fields.validators.MaxValueValidator(LARGEST))

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form: 422 when something has to be put right."""
        if isinstance(self.said, saying.Said) and self.said.code == EditedMeanwhile.code:
            return 409
        return 422 if self.is_bound and (self.errors or self.said) else 200

    def tell(self, error: PersonError) -> None:
        """Show what an action refused above the fields, with everything typed still in them."""
        self.said = saying.say(error)

    def try_to(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Run an action; what it refuses is told in the form. Returns whether it succeeded."""
        try:
            act(*args, **kwargs)
        except PersonError as error:
            self.tell(error)
            return False
        return True


class EditForm(NandutiForm):
    """Edits a record that carries a version: the second of two editors sees both texts and decides."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST)

    def __init__(self, *args: Any, record: models.Model | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.present: dict[str, str] = {}

    @classmethod
    def of(cls, record: models.Model, data: Any = None, files: Any = None, **kwargs: Any) -> EditForm:
        """The form filled from a record, or from what was submitted."""
        return cls(data, files, initial=cls.values_of(record), record=record, **kwargs)

    @classmethod
    def values_of(cls, record: models.Model) -> dict[str, Any]:
        """The record's values for the fields of this form; override where names differ."""
        return {name: getattr(record, name) for name in cls.base_fields if hasattr(record, name)}

    def values(self) -> dict[str, Any]:
        """The clean values without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def save_with(self, act: Callable[[dict[str, Any], int], Any]) -> bool:
        """Call ``act(values, version)``; on a refusal or a meanwhile edit the form is ready to be shown again."""
        try:
            act(self.values(), self.cleaned_data["version"])
        except EditedMeanwhile as error:
            self._stand_side_by_side(error)
            return False
        except PersonError as error:
            self.tell(error)
            return False
        return True

    def _stand_side_by_side(self, error: EditedMeanwhile) -> None:
        """Keep what was typed, show what the record says now, and let the next save count from now."""
        self.tell(self._in_labels(error))
        if self.record is None:
            return
        try:
            self.record.refresh_from_db()
        except self.record.__class__.DoesNotExist:  # taken back by somebody in this very moment
            return
        now = self.values_of(self.record)
        for name, value in now.items():
            field = self.fields.get(name)
            if name != "version" and field is not None and self.cleaned_data.get(name) != value:
                self.present[name] = in_words(field, value)
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(getattr(self.record, "version", 0))

    def _in_labels(self, error: EditedMeanwhile) -> EditedMeanwhile:
        """The same with the fields called as this form calls them, not as the program does."""
        names = str(error.details.get("fields", "")).split(", ")
        called = [str(self.fields[name].label or name) if name in self.fields else name for name in names]
        return EditedMeanwhile(**{**error.details, "fields": ", ".join(called)})


class TakeBackForm(EditForm):
    """Why a record that was written down by mistake is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is taken back"),
        min_length=3,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Such as: entered twice. What it said stays in the record of deeds, with your reason."
        ),
    )


def in_words(field: forms.Field, value: Any) -> str:
    """A record's value as a person reads it beside an input."""
    if value is None or value == "":
        return _("(empty)")
    if isinstance(value, list):
        return ", ".join(in_words(field, one) for one in value) or _("(empty)")
    choices = dict(getattr(field, "choices", ()) or ()) if hasattr(field, "choices") else {}
    if value in choices:
        return str(choices[value])
    if isinstance(value, bool):
        return words.yes_no(value)
    if isinstance(value, Money):
        return words.money(value)
    if hasattr(value, "year"):
        return words.day(value)
    return str(value)


class MoneyWidget(forms.MultiWidget):
    """Amount and currency side by side."""

    template_name = "interface/widgets/money.html"
    usual = ""  # the currency that stands there until another is typed; a form sets it where it knows one

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        amount = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "aria-label": gettext_lazy("Amount")}
        )
        currency = forms.TextInput(
            attrs={"maxlength": 3, "autocapitalize": "characters", "aria-label": gettext_lazy("Currency")}
        )
        super().__init__({"amount": amount, "currency": currency}, attrs)

    def decompress(self, value: Money | None) -> list[Any]:
        return [value.amount, value.currency] if value else [None, self.usual or None]


class AmountField(forms.DecimalField):
    """An amount with at most two decimals, written as people of the page's language write it.

    ``1.500.000`` and ``1500,50`` in Spanish, ``1,500,000`` and ``1500.50`` in English, blanks between
    thousands and a point before one or two decimals in both. What could be read as another amount is refused.
    """

    default_error_messages = {"invalid": gettext_lazy("This is not an amount. Write it such as 1,500.50.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=15, decimal_places=2, localize=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The amount, or an error that shows how one is written; a number is left as it is."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        point, mark = (",", ".") if (get_language() or "").startswith("es") else (".", ",")
        text = re.sub(r"(?<=\d)\s(?=\d{3}(\D|$))", "", value.strip())
        if re.fullmatch(rf"-?\d{{1,3}}({re.escape(mark)}\d{{3}})+({re.escape(point)}\d{{1,2}})?", text):
            text = text.replace(mark, "")
        if not re.fullmatch(rf"-?\d+([.{point}]\d{{1,2}})?", text, re.ASCII):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text.replace(",", "."))


# How currencies are written that have one sign of their own; a bare dollar is the money of many countries.
SIGNS = {"€": "EUR", "₲": "PYG", "GS": "PYG", "GS.": "PYG", "₹": "INR", "US$": "USD"}


class MoneyField(forms.MultiValueField):
    """An amount in a currency; gives :class:`Money` or ``None``."""

    widget = MoneyWidget
    default_error_messages = {
        "currency": gettext_lazy("Write the currency as three capital letters, such as EUR, INR or PYG."),
        "incomplete": gettext_lazy("Write the currency as three capital letters, such as EUR, INR or PYG."),
    }

    def __init__(self, **kwargs: Any) -> None:
        currency = forms.CharField(max_length=3)
        kwargs.setdefault("require_all_fields", False)
        super().__init__(fields=(AmountField(), currency), **kwargs)

    def clean(self, value: Any) -> Money | None:
        """An amount left empty is no money, whatever currency stands beside it."""
        if isinstance(value, (list, tuple)) and value and not str(value[0] or "").strip():
            value = []
        return super().clean(value)

    def compress(self, data_list: list[Any]) -> Money | None:
        if not data_list or data_list[0] in (None, ""):
            return None
        try:
            said = (data_list[1] or "").strip().upper()
            return Money(data_list[0], SIGNS.get(said, said))
        except BadInput:
            raise forms.ValidationError(self.error_messages["currency"], code="currency") from None


def _as_sorted(label: Any) -> str:
    """A label without capitals and accents, so that Ñeembucú does not come after Z."""
    parts = unicodedata.normalize("NFKD", str(label).casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


class _InOrderShown(forms.models.ModelChoiceIterator):
    def __iter__(self) -> Any:
        choices = super().__iter__()
        if self.field.empty_label is not None:
            yield next(choices)
        yield from sorted(choices, key=lambda choice: _as_sorted(choice[1]))


class ShownChoice(forms.ModelChoiceField):
    """A record of a list, in the order of what is shown; a column sorts by the names of one language only."""

    iterator = _InOrderShown


class RecordsField(forms.ModelMultipleChoiceField):
    """Several records of a list."""

    def clean(self, value: Any) -> Any:
        """A number that no key can have is told like any other that is not in the list."""
        try:
            return super().clean(value)
        except OverflowError:  # SQLite's, of what does not fit into 64 bits
            message = self.error_messages["invalid_choice"]
            raise forms.ValidationError(message, code="invalid_choice", params={"value": "…"}) from None


class DayInput(forms.DateInput):
    """The browser's own day picker; it wants year-month-day whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A whole day."""

    widget = DayInput
    input_formats = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
    default_error_messages = {
        "invalid": gettext_lazy("This is not a day. Write year-month-day, such as 2008-06-30.")
    }
