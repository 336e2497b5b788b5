"""Who may be the agent of a cluster, how much of an agent each side needs, and whether the team is complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 5, step 2; table 11")

SIDES = ("emerging", "advanced")


def agent_verdict(
    side: str,
    *,
    is_technical: bool | None,
    is_trained: bool | None,
    knows_other_cluster: bool | None = None,
    workload: float | None = None,
    share_of_time: float | None = None,
    other_posts: float | None = None,
    has_partner: bool = True,
    principal: str = "emerging",
) -> Verdict:
    """Whether a person fits as agent of the emerging or the advanced cluster.

    The cluster whose interest comes first needs a technically qualified and trained agent; the other one an agent
    in part or full time by the level of activity. A programme without a partner abroad can do with one general
    agent, helped by a technical expert. Where the advanced cluster comes first, its agent works full time.

    Args:
        side: ``emerging`` or ``advanced``.
        is_technical, is_trained, knows_other_cluster: ``None`` where it is not known.
        workload: work there is, as a share of one full post.
        share_of_time: what the person gives, as a share of one full post.
        other_posts: what the person gives elsewhere at the same time, as a share of one full post.
        has_partner: whether the programme twins clusters at all.
        principal: the side whose business interest comes first.

    >>> agent_verdict("emerging", is_technical=False, is_trained=True).decision
    'no'
    >>> agent_verdict("advanced", is_technical=True, is_trained=True, knows_other_cluster=True, workload=0.5,
    ...               share_of_time=0.2).reasons[0].code
    'too_little_time'
    """
    _check_side("side", side)
    _check_side("principal", principal)
    strict = side == principal
    hard: list[Reason] = []
    soft: list[Reason] = []
    if is_technical is False and has_partner:
        text = mark("The agent has no technical qualification in what the cluster makes.")
        (hard if strict else soft).append(Reason("not_technical", text))
    elif is_technical is False:
        text = mark("A general agent needs a technical expert at hand, at least for part of the time.")
        soft.append(Reason("general_agent", text))
    if is_trained is False:
        text = mark("The agent has not been trained for the work.")
        (hard if strict else soft).append(Reason("not_trained", text))
    if knows_other_cluster is False and has_partner:
        soft.append(Reason("does_not_know_other", mark("The agent does not know the other cluster.")))
    soft += _time(side, principal, workload, share_of_time, other_posts)
    if is_technical is None or is_trained is None:
        soft.append(Reason("not_known", _not_known(is_technical, is_trained)))
    if hard:
        return no(*hard, *soft, source=SOURCE, remedy=mark("Train the agent, or appoint one from the trade."))
    if soft:
        return flag(*soft, source=SOURCE)
    if workload is None or share_of_time is None:
        text = mark("The agent is qualified and trained; nobody has written down whether the time is enough.")
        return yes(Reason("fits_time_unknown", text), source=SOURCE)
    return yes(Reason("fits", mark("The agent is qualified, trained and has the time.")), source=SOURCE)


def _not_known(is_technical: bool | None, is_trained: bool | None) -> str:
    if is_technical is None and is_trained is None:
        return mark("Neither qualification nor training is known.")
    if is_technical is None:
        return mark("The qualification is not known.")
    return mark("Whether the agent has been trained is not known.")


def _check_side(name: str, side: str) -> None:
    if side not in SIDES:
        raise BadInput(
            place=f"{name} {side!r}", problem=mark("is not known"), remedy="Use emerging or advanced."
        )


def _time(
    side: str,
    principal: str,
    workload: float | None,
    share_of_time: float | None,
    other_posts: float | None,
) -> list[Reason]:
    found = []
    if share_of_time is None:
        return found
    if workload is not None and share_of_time < workload:
        text = mark("The work asks for {need:.0%} of a post; the agent gives {given:.0%}.")
        found.append(Reason("too_little_time", text, {"need": workload, "given": share_of_time}))
    if side == principal == "advanced" and share_of_time < 1:
        text = mark("Where the advanced cluster comes first, its agent works full time.")
        found.append(Reason("full_time_needed", text))
    if other_posts and share_of_time + other_posts > 1:
        text = mark("With the other posts the agent would work {share:.0%} of a full post.")
        found.append(Reason("too_many_posts", text, {"share": share_of_time + other_posts}))
    return found


@dataclass(frozen=True)
class Post:
    """A post that somebody holds now: ``agent``, ``coordinator`` or ``facilitator``, for a cluster or for all."""

    kind: str
    side: str = "emerging"
    cluster: str = ""
    person: str = ""
    base: str = ""


@dataclass(frozen=True)
class TeamNeed:
    """One thing that the team of a programme needs, where, and what the rule says of it now."""

    code: str
    cluster: str
    verdict: Verdict


def team_needs(
    emerging: Sequence[str],
    advanced: Sequence[str],
    posts: Iterable[Post],
    *,
    principal: str = "emerging",
) -> list[TeamNeed]:
    """What the team still lacks: an agent for each cluster, a facilitator apart from them, a coordinator on the spot.

    The cluster whose interest comes first must have its agent. So must each advanced one, in part or full time;
    where the advanced cluster comes first, agents of the emerging ones are taken on as the work asks. A
    facilitator of technology transfer and investment is somebody else than the agents. The coordinator works from
    an emerging cluster. Without advanced clusters only the agents are asked for.

    Args:
        emerging: codes of the programme's own clusters.
        advanced: codes of their partners; none for a plain cluster development programme.
        posts: the posts that are filled on the day.
        principal: the side whose business interest comes first.

    >>> found = team_needs(["leather"], ["santa-croce"], [Post("agent", cluster="leather", person="P-1")])
    >>> [(need.code, need.cluster, need.verdict.decision) for need in found]
    [('agent', 'leather', 'yes'), ('agent', 'santa-croce', 'no'), ('facilitator', '', 'flag'), ('coordinator', '', 'flag')]
    """  # noqa: E501
    _check_side("principal", principal)
    held = list(posts)
    needs = [_agent_need(code, "emerging", held, principal, bool(advanced)) for code in emerging]
    needs += [_agent_need(code, "advanced", held, principal, True) for code in advanced]
    if advanced:
        needs += [_facilitator_need(held), _coordinator_need(held, emerging)]
    return needs


def _agent_need(cluster: str, side: str, posts: list[Post], principal: str, has_partner: bool) -> TeamNeed:
    if any(p.kind == "agent" and p.cluster == cluster for p in posts):
        reason = Reason("there", mark("An agent works there."))
        return TeamNeed("agent", cluster, yes(reason, source=SOURCE))
    if side == "emerging" and principal == "advanced" and has_partner:
        text = mark("No agent works there; one is taken on when the work asks for it.")
        return TeamNeed("agent", cluster, flag(Reason("as_needed", text), source=SOURCE))
    remedy = (
        mark("Appoint somebody, for part of the time where little is going on.")
        if side == "advanced"
        else mark("Appoint somebody from the trade, and have them trained.")
    )
    reason = Reason("nobody", mark("No agent works there."))
    return TeamNeed("agent", cluster, no(reason, source=SOURCE, remedy=remedy))


def _facilitator_need(posts: list[Post]) -> TeamNeed:
    found = [p for p in posts if p.kind == "facilitator"]
    agents = {p.person for p in posts if p.kind == "agent" and p.person}
    if not found:
        reason = Reason("no_facilitator", mark("Nobody facilitates technology transfer and investment."))
    elif all(p.person in agents for p in found):
        reason = Reason(
            "not_separate", mark("The facilitator is an agent as well; it should be somebody else.")
        )
    else:
        reason = Reason("there", mark("Somebody other than the agents facilitates it."))
        return TeamNeed("facilitator", "", yes(reason, source=SOURCE))
    return TeamNeed("facilitator", "", flag(reason, source=SOURCE))


def _coordinator_need(posts: list[Post], emerging: Sequence[str]) -> TeamNeed:
    bases = [p.base or p.cluster for p in posts if p.kind == "coordinator"]
    if any(base in emerging for base in bases):
        reason = Reason("there", mark("The coordinator works from an emerging cluster."))
        return TeamNeed("coordinator", "", yes(reason, source=SOURCE))
    if not bases:
        reason = Reason("no_coordinator", mark("No coordinator is written down."))
    elif not any(bases):
        reason = Reason("base_unknown", mark("Where the coordinator works from is not known."))
    else:
        reason = Reason("elsewhere", mark("The coordinator does not work from an emerging cluster."))
    return TeamNeed("coordinator", "", flag(reason, source=SOURCE))
