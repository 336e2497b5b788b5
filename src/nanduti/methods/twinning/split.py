"""The developmental / commercial split: the project pays for trust and search, never for deals."""

from __future__ import annotations

from collections.abc import Collection

from nanduti.methods.values import BadInput, Reason, Verdict, flag, mark, no, yes

from .kinds import source

SOURCE = source("step 7; chapter 4, section 4")
PROJECT = frozenset({"project", "donor", "agency", "cda"})


def developmental_commercial(
    phase: str, *, payer: str | None, executor: str | None, project: Collection[str] = PROJECT
) -> Verdict:
    """Whether a task may be paid and done as proposed.

    Args:
        phase: ``developmental`` (first meetings, search for partners, cooperation of institutions) or
            ``commercial`` (dossier, deal, closing).
        payer, executor: who pays and who does it; ``None`` if it is not settled.
        project: codes that stand for the project and its agents.

    >>> developmental_commercial("commercial", payer="project", executor="broker").decision
    'no'
    >>> developmental_commercial("commercial", payer="firm", executor="broker").decision
    'yes'
    >>> developmental_commercial("developmental", payer="project", executor="cda").decision
    'yes'
    """
    if phase == "developmental":
        sentence = mark("The project may support developmental work.")
        return yes(Reason("developmental", sentence), source=SOURCE)
    if phase != "commercial":
        raise BadInput(
            place=f"phase {phase!r}", problem="is not known", remedy="Use developmental or commercial."
        )
    reasons = []
    if payer in project:
        reasons.append(Reason("project_pays", mark("The project would pay for work on a deal.")))
    if executor in project:
        reasons.append(Reason("project_executes", mark("The project would become a party to a deal.")))
    if reasons:
        remedy = mark("Let a commercial entity do it as a venture of its own, paid by those who gain.")
        return no(*reasons, source=SOURCE, remedy=remedy)
    if payer is None or executor is None:
        sentence = mark("Who pays and who does it is not settled.")
        return flag(Reason("not_settled", sentence), source=SOURCE, remedy=mark("Name a commercial entity."))
    return yes(
        Reason("commercial", mark("A commercial entity does it at the cost of others.")), source=SOURCE
    )
