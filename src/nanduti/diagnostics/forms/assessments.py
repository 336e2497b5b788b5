"""Untrusted text → clean values, for recipes and rounds of assessments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface.forms import DayField, EditForm, NandutiForm
from nanduti.programme.forms import text

from .. import assessing
from ..yaml_text import LONGEST_TEXT


class TakeRecipeForm(NandutiForm):
    """A shipped recipe, or the text of one's own."""

    shipped = forms.ChoiceField(label=gettext_lazy("A recipe that comes with Nanduti"), required=False)
    own = forms.CharField(
        label=gettext_lazy("Or the text of your own"), required=False, max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "class": "code", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(code, assessing.read(assessing.shipped_text(code)).title) for code in assessing.shipped()]
        self.fields["shipped"].choices = [("", "–"), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("shipped")) == bool((data.get("own") or "").strip()):
            raise forms.ValidationError(_("Choose a recipe, or paste the text of your own: one of the two."))
        return data

    @property
    def recipe_text(self) -> str:
        """The text that was meant."""
        return self.cleaned_data["own"] or assessing.shipped_text(self.cleaned_data["shipped"])


class RecipeForm(EditForm):
    """The text of a draft."""

    text = forms.CharField(
        label=gettext_lazy("Recipe"), max_length=LONGEST_TEXT, strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
    )  # fmt: skip


