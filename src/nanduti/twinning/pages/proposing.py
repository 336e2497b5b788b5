"""What may be proposed between two clusters on a day: who with whom, and which class of activity."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import saying
from nanduti.methods import twinning as rules
from nanduti.plans import queries as plan_queries
from nanduti.plans.models import Activity
from nanduti.programme.frames import Frame

from .. import queries
from ..models import Twinning
from ..models.linkages import PartyType

# How the three answers of the rule are called, and shown.
SAID = {
    "yes": (gettext_lazy("may begin"), "good"),
    "flag": (gettext_lazy("may begin, but look"), ""),
    "no": (gettext_lazy("not yet"), "warn"),
}


def may_begin(frame: Frame, twinning: Twinning, scope: queries.PairScope, day: date) -> dict[str, Any]:
    """Between whom much can be done on the day, and for each class of activity whether it may begin, and why."""
    wide = [
        f"{PartyType(cell.emerging).label} – {PartyType(cell.advanced).label}"
        for cell in scope.matrix.cells
        if cell.level == "high"
    ]
    return {
        "pairs": _("Much can be done between: %(pairs)s.") % {"pairs": "; ".join(wide)},
        "classes": [_said(code, verdict) for code, verdict in _classes(twinning, day)],
        "source": str(saying.say_source(rules.sequence.SEQUENCE_SOURCE)),
    }


def _classes(twinning: Twinning, day: date) -> list[tuple[str, Any]]:
    """Each class of activity with what the rule says of one that would begin on the day."""
    trust, quick = plan_queries.what_went_before(programme=twinning.programme, cluster=twinning.emerging)
    return [
        (code, rules.sequence_verdict(code, on=day, trust=trust, low_hanging_done=quick))
        for code in rules.sequence.CLASSES
    ]


def _said(code: str, verdict: Any) -> dict[str, Any]:
    said = saying.say_verdict(verdict)
    answer, tone = SAID[verdict.decision]
    return {
        "label": Activity.Class(code).label,
        "answer": answer,
        "tone": tone,
        "why": " ".join((*said.reasons, said.remedy)).strip(),
    }


def advice(interests: list[Any], gains: list[rules.MutualGain]) -> str:
    """Where principal firms of the two sides compete: whom to turn to instead; empty where they do not.

    UNIDO 2013, step 7: stakeholders that support principal firms have the least rivalry with them.
    """
    if not any(gain.rivalry == 1 for gain in gains):
        return ""
    rows = [row for row in interests if row.side == "advanced" and row.stakeholder_type != "firm"]
    said = _(
        "Firms of the two sides sell the same to the same buyers: they have little to gain from each other."
    )
    if not rows:
        return (
            said + " " + _("Look for makers of machines, chemicals or materials, and for advisers, instead.")
        )
    kinds = dict.fromkeys(str(_kind(row.stakeholder_type)) for row in rows)
    return said + " " + _("Turn first to those who serve firms: %(kinds)s.") % {"kinds": ", ".join(kinds)}


def _kind(code: str) -> Any:
    if code == "support_firm":
        return _("maker of machines, chemicals or materials")
    return PartyType(code).label if code in PartyType.values else code
