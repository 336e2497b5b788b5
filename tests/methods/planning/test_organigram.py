"""Who reports to whom: as stated, else as usual, and never in a circle but where people say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import PostKind, StatedPost, organigram, rights_verdict
from nanduti.methods.values import BadInput

KINDS = [
    PostKind("headquarters", "", "one"),
    PostKind("adviser", "headquarters", "one"),
    PostKind("coordinator", "adviser", "one"),
    PostKind("agent", "coordinator", "some", each_cluster=True),
    PostKind("expert", "coordinator"),
]
ABOVE = {kind.code: kind.reports_to for kind in KINDS}
FULL = [
    StatedPost("hq", "headquarters"), StatedPost("cta", "adviser"), StatedPost("co", "coordinator"),
    StatedPost("a1", "agent", "leather"), StatedPost("a2", "agent", "shoes"),
]  # fmt: skip


def chart(posts, **more):
    return organigram(KINDS, posts, **more)


def lines(posts, **more):
    return {line.post: (line.superior, line.basis) for line in chart(posts, **more).lines}


def codes(posts, post):
    line = chart(posts).line_of(post)
    return line.verdict.decision, [reason.code for reason in line.verdict.reasons]


def test_a_full_team_stands_in_one_line():
    found = chart(FULL, clusters=["leather", "shoes"])
    assert {line.post: line.superior for line in found.lines} == {
        "hq": "", "cta": "hq", "co": "cta", "a1": "co", "a2": "co",
    }  # fmt: skip
    assert found.verdict.decision == "yes" and not found.vacancies
    assert found.line_of("hq").basis == "top" and found.line_of("a1").verdict.decision == "yes"


def test_what_is_stated_comes_first():
    posts = [*FULL[:3], StatedPost("a1", "agent", "leather", reports_to="hq")]
    assert lines(posts)["a1"] == ("hq", "stated")


def test_a_vacant_post_is_passed_over_and_said():
    posts = [post for post in FULL if post.code not in {"co", "cta"}]
    found = chart(posts, clusters=["leather", "shoes", "auto"])
    line = found.line_of("a1")
    assert (line.superior, line.passed) == ("hq", ("coordinator", "adviser"))
    assert codes(posts, "a1") == ("flag", ["vacant_between"])
    assert [(v.kind, v.cluster, v.superior, v.passed) for v in found.vacancies] == [
        ("adviser", "", "hq", ()),
        ("coordinator", "", "hq", ("adviser",)),
        ("agent", "auto", "hq", ("coordinator", "adviser")),
    ]
    assert "agent · auto" in found.verdict.reasons[0].say()


def test_without_anybody_above_the_first_to_be_asked_for_is_missing():
    assert codes([StatedPost("a", "agent")], "a") == ("flag", ["vacant_between", "nobody_above"])
    # Where no post above is asked for, the highest there is is the top.
    plain = [PostKind("coordinator"), PostKind("agent", "coordinator")]
    found = organigram(plain, [StatedPost("a", "agent")])
    assert found.line_of("a").basis == "top" and found.verdict.decision == "yes"


@pytest.mark.parametrize(
    ("standing", "code"), [("ended", "superior_ended"), ("not_begun", "superior_not_begun")]
)
def test_a_superior_who_is_not_there_is_pointed_out_and_the_usual_line_taken(standing, code):
    posts = [
        *FULL,
        StatedPost("gone", "adviser", standing=standing),
        StatedPost("e", "expert", reports_to="gone"),
    ]
    assert lines(posts)["e"] == ("co", "usual")
    assert codes(posts, "e") == ("flag", [code])


def test_a_post_above_itself_and_posts_in_a_circle_are_refused():
    alone = [StatedPost("co", "coordinator", reports_to="co")]
    assert codes(alone, "co") == ("no", ["itself"])
    ring = [
        StatedPost("x", "agent", reports_to="y"), StatedPost("y", "agent", reports_to="z"),
        StatedPost("z", "expert", reports_to="x"), StatedPost("under", "expert", reports_to="x"),
    ]  # fmt: skip
    found = chart(ring)
    assert found.verdict.decision == "no" and found.line_of("under").superior == "x"
    assert found.line_of("y").verdict.reasons[0].details["posts"] == "y; z; x"
    assert {line.superior for line in found.lines if line.basis == "circle"} == {""}


def test_a_usual_line_never_closes_a_circle():
    # The coordinator is said to report to an agent, so the agent cannot report to the coordinator.
    posts = [
        StatedPost("cta", "adviser"),
        StatedPost("co", "coordinator", reports_to="a"),
        StatedPost("a", "agent"),
    ]
    assert lines(posts)["a"] == ("cta", "usual")
    assert chart(posts).line_of("a").passed == ()  # the post is not vacant


def test_several_who_could_be_meant_are_not_chosen_from():
    posts = [
        StatedPost("c1", "coordinator"),
        StatedPost("c2", "coordinator"),
        StatedPost("a", "agent", "shoes"),
    ]
    assert lines(posts)["a"] == ("", "unclear")
    assert "too_many" in [reason.code for reason in chart(posts).verdict.reasons]
    near = [StatedPost("c1", "coordinator", "shoes"), *posts[1:]]
    assert lines(near)["a"] == ("c1", "usual")  # the one of the same cluster
    far = [StatedPost("c1", "coordinator", "leather"), *posts[1:]]
    assert lines(far)["a"] == ("c2", "usual")  # the one for the whole


def test_two_tops_and_nobody_at_all_are_said():
    posts = [StatedPost("h1", "headquarters"), StatedPost("h2", "headquarters")]
    assert "several_tops" in [reason.code for reason in chart(posts).verdict.reasons]
    assert [reason.code for reason in chart([]).verdict.reasons] == ["empty"]


def test_a_superior_who_is_not_shown_is_no_finding():
    assert codes([*FULL, StatedPost("e", "expert", reports_to="elsewhere")], "e") == ("yes", ["unseen"])


def test_reasons_call_things_by_their_names():
    found = chart(
        [StatedPost("hq", "headquarters")], names={"adviser": "asesor", "coordinator": "coordinador"}
    )
    assert found.verdict.reasons[0].details["posts"].startswith("asesor; coordinador")


@pytest.mark.parametrize(
    ("kinds", "posts"),
    [
        ([PostKind("a", "b"), PostKind("b", "a")], []),
        ([PostKind("a", "nowhere")], []),
        (KINDS, [StatedPost("x", "clown")]),
        (KINDS, [StatedPost("x", "agent"), StatedPost("x", "expert")]),
        (KINDS, [StatedPost("x", "agent", standing="asleep")]),
    ],
)
def test_what_cannot_be_is_refused(kinds, posts):
    with pytest.raises(BadInput):
        organigram(kinds, posts)


def test_rights_beyond_the_post_and_short_of_it_are_pointed_out():
    both = rights_verdict({"read", "edit"}, {"read", "override"}, names={"override": "put rules aside"})
    assert [reason.code for reason in both.reasons] == ["beyond", "short"]
    assert "put rules aside" in both.reasons[0].say()
    assert rights_verdict({"read"}, {"read"}).decision == "yes"


# --- the plain twin: the same rule written as closures of relations, slow and obvious


def closure(pairs):
    reach = set(pairs)
    while True:
        more = {(a, d) for a, b in reach for c, d in reach if b == c} - reach
        if not more:
            return reach
        reach |= more


def twin(posts):
    held = {post.code: post for post in posts if post.standing == "held"}
    stated = {(p.code, p.reports_to) for p in held.values() if p.reports_to in held}
    reach = closure(stated)
    ringed = {code for code in held if (code, code) in reach}
    pairs = {(a, b) for a, b in stated if a not in ringed}
    known = {post.code for post in posts}
    unseen = {p.code for p in held.values() if p.reports_to and p.reports_to not in known}
    settled = ringed | {a for a, _b in pairs} | unseen
    depth = {"headquarters": 0, "adviser": 1, "coordinator": 2, "agent": 3, "expert": 3}
    for code in sorted(set(held) - settled, key=lambda c: (depth[held[c].kind], c)):
        kind = ABOVE[held[code].kind]
        while kind:
            reach = closure(pairs)
            free = [p for p in held.values() if p.kind == kind and (p.code, code) not in reach]
            for cluster in (held[code].cluster, "", None):
                near = [p for p in free if cluster is None or p.cluster == cluster]
                if near:
                    break
            if near:
                pairs |= {(code, near[0].code)} if len(near) == 1 else set()
                break
            kind = ABOVE[kind]
    return {code: next((b for a, b in pairs if a == code), "") for code in held}


CODES = ["p1", "p2", "p3", "p4", "p5", "p6", "p7"]


@st.composite
def teams(draw):
    n = draw(st.integers(0, len(CODES)))
    return [
        StatedPost(
            code,
            draw(st.sampled_from(list(ABOVE))),
            draw(st.sampled_from(["", "leather", "shoes"])),
            draw(st.sampled_from(["", "", *CODES])),
            draw(st.sampled_from(["held", "held", "held", "ended", "not_begun"])),
        )
        for code in CODES[:n]
    ]


@given(teams())
def test_the_lines_are_those_of_the_plain_twin(posts):
    assert {line.post: line.superior for line in chart(posts).lines} == twin(posts)


@given(teams())
def test_lines_lead_up_and_end(posts):
    found = chart(posts, clusters=["leather", "shoes"])
    above = {line.post: line.superior for line in found.lines}
    for post in above:
        walked, at = set(), post
        while at:
            assert at not in walked
            walked.add(at)
            at = above[at]
    kind_of = {post.code: post.kind for post in posts}
    held_kinds = {kind_of[line.post] for line in found.lines}
    for line in found.lines:
        assert not set(line.passed) & held_kinds
        assert (line.verdict.decision == "no") == (line.basis == "circle")


@given(teams(), st.randoms(use_true_random=False))
def test_the_order_in_which_posts_are_given_does_not_matter(posts, dice):
    mixed = posts[:]
    dice.shuffle(mixed)
    one, other = chart(posts), chart(mixed)
    assert {line.post: (line.superior, line.basis) for line in one.lines} == {
        line.post: (line.superior, line.basis) for line in other.lines
    }
    assert one.vacancies == other.vacancies and one.verdict.decision == other.verdict.decision