class RoundForm(NandutiForm):
    """A round over the answers to an instrument."""

    recipe = forms.ModelChoiceField(label=gettext_lazy("Recipe"), queryset=None)
    label = text(
        gettext_lazy("Name of the round"),
        max_length=120,
        required=True,
        help_text=gettext_lazy("Such as “Before the training” or “2026”."),
    )
    cluster = forms.ModelChoiceField(
        label=gettext_lazy("Cluster"), queryset=None, required=False, empty_label=gettext_lazy("All clusters")
    )
    instrument = forms.ModelChoiceField(
        label=gettext_lazy("Answers to"),
        queryset=None,
        required=False,
        help_text=gettext_lazy("Leave it empty to enter what was found out by hand."),
    )
    wave = forms.ModelChoiceField(
        label=gettext_lazy("Only of this round of field work"), queryset=None, required=False
    )
    taken_on = DayField(
        label=gettext_lazy("Answers up to this day"),
        required=False,
        help_text=gettext_lazy("Left empty, all answers until today."),
    )
    before = forms.ModelChoiceField(
        label=gettext_lazy("Compare with the round"),
        queryset=None,
        required=False,
        help_text=gettext_lazy("Only rounds by the same version of the same recipe can be compared."),
    )

    def __init__(
        self, *args: Any, choices: dict[str, Any], needs_cluster: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["recipe"].label_from_instance = lambda r: f"{r} · {r.number}"  # type: ignore[attr-defined]
        self.fields["before"].label_from_instance = (  # type: ignore[attr-defined]
            lambda a: f"{a} ({a.recipe.number})"
        )
        self.fields["cluster"].required = needs_cluster

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wave, instrument = data.get("wave"), data.get("instrument")
        if wave is not None and instrument is not None and wave.instrument_id != instrument.pk:
            self.add_error("wave", _("This round of field work asked another instrument."))
        recipe = data.get("recipe")
        if recipe is None:
            return data
        read = assessing.read(recipe.text)
        if read.subject == assessing.CLUSTER and not data.get("cluster") and "cluster" not in self.errors:
            self.add_error("cluster", _("This recipe assesses a cluster as a whole: say which."))
        if (instrument or wave) and not read.answers:
            self.add_error(
                "instrument", _("This recipe takes no answers from an instrument; leave this empty.")
            )
        return data


class ResultForm(NandutiForm):
    """What was found out about one firm, or about the cluster."""

    pseudonym = text(
        gettext_lazy("Firm"),
        max_length=40,
        required=True,
        help_text=gettext_lazy("Its pseudonym, as it stands in the register."),
    )

    def __init__(
        self, recipe: assessing.Recipe, *args: Any, answers: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(
            *args, initial={**(kwargs.pop("initial", None) or {}), **_initial(answers or {})}, **kwargs
        )
        self.recipe = recipe
        if recipe.subject == assessing.CLUSTER:
            del self.fields["pseudonym"]
        for name, field in fields_of(recipe):
            self.fields[name] = field
        self.fields["evidence"] = text(_("What it rests on"), max_length=4000, rows=3)

    def answers(self) -> dict[str, Any]:
        """The answers as the recipe takes them; what is left empty is not known."""
        data = self.cleaned_data
        if self.recipe.rules is not None:
            return {e.code: data.get(f"a:{e.code}") for e in self.recipe.rules.evidence}
        return {q.code: _gathered(q, data) for q in self.recipe.rubric.questions}  # type: ignore[union-attr]


def _initial(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as the fields show them."""
    found: dict[str, Any] = {}
    for code, value in answers.items():
        if isinstance(value, dict) and {"invested", "planned"} & set(value):
            found |= {f"a:{code}:invested": value.get("invested"), f"a:{code}:planned": value.get("planned")}
        elif isinstance(value, dict):
            found |= {f"a:{code}:{item}": _shown(v) for item, v in value.items()}
        else:
            found[f"a:{code}"] = value
        if isinstance(value, list):
            found[f"a:{code}:asked"] = True
    return found


def _shown(value: Any) -> Any:
    return value


def _gathered(q: Any, data: dict[str, Any]) -> Any:
    if q.kind == "rating":
        return data.get(f"a:{q.code}")
    if q.kind == "checklist":
        ticked = data.get(f"a:{q.code}") or []
        return list(ticked) if ticked or data.get(f"a:{q.code}:asked") else None
    if q.kind == "invested_or_planned":
        done, planned = data.get(f"a:{q.code}:invested") or [], data.get(f"a:{q.code}:planned") or []
        return {"invested": list(done), "planned": list(planned)} if done or planned else None
    found = {item: data.get(f"a:{q.code}:{item}") for item in q.item_codes}
    found = {item: None if v == "" else v for item, v in found.items()}
    return None if all(v is None for v in found.values()) else found


def fields_of(recipe: assessing.Recipe) -> list[tuple[str, forms.Field]]:
    """A field for everything a recipe asks."""
    if recipe.rules is not None:
        return [(f"a:{e.code}", _number(e.question, e.low, e.high)) for e in recipe.rules.evidence]
    found: list[tuple[str, forms.Field]] = []
    for q in recipe.rubric.questions:  # type: ignore[union-attr]
        found += _question_fields(q)
    return found


def _question_fields(q: Any) -> list[tuple[str, forms.Field]]:
    name, label = f"a:{q.code}", q.name or q.code
    if q.kind == "rating":
        return [(name, _number(label, q.low, q.high))]
    if q.kind == "checklist":
        asked = forms.BooleanField(label=_("Asked, and nothing of it holds"), required=False)
        return [(name, _ticks(label, q.items)), (f"{name}:asked", asked)]
    if q.kind == "invested_or_planned":
        return [
            (f"{name}:invested", _ticks(_("%(what)s: done") % {"what": label}, q.items)),
            (f"{name}:planned", _ticks(_("%(what)s: planned") % {"what": label}, q.items)),
        ]
    if q.kind == "options":
        choices = [("", "–"), *((code, code) for code, _points in q.options)]
        return [
            (f"{name}:{i}", forms.ChoiceField(label=words, choices=choices, required=False))
            for i, words in q.items
        ]
    return [(f"{name}:{i}", _number(words, q.low, q.high)) for i, words in q.items]


def _ticks(label: str, items: Sequence[tuple[str, str]]) -> forms.Field:
    return forms.MultipleChoiceField(
        label=label, choices=list(items), required=False, widget=forms.CheckboxSelectMultiple
    )


def _number(label: str, low: float, high: float) -> forms.Field:
    help_text = _("From %(low)s to %(high)s; left empty, it is not known.") % {
        "low": f"{low:g}",
        "high": f"{high:g}",
    }
    return forms.FloatField(label=label, min_value=low, max_value=high, required=False, help_text=help_text)
