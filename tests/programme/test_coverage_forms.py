"""Components, the clusters a programme takes in, and what runs where: written on pages, guarded at the door."""

from __future__ import annotations

import pytest

from nanduti.foundation.access import access_of
from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent, Scope, ScopeReach
from nanduti.methods.planning import convergence_verdict
from nanduti.methods.values import BadInput
from nanduti.programme import actions, queries
from nanduti.programme.errors import ClusterAtWork, KeptByOthers
from nanduti.programme.models import Candidate, Component, Coverage
from nanduti.register.models import Cluster, Place
from tests.support.example import CODE
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"


def a_cluster(code="kanpur") -> Cluster:
    scope = Scope.objects.create(kind="cluster", code=code)
    return Cluster._base_manager.create(code=code, name=code.title(), scope=scope)


def the_form(client, address: str) -> dict[str, str]:
    answer = client.get(address)
    assert answer.status_code == 200
    form = next(f for f in forms_of(address, answer.content.decode()) if "version" in f.controls)
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


def cell(component: str, cluster: str) -> tuple[str, str]:
    pks = f"{Component.objects.get(code=component).pk}_{Cluster._base_manager.get(code=cluster).pk}"
    return f"on_{pks}", f"since_{pks}"


# --- the rule


def test_what_does_not_come_together_is_pointed_out(example):
    """Table 1: seven of the eighteen cells are empty, and chapter 1 regrets it."""
    found = queries.coverage_matrix(programme=example).convergence
    assert found.decision == "flag"
    lacking = [len(reason.details["components"].split(", ")) for reason in found.reasons]
    assert sum(lacking) == 7 and "table 1" in found.source.place


@pytest.mark.parametrize(
    ("components", "covered", "decision"),
    [
        ([], {}, "yes"), (["A"], {"x": ["A"]}, "yes"), (["A", "B"], {}, "yes"),
        (["A", "B"], {"x": ["B", "A"], "y": ["A", "B"]}, "yes"), (["A", "B"], {"x": ["A"]}, "flag"),
        (["A", "B"], {"x": []}, "flag"),
    ],
)  # fmt: skip
def test_it_asks_for_every_component_in_every_cluster(components, covered, decision):
    assert convergence_verdict(components, covered).decision == decision


def test_a_component_that_nobody_named_is_bad_input():
    with pytest.raises(BadInput):
        convergence_verdict(["A"], {"x": ["B"]})


def test_the_page_shows_the_rule(visit, example):
    for page in ("selection/", "selection/coverage/"):
        said = visit("coordinator").get(f"{P}/{page}").content.decode()
        assert "is without" in said and "table 1" in said, page


def test_the_components_answer_to_machines(visit, example):
    told = visit("committee").get(f"/api/programmes/{CODE}/components").json()
    assert [row["n_clusters"] for row in told["components"]] == [4, 5, 2]
    assert told["convergence"]["decision"] == "flag" and len(told["convergence"]["reasons"]) == 5
    assert visit("").get(f"/api/programmes/{CODE}/components").status_code == 401


# --- components


def test_a_component_is_named_corrected_and_taken_out(visit, example):
    client = visit("coordinator")
    assert client.post(f"{P}/components/new/", {"name": "Common services", "version": 0}).status_code == 302
    row = Component.objects.get(programme=example, name="Common services")
    assert row.code == "CS"
    address = f"{P}/components/{row.pk}/"
    sent = the_form(client, address) | {"aim": "One workshop for all"}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent | {"aim": "Other"}).status_code == 409
    row.refresh_from_db()
    assert row.aim == "One workshop for all" and row.version == 2
    gone = {"version": row.version, "reason": "named by mistake"}
    assert client.post(f"{address}drop/", gone).status_code == 302
    assert not Component.objects.filter(pk=row.pk).exists()
    event = AuditEvent.objects.filter(action="programme.drop_component").first()
    assert (
        event.details["reason"] == "named by mistake" and event.details["said"]["name"] == "Common services"
    )


def test_a_component_that_runs_somewhere_stays(visit, example):
    row = Component.objects.get(programme=example, code="CT")
    answer = visit("coordinator").post(
        f"{P}/components/{row.pk}/drop/", {"version": row.version, "reason": "away"}
    )
    assert answer.status_code == 422 and Component.objects.filter(pk=row.pk).exists()


