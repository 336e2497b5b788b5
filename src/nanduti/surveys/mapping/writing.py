"""A mapping as people write it: YAML, understood against the form."""

from __future__ import annotations

from typing import Any

import yaml

from nanduti.foundation.yaml_text import read_yaml
from nanduti.methods.instruments import Definition
from nanduti.methods.values import mark

from ..errors import NotAMapping
from ..models import Instrument, InstrumentVersion
from ..reading import definition_of
from .spec import read_spec

LARGEST = 200_000


def understood(*, text: str, definition: Definition | None) -> dict[str, Any]:
    """A mapping as people write it, checked against the form; raises with the place of the first trouble."""
    if len(text) > LARGEST:
        raise NotAMapping(line=1, column=1, problem=mark("it is longer than any mapping"))
    try:
        raw = read_yaml(text)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        raise NotAMapping(
            line=at.line + 1 if at else 1,
            column=at.column + 1 if at else 1,
            # What the parser says of it is English and names its own parts.
            problem=mark("from here on it is no YAML"),
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise NotAMapping(line=1, column=1, problem=mark("it cannot be read")) from None
    read_spec(raw, definition)
    return raw


def definition_for(instrument: Instrument) -> Definition | None:
    """What the newest published version asks, else the newest draft."""
    versions = instrument.versions.order_by("-id")
    newest = versions.filter(state=InstrumentVersion.State.PUBLISHED).first() or versions.first()
    return definition_of(newest.pk) if newest else None
