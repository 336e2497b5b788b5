"""Pages of assessments: for whom they are, what they keep back, and no value that breaks them."""

from __future__ import annotations

import pytest

from nanduti.diagnostics import assessing
from nanduti.diagnostics.models import Assessment, AssessmentRecipe, AssessmentScore
from nanduti.foundation import once
from tests.support.example import CODE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeps_answers")]

P = f"/p/{CODE}/assessments/"


def text(answer):
    return answer.content.decode()


def test_a_programme_without_recipes_says_what_to_do(example, visit):
    page = text(visit("coordinator").get(P))
    assert "Nothing has been assessed yet" in page and "Take a recipe" in page
    assert "Take a recipe" not in text(visit("committee").get(P)).split("page-action")[1][:200]


def test_a_recipe_is_taken_looked_at_changed_and_published(example, visit, monkeypatch):
    client = visit("coordinator")
    assert client.post(f"{P}recipes/take/", {"shipped": ""}).status_code == 422
    assert client.post(f"{P}recipes/take/", {"shipped": "moon"}).status_code == 422
    assert client.post(f"{P}recipes/take/", {"own": "a: ["}).status_code == 422
    taken = client.post(f"{P}recipes/take/", {"shipped": "five-s"})
    assert taken.status_code == 302
    monkeypatch.setattr(once, "SECONDS", 0)  # not a second click, but the same asked for later
    again = client.post(f"{P}recipes/take/", {"shipped": "five-s"})
    assert again.status_code == 422 and "has a draft" in text(again)
    row = AssessmentRecipe.objects.get(programme=example, code="five-s")
    address = f"{P}recipes/{row.pk}/edit/"
    data = {"text": row.text, "version": row.version}
    looked = client.post(address, data | {"what": "look"})
    assert looked.status_code == 200 and "nobody to try it on" in text(looked)
    bad = client.post(address, data | {"what": "publish", "text": row.text.replace("from: 60", "from: 130")})
    assert bad.status_code == 422
    assert client.post(address, data | {"what": "publish"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "published"
    assert client.post(address, data | {"what": "save"}).status_code == 422
    page = text(client.get(f"{P}recipes/{row.pk}/"))
    assert "Only what is needed" not in page or "Sort" in page


@pytest.mark.parametrize(
    "given",
    ["", "\x00", "a", "[" * 4000, "a: &x [*x]", "assessment: 7\ntitle: {}",
     "assessment: x\ntitle: [1]\nrubric: null"],
)  # fmt: skip
def test_no_submitted_recipe_breaks_the_page(published, visit, given):
    from nanduti.diagnostics.actions import assessments as actions

    draft = actions.revise_recipe(recipe=published("five-s"), by="test")
    client = visit("coordinator")
    for what in ("look", "save", "publish"):
        answer = client.post(
            f"{P}recipes/{draft.pk}/edit/", {"text": given, "version": draft.version, "what": what}
        )
        assert answer.status_code == 422


def test_the_effect_is_shown_before_anything_is_published(before, visit):
    from nanduti.diagnostics.actions import assessments as actions

    draft = actions.revise_recipe(recipe=before.recipe, by="test")
    client, address = visit("coordinator"), f"{P}recipes/{draft.pk}/edit/"
    data = {"text": draft.text.replace("from: 40", "from: 25"), "version": draft.version, "what": "look"}
    page = text(client.post(address, data))
    scores = AssessmentScore.objects.filter(assessment=before).values_list("score", flat=True)
    n = sum(25 <= int(s + 0.5) < 40 for s in scores if s is not None)
    assert n and f"{n} of 12 change band." in page
    draft.refresh_from_db()
    assert draft.text == before.recipe.text


def test_agents_see_firms_and_the_committee_sees_bands_that_tell_of_nobody(before, visit, firms):
    page = text(visit("coordinator").get(f"{P}{before.pk}/"))
    assert firms[0].pseudonym in page and "What to work on first" in page
    for who in ("committee", "researcher"):
        answer = visit(who).get(f"{P}{before.pk}/")
        assert answer.status_code == 200
        shown = text(answer)
        assert not any(f.pseudonym in shown for f in firms)
        assert "Kept back" in shown  # it grows firm by firm: two looks would tell of one
        one = AssessmentScore.objects.filter(assessment=before).first()
        assert visit(who).get(f"{P}{before.pk}/{one.pk}/").status_code == 403
        assert visit(who).get(f"{P}{before.pk}/?f.export=csv").status_code == 200
        assert firms[0].pseudonym not in text(visit(who).get(f"{P}{before.pk}/?f.export=csv"))


def test_bands_of_a_round_over_answers_are_shown_where_they_tell_of_nobody(before, visit):
    Assessment.objects.filter(pk=before.pk).update(
        basis="answers", summary={**before.summary, "bands": {"limited": 6, "able": 6}}
    )
    page = text(visit("committee").get(f"{P}{before.pk}/"))
    assert "Kept back" not in page and "6 of 12 firms" in page


def test_an_agent_of_another_cluster_finds_nothing(before, visit):
    client = visit("cda-footwear")
    assert client.get(f"{P}{before.pk}/").status_code == 404
    assert "Before" not in text(client.get(P))


def test_one_firm_opens_to_its_questions_and_what_moved(after, firms, visit):
    row = AssessmentScore.objects.get(assessment=after, establishment=firms[5])
    page = text(visit("cda-leather").get(f"{P}{after.pk}/{row.pk}/"))
    assert firms[5].pseudonym in page and "Is there a written vision" in page and "Before:" in page
    page = text(visit("cda-leather").get(f"{P}{after.pk}/"))
    assert "What moved since the round before" in page and "Only before" in page


@pytest.mark.parametrize("part", ["f", "p"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_can_be_taken_along(before, visit, part, kind):
    answer = visit("coordinator").get(f"{P}{before.pk}/?{part}.export={kind}")
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]


def test_queries_are_bounded(after, visit, django_assert_max_num_queries):
    client = visit("coordinator")
    client.get(f"{P}{after.pk}/")
    for address in (P, f"{P}{after.pk}/"):
        with django_assert_max_num_queries(45):
            client.get(address)


def test_a_cluster_is_assessed_by_hand_and_everybody_reads_the_answer(example, cluster, published, visit):
    recipe = published("associativity-readiness")
    client = visit("cda-leather")
    data = {"recipe": recipe.pk, "label": "2008", "cluster": cluster.pk}
    without = client.post(f"{P}new/", {"recipe": recipe.pk, "label": "2008"})
    assert without.status_code == 422
    begun = client.post(f"{P}new/", data)
    assert begun.status_code == 302
    row = Assessment.objects.get(label="2008")
    assert "Nothing is entered yet" in text(visit("committee").get(f"{P}{row.pk}/"))
    answers = {"a:existing_group": "3", "a:tension": "2", "a:trust_in_leaders": "3", "a:social_capital": "2",
               "a:interest": "4", "evidence": "Talks with twelve firms"}  # fmt: skip
    assert client.post(f"{P}{row.pk}/enter/", answers).status_code == 302
    page = text(visit("committee").get(f"{P}{row.pk}/"))
    assert (
        "Strengthen groups and trust first" in page and "There are tensions among the firms (2 of 4)" in page
    )
    spanish = text(visit("committee", "es").get(f"{P}{row.pk}/"))
    assert "Hay tensiones entre las empresas (2 de 4)" in spanish
    assert visit("committee").get(f"{P}{row.pk}/enter/").status_code == 403


@pytest.mark.parametrize("value", ["9", "-1", "x", "nan", "1e999", "\x00"])
def test_no_entered_answer_breaks_the_page(example, cluster, published, visit, value):
    from nanduti.diagnostics.actions import assessments as actions

    row = actions.open_round(
        programme=example, recipe=published("associativity-readiness"), label="x", cluster=cluster, by="test"
    )
    answer = visit("coordinator").post(f"{P}{row.pk}/enter/", {"a:tension": value})
    assert answer.status_code == 422


@pytest.mark.parametrize("code", ["five-s", "digital-maturity", "excellence-gap", "technology-audit"])
def test_firms_are_entered_on_a_page(example, cluster, firms, published, visit, code):
    recipe, client = published(code), visit("coordinator")
    assert (
        client.post(f"{P}new/", {"recipe": recipe.pk, "label": "Visit", "cluster": cluster.pk}).status_code
        == 302
    )
    row = Assessment.objects.get(label="Visit")
    address = f"{P}{row.pk}/enter/"
    assert client.get(address).status_code == 200
    stranger = client.post(address, {"pseudonym": "W-XXXXXXX"})
    assert stranger.status_code == 422
    assert client.post(address, {"pseudonym": firms[0].pseudonym, "again": "1"}).url.endswith("enter/")
    assert AssessmentScore.objects.get(assessment=row).reason == "unanswered"
    data = {"pseudonym": firms[0].pseudonym}
    for q in assessing.read(recipe.text).rubric.questions:
        name = f"a:{q.code}"
        if q.kind == "checklist":
            data[name] = list(q.item_codes[:2])
        elif q.kind == "invested_or_planned":
            data[f"{name}:invested"] = [q.item_codes[0]]
        elif q.kind == "rating":
            data[name] = str(q.high)
        else:
            data |= {f"{name}:{i}": "yes" if q.kind == "options" else "3" for i in q.item_codes}
    assert client.post(address, data).status_code == 302
    found = AssessmentScore.objects.get(assessment=row)
    assert found.score is not None and found.band and not found.reason
    kept = text(client.get(f"{address}?firm={firms[0].pseudonym}"))
    assert firms[0].pseudonym in kept
    assert client.get(f"{P}{row.pk}/").status_code == 200


@pytest.mark.parametrize(
    "query", ["?recipe=x", "?recipe=999999999999", "?before=%00", "?before=99999", "?recipe=-1"]
)
def test_no_address_breaks_the_form(example, visit, query):
    assert visit("coordinator").get(f"{P}new/{query}").status_code == 200


def test_a_round_over_answers_goes_on_in_the_background(example, published, visit):
    from nanduti.foundation.models import Job
    from nanduti.surveys.actions import instruments

    draft = instruments.use_library_form(programme=example, code="digital_maturity", by="test")
    client = visit("coordinator")
    data = {"recipe": published("digital-maturity").pk, "label": "T0", "instrument": draft.instrument_id}
    begun = client.post(f"{P}new/", data)
    assert begun.status_code == 302 and Job.objects.filter(kind="diagnostics.assess").count() == 1
    assert client.get(begun.url).status_code == 200
    # A second click finds the same work; another round is other work.
    assert client.post(f"{P}new/", data).url == begun.url
    assert client.post(f"{P}new/", {**data, "label": "T1"}).url != begun.url
    assert Job.objects.filter(kind="diagnostics.assess").count() == 2
    wrong = client.post(f"{P}new/", {**data, "recipe": published("five-s").pk})
    assert wrong.status_code == 422


def test_what_an_answer_about_a_cluster_rests_on_is_for_those_who_may_read_of_firms(
    cluster, example, published, visit
):
    from nanduti.diagnostics.actions import assessments as actions

    recipe = published("associativity-readiness")
    row = actions.open_round(programme=example, recipe=recipe, label="2008", cluster=cluster, by="test")
    answers = {
        "existing_group": 3.0, "tension": 2.0, "trust_in_leaders": 3.0, "social_capital": 3.0, "interest": 4.0,
    }  # fmt: skip
    said = "The two largest tanneries no longer speak"
    actions.enter_result(assessment=row, establishment=None, answers=answers, evidence=said, by="test")
    pages = {who: text(visit(who).get(f"{P}{row.pk}/")) for who in ("coordinator", "committee", "researcher")}
    assert said in pages["coordinator"]
    for who in ("committee", "researcher"):
        assert "What was found out" in pages[who] and said not in pages[who]
