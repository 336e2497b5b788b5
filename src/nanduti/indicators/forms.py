"""What somebody writes as the definition of an indicator, in fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanduti.interface.forms import EditForm
from nanduti.methods.instruments.formulas import KINDS
from nanduti.methods.values import BadInput

from .definitions import DIRECTIONS, LEVELS, REGISTER, IndicatorDefinition, read_definition
from .models import IndicatorVersion
from .wording import DIRECTIONS as DIRECTION_WORDS
from .wording import LEVELS as LEVEL_WORDS

KIND_WORDS = {
    "share": _("share: part of those for whom something holds"),
    "count": _("count: how many for whom something holds"),
    "mean": _("mean of a number"),
    "median": _("median: the number in the middle"),
    "total": _("sum of a number"),
    "ratio": _("ratio: one sum divided by another"),
}


def _line(label: Any, most: int, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, help_text=help_text, required=required)


def _code(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "code", "spellcheck": "false", "autocapitalize": "off"})
    return forms.CharField(label=label, max_length=1_000, help_text=help_text, required=False, widget=widget)


class DefinitionForm(EditForm):
    """A definition in fields; what the formula refuses is told above them with its place and remedy."""

    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,59}$",
        label=_("Code"),
        max_length=60,
        help_text=_("Small letters, digits and _, such as women_share. It stays."),
        error_messages={"invalid": _("Write small letters, digits and _, beginning with a letter.")},
    )
    title = _line(_("Title in English"), 120, required=False)
    title_es = _line(_("Title in Spanish"), 120)
    question = _line(_("Question it answers, in English"), 200)
    question_es = _line(_("Question it answers, in Spanish"), 200)
    instrument = forms.ChoiceField(label=_("Form that it is about"))
    kind = forms.ChoiceField(label=_("What is worked out"), choices=[(k, KIND_WORDS[k]) for k in KINDS])
    of = _code(_("Of"), _("A claim such as tax_registered = 'yes', or a number such as n_women + n_men."))
    per = _code(_("Divided by"), _("For a ratio alone."))
    among = _code(
        _("Only those for whom this holds"), _("Such as tax_registered != 'dont_know'. Empty: all.")
    )
    over = _code(
        _("Over the rows of"), _("The name of a repeat of the form, such as equipment. Empty: firms.")
    )
    times = forms.FloatField(
        label=_("Told times"),
        required=False,
        min_value=1e-9,
        max_value=1e12,
        help_text=_("100 or 1000000; empty: 1."),
    )
    least_percent = forms.IntegerField(
        label=_("Per cent of those asked that must have answered"), min_value=0, max_value=100, required=False,
        help_text=_("With fewer nothing is said. Empty: 50."),
    )  # fmt: skip
    unit = _line(
        _("Unit"), 60, _("“share” for a part of a whole, which is shown as per cents."), required=True
    )
    unit_es = _line(_("Unit in Spanish"), 60)
    direction = forms.ChoiceField(
        label=_("Which way is good"), choices=[(d, DIRECTION_WORDS[d]) for d in DIRECTIONS]
    )
    level = forms.ChoiceField(label=_("Level"), choices=[(n, LEVEL_WORDS[n]) for n in LEVELS])
    disaggregations = _code(
        _("Told by"), _("Names of questions, separated by commas: place, size_class, head_sex.")
    )
    source = _line(_("Source"), 200, _("The document that it comes from."), required=True)
    source_place = _line(_("Place in the source"), 200)
    since = _line(_("From wave"), 80, _("Code of a wave; empty: from the first."))
    until = _line(_("Until wave"), 80, _("Code of a wave; empty: to the last."))
    note = forms.CharField(
        label=_("Note"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    note_es = forms.CharField(
        label=_("Note in Spanish"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, forms_known: list[tuple[str, str]] = (), **kwargs: Any) -> None:  # type: ignore[assignment]
        super().__init__(*args, **kwargs)
        self.fields["instrument"].choices = [*forms_known, (REGISTER, _("The register"))]  # type: ignore[attr-defined]
        if self.record is not None:
            self.fields["code"].disabled = True
        else:
            self.fields["version"].required = False

    @classmethod
    def values_of(cls, record: Any) -> dict[str, Any]:
        """From the present version of the indicator."""
        version = IndicatorVersion.objects.get(indicator=record, is_current=True)
        form = record.instrument.code if record.instrument_id else REGISTER
        return values_of_definition(version.said, form) | {"version": record.version}

    def clean(self) -> dict[str, Any]:
        """At least one title, and a definition that can be read."""
        cleaned = super().clean() or {}
        if not (cleaned.get("title") or cleaned.get("title_es")):
            self.add_error("title", _("Write a title in one of the languages at least."))
        return cleaned

    def definition(self) -> IndicatorDefinition:
        """What was written, understood; raises ``BadInput``."""
        v = self.cleaned_data
        names = [n.strip() for n in v["disaggregations"].replace(";", ",").split(",") if n.strip()]
        formula = {name: v[name] for name in ("kind", "of", "per", "among", "over") if v[name]}
        if v.get("times"):
            formula["times"] = v["times"]
        if v.get("least_percent") is not None:
            formula["least_answered"] = v["least_percent"] / 100
        return read_definition({
            "code": v["code"], "title": _texts(v, "title"), "question": _texts(v, "question"),
            "note": _texts(v, "note"),
            "unit": v["unit"], "unit_es": v["unit_es"], "direction": v["direction"], "level": v["level"],
            "instrument": [v["instrument"]], "formula": formula, "disaggregations": names,
            "source": {"document": v["source"], "place": v["source_place"]}, "since": v["since"], "until": v["until"],
        })  # fmt: skip

    def understood(self) -> IndicatorDefinition | None:
        """The definition, or ``None`` with what is wrong told above the fields."""
        try:
            return self.definition()
        except BadInput as error:
            self.tell(error)
            return None


def _texts(values: dict[str, Any], name: str) -> dict[str, str]:
    found = {"en": values.get(name, ""), "es": values.get(f"{name}_es", "")}
    return {tongue: text for tongue, text in found.items() if text}


def values_of_definition(said: IndicatorDefinition, form: str) -> dict[str, Any]:
    """A definition as the form's fields."""
    formula = said.formula
    values: dict[str, Any] = {
        "code": said.code, "instrument": form, "unit": said.unit.get("en", ""), "direction": said.direction,
        "unit_es": said.unit.get("es", "") if said.unit.get("es") != said.unit.get("en") else "", "level": said.level,
        "kind": formula.kind, "of": formula.of, "per": formula.per, "among": formula.among, "over": formula.over,
        "times": formula.times if formula.times != 1 else None,
        "least_percent": round(100 * formula.least_answered) if formula.least_answered != 0.5 else None,
        "disaggregations": ", ".join(said.disaggregations), "source": said.source, "source_place": said.source_place,
        "since": said.since, "until": said.until,
    }  # fmt: skip
    for name in ("title", "question", "note"):
        texts = getattr(said, name)
        values |= {name: texts.get("en", ""), f"{name}_es": texts.get("es", "")}
    return values
