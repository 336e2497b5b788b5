"""The joint-benefit test: collective benefit first; individual benefit only where it spills over."""

from __future__ import annotations

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 4")


def joint_benefit(benefit: str, *, spillover: str = "", n_beneficiaries: int | None = None) -> Verdict:
    """Accept, ask to justify, or refuse an activity by who gains from it.

    Args:
        benefit: ``collective``, ``individual`` or ``unknown``.
        spillover: how the cluster at large gains from an individual benefit, in words.
        n_beneficiaries: how many organisations gain directly, if known.

    Returns:
        yes (accepted: collective), flag (justified by its spillover, or to be justified because who gains is
        not known), no (refused: individual and no spillover named).

    >>> joint_benefit("collective").decision
    'yes'
    >>> joint_benefit("individual", spillover="the investor trains local suppliers").decision
    'flag'
    >>> joint_benefit("individual").say()
    'One enterprise or institution gains and no gain for the cluster is named. (UNIDO cluster development training kit, module Implementation, box 4)'
    """  # noqa: E501
    if n_beneficiaries is not None and n_beneficiaries < 0:
        raise BadInput(
            place=f"{n_beneficiaries} beneficiaries", problem="is negative", remedy="Count from zero."
        )
    if benefit == "collective":
        return _collective(n_beneficiaries)
    if benefit == "individual":
        return _individual(spillover)
    if benefit == "unknown":
        sentence = mark("Who gains from it is not said.")
        return flag(
            Reason("unknown", sentence), source=SOURCE, remedy=mark("Say whether the benefit is collective.")
        )
    raise BadInput(
        place=f"benefit {benefit!r}",
        problem="is not known",
        remedy="Use collective, individual or unknown.",
    )


def _collective(n_beneficiaries: int | None) -> Verdict:
    if n_beneficiaries == 1:
        sentence = mark("It is called collective, but only one organisation gains directly.")
        return flag(
            Reason("one_only", sentence),
            source=SOURCE,
            remedy=mark("Call it individual and name its spillover."),
        )
    return yes(Reason("collective", mark("The benefit is collective.")), source=SOURCE)


def _individual(spillover: str) -> Verdict:
    if spillover.strip():
        sentence = mark("The benefit is individual; it is justified by its spillover: {spillover}.")
        return flag(Reason("spillover", sentence, {"spillover": spillover.strip(" .")}), source=SOURCE)
    sentence = mark("One enterprise or institution gains and no gain for the cluster is named.")
    return no(
        Reason("no_spillover", sentence),
        source=SOURCE,
        remedy=mark("Name the spillover for the cluster, or open the activity to others."),
    )
