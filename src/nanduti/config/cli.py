"""The ``nanduti`` command: one verb for each thing a person does without a browser."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module


def main(arguments: list[str] | None = None) -> int:
    """Parse, set Django up, run the verb; what can be said to a person is said without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanduti.config.settings")
    parser = build_parser()
    options = parser.parse_args(arguments)
    import django

    django.setup()
    from nanduti.methods.values import NandutiError

    try:
        return options.verb(options) or 0
    except NandutiError as error:
        print(f"{error.title}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1


# Each module adds its verbs; they are imported lazily so that ``nanduti --help`` stays quick.
COMMAND_MODULES = ["nanduti.config.commands"]


def build_parser() -> argparse.ArgumentParser:
    """The whole grammar, also used by the tests that check every command in the docs."""
    parser = argparse.ArgumentParser(prog="nanduti", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name in COMMAND_MODULES:
        import_module(name).add_verbs(lambda verb, run, help: _add(verbs, verb, run, help))
    return parser


def _add(verbs, verb: str, run: Callable, help: str) -> argparse.ArgumentParser:
    sub = verbs.add_parser(verb, help=help, description=help)
    sub.set_defaults(verb=run)
    return sub
