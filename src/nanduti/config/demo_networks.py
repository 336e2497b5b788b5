"""The tailor shop of Kapferer 1972, in two rounds: the example of the relation map. See its README for the licence."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from nanduti.foundation import imports
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import ImportBatch

FOLDER = "kapferer-tailor-shop"
PROGRAMME = "tailor-shop"


def tailor_shop_folder() -> Path:
    """Where its files lie: in a checkout beside the package, in an installed package inside it."""
    for folder in (settings.PACKAGE.parents[1] / "examples", settings.PACKAGE / "examples"):
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    raise NotFound(kind="example", code_given=FOLDER)


def load_tailor_shop() -> bool:
    """Import it, unless it is there; safe to repeat after a killed run. Answers whether it did anything."""
    sheets = imports.read_sheets(tailor_shop_folder())
    digest = imports.digest_of(sheets)
    if ImportBatch.objects.filter(digest=digest, state=ImportBatch.State.DONE).exists():
        return False
    imports.import_sheets(sheets=sheets, name=FOLDER, access=None, by="demo")
    return True
