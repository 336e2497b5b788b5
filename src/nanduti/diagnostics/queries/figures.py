"""Indicators as evidence: what they came to in a candidate cluster, as far as the reader may see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.languages import tongue
from nanduti.indicators import queries as indicators
from nanduti.indicators.wording import value_said
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster


@dataclass(frozen=True)
class IndicatorFigure:
    """One indicator in one cluster: its title, and its value in words or why there is none."""

    code: str
    title: str
    said: str

    def __str__(self) -> str:
        return f"{self.title}: {self.said}" if self.said else self.title


def figures_of(
    *, programme: Programme, cluster: Cluster, access: Access | None
) -> dict[str, IndicatorFigure]:
    """Every indicator in use with what it came to in a cluster over all answers so far; what is unknown is said."""
    language = tongue()
    known = {d.code: d for d in indicators.definitions(programme)}
    found = {code: IndicatorFigure(code, d.text("title", language), "") for code, d in known.items()}
    if not known:
        return found
    rows = indicators.values(programme=programme, access=access, clusters=[cluster], wave="")
    for row in rows.rows(named=True):
        definition = known.get(row["code"])
        if definition is None:
            continue
        said = row["reason"] if row["value"] is None else value_said(row["value"], definition)
        title = definition.text("title", language)
        found[row["code"]] = IndicatorFigure(row["code"], title, said or _("not known"))
    return found
