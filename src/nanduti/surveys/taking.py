"""Answers on their way out: read as tables, made into files, and written down as having left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from nanduti.foundation.access import Access
from nanduti.foundation.models import User

from .actions import exports as actions
from .exporting import File, make
from .models import Instrument
from .queries import tables
from .queries.tables import Choice

# More than these are made in the background.
AT_ONCE = 5_000


def take_along(
    *,
    instrument: Instrument,
    access: Access | None,
    kind: str,
    by: User | str,
    choice: Choice | None = None,
    language: str = "en",
    say: Callable[[str], None] = lambda _text: None,
) -> list[File]:
    """The files of an export, for somebody who may read the answers; ``access=None``: the operator."""
    choice = choice or Choice()
    made = tables.frame(
        instrument=instrument, access=access, choice=choice, choices_apart=kind not in {"zip", "geojson"}
    )
    files = make(made, kind, name=instrument.code, language=language, say=say)
    actions.export_answers(
        instrument=instrument, kind=kind, n_submissions=made.n, filters=changed(choice), by=by
    )
    return files


def changed(choice: Choice) -> dict[str, Any]:
    """What of a choice is not the ordinary, ready for JSON."""
    usual = asdict(Choice())
    said = {k: v for k, v in asdict(choice).items() if v != usual[k]}
    return {
        k: v.isoformat() if isinstance(v, date) else list(v) if isinstance(v, tuple) else v
        for k, v in said.items()
    }


def choice_of(said: dict[str, Any]) -> Choice:
    """What :func:`changed` wrote.

    >>> choice_of(changed(Choice(version=3, since=date(2026, 3, 2)))) == Choice(version=3, since=date(2026, 3, 2))
    True
    """
    values = dict(said)
    for name in ("since", "until"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    if "states" in values:
        values["states"] = tuple(values["states"])
    return Choice(**values)
