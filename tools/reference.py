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
# Importing these does something, or they are not ours to describe.
LEFT_OUT = ("nanduti.__main__", "nanduti.config.wsgi", "nanduti.config.settings")
HEAD_OF_COMMANDS = """# The `nanduti` command

Made from the code by `python3 dev.py docs`.
"""
HEAD_OF_ERRORS = """# What Nanduti says when something cannot be done

Made from the code by `python3 dev.py docs`. Every message has a code that stays the same in all languages and
versions; words in braces are filled in when it is said.
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


if __name__ == "__main__":
    main()
