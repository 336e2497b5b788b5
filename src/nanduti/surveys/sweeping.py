"""Files that no row tells of: what a process wrote before it died, once nobody can be waiting for it any more."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django_scopes import scopes_disabled

from .keeping import FOLDER
from .models import QuarantinedPost, SubmissionFile

# A post that is still on its way is younger than this.
OLD_SECONDS = 24 * 3600


def orphans(*, older_than: float = OLD_SECONDS) -> Iterator[Path]:
    """Kept files that no row names, folder by folder."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    if not root.is_dir():
        return
    oldest = time.time() - older_than
    with scopes_disabled():
        quarantined = {
            f["path"]
            for files in QuarantinedPost.objects.values_list("files", flat=True).iterator()
            for f in files
        }
        for folder in sorted(root.iterdir()):
            names = {f"{FOLDER}/{folder.name}/{entry.name}": entry for entry in os.scandir(folder)}
            told = set(
                SubmissionFile.objects.filter(path__startswith=f"{FOLDER}/{folder.name}/").values_list(
                    "path", flat=True
                )
            )
            for name in sorted(names.keys() - told - quarantined):
                if names[name].stat().st_mtime < oldest:
                    yield Path(names[name].path)


def sweep(*, older_than: float = OLD_SECONDS) -> int:
    """Remove them; how many."""
    n = 0
    for path in orphans(older_than=older_than):
        path.unlink(missing_ok=True)
        n += 1
    return n
