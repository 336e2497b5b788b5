"""Indicators in the reader's words: values with units, formulas as sentences, why something cannot be said."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.methods.instruments.formulas import Formula

from .definitions import IndicatorDefinition
from .reckoning import UNKNOWN, Cell
from .safe import LEAST
from .units import UnitColumn

DIRECTIONS = {
    "up": pgettext_lazy("direction of an indicator", "more is better"),
    "down": pgettext_lazy("direction of an indicator", "less is better"),
    "none": pgettext_lazy("direction of an indicator", "neither way"),
}
ARROWS = {"up": "↑", "down": "↓", "none": "–"}
LEVELS = {
    "context": gettext_lazy("context"),
    "output": gettext_lazy("output"),
    "outcome": gettext_lazy("outcome"),
    "impact": gettext_lazy("impact"),
}
KINDS = {
    "share": gettext_lazy("share of those for whom it holds: %(of)s"),
    "count": gettext_lazy("number of those for whom it holds: %(of)s"),
    "mean": gettext_lazy("mean of %(of)s"),
    "median": gettext_lazy("median of %(of)s"),
    "total": gettext_lazy("sum of %(of)s"),
    "ratio": gettext_lazy("sum of %(of)s, divided by the sum of %(per)s"),
}
REASONS = {
    "indicators.nobody": gettext_lazy("Nobody of this group was asked."),
    "indicators.no_answer": gettext_lazy("None of the %(asked)s asked has answered."),
    "indicators.too_few_answered": gettext_lazy(
        "Only %(n)s of the %(asked)s asked have answered; at least %(least)s per cent are needed."
    ),
    "indicators.nothing_to_divide_by": gettext_lazy("What it is divided by is zero."),
    "indicators.no_such_question": gettext_lazy("The form does not ask what the formula needs."),
    "indicators.no_estimate": gettext_lazy("The sample does not carry an estimate for this group."),
    "indicators.hidden": gettext_lazy(
        "Hidden: fewer than %(least_shown)s firms stand behind it, or it would give such a figure away."
    ),
}
METHODS = {
    "estimate": gettext_lazy("estimate for all firms, from a sample"),
    "unweighted": gettext_lazy("only those asked; the sample's weights are not used here"),
}
# Dimensions that no form knows by a label of its own.
DIMENSIONS = {
    "cluster": gettext_lazy("Cluster"),
    "place": gettext_lazy("Place"),
    "size_class": gettext_lazy("Size"),
    "trade": gettext_lazy("Trade"),
}


def unit_said(definition: IndicatorDefinition) -> str:
    """The unit; of a share "%"."""
    return "%" if definition.is_share else definition.text("unit", tongue())


def value_said(value: float | None, definition: IndicatorDefinition, with_unit: bool = True) -> str:
    """A value with its unit; "" where it is not known."""
    if value is None:
        return ""
    if definition.is_share:
        return words.share(value)
    places = 0 if float(value).is_integer() and abs(value) >= 1 else 2 if abs(value) < 100 else 1
    said = words.number(value, places)
    return f"{said} {unit_said(definition)}" if with_unit else said


def interval_said(cell: Cell, definition: IndicatorDefinition) -> str:
    """The interval of an estimate; "" where there is none."""
    if cell.low is None or cell.high is None:
        return ""
    return _("between %(low)s and %(high)s") % {
        "low": value_said(cell.low, definition, with_unit=False),
        "high": value_said(cell.high, definition),
    }


def reason_said(cell: Cell, definition: IndicatorDefinition) -> str:
    """Why a cell says nothing."""
    template = REASONS.get(cell.reason)
    if template is None:
        return cell.reason
    return template % {
        "n": words.number(cell.n),
        "asked": words.number(cell.n_asked),
        "least": words.number(round(100 * definition.formula.least_answered)),
        "least_shown": words.number(LEAST),
    }


def cell_said(cell: Cell, definition: IndicatorDefinition, with_unit: bool = True) -> str:
    """The value, or "cannot be said"."""
    if cell.value is not None:
        return value_said(cell.value, definition, with_unit)
    return pgettext("indicator", "hidden") if cell.reason == "indicators.hidden" else _("cannot be said")


def answers_said(n: int) -> str:
    """How many answers stand behind a figure; "" where none."""
    return ngettext("%(n)s answer", "%(n)s answers", n) % {"n": words.number(n)} if n else ""


def formula_said(formula: Formula) -> str:
    """A formula as a sentence, with names of questions as they stand in it."""
    said = KINDS[formula.kind] % {"of": formula.of or _("all"), "per": formula.per}
    if formula.over:
        said += " · " + _("over the rows of %(repeat)s") % {"repeat": formula.over}
    if formula.among:
        said += " · " + _("among those for whom it holds: %(among)s") % {"among": formula.among}
    if formula.times != 1:
        said += " · " + _("times %(n)s") % {"n": words.number(formula.times, 0)}
    return said


def dimension_said(name: str, columns: dict[str, UnitColumn] | None = None) -> str:
    """What a dimension is called."""
    if name in DIMENSIONS:
        return str(DIMENSIONS[name])
    column = (columns or {}).get(name)
    return column.label(tongue()) if column else name.replace("_", " ")


def group_said(group: str, name: str, columns: dict[str, UnitColumn] | None = None) -> str:
    """What a group of a dimension is called."""
    if group == UNKNOWN:
        return _("not known")
    column = (columns or {}).get(name)
    return column.choice(group, tongue()) if column else group
