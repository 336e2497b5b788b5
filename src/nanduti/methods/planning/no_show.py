"""The no-show rule: a firm that keeps staying away is visited and called by its peers."""

from __future__ import annotations

from collections.abc import Sequence

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, counted, flag, mark, yes

SOURCE = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "section Free Riding")
ATTENDANCE = ("present", "late", "excused", "absent")


def no_show(attendance: Sequence[str], *, in_a_row: int = 2, in_phase: int = 3) -> Verdict:
    """Whether absences call for a factory visit and for members to contact the firm.

    The source says "repeated"; the counts are Nanduti's proposal and can be set by the programme. Excused
    sessions count neither as absence nor as presence: they neither make nor break a row.

    Args:
        attendance: the sessions of one phase in order: present, late, excused or absent.
        in_a_row: absences running that trigger, at the end of the record.
        in_phase: absences in all that trigger.

    >>> no_show(["present", "absent", "excused", "absent"]).decision
    'flag'
    >>> no_show(["absent", "present", "late", "absent"]).decision
    'yes'
    """
    for i, mark_ in enumerate(attendance, start=1):
        if mark_ not in ATTENDANCE:
            raise BadInput(
                place=f"session {i}", problem=f"has {mark_!r}", remedy=f"Use one of {', '.join(ATTENDANCE)}."
            )
    if in_a_row < 1 or in_phase < 1:
        raise BadInput(place="the limits", problem="are below 1", remedy="Set both to 1 or more.")
    running, total = _running(attendance), sum(a == "absent" for a in attendance)
    reasons = []
    if running >= in_a_row:
        sentence = counted(
            running,
            mark("It stayed away from the last session."),
            mark("It has stayed away {n} times running."),
        )
        reasons.append(Reason("in_a_row", sentence, {"n": running}))
    if total >= in_phase:
        sentence = counted(
            total,
            mark("It has stayed away once in this phase."),
            mark("It has stayed away {n} times in this phase."),
        )
        reasons.append(Reason("in_phase", sentence, {"n": total}))
    if reasons:
        remedy = mark(
            "Visit the firm to see what stands in its way, and ask members of the group to contact it."
        )
        return flag(*reasons, source=SOURCE, remedy=remedy)
    return yes(Reason("attends", mark("Absences: {n}, below the limit."), {"n": total}), source=SOURCE)


def _running(attendance: Sequence[str]) -> int:
    """Absences at the end of the record, excused sessions looked through."""
    count = 0
    for session in reversed(attendance):
        if session == "absent":
            count += 1
        elif session != "excused":
            break
    return count
