"""Untrusted text → clean values, for who pays on which condition and who may do what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import DayField, EditForm, MoneyField, ShownChoice
from nanduti.methods.values import Money
from nanduti.register.models import Organisation

from . import codes, funding, labour
from .forms import text
from .models import DivisionOfLabour, FundingCondition


class ShareField(forms.DecimalField):
    """A share of the cost that is typed as per cent: 66.667 means two thirds."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(min_value=0, max_value=100, max_digits=6, decimal_places=3, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What the record keeps as a share stands in the field as per cent."""
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        number = super().clean(value)
        return None if number is None else (number / 100).quantize(Decimal("0.00001"))


def _record_choices() -> list[tuple[str, str]]:
    return [(code, f"{kind} ({kind.about_said})") for code, kind in funding.records().items()]


class ConditionForm(EditForm):
    """Who pays which share, and what must be kept in return."""

    funder = ShownChoice(label=_("Who pays"), queryset=None, help_text=_("For fees: who collects them."))
    kind = forms.ChoiceField(label=_("What is paid"), choices=FundingCondition.Kind)
    share = ShareField(
        label=_("Share of the cost, in per cent"),
        help_text=_("66.667 for two thirds. Leave it empty if nobody knows."),
    )
    condition = text(_("Condition"), max_length=2000, rows=3)
    condition_es = text(_("Condition in Spanish"), max_length=2000, rows=3)
    opens = forms.MultipleChoiceField(
        label=_("Records that must be open to the funder"),
        choices=_record_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whether they are is checked. No condition opens names, contacts or addresses."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Organisation.objects.exclude(kind=Organisation.Kind.ENTERPRISE)
        self.fields["funder"].queryset = bodies.order_by("sort_text")

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        said = ("share", "condition", "condition_es", "opens")
        if not self.errors and all(clean.get(name) in (None, "", []) for name in said):
            self.add_error("share", _("Write a share, a condition, or the records that must be open."))
        return clean


class NewConditionForm(ConditionForm):
    """A new condition; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)


class SeenForm(EditForm):
    """That somebody looked whether a condition is kept."""

    is_kept = forms.TypedChoiceField(
        label=_("Is it kept?"),
        choices=[("yes", _("Yes, it is kept")), ("no", _("No, it is not kept"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    seen_on = DayField(label=_("Seen on"), required=False, help_text=_("Left empty, it was today."))
    what = text(
        _("What was seen"),
        max_length=2000,
        required=True,
        rows=3,
        help_text=_("For example “the minutes of March, handed over in April”."),
    )

    @classmethod
    def values_of(cls, record: FundingCondition) -> dict[str, Any]:
        kept = {True: "yes", False: "no", None: ""}[record.is_verified]
        return {"version": record.version, "is_kept": kept, "what": record.verified_note}


class CostForm(EditForm):
    """What the start costs."""

    cost = MoneyField(
        label=_("What the start costs"),
        required=False,
        help_text=_("The whole that the shares are parts of. Leave it empty if nobody knows."),
    )

    @classmethod
    def values_of(cls, record: Any) -> dict[str, Any]:
        return {"version": record.version, "cost": funding.start_cost(record)}

    def clean_cost(self) -> Money | None:
        cost = self.cleaned_data["cost"]
        if cost is not None and cost.amount <= 0:
            raise forms.ValidationError(_("Write an amount above zero, or leave it empty."), code="cost")
        return cost


def _institutions() -> list[tuple[str, str]]:
    by_word = {str(said): code for code, said in codes.INSTITUTIONS.items()}
    return [(code, capfirst(said)) for said, code in sorted(by_word.items())]


def _tasks() -> list[tuple[str, str]]:
    known = [(code, capfirst(str(task))) for code, task in labour.tasks().items()]
    return [("", _("(another task, in words only)")), *known]


class LabourForm(EditForm):
    """Whether a kind of institution may do a task, and why."""

    institution_kind = forms.ChoiceField(label=_("Kind of institution"), choices=_institutions)
    task_code = forms.ChoiceField(
        label=_("Task"),
        choices=_tasks,
        required=False,
    )
    task = text(
        _("Task in your own words"), max_length=200, help_text=_("Needed only for a task not in the list.")
    )
    task_es = text(_("Task in Spanish"), max_length=200)
    verdict = forms.ChoiceField(label=_("Answer"), choices=DivisionOfLabour.May)
    reason = text(_("Why"), max_length=2000, required=True, rows=2)
    reason_es = text(_("Why, in Spanish"), max_length=2000, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = ", ".join(map(str, labour.asked()))
        if asked:
            said = _("Asked about when an activity is planned: %(tasks)s.") % {"tasks": asked}
            self.fields["task_code"].help_text = said

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        known = labour.tasks().get(clean.get("task_code") or "")
        if not clean.get("task") and known:
            clean["task"], clean["task_es"] = known.titles
        if not clean.get("task") and "task_code" in clean:
            self.add_error("task", _("Choose a task, or write it in your own words."))
        return clean


class NewLabourForm(LabourForm):
    """A new line; it has no version yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0, min_value=0)
