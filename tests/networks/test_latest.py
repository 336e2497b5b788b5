"""The latest answer of everybody, beside a plain twin; and what the map shows when nobody chooses a round."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.networks.models import TieRespondent, TieWave
from nanduti.networks.queries import tie_frame
from nanduti.networks.queries.latest import latest_said
from nanduti.register.models import Cluster
from tests.support.networks import N, asked, begin

STATE = TieRespondent.State
ACTORS, KINDS = ("A", "B", "C"), ("lends", "trusts")


def plain(statements, rounds, heard):
    """Every statement looked at by itself."""
    order = {one.code: place for place, one in enumerate(rounds)}
    listed = {wave for _actor, wave in heard}

    def kinds_of(one):
        return one.kinds or [s["kind"] for s in statements if s["wave"] == one.code]

    def was_heard(actor, place, kind):
        one = rounds[place]
        told = any(s["told_by"] == actor and s["wave"] == one.code and s["kind"] == kind for s in statements)
        return told or ((actor, one.pk) in heard and kind in kinds_of(one))

    kept = []
    for s in statements:
        later = range(order[s["wave"]] + 1, len(rounds)) if s["wave"] else ()
        ends = [s["told_by"]] if s["told_by"] else [s["source"], s["target"]]
        old = any(was_heard(end, place, s["kind"]) for place in later for end in ends)
        for place in later if not s["told_by"] else ():
            one = rounds[place]
            tells = any(
                not o["told_by"] and o["wave"] == one.code and o["kind"] == s["kind"] for o in statements
            )
            here = one.cluster_id in (None, rounds[order[s["wave"]]].cluster_id)
            old = old or (one.pk not in listed and tells and here)
        kept += [] if old else [s]
    return kept


STATEMENT = st.fixed_dictionaries(
    {
        "wave": st.sampled_from(["", "w0", "w1", "w2"]),
        "source": st.sampled_from(ACTORS),
        "target": st.sampled_from(ACTORS),
        "told_by": st.sampled_from(["", *ACTORS]),
        "kind": st.sampled_from(KINDS),
    }
)


@given(
    st.lists(STATEMENT, max_size=8),
    st.lists(
        st.tuples(st.sampled_from([None, 1, 2]), st.sampled_from([[], ["lends"], list(KINDS)])),
        min_size=3,
        max_size=3,
    ),
    st.sets(st.tuples(st.sampled_from(ACTORS), st.sampled_from([10, 11, 12]))),
)
@settings(max_examples=150, deadline=None)
def test_each_statement_counts_as_long_as_nothing_later_was_heard(statements, about, heard):
    rounds = [
        SimpleNamespace(pk=10 + n, code=f"w{n}", cluster_id=cluster, kinds=kinds)
        for n, (cluster, kinds) in enumerate(about)
    ]
    columns = ("wave", "source", "target", "told_by", "kind")
    frame = pl.DataFrame(statements, schema=dict.fromkeys(columns, pl.String))
    assert latest_said(frame, rounds, heard).to_dicts() == plain(statements, rounds, heard)


# --- with records

pytestmark_db = pytest.mark.django_db(databases=["default", "vault"])


def second_round(found, **more) -> TieWave:
    return begin(found.made, "second", from_on=date(2030, 1, 5), until_on=date(2030, 1, 9), **more)


def ties(found, wave) -> set[tuple[str, str]]:
    read = tie_frame(programme=found.programme, cluster=found.cluster, access=None, wave=wave)
    return {tuple(sorted(pair)) for pair in read.frame.select("source", "target").iter_rows()}


@pytestmark_db
def test_firms_asked_again_replace_what_they_said_and_nobody_else(found, visit):
    first = ties(found, "first")
    second = second_round(found)
    # 0 is asked again and names 3 instead of 1, 5 and 9.
    asked(found, found.sites[0], STATE.ANSWERED, second)
    found.tie(0, 3, wave=second)
    of_0 = {pair for pair in first if found.name(0) in pair}
    new = tuple(sorted((found.name(0), found.name(3))))
    assert ties(found, "latest") == (first - of_0) | {new}
    assert ties(found, "second") == {new}
    page = visit().get("/p/weaving/networks/")
    assert page.context["choice"].is_latest and page.context["picture"].n_ties == len(first) - len(of_0) + 1
    text = page.content.decode()
    assert "latest answer of everybody in 2 rounds, 5 January 2030 to 9 January 2030" in text
    assert '<option value="latest" selected>' in text
    # Links keep it; a comparison is one of two rounds.
    assert "wave=latest" in text
    compared = visit().get("/p/weaving/networks/?before=first")
    assert compared.context["choice"].wave == second and compared.context["compared"] is not None


@pytestmark_db
def test_a_last_round_that_heard_everybody_is_shown_as_itself(found, visit):
    second = second_round(found)
    for site in found.sites[:N]:
        asked(found, site, STATE.ANSWERED, second)
    page = visit().get("/p/weaving/networks/")
    assert page.context["choice"].wave == second and not page.context["choice"].is_latest
    chosen = visit().get("/p/weaving/networks/?wave=latest")
    assert chosen.context["choice"].is_latest and ties(found, "latest") == set()


@pytestmark_db
def test_rounds_of_two_places_are_one_map_and_each_alone_within_its_cluster(found, visit):
    other = Cluster._base_manager.exclude(pk=found.cluster.pk).first()
    second = second_round(found)
    TieWave._base_manager.filter(pk=second.pk).update(cluster=other)
    page = visit("coordinator" if "coordinator" in found.world.users else "supervisor").get(
        "/p/weaving/networks/"
    )
    assert page.context["choice"].is_latest
    near = visit().get(f"/p/weaving/networks/?cluster={found.cluster.code}")
    assert near.context["choice"].wave == found.wave
