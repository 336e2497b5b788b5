"""Every command that the documentation shows exists and takes the options shown."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from nanduti.config import cli

ROOT = dev.ROOT
# Programs of others that a page may mention.
OTHERS = {
    "git",
    "cd",
    "pip",
    "python3",
    "cp",
    "mv",
    "export",
    "curl",
    "createdb",
    "psql",
    "pg_dump",
    "pg_restore",
    "systemctl",
}
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Page and command, for each line of the console blocks; where lines begin with "$ ", for those alone."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text()):
            lines = block.replace("\\\n", " ").splitlines()
            prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
            for line in prompted or lines:
                command = line.partition(" #")[0].strip()
                if command and not command.startswith("#"):
                    found.append((page.relative_to(ROOT).as_posix(), command))
    return sorted(set(found))


def words_of(command: str) -> list[str]:
    """The words, without what is set before (NAME=value) and what is done with the output."""
    words = shlex.split(re.split(r"\s(?:[|>]|&&|<)", command)[0])
    while words and re.match(r"[A-Z_]+=", words[0]):
        words.pop(0)
    return words


@pytest.mark.parametrize(("document", "command"), commands())
def test_a_command_of_the_docs_exists(document, command):
    words = words_of(command)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            understand(words)
        except SystemExit as end:
            assert end.code == 0, f"{document}: {command}\n{said.getvalue()}"


def understand(words: list[str]) -> None:
    """Parse without doing; leaves as argparse leaves."""
    if words[:2] == ["python3", "dev.py"]:
        _, rest = dev.parser().parse_known_args(words[2:])
        if rest and words[2] in {"run", "lint"}:
            sys.exit(f"not understood: {rest}")
    elif words[0] == "nanduti":
        cli.build_parser().parse_args(words[1:])
    elif words[0] == ".venv/bin/pytest":
        assert all((ROOT / word).exists() for word in words[1:] if "/" in word), words
    elif words[0] not in OTHERS:
        sys.exit(f"{words[0]} is neither ours nor among the programs a page may mention")


@pytest.mark.parametrize("program", [["dev.py"], ["-m", "nanduti"]], ids=" ".join)
def test_the_programs_say_what_they_can(program):
    asked = subprocess.run([sys.executable, *program, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert asked.returncode == 0 and "usage:" in asked.stdout, asked.stderr


@pytest.mark.parametrize("program", [["nanduti"], [sys.executable, "-m", "nanduti"]], ids=["nanduti", "-m"])
def test_what_went_wrong_is_told_to_the_shell(program):
    """With ``-m`` every command once ended with 0, the one that looks for texts without a translation as well."""
    program = [str(Path(sys.executable).parent / program[0]), *program[1:]]
    asked = subprocess.run([*program, "serve", "--port", "70000"], cwd=ROOT, capture_output=True, text=True)
    assert asked.returncode == 2 and "Nobody can serve" in asked.stderr, asked.stderr


def test_the_readme_shows_the_two_commands():
    shown = {command for page, command in commands() if page == "README.md"}
    assert {"python3 dev.py run", "python3 dev.py test"} <= shown


def test_every_link_within_the_docs_leads_somewhere():
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if (
                "://" not in target
                and not target.startswith("mailto:")
                and not (page.parent / target).exists()
            ):
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken, "\n".join(broken)
