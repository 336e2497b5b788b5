"""Untrusted text → clean values, for a selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nanduti.foundation.models import SourceDocument
from nanduti.interface.forms import EditForm, NandutiForm, RecordsField, in_words
from nanduti.programme.forms import text

from ..models import CandidateScore, Selection
from ..weighing import Parameter, as_text, ratio_in_words
from ..yaml_text import LONGEST_TEXT

UNSET, UNKNOWN = "unset", "unknown"


class OpenSelectionForm(NandutiForm):
    """What is to be chosen, and among whom."""

    kind = forms.ChoiceField(label=gettext_lazy("What is chosen"), choices=Selection.Kind)
    title = text(
        gettext_lazy("Title"),
        required=True,
        help_text=gettext_lazy("As the committee calls it, such as “First clusters, 2005”."),
    )
    title_es = text(gettext_lazy("Title in Spanish"))
    candidates = RecordsField(
        label=gettext_lazy("Candidates"),
        queryset=None,
        required=True,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, candidates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_candidates(self, candidates)


def choose_candidates(form: forms.Form, candidates: Any) -> None:
    """Let the candidates be ticked, each called by its cluster."""
    field = form.fields["candidates"]
    field.queryset = candidates  # type: ignore[attr-defined]
    field.label_from_instance = lambda c: f"{c.cluster} ({c.get_stage_display()})"  # type: ignore[attr-defined]


class SetUpForm(EditForm):
    """How a selection weighs."""

    title = text(gettext_lazy("Title"), required=True)
    title_es = text(gettext_lazy("Title in Spanish"))
    weighting = forms.ChoiceField(label=gettext_lazy("Weights"), choices=Selection.Weighting)
    aggregation = forms.ChoiceField(
        label=gettext_lazy("Strengths and weaknesses"), choices=Selection.Aggregation
    )
    has_veto = forms.BooleanField(label=gettext_lazy("Keep out whoever has nobody willing"), required=False)
    candidates = RecordsField(
        label=gettext_lazy("Take in as well"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, candidates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_candidates(self, candidates)
        if not candidates:
            del self.fields["candidates"]


class ParametersForm(EditForm):
    """The parameters of a selection as text."""

    text = forms.CharField(
        label=gettext_lazy("Parameters"), max_length=LONGEST_TEXT, strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
    )  # fmt: skip

    @classmethod
    def values_of(cls, record: Any) -> dict[str, Any]:
        """The recipe of a selection as YAML."""
        return {"version": record.version, "text": as_text(record.recipe)}


class EntryForm(EditForm):
    """Carries the version of a candidate in a selection; its scores stand in forms of their own."""


class ScoreForm(NandutiForm):
    """One score with what it rests on."""

    value = forms.Field()
    evidence = text(gettext_lazy("What it rests on"), max_length=2000, rows=2)
    indicator = forms.ChoiceField(label=gettext_lazy("Indicator"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Document"), required=False)

    def __init__(
        self,
        parameter: Parameter,
        row: CandidateScore | None,
        *args: Any,
        documents: Sequence[SourceDocument] = (),
        indicators: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, initial=values_of(parameter, row), prefix=parameter.code, **kwargs)
        self.parameter, self.row, self.documents = parameter, row, {str(d.pk): d for d in documents}
        self.fields["value"] = _value_field(parameter)
        self.fields["source"].choices = [("", "–"), *((str(d.pk), d.short) for d in documents)]  # type: ignore[attr-defined]
        self.fields["indicator"].choices = [("", "–"), *indicators]  # type: ignore[attr-defined]
        if not indicators:
            del self.fields["indicator"]

    def given(self) -> dict[str, Any]:
        """The score as the action takes it."""
        data = self.cleaned_data
        value = data["value"]
        if value in (UNSET, ""):
            value = UNSET
        elif value == UNKNOWN:
            value = None
        elif value is not None:
            value = float(value)
        elif not data["evidence"]:
            value = UNSET
        return {
            "value": value,
            "evidence": data["evidence"],
            "indicator": data.get("indicator", ""),
            "source": self.documents.get(data["source"]),
            "source_place": self.row.source_place if self.row else "",
        }

    def stand_beside(self, row: CandidateScore | None) -> None:
        """Show beside each entry what the record says by now, where it differs."""
        for name, now in values_of(self.parameter, row).items():
            field = self.fields.get(name)
            if field is not None and str(self.data.get(self.add_prefix(name), "")) != str(now):
                self.present = getattr(self, "present", {})
                self.present[name] = in_words(field, now)


def values_of(parameter: Parameter, row: CandidateScore | None) -> dict[str, Any]:
    """What a score's form shows for a record."""
    if row is None:
        return {
            "value": UNSET if parameter.is_rubric else None,
            "evidence": "",
            "indicator": "",
            "source": "",
        }
    value: Any = row.value
    if parameter.is_rubric:
        value = UNKNOWN if row.value is None else str(int(row.value))
    return {
        "value": value,
        "evidence": row.evidence,
        "indicator": row.indicator,
        "source": str(row.source_id or ""),
    }


