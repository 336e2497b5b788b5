"""Words of a result: why a firm or a cluster stands where it stands, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from nanduti.interface import words
from nanduti.interface.saying import fill
from nanduti.methods.values import Reason, Verdict

from .. import assessing
from ..models import AssessmentScore


def sentences(recipe: assessing.Recipe, row: AssessmentScore) -> list[str]:
    """Why a firm stands where it stands, in the reader's language."""
    if row.reason:
        asked = dict(recipe.asked)
        about = ", ".join(f"“{asked.get(c, c)}”" for c in (row.parts or {}).get("about", ())[:3])
        if row.reason == "contradicts":
            return [_("answers that contradict themselves: %(about)s") % {"about": about}]
        return [_("not answered: %(about)s") % {"about": about}]
    said = templates_of(recipe)
    return [fill(said.get(code, code), details) for code, details in row.says or ()]


def templates_of(recipe: assessing.Recipe) -> dict[str, str]:
    """Code of a reason or flag → its sentence in the language the recipe was read in."""
    if recipe.rubric is not None:
        return {f.code: f.sentence for f in recipe.rubric.flags}
    found = {}
    for outcome in recipe.rules.outcomes:  # type: ignore[union-attr]
        found[outcome.code] = outcome.title + "."
        for condition in (*outcome.any_of, *outcome.all_of):
            found[f"{outcome.code}.{condition['code']}"] = str(condition["says"])
    return found


def verdict_of(recipe: assessing.Recipe, row: AssessmentScore) -> Verdict | None:
    """The outcome that applies, as a verdict with reasons in the reader's language."""
    if recipe.rules is None or not row.band:
        return None
    outcome = next((o for o in recipe.rules.outcomes if o.code == row.band), None)
    if outcome is None:
        return None
    said = templates_of(recipe)
    reasons = tuple(Reason(code, said.get(code, code), details) for code, details in row.says or ())
    reasons = reasons or (Reason(outcome.code, outcome.title + "."),)
    return Verdict(outcome.decision, reasons, recipe.sources[0], outcome.remedy)  # type: ignore[arg-type]


def answer_words(value: Any) -> str:
    """An answer as a person reads it."""
    if value is None:
        return _("not known")
    if isinstance(value, dict):
        parts = [f"{k}: {answer_words(v)}" for k, v in value.items() if v is not None]
        return "; ".join(parts) or _("not known")
    if isinstance(value, list):
        return ", ".join(str(v) for v in value) or _("none of it")
    return words.number(value) if isinstance(value, (int, float)) else str(value)
