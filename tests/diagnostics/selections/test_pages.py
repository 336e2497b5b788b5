"""Pages of a selection: for whom they are, what they say, bounded queries, and no value that breaks them."""

from __future__ import annotations

import pytest

from nanduti.diagnostics.models import CandidateScore, MemberWeighting, Selection
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}/weighing/"


def text(answer):
    return answer.content.decode()


def test_everybody_of_the_programme_reads_who_leads_and_how_surely(selection, visit):
    for who in ("coordinator", "committee", "researcher"):
        page = text(visit(who).get(f"{P}{selection.pk}/"))
        assert "Chennai leather" in page and "10,000" in page and "What would change it" in page
    assert visit("nobody").get(f"{P}{selection.pk}/").status_code in (403, 404)
    assert visit("").get(f"{P}{selection.pk}/").status_code == 302


def test_in_spanish_the_recipe_speaks_spanish(selection, visit):
    assert "Voluntad de los actores" in text(visit("coordinator", "es").get(f"{P}{selection.pk}/"))


def test_queries_of_the_ranking_are_bounded(selection, visit, django_assert_max_num_queries):
    client = visit("coordinator")
    client.get(f"{P}{selection.pk}/")
    with django_assert_max_num_queries(45):
        client.get(f"{P}{selection.pk}/")
    with django_assert_max_num_queries(45):
        client.get(P)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_tables_can_be_taken_along(selection, visit, kind):
    answer = visit("committee").get(f"{P}{selection.pk}/?r.export={kind}")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("page", ["new/", "{pk}/set-up/", "{pk}/{entry}/scores/", "{pk}/{entry}/gate/"])
def test_members_decide_and_do_not_score(selection, entries, visit, page):
    address = P + page.format(pk=selection.pk, entry=entries["chennai-auto"].pk)
    assert visit("committee").get(address).status_code == 403
    assert visit("coordinator").get(address).status_code == 200


def test_a_member_gives_points_and_sees_only_the_own(selection, visit, people):
    client = visit("committee")
    address = f"{P}{selection.pk}/points/"
    refused = client.post(address, {"imports": "40", "willingness": "50"})
    assert refused.status_code == 422 and "90 of 100" in text(refused) and 'value="40"' in text(refused)
    assert client.post(address, {"imports": "40", "willingness": "60"}).status_code == 302
    assert client.post(address, {"imports": "40", "willingness": "60"}).status_code == 302  # a second click
    assert MemberWeighting.objects.filter(selection=selection).count() == 1
    assert "committee" in text(client.get(f"{P}{selection.pk}/weights/"))
    assert ">committee<" not in text(visit("researcher").get(f"{P}{selection.pk}/weights/"))
    assert visit("coordinator").get(address).status_code == 403


def test_pairs_that_clash_are_shown_with_the_answer_that_would_agree(selection, visit):
    from nanduti.diagnostics import weighing

    codes = [p["code"] for p in selection.recipe["parameters"]]
    data = {f"{a}:{b}": "1" for i, a in enumerate(codes) for b in codes[i + 1 :]}
    odd = {
        **data,
        f"{codes[0]}:{codes[1]}": "9",
        f"{codes[1]}:{codes[2]}": "9",
        f"{codes[0]}:{codes[2]}": "1/9",
    }
    client, address = visit("committee"), f"{P}{selection.pk}/pairs/"
    page = client.post(address, odd)
    assert page.status_code == 422 and "These contradict your other answers most" in text(page)
    assert client.post(address, {**odd, "note_why": "So be it"}).status_code == 302
    assert client.get(address).status_code == 200
    assert client.post(address, data).status_code == 302
    row = MemberWeighting.objects.get(selection=selection, method="pairs")
    assert row.given == dict.fromkeys(data, 1.0) and row.note == ""
    assert weighing.pair_weights(codes, row.given).weights[codes[0]] == pytest.approx(1 / 8)


def form_of(entry, **scores):
    data = {"version": str(entry.version)}
    for code, (value, evidence) in scores.items():
        data |= {f"{code}-value": value, f"{code}-evidence": evidence, f"{code}-source": ""}
    return data


def test_scores_are_entered_on_one_page(selection, entries, visit):
    entry, client = entries["chennai-auto"], visit("coordinator")
    address = f"{P}{selection.pk}/{entry.pk}/scores/"
    entry.refresh_from_db()
    without = client.post(address, form_of(entry, imports=("3", "")))
    assert without.status_code == 422 and "has no evidence" in text(without)
    data = form_of(entry, imports=("3", "Visit"), willingness=("unknown", ""))
    assert client.post(address, data).status_code == 302
    rows = {r.parameter: r.value for r in CandidateScore.objects.filter(entry=entry)}
    assert rows == {"imports": 3, "willingness": None}
    stale = client.post(address, data | {"imports-value": "1"})
    assert stale.status_code == 409 and "The record now says" in text(stale)


