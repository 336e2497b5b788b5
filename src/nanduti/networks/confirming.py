"""What one end said and the other said too: such ties are confirmed; alone again, they are said by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .kinds import Kind
from .models import Tie

State = Tie.State
AT_ONCE = 400


def settle(*, waves: Iterable[int], actors: Iterable[int], kinds: dict[str, Kind]) -> int:
    """Look anew at the ties among some actors in some rounds; returns how many changed their state.

    A tie without a direction is the same told from either end. What nobody in particular told is left alone.
    """
    rounds, ends = sorted(set(waves)), sorted(set(actors))
    if not rounds or not ends:
        return 0
    told: dict[tuple[object, ...], list[Tie]] = defaultdict(list)
    for start in range(0, len(ends), AT_ONCE):
        rows = Tie._base_manager.filter(
            wave__in=rounds, origin__in=ends[start : start + AT_ONCE], told_by__isnull=False,
            state__in=(State.SAID, State.CONFIRMED),
        )  # fmt: skip
        for tie in rows.only("pk", "wave_id", "kind", "origin_id", "target_id", "told_by_id", "state"):
            told[_pair(tie, kinds.get(tie.kind))].append(tie)
    changed = []
    for ties in told.values():
        state = State.CONFIRMED if len({tie.told_by_id for tie in ties}) > 1 else State.SAID
        for tie in ties:
            if tie.state != state:
                tie.state = state
                changed.append(tie)
    Tie._base_manager.bulk_update(changed, ["state"], batch_size=500)
    return len(changed)


def _pair(tie: Tie, kind: Kind | None) -> tuple[object, ...]:
    ends = (tie.origin_id, tie.target_id)
    return (tie.wave_id, tie.kind, *(ends if kind is None or kind.is_directed else sorted(ends)))
