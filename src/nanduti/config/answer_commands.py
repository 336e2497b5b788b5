"""The verbs of the ``nanduti`` command about answers: what arrived, and taking it along."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .verbs import Add, print_json

FORMATS = ("csv", "xlsx", "parquet", "sav", "dta", "geojson", "zip")


def add_verbs(add: Add) -> None:
    """``submissions``, ``export`` and ``check-answers``."""
    submissions_verb = add("submissions", submissions, "What was answered to an instrument, newest first.")
    _about(submissions_verb)
    submissions_verb.add_argument("--limit", type=int, default=100, help="at most so many (100)")
    submissions_verb.add_argument("--format", choices=["text", "json"], default="text", help="how to print")
    export_verb = add("export", export, "Write the typed tables of an instrument into files.")
    _about(export_verb)
    export_verb.add_argument("--format", choices=FORMATS, default="csv", help="what kind of files")
    export_verb.add_argument("--to", type=Path, default=Path("."), help="folder to write into")
    export_verb.add_argument("--language", default="en", help="language of labels (en, es)")
    check_verb = add(
        "check-answers", check_answers, "Run the general checks over all answers of an instrument."
    )
    _about(check_verb)


def _about(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--instrument", required=True, help="form id of the instrument")
    verb.add_argument("--programme", help="code of the programme, where the form id stands in several")


def _instrument(options: argparse.Namespace) -> Any:
    from nanduti.foundation.errors import NotFound
    from nanduti.surveys.models import Instrument

    rows = Instrument.objects.filter(code=options.instrument).select_related("programme", "scope")
    if options.programme:
        rows = rows.filter(programme__code=options.programme)
    found = list(rows[:2])
    if not found:
        raise NotFound(kind="instrument", code_given=options.instrument)
    if len(found) > 1:
        raise SystemExit(f"{options.instrument} stands in several programmes: say --programme")
    return found[0]


def submissions(options: argparse.Namespace) -> int:
    """Number, state and open answers of each submission; what identifies is left in the vault's custody."""
    from django_scopes import scopes_disabled

    from nanduti.surveys.queries import tables

    with scopes_disabled():
        instrument = _instrument(options)
        rows = tables.chosen(instrument=instrument, access=None).select_related("enumerator", "answer_set")
        said = [tables.as_dict(row) for row in rows.order_by("-received_at", "-id")[: max(0, options.limit)]]
    if options.format == "json":
        print_json(said)
        return 0
    for row in said:
        print(f"{row['received_at']:25.19} {row['state']:10} {row['enumerator']:15} {row['instance_id']}")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write the files and tell their names."""
    from django.utils import translation
    from django_scopes import scopes_disabled

    from nanduti.surveys.taking import take_along

    with scopes_disabled(), translation.override(options.language):
        files = take_along(
            instrument=_instrument(options),
            access=None,
            kind=options.format,
            by="command line",
            language=options.language,
        )
    options.to.mkdir(parents=True, exist_ok=True)
    for file in files:
        (options.to / file.name).write_bytes(file.content)
        print(options.to / file.name)
    return 0


def check_answers(options: argparse.Namespace) -> int:
    """Run the checks and tell how many findings are new and how many went away."""
    from django_scopes import scopes_disabled

    from nanduti.surveys.checking import check_all

    with scopes_disabled():
        n_new, n_gone = check_all(instrument=_instrument(options))
    print(f"new {n_new}, gone {n_gone}")
    return 0
