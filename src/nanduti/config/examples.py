"""Where the examples lie, and how one is brought in."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from nanduti.foundation import imports
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import ImportBatch


def example_folder(name: str) -> Path:
    """Where an example's files lie: in a checkout beside the package, in an installed package inside it."""
    for folder in (settings.PACKAGE.parents[1] / "examples", settings.PACKAGE / "examples"):
        if (folder / name).is_dir():
            return folder / name
    raise NotFound(kind="example", code_given=name)


def import_once(name: str) -> bool:
    """Import the tables of an example, unless they are there; safe to repeat after a killed run.

    Whether anything was imported.
    """
    sheets = imports.read_sheets(example_folder(name))
    digest = imports.digest_of(sheets)
    if ImportBatch.objects.filter(digest=digest, state=ImportBatch.State.DONE).exists():
        return False
    imports.import_sheets(sheets=sheets, name=name, access=None, by="demo")
    return True
