"""Untrusted text → clean values, for how a programme sets a rule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import EditForm

from .forms import text
from .models import Programme

SETTINGS = {"refuse": _("refuses"), "warn": _("only warns"), "off": _("is put aside")}


class RuleForm(EditForm):
    """Whether a rule refuses, warns, or is put aside, and why."""

    setting = forms.ChoiceField(
        label=_("In this programme the rule"), choices=list(SETTINGS.items()), widget=forms.RadioSelect
    )
    reason = text(
        _("Why"),
        max_length=1000,
        rows=2,
        help_text=_("Needed where the rule no longer refuses. It is kept on record."),
    )

    @classmethod
    def for_rule(cls, programme: Programme, code: str, data: Any = None) -> RuleForm:
        """The form with the present setting of one rule of the programme."""

        def values_of(record: Programme) -> dict[str, Any]:
            return {"setting": record.rule_setting(code), "version": record.version}

        form = cls(data, initial=values_of(programme), record=programme)
        form.values_of = values_of  # type: ignore[method-assign, assignment]
        return form

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("setting") in {"warn", "off"} and not clean.get("reason"):
            self.add_error("reason", _("Say why the rule should no longer refuse."))
        return clean