# --- taking a cluster in


def test_a_new_cluster_is_taken_in_with_its_place(visit, example):
    client, ct = visit("coordinator"), Component.objects.get(programme=example, code="CT")
    sent = {"name": "Kanpur saddlery", "sector": "leather", "place_name": "Kanpur", "place_kind": "city",
            "place_country": "in", "components": [ct.pk], "since": "2012",
            "reason": "It asked for it"}  # fmt: skip
    for _again in range(2):
        assert client.post(f"{P}/selection/take-in/", sent).status_code == 302
    row = Coverage._base_manager.get(cluster__code="kanpur-saddlery")
    assert (row.component, row.since) == (ct, 2012)
    assert (row.cluster.place.name, row.cluster.place.country_code) == ("Kanpur", "IN")
    assert row.scope.code == f"{CODE}/kanpur-saddlery"
    assert (row.cluster.trade, row.cluster.trade_es) == ("leather", "cuero")
    chosen = Candidate.objects.get(cluster=row.cluster)
    assert (chosen.stage, chosen.reason) == ("selected", "It asked for it")
    # From the next page on its register is open to the programme's people.
    assert client.get("/register/clusters/kanpur-saddlery/").status_code == 200
    assert "Kanpur saddlery" in client.get(f"{P}/").content.decode()


