"""Which kind of institution may do which task, as a programme has laid it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nanduti.methods.values import Reason, RuleSource, Verdict, flag, joined, mark, no, yes
from nanduti.methods.values.guards import one_of

SOURCE = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "“Front-loading”")
ANSWERS = ("may", "may_not", "supports")


@dataclass(frozen=True)
class LabourTerm:
    """One line of a division of labour.

    Attributes:
        institution: the kind of institution, as it is read out.
        answer: one of ``ANSWERS``.
        reason: why, in the words of whoever laid it down.
        source: where it is laid down; ``None`` for the source of the rule.
    """

    institution: str
    answer: str
    reason: str = ""
    source: RuleSource | None = None

    def __post_init__(self) -> None:
        one_of(self.answer, ANSWERS, "answer")


@dataclass(frozen=True)
class Doer:
    """Who would do the task.

    Attributes:
        name: as it is read out.
        kinds: the kinds of institution that it is.
        possible: the kinds that it may be as well, as far as anybody knows.
    """

    name: str
    kinds: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()


def labour_verdict(
    task: str, doers: Sequence[Doer], terms: Sequence[LabourTerm], *, source: RuleSource = SOURCE
) -> Verdict:
    """Whether those who would do a task may do it by a programme's division of labour.

    In Jalisco the university met the firms, since it belonged to no party, and the association stayed away from the
    door, since firms remembered how an earlier board had used its funds.

    Args:
        task: as it is read out.
        doers: who would do it; empty where nobody is named.
        terms: what is laid down about this task, one line for each kind of institution.
        source: the source where no line decides.

    Returns:
        no where one of them is of a kind that may not, with the reason of that line; flag where one only supports and
        nobody who may does it, where the task is given to others and nothing is said of this one, or where it is not
        known who or what it is; yes else, also where nothing is laid down about the task.

    >>> terms = [LabourTerm("university", "may", "It belongs to no party"),
    ...          LabourTerm("association", "may_not", "Firms remember an earlier board")]
    >>> v = labour_verdict("first contact", [Doer("the chamber", frozenset({"association"}))], terms)
    >>> v.decision, v.reasons[0].say()
    ('no', 'the chamber (association) is kept from it: first contact. Firms remember an earlier board.')
    >>> labour_verdict("first contact", [Doer("ITESO", frozenset({"university"}))], terms).decision
    'yes'
    >>> labour_verdict("lobbying", [Doer("ITESO", frozenset({"university"}))], []).reasons[0].code
    'nothing_laid_down'
    """
    if not terms:
        text = mark("Nothing is laid down about who does this: {task}.")
        return yes(Reason("nothing_laid_down", text, {"task": task}), source=source)
    may = [term for term in terms if term.answer == "may"]
    refused = [(doer, term) for doer in doers for term in terms if _is(doer, term, "may_not")]
    if refused:
        return no(
            *(_kept_from(doer, term, task) for doer, term in refused),
            source=refused[0][1].source or source,
            remedy=_remedy(may),
        )
    able = [(doer, term) for doer in doers for term in may if term.institution in doer.kinds]
    soft = [reason for doer in doers for reason in _doubts(doer, terms, task, is_led=bool(able))]
    if not doers:
        soft = [Reason("nobody_named", mark("Who does it is not written down."))]
    if soft:
        return flag(*soft, source=_first_source(terms, source), remedy=_remedy(may))
    if not able:
        free = Reason("not_kept_from", mark("Nothing keeps them from it: {task}."), {"task": task})
        return yes(free, source=_first_source(terms, source))
    return yes(*(_may(doer, term, task) for doer, term in able), source=able[0][1].source or source)


def _is(doer: Doer, term: LabourTerm, answer: str) -> bool:
    return term.answer == answer and term.institution in doer.kinds


def _doubts(doer: Doer, terms: Sequence[LabourTerm], task: str, *, is_led: bool) -> list[Reason]:
    """Why somebody should look at this one; nothing where it may, or supports somebody who may."""
    own = [term for term in terms if term.institution in doer.kinds]
    if any(term.answer == "may" for term in own):
        return []
    details = {"who": doer.name, "task": task}
    supports = [term for term in own if term.answer == "supports"]
    if supports:
        text = mark("{who} supports here and nobody who leads is named: {task}. {reason}")
        more = {"reason": _full_stop(supports[0].reason)}
        return [] if is_led else [Reason("supports_alone", text, details | more)]
    maybe = [t for t in terms if t.institution in doer.possible and t.answer == "may_not"]
    if maybe:
        text = mark(
            "It is not known whether {who} is of a kind that is kept from it ({institution}): {task}."
        )
        return [Reason("kind_not_known", text, details | {"institution": maybe[0].institution})]
    if any(t.institution in doer.possible for t in terms) or not doer.kinds:
        text = mark("It is not known what kind of institution {who} is, and not every kind does it: {task}.")
        return [Reason("kind_not_known", text, details)]
    others = [term.institution for term in terms if term.answer == "may"]
    if not others or is_led:
        return []
    text = mark("Others are to do it ({others}) and nothing is said of {who}: {task}.")
    return [Reason("given_to_others", text, details | {"others": joined(others)})]


def _kept_from(doer: Doer, term: LabourTerm, task: str) -> Reason:
    text = mark("{who} ({institution}) is kept from it: {task}. {reason}")
    details = {"who": doer.name, "institution": term.institution, "task": task}
    return Reason("may_not", text, details | {"reason": _full_stop(term.reason)})


def _may(doer: Doer, term: LabourTerm, task: str) -> Reason:
    text = mark("{who} ({institution}) may do it: {task}. {reason}")
    details = {"who": doer.name, "institution": term.institution, "task": task}
    return Reason("may", text, details | {"reason": _full_stop(term.reason)})


def _full_stop(text: str) -> str:
    """A reason that people wrote, ready to stand as a sentence."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def _remedy(may: Sequence[LabourTerm]) -> str:
    if may:
        return mark("Let an institution do it that may, and write down who does it.")
    return mark("Write down who does it, or correct the division of labour.")


def _first_source(terms: Sequence[LabourTerm], source: RuleSource) -> RuleSource:
    return next((term.source for term in terms if term.source), source)
