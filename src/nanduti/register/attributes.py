"""What profile facts are about, read from ``attributes.yaml``: names in plain words, each with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nanduti.foundation.languages import in_tongue

MONEY, SHARE, WORDS = "money", "share", "words"


@dataclass(frozen=True)
class Attribute:
    """Something that facts are about, such as how many firms there are."""

    code: str
    title: str
    title_es: str
    # What the number counts; "share" of one, "money" of a currency that the fact names, "words" without a number.
    unit: str

    @property
    def said(self) -> str:
        """Its name in the reader's language."""
        return in_tongue(self.title, self.title_es)


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("attributes.yaml").read_text(encoding="utf-8"))


@cache
def attributes() -> dict[str, Attribute]:
    """All of them by code.

    >>> attributes()["turnover"].unit
    'money'
    """
    return {row["code"]: Attribute(**row) for group in _read()["groups"] for row in group["attributes"]}


def groups() -> list[tuple[str, list[Attribute]]]:
    """The attributes under the headings of the form, in its order."""
    return [
        (
            in_tongue(group["title"], group["title_es"]),
            [attributes()[row["code"]] for row in group["attributes"]],
        )
        for group in _read()["groups"]
    ]


def said(code: str) -> str:
    """An attribute in the reader's words; a code that nobody named as words.

    >>> said("pairs_per_day")
    'pairs per day'
    """
    known = attributes().get(code)
    return known.said if known else code.replace("_", " ")