@pytest.mark.parametrize("value", ["99", "-1", "x", "2.5", "\x00", "1e400", "nan"])
def test_no_submitted_score_breaks_the_page(selection, entries, visit, value):
    entry = entries["chennai-auto"]
    answer = visit("coordinator").post(
        f"{P}{selection.pk}/{entry.pk}/scores/", form_of(entry, imports=(value, "x"))
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "query",
    ["?first=x&second=y", "?first=chennai-leather&second=chennai-leather", "?first=%00&second=1",
     "?first=chennai-leather&second=marche&first_value=1e999", "?first=chennai-leather&second=marche&first_value=nan"],
)  # fmt: skip
def test_no_asked_comparison_breaks_the_page(example, visit, query):
    assert visit("coordinator").get(f"{P}relation/{query}").status_code in (200, 422)


def test_two_clusters_are_compared_on_a_page(example, visit):
    page = text(visit("researcher").get(
        f"{P}relation/?first=chennai-leather&second=santa-croce&first_value=9&second_value=61"
    ))  # fmt: skip
    assert "Specialisation" in page and "Santa Croce" in page


def test_the_decision_is_recorded_by_a_member(selection, entries, visit):
    client, address = visit("committee"), f"{P}{selection.pk}/decide/"
    chosen = str(entries["chennai-auto"].pk)
    data = {"version": str(selection.version), "chosen": [chosen], "reason": "Near the fund"}
    refused = client.post(address, data)
    assert refused.status_code == 422 and "stands first" in text(refused)
    assert client.post(address, data | {"against_reason": "The fund is there"}).status_code == 302
    page = text(client.get(f"{P}{selection.pk}/"))
    assert "The fund is there" in page and "Decided on" in page
    assert Selection.objects.get(pk=selection.pk).run_id
    assert visit("researcher").get(address).status_code == 403


def test_a_selection_of_nothing_says_what_to_do(example, visit):
    client = visit("coordinator")
    assert "No candidates have been weighed up yet" in text(client.get(P))
    assert client.get(f"{P}999999/").status_code == 404
    made = client.post(f"{P}new/", {"kind": "emerging", "title": ""})
    assert made.status_code == 422


def test_a_new_selection_is_begun_with_its_candidates(example, visit):
    from nanduti.programme.models import Candidate

    pks = list(Candidate.objects.filter(programme=example).values_list("pk", flat=True)[:3])
    client = visit("coordinator")
    answer = client.post(f"{P}new/", {"kind": "advanced", "title": "Where to learn", "candidates": pks})
    assert answer.status_code == 302
    row = Selection.objects.get(title="Where to learn")
    assert row.entries.count() == 3 and row.recipe["selection"] == "advanced-cluster"
    page = text(client.get(answer.url))
    assert "cannot be said" in page


def test_an_indicator_is_evidence_and_says_what_it_came_to(selection, entries, visit, monkeypatch):
    from nanduti.diagnostics.pages import candidates, weights
    from nanduti.diagnostics.queries.figures import IndicatorFigure

    def found(**_asked):
        return {"women_share": IndicatorFigure("women_share", "Share of women", "81 %")}

    for module in (candidates, weights):
        monkeypatch.setattr(module, "figures_of", found)
    entry, client = entries["chennai-auto"], visit("coordinator")
    address = f"{P}{selection.pk}/{entry.pk}/"
    assert "Share of women: 81 %" in text(client.get(f"{address}scores/"))
    entry.refresh_from_db()
    data = form_of(entry, contribution=("4", "")) | {"contribution-indicator": "women_share"}
    assert client.post(f"{address}scores/", data).status_code == 302
    assert "Share of women: 81 %" in text(client.get(address))
    wrong = form_of(entry, contribution=("4", "")) | {"contribution-indicator": "moon"}
    assert client.post(f"{address}scores/", wrong).status_code == 422


def test_indicators_of_a_programme_without_any_are_none(example, people):
    from nanduti.diagnostics.queries.figures import figures_of
    from nanduti.register.models import Cluster

    cluster = Cluster._base_manager.get(code="chennai-leather")
    assert figures_of(programme=example, cluster=cluster, access=None) == {}


@pytest.mark.parametrize("given", ["", "\x00", "a: [", "a: &x [*x]", "parameters: 7", "[" * 4000])
def test_no_submitted_parameters_break_the_page(selection, visit, given):
    address = f"{P}{selection.pk}/parameters/"
    client = visit("coordinator")
    assert client.get(address).status_code == 200
    selection.refresh_from_db()
    assert client.post(address, {"text": given, "version": selection.version}).status_code == 422
    assert visit("committee").get(address).status_code == 403
