"""The results framework as data: what is counted, in which unit, from which records. See ``frameworks.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True)
class Measure:
    """One definition by which a standard outcome is told; figures of two definitions are never compared."""

    code: str
    title: str
    combine: str
    attributes: tuple[str, ...] = ()
    sum_of: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandardOutcome:
    """Employment, wages, turnover or savings: what a programme is to have raised since its baseline."""

    code: str
    title: str
    measures: tuple[Measure, ...]


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}


def _source(said: dict[str, str]) -> str:
    return f"{said['document']}, {said['place']}"


def _read() -> tuple[dict[str, Indicator], str, str, dict[str, StandardOutcome], str]:
    data = yaml.safe_load(Path(__file__).with_name("frameworks.yaml").read_text(encoding="utf-8"))
    rows = [Indicator(**_frozen(row)) for row in data["indicators"]]
    standard = [
        StandardOutcome(row["code"], row["title"], tuple(Measure(**_frozen(m)) for m in row["measures"]))
        for row in data["standard"]["outcomes"]
    ]
    return (
        {row.code: row for row in rows},
        _source(data["source"]),
        data["currency"],
        {row.code: row for row in standard},
        _source(data["standard"]["source"]),
    )


INDICATORS, SOURCE, CURRENCY, STANDARD, STANDARD_SOURCE = _read()
OUTCOMES = [i for i in INDICATORS.values() if i.level == "outcome"]
