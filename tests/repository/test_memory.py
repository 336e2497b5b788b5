"""What a web process carries from its start."""

from __future__ import annotations

import os
import subprocess
import sys

# Each weighs 15 to 70 MiB, and only some of the work needs it.
LARGE = {
    "typst",
    "docx",
    "scipy.stats",
    "pyreadstat",
    "numba",
    "pyarrow",
    "pandas",
    "statsmodels",
}


def test_large_libraries_are_loaded_by_the_work_that_needs_them(tmp_path):
    script = (
        "import sys, nanduti.config.wsgi, nanduti.config.urls\n"
        f"print(','.join(sorted({LARGE!r} & set(sys.modules))))"
    )
    environment = {
        **os.environ,
        "NANDUTI_HOME": str(tmp_path),
        "NANDUTI_WORK_IN_PROCESS": "0",
        "DJANGO_SETTINGS_MODULE": "nanduti.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
