"""Reasons in the reader's words. The codes come from the comparison; no name or number of anybody is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import words

REASONS = {
    ("name", "same"): gettext_lazy("the names are the same"),
    ("name", "very_like"): gettext_lazy("the names are very like"),
    ("name", "like"): gettext_lazy("the names are like"),
    ("name", "part"): gettext_lazy("a part of the names is the same"),
    ("name", "differs"): gettext_lazy("the names differ"),
    ("trade", "same"): gettext_lazy("words of the same trade in the names"),
    ("trade", "differs"): gettext_lazy("words of different trades in the names"),
    ("person", "same"): gettext_lazy("the same contact person"),
    ("person", "like"): gettext_lazy("contact persons with like names"),
    ("person", "differs"): gettext_lazy("different contact persons"),
    ("phone", "same"): gettext_lazy("the same telephone"),
    ("phone", "shared"): gettext_lazy("the same telephone, but many share it"),
    ("phone", "differs"): gettext_lazy("different telephones"),
    ("place", "same"): gettext_lazy("the same town"),
    ("place", "differs"): gettext_lazy("different towns"),
    ("address", "same"): gettext_lazy("the same address"),
    ("address", "like"): gettext_lazy("like addresses"),
    ("address", "differs"): gettext_lazy("different addresses"),
    ("tax_id", "same"): gettext_lazy("the same tax number"),
    ("tax_id", "near"): gettext_lazy("tax numbers that differ in one figure"),
    ("tax_id", "differs"): gettext_lazy("different tax numbers"),
    ("activity", "same"): gettext_lazy("the same main activity"),
    ("activity", "differs"): gettext_lazy("different main activities"),
    ("distance", "here"): gettext_lazy("at the same spot"),
    ("distance", "near"): gettext_lazy("near each other"),
    ("distance", "far"): gettext_lazy("far from each other"),
}


def reason_said(reason: Mapping[str, Any]) -> str:
    """One reason with its figure: "the names are very like (94 %)"."""
    said = str(REASONS.get((reason.get("field"), reason.get("level")), reason.get("field", "")))
    figure = reason.get("figure")
    if figure is None or reason.get("level") == "same":
        return said
    if reason.get("field") == "distance":
        return _("%(said)s (%(n)s m)") % {"said": said, "n": words.number(figure)}
    return f"{said} ({words.share(figure, 0)})"


def reasons_said(reasons: Iterable[Mapping[str, Any]], most: int = 3) -> str:
    """The weightiest reasons in one line."""
    return "; ".join(reason_said(r) for r in list(reasons)[:most])


def points_said(points: float) -> str:
    """Points with their sign, as a person reads them."""
    shown = words.number(abs(points), 0 if float(points).is_integer() else 1)
    return f"+{shown}" if points > 0 else (f"−{shown}" if points < 0 else "0")
