"""Submissions that agree too well with each other, or with themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from .findings import Noticed

# Above this many rows, nearly equal ones are sought within each collector's work alone.
MOST_TOGETHER = 4_000
# Fewer answered questions than this agree by chance too often.
LEAST_QUESTIONS = 10


def _codes(frame: pl.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Answers as whole numbers, equal ones equal, −1 where nothing was answered."""
    coded = [
        frame[c].cast(pl.List(pl.String)).list.join(" ") if isinstance(frame[c].dtype, pl.List) else frame[c]
        for c in columns
    ]
    if not coded:
        return np.empty((len(frame), 0), dtype=np.int32)
    ranks = [c.rank("dense").cast(pl.Int32).fill_null(-1).to_numpy() for c in coded]
    return np.column_stack(ranks)


def duplicates(
    frame: pl.DataFrame,
    columns: Sequence[str],
    *,
    key: str = "_key",
    collector: str = "",
    least_share: float = 0.85,
    least_questions: int = LEAST_QUESTIONS,
) -> list[Noticed]:
    """Pairs of submissions whose answers are all the same, or the same in at least ``least_share`` of the questions
    that both answered: each submission with its closest one, once a pair.

    Constant columns tell nothing and are left out. The measure is the greatest share of matching answers of
    Kuriakose and Robbins (2016, Statistical Journal of the IAOS 32), who flag above 0.85 in long questionnaires;
    Simmons and others (2016, Pew) show that homogeneous people and short forms reach it honestly, which is why
    this asks somebody to look and proves nothing.

    >>> import polars as pl
    >>> rows = pl.DataFrame({"_key": [1, 2, 3], **{f"q{i}": [i, i, i + 1] for i in range(12)}})
    >>> [(f.rule, f.key, f.other) for f in duplicates(rows, [f"q{i}" for i in range(12)])]
    [('same_answers', 2, 1)]
    """
    codes = _codes(frame, columns)
    telling = [c for c in range(codes.shape[1]) if len(np.unique(codes[:, c])) > 1]
    codes, keys = codes[:, telling], frame[key].to_list()
    if codes.shape[1] < least_questions or len(keys) < 2:
        return []
    found = _equal(codes, keys, least_questions)
    told = {f.key for f in found}
    rest = np.array([n for n, k in enumerate(keys) if k not in told], dtype=int)
    codes, keys = codes[rest], [keys[n] for n in rest]
    groups = [np.arange(len(keys))]
    if len(keys) > MOST_TOGETHER and collector:
        who = frame[collector].fill_null("").to_numpy()[rest]
        groups = [np.flatnonzero(who == one) for one in np.unique(who)]
    for rows in groups:
        found += _closest(codes[rows], [keys[r] for r in rows], least_share, least_questions)
    return found


def _equal(codes: np.ndarray, keys: list[Any], least_questions: int) -> list[Noticed]:
    """Submissions that are the same in every answer as an earlier one, whoever collected it."""
    found, first = [], {}
    for at, row in enumerate(np.ascontiguousarray(codes)):
        n_answered = int((row >= 0).sum())
        if n_answered < least_questions:
            continue
        other = first.setdefault(row.tobytes(), at)
        if other != at:
            figures = {"n_same": n_answered, "n_compared": n_answered, "share": 1.0}
            found.append(Noticed("same_answers", key=keys[at], other=keys[other], figures=figures))
    return found


def _closest(codes: np.ndarray, keys: list[Any], least_share: float, least_questions: int) -> list[Noticed]:
    found = []
    answered = codes >= 0
    for at in range(1, len(keys)):
        before = slice(max(0, at - MOST_TOGETHER), at)
        both = answered[before] & answered[at]
        n_both = both.sum(axis=1)
        n_same = ((codes[before] == codes[at]) & both).sum(axis=1)
        share = np.where(n_both >= least_questions, n_same / np.maximum(n_both, 1), 0.0)
        best = int(share.argmax())
        if share[best] < least_share:
            continue
        other = before.start + best
        figures = {"n_same": int(n_same[best]), "n_compared": int(n_both[best]), "share": float(share[best])}
        rule = "same_answers" if figures["n_same"] == figures["n_compared"] else "nearly_same_answers"
        found.append(Noticed(rule, key=keys[at], other=keys[other], figures=figures))
    return found


def straight_lines(
    frame: pl.DataFrame, items: Sequence[str], *, reversed_items: Sequence[str] = (), key: str = "_key",
    least_items: int = 4,
) -> list[Noticed]:  # fmt: skip
    """Submissions with one and the same answer to every statement of a battery that holds reversed ones.

    Without a reversed statement a straight line can be an honest opinion, and nothing is told (Krosnick 1991,
    Applied Cognitive Psychology 5; Yan 2008). The middle of a scale may be honest as well; whoever looks decides.
    """
    if len(items) < least_items or not set(reversed_items) & set(items):
        return []
    found = []
    for row in frame.select(key, *items).iter_rows():
        said = [v for v in row[1:] if v is not None]
        if len(said) == len(items) and len(set(said)) == 1:
            figures = {"value": said[0], "n_items": len(items)}
            found.append(Noticed("straight_line", items[0], row[0], figures=figures))
    return found
