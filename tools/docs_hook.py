"""Makes the documentation's navigation from its folders, and the pages that are made from code."""

from __future__ import annotations

from pathlib import Path

FOLDERS = {
    "tutorial": "Tutorial",
    "how-to": "How to",
    "explanation": "Explanation",
    "methods": "Methods",
    "reference": "Reference",
    "adr": "Decisions",
}


def on_config(config):
    """One menu for each folder that has pages; a page's first heading is its title."""
    docs = Path(config["docs_dir"])
    config["nav"] = [{"Nanduti": "index.md"}]
    for folder, title in FOLDERS.items():
        pages = sorted(page.relative_to(docs).as_posix() for page in (docs / folder).rglob("*.md"))
        if pages:
            config["nav"].append({title: pages})
    return config
