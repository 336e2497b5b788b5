"""Who may be the agent of a cluster in a twinning programme, and how much of an agent each side needs."""

from __future__ import annotations

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 5, step 2; table 11")


def agent_verdict(
    side: str,
    *,
    is_technical: bool | None,
    is_trained: bool | None,
    knows_other_cluster: bool | None = None,
    workload: float | None = None,
    share_of_time: float | None = None,
) -> Verdict:
    """Whether a person fits as agent of the emerging or the advanced cluster.

    The emerging cluster needs a technically qualified and trained agent; the advanced one an agent in part or
    full time by the level of activity.

    Args:
        side: ``emerging`` or ``advanced``.
        is_technical, is_trained, knows_other_cluster: ``None`` where it is not known.
        workload: work there is, as a share of one full post.
        share_of_time: what the person gives, as a share of one full post.

    >>> agent_verdict("emerging", is_technical=False, is_trained=True).decision
    'no'
    >>> agent_verdict("advanced", is_technical=True, is_trained=True, knows_other_cluster=True, workload=0.5,
    ...               share_of_time=0.2).reasons[0].code
    'too_little_time'
    """
    if side not in ("emerging", "advanced"):
        raise BadInput(
            place=f"side {side!r}", problem=mark("is not known"), remedy="Use emerging or advanced."
        )
    hard, soft = [], []
    if is_technical is False:
        text = mark("The agent has no technical qualification in what the cluster makes.")
        (hard if side == "emerging" else soft).append(Reason("not_technical", text))
    if is_trained is False:
        text = mark("The agent has not been trained for the work.")
        (hard if side == "emerging" else soft).append(Reason("not_trained", text))
    if knows_other_cluster is False:
        soft.append(Reason("does_not_know_other", mark("The agent does not know the other cluster.")))
    if workload is not None and share_of_time is not None and share_of_time < workload:
        text = mark("The work asks for {need:.0%} of a post; the agent gives {given:.0%}.")
        soft.append(Reason("too_little_time", text, {"need": workload, "given": share_of_time}))
    unknown = [v for v in (is_technical, is_trained) if v is None]
    if unknown:
        soft.append(Reason("not_known", mark("Qualification or training is not known.")))
    if hard:
        return no(*hard, *soft, source=SOURCE, remedy=mark("Train the agent, or appoint one from the trade."))
    if soft:
        return flag(*soft, source=SOURCE)
    return yes(Reason("fits", mark("The agent is qualified, trained and has the time.")), source=SOURCE)
