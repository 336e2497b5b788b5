"""Recipes as people write them: YAML, read with care."""

from __future__ import annotations

from typing import Any

import yaml

from nanduti.foundation.yaml_text import read_yaml
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
        document = read_yaml(text)
        _refuse_aliases(text)
    except yaml.YAMLError as error:
        raise _not_yaml(error) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise RecipeUnreadable.because(
            mark("an entry is not as expected ({said})"), said=str(error)[:120]
        ) from None
    if not isinstance(document, dict):
        raise RecipeUnreadable.because(mark("it is no list of entries such as “title: …”"))
    return document


def _not_yaml(error: yaml.YAMLError) -> RecipeUnreadable:
    """The place alone: what the parser says of it is English and names its own parts."""
    at = getattr(error, "problem_mark", None)
    if at is None:
        return RecipeUnreadable.because(mark("it is not YAML; look at indents, colons and quotes"))
    return RecipeUnreadable.because(
        mark("it is not YAML from line {line}, column {column} on; look at indents, colons and quotes there"),
        line=at.line + 1,
        column=at.column + 1,
    )


def _refuse_aliases(text: str) -> None:
    """A few lines of references to references can grow beyond any memory; recipes need none."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise RecipeUnreadable.because(mark("it refers to itself with “*”, which recipes may not"))