def _value_field(parameter: Parameter) -> forms.Field:
    label, help_text = _("Score"), parameter.help
    if parameter.is_rubric:
        steps = [(str(n), f"{n} · {words}") for n, words in enumerate(parameter.anchors)]
        choices = [
            (UNSET, pgettext_lazy("score", "not scored yet")),
            *steps,
            (UNKNOWN, pgettext_lazy("score", "asked: nobody could tell")),
        ]
        return forms.ChoiceField(label=label, choices=choices, help_text=help_text, required=False)
    if parameter.unit:
        label = f"{label} ({parameter.unit})"
    return forms.FloatField(label=label, required=False, help_text=help_text)


class PointsForm(NandutiForm):
    """One member's 100 points."""

    def __init__(self, parameters: Sequence[Parameter], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for p in parameters:
            self.fields[p.code] = forms.FloatField(
                label=p.title, min_value=0, max_value=100, required=False, help_text=p.help,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "min": "0", "max": "100"}),
            )  # fmt: skip

    def points(self) -> dict[str, float]:
        """Parameter → points; what is left empty gets none."""
        return {code: value or 0.0 for code, value in self.cleaned_data.items()}


#: Steps of the scale of pairs that are offered, from "far more" to "far less".
STEPS = (9, 7, 5, 3, 2, 1, 1 / 2, 1 / 3, 1 / 5, 1 / 7, 1 / 9)


def step_words(first: str, second: str, step: float) -> str:
    """What a step of the scale of pairs says."""
    if step == 1:
        return _("both as much")
    more = first if step > 1 else second
    times = round(max(step, 1 / step))
    return _("%(more)s: %(times)s times more") % {"more": more, "times": times}


class PairsForm(NandutiForm):
    """One member's comparison of all pairs."""

    def __init__(
        self,
        parameters: Sequence[Parameter],
        *args: Any,
        given: dict[str, float] | None = None,
        note: str = "",
        **kwargs: Any,
    ) -> None:
        present = {key: ratio_in_words(v) for key, v in (given or {}).items()}
        super().__init__(*args, initial={"note_why": note, **present}, **kwargs)
        self.keys = []
        for place, a in enumerate(parameters):
            for b in parameters[place + 1 :]:
                key = f"{a.code}:{b.code}"
                self.keys.append(key)
                offered = {ratio_in_words(s): step_words(a.title, b.title, s) for s in STEPS}
                kept = present.get(key)
                if kept and kept not in offered:
                    offered[kept] = step_words(a.title, b.title, (given or {})[key])
                self.fields[key] = forms.ChoiceField(
                    label=_("%(first)s, or %(second)s?") % {"first": a.title, "second": b.title},
                    choices=[("", "–"), *offered.items()],
                )
        self.fields["note_why"] = text(
            _("If they contradict each other: why they are used all the same"), max_length=1000, rows=2
        )

    def pairs(self) -> dict[str, float]:
        """ "a:b" → how many times more a matters."""
        return {key: ratio_of(self.cleaned_data[key]) for key in self.keys}


def ratio_of(words: str) -> float:
    """A step of the scale as a number.

    >>> ratio_of("3"), ratio_of("1/4")
    (3.0, 0.25)
    """
    top, _slash, below = words.partition("/")
    return float(top) / float(below or 1)


class OverrideForm(EditForm):
    """Why a candidate is ranked although the gate refuses it."""

    gate_override = text(
        gettext_lazy("Why it is ranked all the same"),
        max_length=2000,
        rows=3,
        help_text=gettext_lazy(
            "Everybody who looks at the ranking reads this. Left empty, the gate holds again."
        ),
    )


class DecideForm(EditForm):
    """Which candidates are chosen, and why."""

    chosen = RecordsField(label=gettext_lazy("Chosen"), queryset=None, widget=forms.CheckboxSelectMultiple)
    reason = text(gettext_lazy("Why"), max_length=2000, required=True, rows=3)
    against_reason = text(
        gettext_lazy("If somebody else stands before: why against the ranking"), max_length=2000, rows=2
    )
    resolution = forms.ModelChoiceField(
        label=gettext_lazy("Decision of the committee"), queryset=None, required=False
    )

    def __init__(self, *args: Any, entries: Any, resolutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].queryset = entries  # type: ignore[attr-defined]
        self.fields["resolution"].queryset = resolutions  # type: ignore[attr-defined]
        if not resolutions:
            del self.fields["resolution"]


class ReopenForm(EditForm):
    """Why a decided selection is opened again."""

    reason = text(gettext_lazy("Why it is opened again"), max_length=2000, required=True, rows=3)
