"""What a definition would come to on the answers there are, before it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.foundation.access import Access
from nanduti.programme.models import Programme
from nanduti.surveys.models import Instrument

from .binding import must_fit
from .definitions import IndicatorDefinition
from .reckoning import ALL, Cell, needed, reckon
from .units import UnitColumn, unit_frame


@dataclass(frozen=True)
class Preview:
    """The value over all answers that the reader may read, by the dimensions of the definition."""

    cell: Cell
    groups: dict[str, dict[str, Cell]]
    columns: dict[str, UnitColumn]
    unknown_dimensions: tuple[str, ...]


def preview(
    *, programme: Programme, definition: IndicatorDefinition, instrument: Instrument | None, access: Access
) -> Preview:
    """Work it out, writing nothing; raises ``BadInput`` where the formula does not fit the form."""
    must_fit(definition, instrument)
    units = unit_frame(
        programme=programme,
        access=access,
        instrument=instrument,
        columns=needed([definition]),
        with_unlinked=True,
    )
    figures = reckon([definition], units, [ALL])[definition.code]
    if figures.problem is not None:
        raise figures.problem
    lacking = tuple(d for d in definition.disaggregations if d not in units.columns)
    groups = {d: cells.get(ALL, {}) for d, cells in figures.groups.items()}
    return Preview(figures.of(), groups, dict(units.columns), lacking)
