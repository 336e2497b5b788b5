"""The pages of the reference that are made from the code: ``python -m tools.reference`` writes them anew."""

from __future__ import annotations

import argparse
import os
import pkgutil
from importlib import import_module
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ERRORS = ROOT / "docs/reference/errors.md"
COMMANDS = ROOT / "docs/reference/commands.md"
TABLES = ROOT / "docs/reference/tables.md"
# Importing these does something, or they are not ours to describe.
LEFT_OUT = ("nanduti.__main__", "nanduti.config.wsgi", "nanduti.config.settings")
HEAD_OF_COMMANDS = """# The `nanduti` command

Made from the code by `python3 dev.py docs`.
"""
HEAD_OF_ERRORS = """# What Nanduti says when something cannot be done

Made from the code by `python3 dev.py docs`. Every message has a code that stays the same in all languages and
versions; words in braces are filled in when it is said.
"""

HEAD_OF_TABLES = """# Tables that can be imported

Made from the code by `python3 dev.py docs`. [How to import](../how-to/import-tables.md) says how such files are
handed in. A file (CSV, or YAML with a list of rows) or a sheet of a workbook is named after its table; the first row
holds the names of the columns. Columns may stand in any order and may be left out unless they must be filled.

| Kind | What a cell holds |
|---|---|
| text | words; a date as people write it; the code of a row of another table, after which the column is named |
| int | a whole number, without separators |
| decimal | a number with a point before decimals |
| share | a number from 0 to 1 |
| date | year-month-day, such as 2008-06-30 |
| bool | yes or no |
| list | several codes or words, separated by semicolons |
| one of … | one of the codes named |

Tables are loaded in the order of this page, whatever order the files have, so that what is referred to comes first.
Columns marked *vault* go to the vault, encrypted, unless the organisation is public; they enter no report.
"""


def import_everything() -> None:
    """Import every module of the package, so that every error class is known."""
    import nanduti

    for module in pkgutil.walk_packages(nanduti.__path__, "nanduti."):
        if not module.name.startswith(LEFT_OUT) and ".migrations" not in module.name:
            import_module(module.name)


def errors() -> list[type]:
    """Every error class of the package, by code."""
    from nanduti.methods.values import catalogue

    found = {kind for kind in catalogue() if kind.__module__.startswith("nanduti.")}
    return sorted(found, key=lambda kind: (room_of(kind), kind.code, kind.__qualname__))


def room_of(kind: type) -> str:
    """``nanduti.methods.sampling.errors`` → ``methods.sampling``; ``nanduti.vault.errors`` → ``vault``."""
    parts = kind.__module__.split(".")[1:]
    return ".".join(parts[:2]) if parts[0] == "methods" else parts[0]


def errors_page() -> str:
    lines = [HEAD_OF_ERRORS]
    for room, kinds in groupby(errors(), key=room_of):
        lines.append(f"\n## {room}\n\n| Code | Title | What is said | What to do |\n|---|---|---|---|")
        for kind in kinds:
            cells = (f"`{kind.code}`", kind.title, kind.sentence, kind.remedy)
            lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every verb with its arguments, as the parser knows them."""
    from nanduti.config.cli import build_parser

    lines = [HEAD_OF_COMMANDS]
    verbs = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, verb in verbs.choices.items():
        lines.append(f"\n## nanduti {name}\n\n{verb.description}")
        arguments = [a for a in verb._actions if not isinstance(a, argparse._HelpAction)]
        if arguments:
            lines.append("\n| Argument | Meaning |\n|---|---|")
            lines += [f"| {spelling_of(a)} | {a.help or ''}{', required' * a.required} |" for a in arguments]
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Every table that a room offers for import, with its columns, in the order in which they are loaded."""
    from nanduti.foundation.imports import TABLES as offered

    lines = [HEAD_OF_TABLES]
    for table in sorted(offered.values(), key=lambda t: (t.order, t.name)):
        lines.append(f"\n## {table.name}\n\n{table.about}")
        if table.key:
            lines.append(f"\nA row is told apart by: {', '.join(f'`{name}`' for name in table.key)}.")
        lines.append("\n| Column | Kind | Must be filled | |\n|---|---|---|---|")
        lines += [row_of_column(column) for column in table.columns]
    return "\n".join(lines) + "\n"


def row_of_column(column) -> str:
    """One column as a row of the page."""
    kind = f"one of {', '.join(f'`{c}`' for c in column.choices)}" if column.choices else column.kind
    must, vault = "yes" * column.required, "vault" * column.is_identifying
    return f"| `{column.name}` | {kind} | {must} | {vault} |"


def spelling_of(argument: argparse.Action) -> str:
    """``--format {text,json}``, as it is typed."""
    values = "" if argument.choices is None else "{" + ",".join(map(str, argument.choices)) + "}"
    takes_value = argument.nargs != 0
    named = values or argument.metavar or argument.dest.upper()
    if not argument.option_strings:
        return f"`{argument.metavar or argument.dest}`"
    return f"`{', '.join(argument.option_strings)}{f' {named}' * takes_value}`"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanduti.config.settings_test")
    import django

    django.setup()
    import_everything()
    ERRORS.parent.mkdir(parents=True, exist_ok=True)
    ERRORS.write_text(errors_page())
    COMMANDS.write_text(commands_page())
    TABLES.write_text(tables_page())


if __name__ == "__main__":
    main()
