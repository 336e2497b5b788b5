"""All measurements, as tables: ``python3 dev.py bench [NAME …]``.

A NAME is a room of the arithmetic, such as "sampling", or one of the platform's measures (``SERVERS`` below); without
one, everything is measured. Speed depends on the machine, so nothing here passes or fails; the documentation quotes
figures with the machine they were measured on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import util
from pathlib import Path

HERE = Path(__file__).parent
METHODS = {path.stem: path for path in sorted((HERE / "methods").glob("*.py")) if path.stem != "__init__"}
# Measured on both databases → what they are told about the scale.
SERVERS = {
    "platform": lambda scale: ["--scale", str(scale)],
    "surveys_door": lambda scale: ["--fill", f"0,{round(1_000_000 * scale)}", "--large", "4"],
    "surveys_reading": lambda scale: ["--scale", str(scale)],
    "surveys_sustained": lambda scale: ["--seconds", str(600 * scale)],
    "surveys_entities": lambda scale: ["--scale", str(scale)],
    "surveys_mapping": lambda scale: ["--scale", str(scale)],
    "release": lambda scale: ["--scale", str(scale)],
    "indicators": lambda scale: ["--scale", str(scale)],
    "diagnostics_studies": lambda scale: ["--scale", str(scale)],
    "diagnostics_choosing": lambda scale: ["--scale", str(scale)],
    "register_doubles": lambda scale: ["--scale", str(scale)],
    "networks_map": lambda scale: ["--scale", str(scale)],
}


def main() -> None:
    options = parser().parse_args()
    known = [*SERVERS, *METHODS]
    wanted = options.names or known
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        sys.exit(f"Not known: {', '.join(unknown)}. There are: {', '.join(known)}")
    for name, arguments in SERVERS.items():
        if name in wanted:
            for database in options.database or ("sqlite", "postgresql"):
                # A process of its own: settings are read once, and its memory is measured.
                command = [sys.executable, "-m", f"benchmarks.{name}", "--database", database]
                subprocess.run([*command, *arguments(options.scale)], check=True)
    for name in wanted:
        if name in METHODS:
            measure(name)


def measure(name: str) -> None:
    """The cases of one room of the arithmetic."""
    spec = util.spec_from_file_location(f"benchmarks.methods.{name}", METHODS[name])
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(f"\n## {name}\n\n| Case | Aim | Measured |\n|---|---|---|", flush=True)
    for case, aim, work in module.CASES:
        figures = ", ".join(f"{key} {said(value)}" for key, value in work().items())
        print(f"| {case} | {aim} | {figures} |", flush=True)


def said(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to measure")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the synthetic programme (1 = full)")
    parser.add_argument(
        "--database", action="append", choices=("sqlite", "postgresql"), help="one database only"
    )
    return parser


if __name__ == "__main__":
    main()
