"""Pro-poor representation: a group's share in a forum or activity against its share in the cluster."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, RuleSource, Share, Verdict, flag, mark, yes

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "section 5")

#: The five categories of people whom cluster programmes tend to pass by.
CATEGORIES = (
    "women_and_youth",
    "ethnic_linguistic_religious_minorities",
    "socially_marginalised",
    "informal_micro_entrepreneurs",
    "home_workers_and_low_education",
)


@dataclass(frozen=True)
class Representation:
    """Ratio of a group's share in a forum to its share in the cluster, with a verdict.

    ``ratio`` is ``None`` where one of the shares cannot be formed; the verdict then says which.
    """

    group: str
    forum_share: Share | None
    cluster_share: Share | None
    ratio: float | None
    verdict: Verdict


def representation(
    group: str, *, n_in_forum: int, n_forum: int, n_in_cluster: int, n_cluster: int, threshold: float = 0.8
) -> Representation:
    """How well a group is represented; a ratio below ``threshold`` (Nanduti's proposal: 0.8) is flagged.

    >>> r = representation("women_and_youth", n_in_forum=3, n_forum=20, n_in_cluster=75, n_cluster=100)
    >>> r.ratio, r.verdict.decision
    (0.2, 'flag')
    """
    _check("the forum", n_in_forum, n_forum)
    _check("the cluster", n_in_cluster, n_cluster)
    in_forum, in_cluster = Share.of(n_in_forum, n_forum), Share.of(n_in_cluster, n_cluster)
    if in_forum is None or not in_cluster:
        return Representation(group, in_forum, in_cluster, None, _cannot_say(in_forum, in_cluster))
    ratio = n_in_forum * n_cluster / (n_forum * n_in_cluster)  # one division, so that thirds come out exact
    return Representation(
        group, in_forum, in_cluster, ratio, _verdict(ratio, in_forum, in_cluster, threshold)
    )


def _check(place: str, part: int, whole: int) -> None:
    if not 0 <= part <= whole:
        raise BadInput(
            place=place,
            problem=f"counts {part} of the group among {whole}",
            remedy="Count the group within the whole.",
        )


def _cannot_say(in_forum: Share | None, in_cluster: Share | None) -> Verdict:
    if in_forum is None:
        reason = Reason("empty_forum", mark("Nobody is in the forum."))
    elif in_cluster is None:
        reason = Reason("no_census", mark("The cluster has not been counted."))
    else:
        reason = Reason("not_in_cluster", mark("The census of the cluster has nobody of this group."))
    return flag(reason, source=SOURCE, remedy=mark("Count the group in the cluster and in the forum."))


def _verdict(ratio: float, in_forum: Share, in_cluster: Share, threshold: float) -> Verdict:
    details = {"forum": in_forum.percent(), "cluster": in_cluster.percent(), "ratio": f"{ratio:.2f}"}
    sentence = mark("The group is {forum} of the forum and {cluster} of the cluster (ratio {ratio}).")
    reason = Reason("ratio", sentence, details)
    if ratio < threshold:
        return flag(reason, source=SOURCE, remedy=mark("Invite the group and ask what keeps it away."))
    return yes(reason, source=SOURCE)
