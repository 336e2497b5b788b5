"""Where the examples lie, and how one is brought in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from nanduti.foundation import imports
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import ImportBatch
from nanduti.methods.values import PersonError


def example_folder(name: str) -> Path:
    """Where an example's files lie: in a checkout beside the package, in an installed package inside it."""
    for folder in (settings.PACKAGE.parents[1] / "examples", settings.PACKAGE / "examples"):
        if (folder / name).is_dir():
            return folder / name
    raise NotFound(kind="example", code_given=name)


def import_once(name: str, say: Callable[[str], None] = print) -> bool:
    """Import the tables of an example, unless they are there; safe to repeat after a killed run.

    Where an earlier state of them is there and newer files do not go in, such as where somebody has worked with the
    example since, what is loaded stays as it is and ``say`` is told why: an example keeps nobody from their work.

    Whether anything was imported.
    """
    sheets = imports.read_sheets(example_folder(name))
    loaded = ImportBatch.objects.filter(state=ImportBatch.State.DONE)
    if loaded.filter(digest=imports.digest_of(sheets)).exists():
        return False
    try:
        imports.import_sheets(sheets=sheets, name=name, access=None, by="demo")
    except PersonError as refused:
        if not loaded.filter(name=name).exists():
            raise
        say(f"· example {name}: stays as it is; its newer files do not go in: {refused}")
        return False
    return True
