"""What changed from wave to wave, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import words

from ..changes import Change
from ..definitions import IndicatorDefinition
from ..wording import value_said

CHANGE_REASONS = {
    "indicators.other_formula": gettext_lazy(
        "The two were worked out by formulas that measure different things."
    ),
    "indicators.nothing_said": gettext_lazy("%(wave)s says nothing."),
    "indicators.other_sample": gettext_lazy(
        "One is an estimate for all firms and the other tells only of those who were asked."
    ),
    "indicators.other_firms": gettext_lazy(
        "%(before)s asked %(n)s and %(after)s asked %(m)s: they are not the same firms."
    ),
    "indicators.fewer_firms": gettext_lazy(
        "%(before)s asked %(n)s and %(after)s asked %(m)s: part of the change may be other firms."
    ),
    "indicators.within_error": gettext_lazy("The two intervals overlap: the difference may be chance."),
}


def change_said(change: Change, definition: IndicatorDefinition) -> str:
    """From one wave to the next, in a sentence; or why the two cannot be compared."""
    waves = {"before": str(change.before.wave), "after": str(change.after.wave)}
    reasons = " ".join(
        str(CHANGE_REASONS[r.code]) % dict(r.details)
        for r in change.verdict.reasons
        if r.code in CHANGE_REASONS
    )
    if change.difference is None:
        return _("From %(before)s to %(after)s the change cannot be said.") % waves + " " + reasons
    step = change.difference
    if definition.is_share:
        size = _("%(n)s percentage points") % {"n": words.number(abs(100 * step), 1)}
    else:
        size = value_said(abs(step), definition)
    if step == 0:
        said = _("From %(before)s to %(after)s it stayed the same.") % waves
    elif step > 0:
        said = _("From %(before)s to %(after)s it rose by %(size)s.") % {**waves, "size": size}
    else:
        said = _("From %(before)s to %(after)s it fell by %(size)s.") % {**waves, "size": size}
    if step and definition.direction != "none" and not reasons:
        better = (step > 0) == (definition.direction == "up")
        said += " " + (_("That is the good way.") if better else _("That is not the good way."))
    return f"{said} {reasons}".strip()
