"""The results framework as data: what is counted, in which unit, from which records. See ``frameworks.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Indicator:
    """An output or outcome: what is counted, and the rule that counts it."""

    code: str
    level: str
    title: str
    unit: str
    count: str
    kinds: tuple[str, ...] = ()
    level_of_parties: tuple[str, ...] = ()
    milestone: str = ""
    with_money: bool = False


def _read() -> tuple[dict[str, Indicator], str]:
    data = yaml.safe_load(Path(__file__).with_name("frameworks.yaml").read_text(encoding="utf-8"))
    rows = [
        Indicator(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()})
        for row in data["indicators"]
    ]
    return {row.code: row for row in rows}, f"{data['source']['document']}, {data['source']['place']}"


INDICATORS, SOURCE = _read()
OUTCOMES = [i for i in INDICATORS.values() if i.level == "outcome"]
