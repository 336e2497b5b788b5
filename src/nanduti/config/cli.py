"""The ``nanduti`` command: one verb for each thing a person does without a browser."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db import DatabaseError

    from nanduti.methods.values import NandutiError


def main(arguments: list[str] | None = None) -> int:
    """Parse, set Django up, run the verb; what can be said to a person is said without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanduti.config.settings")
    parser = build_parser()
    options = parser.parse_args(arguments)
    import django

    django.setup()
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    from nanduti.methods.values import NandutiError

    try:
        return options.verb(options) or 0
    except NandutiError as error:
        print(f"{error.title}: {error}", file=sys.stderr)
        return 1
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except (DatabaseError, OSError) as error:
        reason = _reason_of(error)
        if reason is None:
            raise
        print(f"{reason.title}: {reason}", file=sys.stderr)
        return 1


def _reason_of(error: DatabaseError | OSError) -> NandutiError | None:
    """What we say where a database or the disk is not as it should be; nothing where the program is wrong."""
    from django.db import DatabaseError

    from nanduti.foundation import storage
    from nanduti.methods.values import NandutiError

    from . import soundness

    if isinstance(error, DatabaseError):
        try:
            soundness.look_at_databases()
        except NandutiError as reason:
            return reason
    return storage.meant_by(error)


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
