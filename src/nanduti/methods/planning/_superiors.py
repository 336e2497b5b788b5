"""The post above each post: as stated, else as usual; see :mod:`nanduti.methods.planning.organigram`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STANDINGS = ("held", "ended", "not_begun")


@dataclass(frozen=True)
class PostKind:
    """A kind of post, to which kind it usually reports, and how many are asked for: ``one``, ``some`` or ``any``."""

    code: str
    reports_to: str = ""
    seats: str = "any"
    each_cluster: bool = False


@dataclass(frozen=True)
class StatedPost:
    """A post of a programme: its kind, for which cluster, to which post it is said to report, and whether it is held.

    Attributes:
        cluster: empty for the programme as a whole.
        reports_to: code of the superior as stated; empty where nobody has.
        standing: ``held``, ``ended`` or ``not_begun`` on the day.
    """

    code: str
    kind: str
    cluster: str = ""
    reports_to: str = ""
    standing: str = "held"


@dataclass(frozen=True)
class Found:
    """What was found above a post.

    Attributes:
        superior: code of the post above; empty where there is none.
        basis: ``stated``, ``usual``, ``nobody``, ``unclear``, ``circle`` or ``unseen``.
        passed: vacant kinds passed over, from the nearest up.
        stated_is: what is wrong with the stated superior: ``itself``, ``circle``, ``ended``, ``not_begun``, or nothing.
        others: the posts of the circle, or those that could be meant.
    """

    superior: str
    basis: str
    passed: tuple[str, ...] = ()
    stated_is: str = ""
    others: tuple[str, ...] = ()


def superiors(
    kinds: Mapping[str, PostKind], posts: Sequence[StatedPost], vacant: Sequence[StatedPost] = ()
) -> dict[str, Found]:
    """What stands above each held post, and above where each vacant one would hang, by code.

    Usual lines are drawn from the top down, so that each is checked against those that are there already: the lines
    never close a circle but where people have stated one, which is left out.
    """
    by_code = {post.code: post for post in posts}
    held = [post for post in posts if post.standing == "held"]
    rings = _rings(held, by_code)
    found = {post.code: _stated(post, by_code, rings) for post in held}
    above = {code: f.superior for code, f in found.items() if f and f.superior}
    order = sorted(held, key=lambda post: (_depth(post.kind, kinds), post.code))
    drawn: dict[str, Found] = {}
    for post in order:
        known = found[post.code]
        if known is None or not known.basis:
            usual = _usual(post, kinds, held, above)
            known = Found(
                usual.superior, usual.basis, usual.passed, known.stated_is if known else "", usual.others
            )
            if known.superior:
                above[post.code] = known.superior
        drawn[post.code] = known
    return drawn | {post.code: _usual(post, kinds, held, above) for post in vacant}


def _depth(code: str, kinds: Mapping[str, PostKind]) -> int:
    above = kinds[code].reports_to
    return 1 + _depth(above, kinds) if above else 0


def _rings(held: Sequence[StatedPost], by_code: Mapping[str, StatedPost]) -> dict[str, tuple[str, ...]]:
    """Post → the posts of the circle in which it is stated to report, itself first; only those in one."""
    stated = {p.code: p.reports_to for p in held if p.reports_to in by_code and p.reports_to != p.code}
    rings: dict[str, tuple[str, ...]] = {}
    for start in stated:
        walked, at = [start], stated[start]
        while at in stated and at not in walked:
            walked.append(at)
            at = stated[at]
        if at == start:
            rings[start] = tuple(walked)
    return rings


def _stated(
    post: StatedPost, by_code: Mapping[str, StatedPost], rings: Mapping[str, tuple[str, ...]]
) -> Found | None:
    """What the statement comes to; ``None`` where there is none, without a basis where the usual line is taken."""
    if not post.reports_to:
        return None
    if post.reports_to == post.code:
        return Found("", "circle", stated_is="itself")
    if post.code in rings:
        return Found("", "circle", stated_is="circle", others=rings[post.code])
    superior = by_code.get(post.reports_to)
    if superior is None:
        return Found("", "unseen")
    if superior.standing != "held":
        return Found("", "", stated_is=superior.standing)
    return Found(superior.code, "stated")


def _usual(
    post: StatedPost, kinds: Mapping[str, PostKind], held: Sequence[StatedPost], above: Mapping[str, str]
) -> Found:
    passed: list[str] = []
    at = kinds[post.kind].reports_to
    while at:
        holders = [other for other in held if other.kind == at]
        near = _nearest(post, [other for other in holders if not _stands_above(post.code, other.code, above)])
        if len(near) == 1:
            return Found(near[0].code, "usual", tuple(passed))
        if near:
            return Found("", "unclear", tuple(passed), others=tuple(sorted(other.code for other in near)))
        if not holders and kinds[at].seats != "any":
            passed.append(at)
        at = kinds[at].reports_to
    return Found("", "nobody", tuple(passed))


def _nearest(post: StatedPost, holders: Sequence[StatedPost]) -> Sequence[StatedPost]:
    """Those of the same cluster, else those for the programme as a whole, else all."""
    for cluster in {post.cluster: None, "": None}:
        near = [other for other in holders if other.cluster == cluster]
        if near:
            return near
    return holders


def _stands_above(post: str, other: str, above: Mapping[str, str]) -> bool:
    """Whether the lines drawn so far lead from the other post up to this one."""
    at = other
    while at:
        if at == post:
            return True
        at = above.get(at, "")
    return False
