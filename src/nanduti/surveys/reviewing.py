"""The way of a submission through review, and who is told of each step of it."""

from __future__ import annotations

from collections.abc import Callable

from nanduti.foundation.models import User

from .models import Submission

State = Submission.State
# From which state which others can be reached.
STEPS: dict[str, tuple[str, ...]] = {
    State.RECEIVED: (State.ACCEPTED, State.RETURNED, State.REJECTED),
    State.RETURNED: (State.ACCEPTED, State.RECEIVED, State.REJECTED),
    State.ACCEPTED: (State.RETURNED, State.REJECTED, State.RECEIVED),
    State.REJECTED: (State.RECEIVED,),
}
NEED_COMMENT = frozenset({State.RETURNED, State.REJECTED})

Hook = Callable[[Submission, str], None]
hooks: dict[str, Hook] = {}


def after_review(name: str) -> Callable[[Hook], Hook]:
    """Offer ``function(submission, former_state)``, called in the transaction of every step of a review."""

    def keep(function: Hook) -> Hook:
        hooks[name] = function
        return function

    return keep


def collector_of(submission: Submission) -> User | None:
    """The account of whoever collected the answers, where it is known."""
    if submission.collected_by_id:
        return submission.collected_by
    return submission.enumerator.user if submission.enumerator and submission.enumerator.user_id else None
