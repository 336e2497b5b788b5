"""What may be done when: trust before twinning, and the six steps of implementation in their order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from nanduti.methods.values import BadInput, Reason, Verdict, flag, mark, no, yes

from .kinds import source

SEQUENCE_SOURCE = source("steps 5 and 6")
ORDER_SOURCE = source("step 7")

CLASSES = (
    "trust_building",
    "preparatory",
    "non_twinning_capability",
    "low_hanging_twinning",
    "long_run_twinning",
)
TWINNING_CLASSES = frozenset({"low_hanging_twinning", "long_run_twinning"})


@dataclass(frozen=True)
class TrustEntry:
    """A trust-building activity: the day it was done, and whether within one cluster or between the two."""

    on: date
    is_between_clusters: bool


def sequence_verdict(
    activity_class: str,
    *,
    on: date,
    trust: Sequence[TrustEntry] = (),
    low_hanging_done: Sequence[date] = (),
    side: str = "emerging",
) -> Verdict:
    """Whether an activity of this class may take place on a day.

    Args:
        activity_class: one of ``CLASSES``.
        on: its first day.
        trust: trust-building so far.
        low_hanging_done: days on which quick twinning activities were finished.
        side: ``emerging``, ``advanced`` or ``both``; non-twinning activities are for the emerging one only.

    >>> sequence_verdict("low_hanging_twinning", on=date(2008, 3, 31)).decision
    'no'
    >>> handshake = TrustEntry(date(2007, 10, 1), is_between_clusters=True)
    >>> sequence_verdict("low_hanging_twinning", on=date(2008, 3, 31), trust=[handshake]).decision
    'yes'
    >>> sequence_verdict("non_twinning_capability", on=date(2008, 3, 31)).decision
    'yes'
    """
    if activity_class not in CLASSES:
        raise BadInput(
            place=f"class {activity_class!r}",
            problem="is not known",
            remedy=f"Use one of {', '.join(CLASSES)}.",
        )
    if activity_class in TWINNING_CLASSES:
        return _twinning(activity_class, on, trust, low_hanging_done)
    if activity_class == "non_twinning_capability" and side != "emerging":
        sentence = mark("Non-twinning activities are meant for the emerging cluster only.")
        return flag(
            Reason("wrong_side", sentence), source=SEQUENCE_SOURCE, remedy=mark("Class it as twinning.")
        )
    return yes(
        Reason("always", mark("This class needs no trust beforehand; it helps to build it.")),
        source=SEQUENCE_SOURCE,
    )


def _twinning(
    activity_class: str, on: date, trust: Sequence[TrustEntry], low_hanging_done: Sequence[date]
) -> Verdict:
    before = [entry for entry in trust if entry.on <= on]
    if not any(entry.is_between_clusters for entry in before):
        sentence = (
            mark("Trust has been built within a cluster only, not between the two.")
            if before
            else mark("No trust has been built yet.")
        )
        remedy = mark("Hold a first meeting, exchange visits or sign a cooperation agreement, and record it.")
        return no(Reason("no_trust", sentence), source=SEQUENCE_SOURCE, remedy=remedy)
    if activity_class == "long_run_twinning" and not any(day <= on for day in low_hanging_done):
        sentence = mark("No quick twinning activity has shown results yet.")
        remedy = mark("Begin with training, a visit or a technology show.")
        return flag(Reason("no_quick_result", sentence), source=SEQUENCE_SOURCE, remedy=remedy)
    return yes(
        Reason("trust_built", mark("Trust between the clusters has been built before.")),
        source=SEQUENCE_SOURCE,
    )


#: The six steps of implementation.
IMPLEMENTATION: tuple[tuple[str, str], ...] = (
    ("association_interaction", mark("Associations meet")),
    ("mou", mark("A memorandum is signed")),
    ("willing_identified", mark("Willing firms and institutions are found")),
    ("requirements_stated", mark("Both sides state what they need")),
    ("partners_identified", mark("Partners are found in the advanced cluster")),
    ("linkages", mark("Linkages are made")),
)


def implementation_order(done: Collection[str], proposed: str) -> Verdict:
    """Whether a step of implementation comes in its order; the paper offers the order as a guide.

    >>> implementation_order({"association_interaction"}, "mou").decision
    'yes'
    >>> implementation_order({"association_interaction"}, "linkages").reasons[0].details["missing"]
    'mou, willing_identified, requirements_stated, partners_identified'
    """
    codes = [code for code, _ in IMPLEMENTATION]
    for code in [*done, proposed]:
        if code not in codes:
            raise BadInput(
                place=f"step {code!r}", problem="is not known", remedy=f"Use one of {', '.join(codes)}."
            )
    missing = [code for code in codes[: codes.index(proposed)] if code not in done]
    if missing:
        sentence = mark("Earlier steps are missing: {missing}.")
        reason = Reason("out_of_order", sentence, {"missing": ", ".join(missing)})
        return flag(reason, source=ORDER_SOURCE, remedy=mark("Do them first or say why they are not needed."))
    return yes(Reason("in_order", mark("All earlier steps are done.")), source=ORDER_SOURCE)


def next_step(done: Collection[str]) -> str | None:
    """The first step of implementation that is not done; ``None`` when all are.

    >>> next_step({"association_interaction", "mou", "linkages"})
    'willing_identified'
    """
    return next((code for code, _ in IMPLEMENTATION if code not in done), None)
