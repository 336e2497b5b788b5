"""Kinds of posts, to whom each usually reports and what it needs, read from ``posts.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from django.utils.functional import lazy

from nanduti.foundation.named import Explained, both
from nanduti.foundation.roles import BY_CODE, Role
from nanduti.methods.values import RuleSource


@dataclass(frozen=True)
class PostKind(Explained):
    """A kind of post.

    Attributes:
        reports_to: the kind to which it usually reports; empty for the top.
        line: the place that says so; empty where the line is Nanduti's proposal.
        role: the role it needs in the platform; ``None`` where it needs no account.
        seats: ``one`` (exactly one), ``some`` (at least one) or ``any``.
        each_cluster: whether that many are asked for in each cluster.
        is_for_twinning: whether it is asked for only where the programme has a partner abroad.
        source: the document and place that name the post.
    """

    reports_to: str
    line: str
    role: Role | None
    seats: str
    each_cluster: bool
    is_for_twinning: bool
    source: RuleSource


@cache
def kinds() -> dict[str, PostKind]:
    """The kinds of posts by code, from the top down.

    >>> {code: kind.reports_to for code, kind in kinds().items()}["agent"]
    'coordinator'
    >>> kinds()["expert"].role is None
    True
    """
    rows = yaml.safe_load(files(__package__).joinpath("posts.yaml").read_text(encoding="utf-8"))["kinds"]
    return {
        code: PostKind(
            code,
            both(row),
            both(row, "about"),
            row["reports_to"],
            row["line"],
            BY_CODE[row["role"]] if row["role"] else None,
            row["seats"],
            row["each_cluster"],
            row["twinning"],
            RuleSource(row["document"], row["place"]),
        )
        for code, row in rows.items()
    }


def _title(code: str) -> str:
    return str(kinds()[code])


#: The title of a kind in the language in which it is read, for choices that are made once.
title = lazy(_title, str)