def test_a_place_that_is_known_is_not_named_twice(visit, example):
    ct, n = Component.objects.get(programme=example, code="CT"), Place._base_manager.count()
    known = Place._base_manager.filter(kind="city").first()
    sent = {"name": "Another trade", "place_name": known.name.upper(), "place_kind": "city",
            "place_country": known.country_code, "components": [ct.pk]}  # fmt: skip
    assert visit("coordinator").post(f"{P}/selection/take-in/", sent).status_code == 302
    assert Place._base_manager.count() == n
    assert Cluster._base_manager.get(name="Another trade").place == known


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"since": ""}, "name"), ({"name": "New"}, "components"),
        ({"name": "New", "components": ["9" * 30]}, "components"),
        ({"name": "New", "since": "208"}, "since"), ({"name": "New", "place_country": "Spain"}, "place_country"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_beside_the_field(sent, wrong, visit, example):
    answer = visit("coordinator").post(f"{P}/selection/take-in/", sent)
    assert answer.status_code == 422 and wrong in answer.context["form"].errors


def test_a_register_that_others_keep_is_not_opened_by_taking_it_in(visit, example, people):
    """The programme would reach the firms of another: not offered, not by a number sent by hand, not by a verb."""
    foreign = a_cluster("foreign")
    other = Scope.objects.create(kind="programme", code="other")
    ScopeReach.objects.create(wide=other, narrow=foreign.scope)
    ct = Component.objects.get(programme=example, code="CT")
    access = access_of(people["coordinator"], on=example.created_at.date())
    assert foreign not in queries.clusters_to_take_in(programme=example, access=access)
    sent = {"cluster": foreign.pk, "components": [ct.pk]}
    assert visit("coordinator").post(f"{P}/selection/take-in/", sent).status_code == 422
    with pytest.raises(KeptByOthers):
        actions.take_in_cluster(programme=example, cluster=foreign, components=[ct], access=access, by="test")
    with pytest.raises(KeptByOthers):
        actions.set_coverage(
            programme=example, seen=[(ct.pk, foreign.pk)], cells={(ct.pk, foreign.pk): None},
            version=example.version, access=access, by="test",
        )  # fmt: skip
    assert not Coverage._base_manager.filter(cluster=foreign).exists()
    assert not ScopeReach.objects.filter(wide=example.scope, narrow=foreign.scope).exists()


def test_a_partner_abroad_whose_bodies_are_written_down_is_not_offered(example, people):
    access = access_of(people["coordinator"], on=example.created_at.date())
    offered = queries.clusters_to_take_in(programme=example, access=access)
    assert not offered.filter(code="marche").exists()


# --- the matrix


def test_what_is_saved_as_it_stands_stays_as_it_was(visit, example):
    before = list(Coverage.objects.order_by("pk").values())
    client = visit("coordinator")
    sent = the_form(client, f"{P}/selection/coverage/")
    assert len([name for name in sent if name.startswith("on_")]) == 11
    assert client.post(f"{P}/selection/coverage/", sent).status_code == 302
    assert list(Coverage.objects.order_by("pk").values()) == before


def test_ticks_and_years_are_changed_with_a_trace(visit, example):
    client, address = visit("coordinator"), f"{P}/selection/coverage/"
    sent = the_form(client, address)
    ended, dated = cell("CT", "chennai-auto"), cell("CT", "chennai-leather")
    del sent[ended[0]]
    sent[dated[1]] = "2009"
    assert client.post(address, sent).status_code == 302
    assert not Coverage.objects.filter(component__code="CT", cluster__code="chennai-auto").exists()
    assert Coverage.objects.get(component__code="CT", cluster__code="chennai-leather").since == 2009
    event = AuditEvent.objects.filter(action="programme.set_coverage").first()
    assert event.details["ended"][0].startswith("CT – chennai-auto") and event.subject_id == str(example.pk)
    assert event.details["dated"] == ["CT – chennai-leather, 2009"] and "begun" not in event.details


def test_the_second_of_two_editors_is_told_and_sees_what_stands_now(visit, example):
    first, second, address = visit("coordinator"), visit("coordinator"), f"{P}/selection/coverage/"
    mine, theirs = the_form(first, address), the_form(second, address)
    mine[cell("CT", "chennai-leather")[1]] = "2007"
    assert first.post(address, mine).status_code == 302
    theirs[cell("CT", "chennai-leather")[1]] = "2005"
    answer = second.post(address, theirs)
    page = answer.content.decode()
    assert answer.status_code == 409 and "2007" in page and "2005" in page
    assert Coverage.objects.get(component__code="CT", cluster__code="chennai-leather").since == 2007
    # Having seen it, the second may save all the same.
    form = next(f for f in forms_of(address, page) if "version" in f.controls)
    again = {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}
    assert second.post(address, again).status_code == 302
    assert Coverage.objects.get(component__code="CT", cluster__code="chennai-leather").since == 2005


def test_a_year_that_is_none_is_told_in_its_cell(visit, example):
    client, address = visit("coordinator"), f"{P}/selection/coverage/"
    sent = the_form(client, address) | {cell("CT", "chennai-leather")[1]: "20x8"}
    assert client.post(address, sent).status_code == 422


def test_a_cluster_with_work_does_not_leave_and_an_empty_one_does(example, people):
    leather = Cluster._base_manager.get(code="chennai-leather")
    components = list(Component.objects.filter(programme=example))
    seen = [(c.pk, leather.pk) for c in components]
    example.refresh_from_db()
    with pytest.raises(ClusterAtWork) as error:
        actions.set_coverage(
            programme=example, seen=seen, cells={}, version=example.version, access=None, by="test"
        )
    assert error.value.details["kinds"]
    assert Coverage.objects.filter(cluster=leather).exists()
    empty = a_cluster()
    actions.take_in_cluster(
        programme=example, cluster=empty, components=components[:1], access=None, by="test"
    )
    assert ScopeReach.objects.filter(wide=example.scope, narrow=empty.scope).exists()
    example.refresh_from_db()
    actions.set_coverage(
        programme=example, seen=[(c.pk, empty.pk) for c in components], cells={}, version=example.version,
        access=None, by="test",
    )  # fmt: skip
    assert not Coverage._base_manager.filter(cluster=empty).exists()
    assert not ScopeReach.objects.filter(wide=example.scope, narrow=empty.scope).exists()


def test_cells_that_were_not_seen_are_left_alone(example):
    n = Coverage.objects.count()
    example.refresh_from_db()
    actions.set_coverage(
        programme=example, seen=[], cells={}, version=example.version, access=None, by="test"
    )
    assert Coverage.objects.count() == n
    with pytest.raises(EditedMeanwhile):
        actions.set_coverage(
            programme=example, seen=[], cells={}, version=example.version - 2, access=None, by="test"
        )
