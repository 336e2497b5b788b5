"""Ties as they are declared, read with who did not answer, and measured: beside plain twins."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanduti.foundation.models import AuditEvent
from nanduti.networks.actions import ties as actions
from nanduti.networks.errors import AlreadyKnown, KindNotKnown, StrengthOffScale, TieToItself, TieToNobody
from nanduti.networks.models import Tie, TieActor, TieRespondent
from nanduti.networks.queries import tie_frame
from nanduti.networks.queries.left_out import left_out
from nanduti.networks.queries.measures import alone, measured, network_of
from nanduti.register import merging
from tests.support.networks import ALONE, AT, PAIRS, SILENT, N, asked, begin, workshop

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def frame(found, **more):
    return tie_frame(programme=found.programme, cluster=found.cluster, **{"access": None, **more})


def plain_partners(found) -> dict[str, set[str]]:
    partners: dict[str, set[str]] = {found.name(n): set() for n in range(N)}
    for one, two in PAIRS:
        partners[found.name(one)].add(found.name(two))
        partners[found.name(two)].add(found.name(one))
    return partners


def test_declaring_a_tie_is_witnessed(found):
    tie = found.tie(0, 3)
    assert (tie.kind, tie.state, tie.scope.kind) == ("works_with", "said", "work")
    assert AuditEvent.objects.filter(action="networks.declare_tie", subject_id=str(tie.pk)).count() == 1


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"target": "W-NOBODY"}, TieToNobody),
        ({"target": "?"}, TieToNobody),
        ({"kind": "marries"}, KindNotKnown),
        ({"kind": "trusts", "strength": 7}, StrengthOffScale),
        ({"kind": "trusts", "strength": 0}, StrengthOffScale),
        ({"strength": -1.0}, StrengthOffScale),
        ({"target": None}, TieToItself),
    ],
)
def test_a_wrong_tie_is_refused_in_words(found, values, error):
    given = {"kind": "works_with", "origin": found.name(0), "target": found.name(1), **values}
    given["target"] = given["target"] or found.name(0)
    before = Tie.objects.count()
    with pytest.raises(error) as refused:
        actions.declare_tie(programme=found.programme, cluster=found.cluster, by="test", at=AT, **given)
    assert str(refused.value) and Tie.objects.count() == before


def test_whoever_is_not_in_the_register_is_kept_and_found_later(found):
    values = {"programme": found.programme, "cluster": found.cluster, "by": "test", "at": AT}
    for n in (0, 1):
        actions.declare_tie(kind="works_with", origin=found.name(n), target="? Dyer", **values)
    actor = TieActor.objects.get(code="?dyer")
    ties = frame(found)
    assert ties.n_not_in_register == 1 and ties.missing["?dyer"] == "not_asked"
    known = actions.say_who(actor=actor, pseudonym=found.name(0), by="test", at=AT)
    assert not TieActor.objects.filter(code="?dyer").exists()
    # What would have tied 0 to itself went; 1's tie is to 0 now.
    assert known.establishment == found.sites[0]
    assert not Tie.objects.filter(origin=known, target=known).exists()
    with pytest.raises(AlreadyKnown):
        actions.say_who(actor=known, pseudonym=found.name(3), by="test", at=AT)


def test_somebody_new_becomes_known_in_place(found):
    actions.declare_tie(
        programme=found.programme, cluster=found.cluster, kind="works_with", origin=found.name(0), target="?new",
        by="test", at=AT,
    )  # fmt: skip
    site = workshop(found.made, 99)
    actor = actions.say_who(
        actor=TieActor.objects.get(code="?new"), pseudonym=site.pseudonym, by="test", at=AT
    )
    assert actor.establishment == site and actor.state == "known"
    assert site.pseudonym in frame(found).actors["actor"].to_list()


def test_nobody_may_be_known(found):
    actions.declare_tie(
        programme=found.programme, cluster=found.cluster, kind="works_with", origin=found.name(0), target="?ghost",
        by="test", at=AT,
    )  # fmt: skip
    actor = TieActor.objects.get(code="?ghost")
    actions.say_nobody_knows(actor=actor, version=actor.version, by="test", at=AT)
    actor.refresh_from_db()
    assert actor.state == "nobody" and Tie.objects.filter(target=actor).exists()


def test_the_frame_tells_who_answered_and_who_did_not(found):
    ties = frame(found, wave="first")
    assert ties.frame.height == len(PAIRS) and ties.n == N and ties.is_asked_known
    assert ties.missing == {found.name(SILENT): "silent"}
    assert len(ties.respondents) == N - 1
    # One more firm stands in the register (the world's own) and was not asked.
    assert ties.n_outside == 1


def test_measures_as_a_plain_twin_finds_them(found):
    said = measured(frame(found, wave="first"))
    partners = plain_partners(found)
    rows = {row["actor"]: row for row in said.actors.iter_rows(named=True)}
    assert {actor: row["partners"] for actor, row in rows.items()} == {a: len(p) for a, p in partners.items()}
    # Undirected: a pair is known if either of the two answered; only one was silent, so all are known.
    tied = sum(map(len, partners.values()))
    density = next(s for s in said.statements if s.topic == "density")
    assert density.measure == pytest.approx(tied / (N * (N - 1)))
    assert rows[found.name(ALONE)]["is_isolated"] is True
    # The silent one has no tie that anybody named; that it stands alone cannot be said.
    assert rows[found.name(SILENT)]["is_isolated"] is None
    assert {w.code for w in said.warnings} >= {"silent", "outside", "alone_perhaps"}


def test_direction_and_silence_leave_pairs_unknown(found):
    wave = begin(found.made, "trust", kinds=["trusts"])
    for n, state in ((0, "answered"), (1, "answered"), (2, "silent")):
        asked(found, found.sites[n], state, wave)
    found.tie(0, 1, "trusts", wave, strength=4)
    found.tie(1, 2, "trusts", wave, strength=2)
    network = network_of(frame(found, wave="trust", kinds=["trusts"]), kinds=["trusts"])
    assert network.directed and network.n == 3
    assert network.n_unknown == 2  # what 2 would have said of 0 and of 1
    sure, perhaps = alone(network)
    assert not sure.any() and not perhaps.any()
    assert sorted(network.frame()["strength"].to_list()) == [2.0, 4.0]


def test_silence_is_no_missing_tie_where_nobody_was_written_down(found):
    TieRespondent.objects.all().delete()
    ties = frame(found, wave="first")
    assert not ties.is_asked_known and ties.missing == {} and ties.n == 10
    assert "asked_not_known" in {w.code for w in measured(ties).warnings}


def test_a_snowball_is_warned_of(found):
    wave = begin(found.made, "chain", method="snowball")
    row = asked(found, found.sites[0], "answered", wave)
    found.tie(0, 1, wave=wave)
    found.tie(1, 2, wave=wave)
    assert "seeds_not_known" in {w.code for w in measured(frame(found, wave="chain")).warnings}
    row.is_seed, row.n_more = True, 4
    row.save()
    said = {w.code: w for w in measured(frame(found, wave="chain")).warnings}
    assert said["snowball"].details["n_seeds"] == 1 and said["n_more"].details["n"] == 4


def test_too_little_is_told_in_words(found):
    empty = begin(found.made, "empty")
    said = measured(frame(found, wave=empty, with_records=False))
    assert said.why_not is not None and not said.statements
    found.tie(0, 1, wave=empty)
    said = measured(frame(found, wave=empty, with_records=False))
    assert "three actors" in str(said.why_not)
    asked(found, found.sites[2], "answered", empty)
    assert measured(frame(found, wave=empty, with_records=False)).why_not is None


def test_days_decide_what_is_in_force(found):
    wave = begin(found.made, "dated")
    found.tie(0, 1, wave=wave, began_on=date(2024, 1, 1), ended_on=date(2025, 1, 1))
    found.tie(1, 2, wave=wave, began_on=date(2025, 1, 1))
    on = {
        d: frame(found, wave=wave, at=d).frame.height
        for d in (date(2023, 6, 1), date(2024, 6, 1), date(2025, 1, 1))
    }
    assert list(on.values()) == [0, 1, 1]


def test_statements_do_not_multiply_with_the_ties(found):
    with CaptureQueriesContext(connection) as few:
        frame(found)
    for n in range(9):
        found.tie(n, n + 2, "sells_to")
    with CaptureQueriesContext(connection) as many:
        frame(found)
    assert len(many) == len(few) <= 14


def test_what_was_told_in_confidence_needs_the_right_to_answers(found):
    found.tie(0, 1, "same_network")  # an open kind, written down by hand
    access = {role: found.world.access(role) for role in ("cda", "researcher", "stranger", "nobody")}
    assert frame(found, access=access["cda"]).frame.height == len(PAIRS) + 1
    assert frame(found, access=access["researcher"]).frame["kind"].to_list() == ["same_network"]
    for role in ("stranger", "nobody"):
        assert frame(found, access=access[role]).frame.height == 0


def test_a_merged_record_is_one_actor(found):
    merging.merge_establishments(kept=found.sites[0], absorbed=found.sites[2], reason="one", by="test", at=AT)
    ties = frame(found, wave="first")
    assert found.name(2) not in ties.actors["actor"].to_list()
    network = network_of(ties)
    assert network.n == N - 1 and not network.ties.diagonal().any()


# --- who is left out


def test_groups_are_counted_as_a_plain_twin_counts_them(found):
    ties = frame(found, wave="first")
    said = left_out(network_of(ties), "size_class", permutations=0)
    partners = plain_partners(found)
    small = {found.name(n) for n in range(N) if n % 3 == 0}
    rows = {row.group: row for row in said.rows}
    assert rows["small"].n == len(small) and rows["micro"].n == N - len(small)
    assert rows["small"].mean_partners == pytest.approx(sum(len(partners[a]) for a in small) / len(small))
    heard = {found.name(n) for n in range(N) if n != SILENT} - small
    assert rows["micro"].n_alone == sum(not partners[a] for a in heard) == 1
    pairs = [(found.name(a), found.name(b)) for a, b in PAIRS]
    across = sum((a in small) != (b in small) for a, b in pairs)
    assert said.ei_index == pytest.approx((2 * across - len(pairs)) / len(pairs))


def test_one_group_or_one_firm_is_told_in_words(found):
    network = network_of(frame(found, wave="first"))
    assert "one group" in str(left_out(network, "actor_kind").why_not)
    one = {actor: "rare" if n == 0 else "many" for n, actor in enumerate(network.actors)}
    from dataclasses import replace

    import polars as pl

    marked = replace(
        network, attributes=network.attributes.with_columns(pl.Series("group", list(one.values())))
    )
    rows = {row.group: row for row in left_out(marked, "group", permutations=0).rows}
    assert rows["rare"].too_few and not rows["many"].too_few
