"""Questions about challenges: which there are, how they moved, whether each new one raises a question."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods.values import Reason, RuleSource, Verdict, flag, mark, yes
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..models import Challenge, ChallengeChange

SOURCE = RuleSource("UNDP Accelerator Lab Paraguay (2023)", mark("insight 2"))


def challenges(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Challenge]:
    """The challenges of a programme; of a cluster, with those of the programme as a whole."""
    changes = Prefetch("changes", queryset=ChallengeChange.objects.order_by("on", "id"))
    rows = (
        Challenge.objects.filter(programme=programme)
        .select_related("cluster", "source")
        .prefetch_related(changes)
    )
    return rows.filter(Q(cluster=cluster) | Q(cluster__isnull=True)) if cluster else rows


def challenge_by_number(*, programme: Programme, number: int) -> Challenge:
    """A challenge by its number; raises ``NotFound``."""
    found = challenges(programme=programme).filter(number=number).first()
    if found is None:
        raise NotFound(kind="challenge", code_given=number)
    return found


def asks_something(challenge: Challenge) -> Verdict:
    """Whether a challenge that was met on the way has led to a new learning question."""
    if challenge.kind == Challenge.Kind.INITIAL:
        return yes(Reason("initial", mark("It was known at the start.")), source=SOURCE)
    if challenge.learning_question.strip() or challenge.learning_question_es.strip():
        return yes(Reason("asks", mark("It has led to a new learning question.")), source=SOURCE)
    text = mark("It was met on the way, and no learning question has been drawn from it.")
    remedy = mark("Write the question that it raises.")
    return flag(Reason("no_question", text), source=SOURCE, remedy=remedy)
