"""Both languages are complete: every text of the code is in the catalogues, and every entry is translated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT, WEEKDAYS, WEEKDAYS_ABBR

import nanduti

ROOMS = sorted(Path(nanduti.__file__).parent.glob("*/locale/es/LC_MESSAGES/django.po"))


def test_every_text_is_translated():
    command = [sys.executable, "-m", "nanduti", "messages", "--check"]
    asked = subprocess.run(command, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stdout + asked.stderr


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.parents[3].name)
def test_no_room_renames_a_month_or_a_day(path):
    """A text of ours takes the place of Django's own: "may" as a right turned the 21st of May into "21 de puede"."""
    calendar = (MONTHS, MONTHS_3, MONTHS_ALT, WEEKDAYS, WEEKDAYS_ABBR)
    names = {english(name) for names in calendar for name in names.values()}
    assert {"May", "may", "Monday"} <= names
    texts = {entry.msgid for entry in polib.pofile(str(path)) if not entry.obsolete and entry.msgctxt is None}
    assert not names & texts


def english(name: object) -> str:
    from django.utils.translation import override

    with override("en"):
        return str(name)
