"""What the modules of verbs share: options that many take, and answers printed for machines."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

# Name, body and one line of help → the parser that takes the options.
Add = Callable[[str, Callable, str], argparse.ArgumentParser]


def print_json(value: Any) -> int:
    """Print it indented; dates and numbers of other kinds as text. Answers the exit code."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    print()
    return 0


def offer_format(verb: argparse.ArgumentParser) -> None:
    """The choice between text and JSON."""
    verb.add_argument("--format", choices=["text", "json"], default="text", help="how to print")


def as_day(text: str) -> date:
    """A day as it is written on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a day; write year-month-day, such as 2011-07-31"
        ) from None


def programme_of(options: argparse.Namespace) -> Any:
    """The programme of ``--programme``."""
    from nanduti.programme.queries import programme_by_code

    return programme_by_code(code=options.programme)


def cluster_of(options: argparse.Namespace, programme: Any) -> Any:
    """The cluster of ``--cluster``, if one was named."""
    from nanduti.programme.queries import cluster_by_code

    return cluster_by_code(programme=programme, code=options.cluster) if options.cluster else None
