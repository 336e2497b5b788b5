"""The outputs and outcomes of a twinning programme, as UNIDO's guide lists them (seed 003, tables 9 and 10)."""

from __future__ import annotations

from .indicators import Indicator

_OUTPUTS = (
    ("capacity_building", "Capacity-building programmes", "number"),
    ("visits", "Visits organised", "participants"),
    ("technology_shows", "Technology-transfer shows", "number"),
    ("letters_of_intent", "Letters of intent between firms of the two clusters", "number"),
    ("mous", "Memoranda of understanding between associations or institutions", "number"),
    ("fairs", "Participation in fairs", "number"),
    ("new_markets", "New markets identified", "number"),
    ("persons_trained", "Persons from firms trained", "persons"),
)
_OUTCOMES = (
    ("technology_transfer", "Technology transfer agreements", True),
    ("investment", "Investment cases", True),
    ("outsourcing", "Outsourcing agreements", True),
    ("machinery_sold", "Machinery sold from the advanced cluster", True),
    ("best_practices", "Technological best practices adopted", False),
    ("skill_programmes", "Skill programmes introduced", False),
    ("service_providers", "New service providers introduced", False),
    ("persons_trained_outcome", "Persons trained", False),
)


def twinning_indicators() -> list[Indicator]:
    """The eight outputs and eight outcomes; four outcomes are counted in money too ("Number / Euro").

    "Persons trained" stands in both tables: the codes keep them apart, and ``counted=`` of
    :func:`indicator_table` shows how many different people there are.

    >>> [len([i for i in twinning_indicators() if i.level == level]) for level in ("output", "outcome")]
    [8, 8]
    """
    outputs = [Indicator(code, name, level="output", unit=unit) for code, name, unit in _OUTPUTS]
    outcomes = [Indicator(code, name, level="outcome", has_money=money) for code, name, money in _OUTCOMES]
    return outputs + outcomes
