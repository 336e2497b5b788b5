"""Both languages are complete: every text of the code is in the catalogues, and every entry is translated."""

from __future__ import annotations

import subprocess
import sys


def test_every_text_is_translated():
    command = [sys.executable, "-m", "nanduti", "messages", "--check"]
    asked = subprocess.run(command, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stdout + asked.stderr
