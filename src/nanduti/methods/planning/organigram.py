"""Who reports to whom in the management of a programme: the line of each post, and what the whole still lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, counted, flag, mark, no, yes

from ._superiors import STANDINGS, Found, PostKind, StatedPost, superiors

#: The picture of the paper is lost in its text: the posts are the paper's, most lines are Nanduti's proposal.
SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chart 1; chapter 5, step 2 (d)")
RIGHTS_SOURCE = RuleSource("Nanduti", mark("the role that each post needs, proposed"))


@dataclass(frozen=True)
class ChartLine:
    """To whom one post reports.

    Attributes:
        post: its code.
        superior: code of the post above; empty where there is none.
        basis: ``stated``, ``usual``, ``top`` (nobody needs to be above), ``nobody`` (somebody should), ``unclear``
            (several could be), ``circle`` or ``unseen`` (stated, but not among the posts given).
        passed: vacant kinds that the line passes over, from the nearest up.
        verdict: yes, flag or no, with the reasons.
    """

    post: str
    superior: str
    basis: str
    passed: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Vacancy:
    """A post that is asked for and that nobody holds, and where it hangs."""

    kind: str
    cluster: str = ""
    superior: str = ""
    passed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organigram:
    """The lines of all posts that are held, the vacancies, and what the rule says of the whole."""

    lines: tuple[ChartLine, ...]
    vacancies: tuple[Vacancy, ...]
    verdict: Verdict
    _by_post: dict[str, ChartLine] = field(default_factory=dict, repr=False, compare=False)

    def line_of(self, post: str) -> ChartLine:
        """The line of a post by its code."""
        if not self._by_post:
            self._by_post.update({line.post: line for line in self.lines})
        return self._by_post[post]


def organigram(
    kinds: Sequence[PostKind],
    posts: Iterable[StatedPost],
    *,
    clusters: Collection[str] = (),
    names: Mapping[str, str] | None = None,
) -> Organigram:
    """Who reports to whom among the posts that are held.

    What is stated comes first. Where nothing is stated, a post reports as is usual for its kind: to the one of the same
    cluster, else to the one for the programme as a whole, else to the only one there is; where that post is vacant, to
    the next above that somebody holds. A usual line is never drawn where it would close a circle. A line that is stated
    to somebody who has left, or has not begun, is pointed out, and the usual one is taken meanwhile.

    Args:
        kinds: the kinds of posts, with the kind to which each usually reports.
        posts: all posts of the programme; only those held get a line.
        clusters: codes of the clusters in which each kind that is asked for ``each_cluster`` is asked for.
        names: code of a kind or post → how reasons call it; the code where it is left out.

    Raises:
        BadInput: kinds that report in a circle or to nobody known, posts of unknown kinds, codes that stand twice.

    >>> kinds = [PostKind("adviser", seats="one"), PostKind("coordinator", "adviser", "one"), PostKind("agent", "coordinator")]
    >>> chart = organigram(kinds, [StatedPost("a", "agent"), StatedPost("cta", "adviser")])
    >>> line = chart.line_of("a")
    >>> line.superior, line.basis, line.passed, line.verdict.decision
    ('cta', 'usual', ('coordinator',), 'flag')
    >>> [v.kind for v in chart.vacancies], chart.verdict.reasons[0].say()
    (['coordinator'], 'Nobody holds: coordinator.')
    """  # noqa: E501
    every = list(posts)
    by_kind = _checked(kinds, every)
    said = names or {}
    vacant = _vacant(by_kind, every, clusters)
    found = superiors(by_kind, every, [StatedPost(f"{k}\x00{c}", k, cluster=c) for k, c in vacant])
    held = [post for post in every if post.standing == "held"]
    lines = tuple(_line(post, found[post.code], by_kind, held, said) for post in held)
    vacancies = tuple(
        Vacancy(k, c, found[f"{k}\x00{c}"].superior, found[f"{k}\x00{c}"].passed) for k, c in vacant
    )
    return Organigram(lines, vacancies, _whole(lines, vacancies, by_kind, held, said))


def _checked(kinds: Sequence[PostKind], posts: Sequence[StatedPost]) -> dict[str, PostKind]:
    by_kind = {kind.code: kind for kind in kinds}
    for kind in kinds:
        if kind.reports_to and kind.reports_to not in by_kind:
            _refuse(f"kind {kind.code!r}", mark("reports to a kind that is not known"), kind.reports_to)
        seen, above = {kind.code}, kind.reports_to
        while above:
            if above in seen:
                _refuse(f"kind {kind.code!r}", mark("reports to itself in a circle"), above)
            seen.add(above)
            above = by_kind[above].reports_to if above in by_kind else ""
    codes = Counter(post.code for post in posts)
    for post in posts:
        if post.kind not in by_kind:
            _refuse(f"post {post.code!r}", mark("is of a kind that is not known"), post.kind)
        if post.standing not in STANDINGS or codes[post.code] > 1:
            _refuse(
                f"post {post.code!r}", mark("stands twice, or in a standing that is not known"), post.standing
            )
    return by_kind


def _refuse(place: str, problem: str, given: str) -> None:
    raise BadInput(place=f"{place} ({given})", problem=problem, remedy="Correct the kinds or the posts.")


def _vacant(
    kinds: Mapping[str, PostKind], posts: Sequence[StatedPost], clusters: Collection[str]
) -> list[tuple[str, str]]:
    """Kind and cluster of each post that is asked for and not held."""
    held = {(post.kind, post.cluster) for post in posts if post.standing == "held"}
    filled = {kind for kind, _cluster in held}
    found = []
    for kind in kinds.values():
        if kind.seats == "any":
            continue
        if kind.each_cluster and clusters:
            found += [(kind.code, c) for c in sorted(clusters) if (kind.code, c) not in held]
        elif kind.code not in filled:
            found.append((kind.code, ""))
    return found


def _line(
    post: StatedPost,
    found: Found,
    kinds: Mapping[str, PostKind],
    held: Sequence[StatedPost],
    names: Mapping[str, str],
) -> ChartLine:
    basis, hard, soft = found.basis, [], []
    if found.stated_is == "itself":
        hard.append(Reason("itself", mark("The post is written down as its own superior.")))
    elif found.stated_is == "circle":
        text = mark("These posts report to each other in a circle: {posts}.")
        hard.append(Reason("circle", text, {"posts": _named(found.others, names)}))
    elif found.stated_is == "ended":
        text = mark("The superior that is written down has left the post.")
        soft.append(Reason("superior_ended", text))
    elif found.stated_is == "not_begun":
        text = mark("The superior that is written down has not begun in the post.")
        soft.append(Reason("superior_not_begun", text))
    if found.passed:
        text = mark("The post in between is vacant: {posts}.")
        soft.append(Reason("vacant_between", text, {"posts": _named(found.passed, names)}))
    if basis == "unclear":
        text = mark("Several could be the superior, and nobody has written down which: {posts}.")
        soft.append(Reason("unclear", text, {"posts": _named(found.others, names)}))
    if basis == "nobody":
        if not found.passed and _is_top(post, kinds, held):
            basis = "top"
        else:
            soft.append(Reason("nobody_above", mark("Nobody stands above it, though it is not the top.")))
    reasons = [*hard, *soft] or [Reason(basis, _PLAIN[basis])]
    if hard:
        remedy = mark("Write down another superior for one of them.")
        return ChartLine(
            post.code, found.superior, basis, found.passed, no(*reasons, source=SOURCE, remedy=remedy)
        )
    verdict = (flag if soft else yes)(*reasons, source=SOURCE)
    return ChartLine(post.code, found.superior, basis, found.passed, verdict)


_PLAIN = {
    "stated": mark("It is written down to whom the post reports."),
    "usual": mark("Nobody has written down to whom the post reports; this is the usual line."),
    "top": mark("Nobody stands above it; it is the top."),
    "unseen": mark("It reports to a post that is not shown here."),
}


def _is_top(post: StatedPost, kinds: Mapping[str, PostKind], held: Sequence[StatedPost]) -> bool:
    """Whether no held post is of a kind nearer to the top."""
    return _depth(post.kind, kinds) == min(_depth(other.kind, kinds) for other in held)


def _depth(code: str, kinds: Mapping[str, PostKind]) -> int:
    above = kinds[code].reports_to
    return 1 + _depth(above, kinds) if above else 0


def _named(codes: Iterable[str], names: Mapping[str, str]) -> str:
    return "; ".join(names.get(code, code) for code in codes)


def _whole(
    lines: Sequence[ChartLine],
    vacancies: Sequence[Vacancy],
    kinds: Mapping[str, PostKind],
    held: Sequence[StatedPost],
    names: Mapping[str, str],
) -> Verdict:
    if not held:
        return flag(Reason("empty", mark("Nobody holds a post.")), source=SOURCE)
    broken = [line.post for line in lines if line.verdict.decision == "no"]
    reasons = []
    if broken:
        text = mark("These report to themselves, alone or in a circle: {posts}.")
        reasons.append(Reason("circle", text, {"posts": _named(broken, names)}))
    reasons += _of_seats(vacancies, kinds, held, names)
    tops = [line.post for line in lines if line.basis in {"top", "nobody"}]
    if len(tops) > 1:
        text = mark("{n} posts have nobody above them: {posts}.")
        reasons.append(Reason("several_tops", text, {"n": len(tops), "posts": _named(tops, names)}))
    others = [
        line
        for line in lines
        if line.verdict.decision == "flag"
        and {r.code for r in line.verdict.reasons} - {"vacant_between", "nobody_above"}
    ]
    if others:
        one, several = (
            mark("The line of {n} post wants somebody to look."),
            mark("The lines of {n} posts want somebody to look."),
        )
        reasons.append(Reason("look", counted(len(others), one, several), {"n": len(others)}))
    if broken:
        return no(*reasons, source=SOURCE, remedy=mark("Write down another superior for one of them."))
    if reasons:
        return flag(*reasons, source=SOURCE)
    return yes(Reason("whole", mark("Every post is held and has its line.")), source=SOURCE)


def _of_seats(
    vacancies: Sequence[Vacancy],
    kinds: Mapping[str, PostKind],
    held: Sequence[StatedPost],
    names: Mapping[str, str],
) -> list[Reason]:
    reasons = []
    if vacancies:
        said = [
            f"{names.get(v.kind, v.kind)} · {names.get(v.cluster, v.cluster)}"
            if v.cluster
            else names.get(v.kind, v.kind)
            for v in vacancies
        ]
        reasons.append(Reason("vacant", mark("Nobody holds: {posts}."), {"posts": "; ".join(said)}))
    n_held = Counter(post.kind for post in held)
    for kind in kinds.values():
        if kind.seats == "one" and n_held[kind.code] > 1:
            text = mark("{n} hold the post “{post}”, of which there is one.")
            details = {"n": n_held[kind.code], "post": names.get(kind.code, kind.code)}
            reasons.append(Reason("too_many", text, details))
    return reasons


def rights_verdict(
    needed: Collection[str], held: Collection[str], *, names: Mapping[str, str] | None = None
) -> Verdict:
    """Whether what an account may do is what the post of its owner needs.

    Rights beyond the post, such as an agent who may put rules aside, are pointed out: roles add up, and somebody with
    two posts may well need them.

    Args:
        needed: the capabilities of the role that the post needs; none where it needs no account.
        held: the capabilities of the account in the place of the post.
        names: capability → how reasons call it.

    >>> rights_verdict({"read", "edit_plans"}, {"read", "edit_plans", "override_rule"}).reasons[0].say()
    'The account may do more than the post needs: override_rule.'
    """
    said = names or {}
    beyond, short = sorted(set(held) - set(needed)), sorted(set(needed) - set(held))
    reasons = []
    if beyond:
        text = mark("The account may do more than the post needs: {what}.")
        reasons.append(Reason("beyond", text, {"what": _named(beyond, said)}))
    if short:
        text = mark("The account may not do what the post needs: {what}.")
        reasons.append(Reason("short", text, {"what": _named(short, said)}))
    if reasons:
        return flag(*reasons, source=RIGHTS_SOURCE)
    return yes(Reason("fits", mark("The account may do what the post needs.")), source=RIGHTS_SOURCE)
