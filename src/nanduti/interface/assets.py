"""The built front end: names with digests, as Vite's manifest tells them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.templatetags.static import static

MANIFEST = "nanduti/manifest.json"


@lru_cache(maxsize=4)
def _read(path: str, changed_at: int) -> dict[str, Any]:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def manifest() -> dict[str, Any]:
    """The manifest as it stands now; empty where the front end has not been built."""
    path = finders.find(MANIFEST)
    if not path:
        return {}
    return _read(path, Path(path).stat().st_mtime_ns)


def entry(name: str = "main") -> dict[str, list[str]]:
    """The addresses of the styles and the script of an entry."""
    found = manifest().get(f"src/{name}.js", {})
    return {
        "css": [static(f"nanduti/{file}") for file in found.get("css", ())],
        "js": [static(f"nanduti/{found['file']}")] if found else [],
    }
