"""Recipes as people write them: YAML, read with care."""

from __future__ import annotations

from typing import Any

import yaml

from nanduti.methods.values import mark

from .errors import RecipeUnreadable

LONGEST_TEXT = 200_000


def yaml_of(text: str) -> dict[str, Any]:
    """The entries of a text.

    Raises:
        RecipeUnreadable: text that is no YAML, no list of entries, too long, or refers to itself.
    """
    if len(text) > LONGEST_TEXT:
        raise RecipeUnreadable.because(mark("it is longer than {n} characters"), n=LONGEST_TEXT)
    try:
        _refuse_aliases(text)
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeUnreadable.because(mark("it is not YAML ({where})"), where=_where(error)) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise RecipeUnreadable.because(
            mark("an entry is not as expected ({said})"), said=str(error)[:120]
        ) from None
    if not isinstance(document, dict):
        raise RecipeUnreadable.because(mark("it is no list of entries such as “title: …”"))
    return document


def _where(error: yaml.YAMLError) -> str:
    at = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", "") or "it cannot be read"
    return f"{problem}, line {at.line + 1}" if at else str(problem)


def _refuse_aliases(text: str) -> None:
    """A few lines of references to references can grow beyond any memory; recipes need none."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise RecipeUnreadable.because(mark("it refers to itself with “*”, which recipes may not"))
