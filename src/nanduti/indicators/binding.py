"""Which form an indicator is about in a programme, and what decides that two definitions measure the same."""

from __future__ import annotations

import hashlib
import json

from nanduti.methods.instruments.formulas import understand
from nanduti.programme.models import Programme
from nanduti.surveys.models import Instrument

from .definitions import REGISTER, IndicatorDefinition
from .errors import NoSuchInstrument
from .meanings import columns_of_form
from .models import Indicator
from .reckoning import formula_columns


def instrument_for(programme: Programme, definition: IndicatorDefinition) -> Instrument | None:
    """The first of the forms it is about that the programme uses; ``None`` for the register."""
    if REGISTER in definition.instruments:
        return None
    rows = Instrument.objects.filter(programme=programme)
    for code in definition.instruments:
        found = rows.filter(code=code).first() or rows.filter(library_code=code).order_by("id").first()
        if found is not None:
            return found
    raise NoSuchInstrument(forms=", ".join(definition.instruments))


def must_fit(definition: IndicatorDefinition, instrument: Instrument | None) -> None:
    """Hold the formula against the form as it is asked now; ``BadInput`` names the place and the remedy."""
    columns = formula_columns(columns_of_form(instrument))
    form = str(instrument) if instrument else REGISTER
    understand(definition.formula, columns, f"indicator “{definition.code}” over “{form}”, formula")


def digest_of_meaning(indicator: Indicator, definition: IndicatorDefinition) -> str:
    """Of what decides the value: two versions with other words and the same formula measure the same."""
    said = {
        "formula": definition.formula.to_json(),
        "unit": definition.unit.get("en"),
        "form": indicator.instrument_id,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
