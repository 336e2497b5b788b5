"""Rounds over partly the same answers: one taken from another must not leave a firm or two.

Bands are counts. All that answered by Monday, and all that answered by Friday, differ by who answered in between; all
clusters, and each of them, differ by the one that is kept back. So before a round is shown to those who may not see
single firms it is held against the rounds that they see already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..models import Assessment, AssessmentScore

#: Fewer firms than this must not be left when one round is taken from another.
LEAST_APART = 3
#: Earlier rounds that are looked at, the newest first.
MOST_ROUNDS = 200


def stands_apart(assessment: Assessment, firms: Collection[int | None]) -> bool:
    """Whether a round of these firms may be shown beside the earlier rounds that everybody in the programme sees."""
    mine = {firm for firm in firms if firm is not None}
    return is_apart(mine, (_firms_of(pk) for pk in _seen_before(assessment)))


def is_apart(mine: set[int], others: Iterable[set[int]]) -> bool:
    """Whether no group, and no sum of groups that have no firm in common, leaves one or two firms of another.

    Sums are formed in one order only, the first group first: what can be composed in many ways is not searched for.

    >>> is_apart({1, 2, 3, 4, 5, 6}, [{1, 2, 3}]), is_apart({1, 2, 3, 4}, [{1, 2, 3}]), is_apart({1, 2}, [{1, 2, 3}])
    (True, False, False)
    >>> is_apart({1, 2, 3, 4, 5, 6, 7}, [{1, 2, 3}, {4, 5, 6}])
    False
    >>> is_apart({4, 5, 6}, [{1, 2, 3, 4, 5, 6, 7}, {1, 2, 3}])
    False
    """
    groups = [other for other in others if other != mine]
    if any(0 < len(mine ^ g) < LEAST_APART for g in groups if g <= mine or mine <= g):
        return False
    wholes = [(mine, groups), *((g, [mine, *groups]) for g in groups if mine < g)]
    return all(_leaves_enough(whole, parts) for whole, parts in wholes)


def _leaves_enough(whole: set[int], parts: Iterable[set[int]]) -> bool:
    left = set(whole)
    for part in parts:
        if part != whole and part <= left:
            left -= part
    return not 0 < len(left) < LEAST_APART


def _seen_before(assessment: Assessment) -> list[int]:
    """Rounds by the same recipe over answers that may be the same: of one form, unless each names another wave."""
    rows = Assessment._base_manager.filter(
        programme=assessment.programme_id, recipe__code=assessment.recipe.code, instrument=assessment.instrument_id,
        basis=assessment.basis, id__lt=assessment.pk,
    )  # fmt: skip
    found = rows.order_by("-id").values_list("pk", "wave_id", "summary")[:MOST_ROUNDS]
    return [
        pk
        for pk, wave, summary in found
        if summary.get("stands_apart", True)
        and (None in (wave, assessment.wave_id) or wave == assessment.wave_id)
    ]


def _firms_of(assessment_id: int) -> set[int]:
    rows = AssessmentScore._base_manager.filter(assessment=assessment_id, establishment__isnull=False)
    return set(rows.values_list("establishment_id", flat=True))
