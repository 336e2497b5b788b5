"""The verbs of the ``nanduti`` command about indicators: take them, work them out, and tell what they came to."""

from __future__ import annotations

import argparse
import sys

from .verbs import Add, print_json


def add_verbs(add: Add) -> None:
    """``indicators``."""
    verb = add(
        "indicators",
        indicators,
        "What the indicators of a programme came to; work them out first with --compute.",
    )
    verb.add_argument("--programme", required=True, help="code of the programme")
    verb.add_argument(
        "--take", help="codes of the library to use from now on, separated by commas; “all”: what fits"
    )
    verb.add_argument("--compute", action="store_true", help="work the values out anew")
    verb.add_argument("--code", default="", help="only these codes, separated by commas")
    verb.add_argument("--by", default="", help="dimensions, separated by commas, such as size_class,head_sex")
    verb.add_argument("--wave", help="only this wave; “” all answers so far")
    verb.add_argument("--format", choices=["text", "csv", "json"], default="text", help="how to print")


def indicators(options: argparse.Namespace) -> int:
    """Print a line for each value; what cannot be said says why."""
    from django_scopes import scopes_disabled

    from nanduti.indicators import computing, queries
    from nanduti.programme.queries import programme_by_code

    with scopes_disabled():
        programme = programme_by_code(code=options.programme)
        if options.take:
            _take(programme, options.take)
        if options.compute:
            computing.compute(programme=programme, by="command line")
        frame = queries.values(
            programme=programme,
            access=None,
            codes=_names(options.code) or None,
            by=_names(options.by),
            wave=options.wave,
        )
    if options.format == "csv":
        frame.write_csv(sys.stdout)
    elif options.format == "json":
        print_json(frame.to_dicts())
    else:
        for row in frame.iter_rows(named=True):
            said = row["reason"] if row["value"] is None else f"{row['value']:g} {row['unit']}"
            where = " ".join(filter(None, [row["cluster"] or "(all)", row["wave"], row["group"]]))
            print(f"{row['code']:24} {where:44} {row['n']:8} {said}")
    return 0


def _take(programme: object, wanted: str) -> None:
    from nanduti.indicators import actions, library
    from nanduti.indicators.definitions import REGISTER
    from nanduti.surveys.models import Instrument

    codes = _names(wanted)
    if codes == ["all"]:
        pairs = Instrument.objects.filter(programme=programme).values_list("code", "library_code")
        here = {REGISTER} | {code for pair in pairs for code in pair if code}
        codes = [d.code for d in library.definitions().values() if here & set(d.instruments)]
    actions.take_from_library(programme=programme, codes=codes, by="command line")  # type: ignore[arg-type]


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
