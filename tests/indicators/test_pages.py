"""Pages of indicators: what each role sees, what they do with whatever is submitted, and how much they ask."""

from __future__ import annotations

import pytest

from nanduti.foundation import work
from nanduti.indicators import actions, computing, queries
from nanduti.indicators.models import Indicator, IndicatorVersion, Measurement
from tests.support import census as support
from tests.support.census import AT, answered, establishment, three_workshops, wave

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HOME = "/p/weaving/indicators/"


@pytest.fixture
def measured(census):
    """Twelve workshops of one cluster and three of the other, in two waves, worked out."""
    wave(census, "first"), wave(census, "second", opens=31, closes=90)
    for i in range(12):
        site = establishment(census, size_band="small" if i % 3 else "micro")
        row = {"n_women": i, "n_men": 2, "n_workers": i + 2, "tax_registered": ("yes", "no", "dont_know")[i % 3],
               "head_sex": ("woman", "man")[i % 2], "products": ["shoes"] if i % 2 else ["boots", "bags"]}  # fmt: skip
        answered(census, row, of=site)
        answered(census, row | {"n_women": i + 1, "n_workers": i + 3}, of=site, day=40)
    for i in range(3):
        answered(census, {"n_women": i, "n_men": 1, "n_workers": i + 1}, cluster=census.other)
    codes = ["women_share", "persons_engaged", "firm_formality", "accidents"]
    actions.take_from_library(programme=census.programme, codes=codes, by="test", at=AT)
    computing.compute(programme=census.programme, by="test", at=AT)
    return census


def text(response):
    return response.content.decode()


def test_the_list_says_what_can_be_said_and_what_not(measured, as_role):
    page = text(as_role().get(HOME))
    assert "Women among those who work" in page and "3 of 4 indicators say something" in page
    assert "None of the 15 asked has answered." in page and "cannot be said" in page
    assert page.count('class="drawn spark"') == 3
    assert "Mujeres entre quienes trabajan" in text(as_role(language="es").get(HOME))


def test_exports_carry_the_words(measured, as_role):
    response = as_role().get(HOME + "?export=csv")
    body = b"".join(response.streaming_content).decode()
    assert "Women among those who work" in body and "cannot be said" in body
    response = as_role().get(HOME + "one/women_share/?g.export=xlsx")
    assert b"".join(response.streaming_content)[:2] == b"PK"


def test_one_indicator_shows_its_value_groups_formula_and_source(measured, as_role):
    page = text(as_role().get(HOME + "one/women_share/"))
    for words in ("UNDP Accelerator Lab Paraguay (2023)", "sum of n_women, divided by the sum of n_women + n_men",
                  "Boots", "micro (1–9)", "All answers so far", "From First to Second it rose by",
                  "Version 1"):  # fmt: skip
        assert words in page, words
    second = text(as_role().get(HOME + "one/women_share/?wave=second&cluster=itaugua-garments"))
    assert "Itauguá garments" in second


@pytest.mark.parametrize(
    "query", ["?wave=%00", "?wave=no", "?cluster=%00x", "?g.sort=-value&g.page=999", "?as_of=9999-99"]
)
def test_nothing_in_the_address_breaks_a_page(measured, as_role, query):
    for path in (
        "",
        "one/women_share/",
        "one/women_share/rows/",
        "library/",
        "new/",
        "one/women_share/change/",
    ):
        assert as_role().get(f"{HOME}{path}{query}").status_code in (200, 404), path
    assert as_role().get(HOME + "one/nothing/").status_code == 404


def test_the_firms_behind_a_value_with_what_each_adds(measured, as_role):
    page = text(as_role().get(HOME + "one/firm_formality/rows/"))
    assert "no answer: 4" not in page
    assert (
        "Answers that count: 8;" in page
        and "These are the answers that the value was worked out from." in page
    )
    answered(measured, {"n_women": 1, "n_men": 1, "n_workers": 2, "tax_registered": "yes"})
    assert "Answers have come or changed" in text(as_role().get(HOME + "one/firm_formality/rows/"))
    own = as_role("cda").get(HOME + "one/women_share/rows/?cluster=itaugua-garments")
    assert own.status_code == 200 and "Answers that count: 13;" in text(own)


def test_behind_a_value_of_very_many_firms_stand_its_clusters(measured, as_role, monkeypatch):
    """No page reads a hundred thousand answers: the figures of the clusters were written down."""
    from nanduti.indicators.pages import behind

    monkeypatch.setattr(behind, "MOST_SHOWN", 5)
    monkeypatch.setattr(queries, "behind", lambda **_asked: pytest.fail("answers are read"))
    page = text(as_role().get(HOME + "one/firm_formality/rows/"))
    assert "Choose a cluster to see its firms." in page and "Itauguá garments" in page
    assert "one/firm_formality/rows/?cluster=itaugua-garments" in page
    exported = as_role().get(HOME + "one/firm_formality/rows/?export=csv")
    assert b"Itaugu" in b"".join(exported.streaming_content)
    assert as_role("committee_member").get(HOME + "one/firm_formality/rows/").status_code == 403


def test_who_may_not_read_answers_sees_no_figure_of_a_few(measured, as_role):
    client = as_role("committee_member")
    page = text(client.get(HOME + "one/women_share/"))
    assert client.get(HOME + "one/women_share/rows/").status_code == 403
    assert "See the firms behind it" not in page
    told = queries.values(
        programme=measured.programme, access=measured.world.access("committee_member"), by=["size_class"]
    )
    assert told.filter(told["n"].is_between(1, 4)).is_empty()
    assert told["numerator"].null_count() == told.height


def test_an_agent_of_one_cluster_sees_no_other(measured, as_role):
    access = measured.world.access("cda")
    told = queries.measurements(programme=measured.programme, access=access)
    clusters = {t.cluster.code if t.cluster else "" for t in told}
    assert "pilar-garments" not in clusters
    whole = [t for t in told if t.cluster is None and t.cell.n]
    # Three of the other cluster would follow from all less one's own: the whole is hidden.
    assert all(t.cell.value is None or t.cell.n >= 5 for t in whole)
    assert [t.cell.reason for t in told if t.cluster is None and t.wave is None][:1] == ["indicators.hidden"]


def test_strangers_find_nothing(measured, as_role):
    assert as_role("nobody").get(HOME).status_code in (403, 404)
    assert as_role("firm_owner").get(HOME).status_code in (403, 404)


def test_the_library_is_taken_by_ticking(census, as_role):
    support.instrument(census)
    client = as_role()
    page = text(client.get(HOME + "library/"))
    assert "Firms registered for tax" in page and "The programme does not use this form yet." in page
    sent = client.post(HOME + "library/", {"code": ["women_share", "women_led", "nonsense", "\x00"]})
    assert sent.status_code == 302 and Indicator.objects.count() == 2
    client.post(HOME + "library/", {"code": ["women_share"]})  # twice is once
    assert Indicator.objects.count() == 2
    assert client.post(HOME + "library/", {}).status_code == 302
    assert (
        client.post(HOME + "library/", {"code": ["sells_online"]}).status_code == 302
    )  # its form is not here
    assert Indicator.objects.count() == 2
    assert as_role("committee_member").post(HOME + "library/", {"code": ["micro_firms"]}).status_code == 403


def test_values_are_worked_out_in_the_background(census, as_role):
    three_workshops(census)
    client = as_role()
    assert client.post(HOME + "compute/").status_code == 302  # nothing to work out, no job
    actions.take_from_library(programme=census.programme, codes=["women_share"], by="test", at=AT)
    client.post(HOME + "compute/"), client.post(HOME + "compute/")
    assert work.run_waiting() == 1
    assert Measurement.objects.filter(is_current=True).count() == 3
    assert as_role("committee_member").post(HOME + "compute/").status_code == 403


FIELDS = {
    "code": "large_ones", "title": "Large ones", "instrument": "workshop_census", "kind": "share",
    "of": "n_workers >= 5",
    "unit": "share", "direction": "up", "level": "context", "disaggregations": "place, head_sex", "source": "Our own",
}  # fmt: skip


def test_an_own_indicator_is_looked_at_before_it_is_kept(census, as_role):
    three_workshops(census)
    client = as_role()
    shown = client.post(HOME + "new/", FIELDS | {"preview": "1"})
    assert shown.status_code == 200 and "66.7" in text(shown) and not Indicator.objects.exists()
    kept = client.post(HOME + "new/", FIELDS)
    assert kept.status_code == 302 and Indicator.objects.get().code == "large_ones"
    again = client.post(HOME + "new/", FIELDS | {"title": "Large ones again"})
    assert again.status_code == 422 and "This code is taken" in text(again)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"of": "n_workerz >= 5"}, "Did you mean n_workers"),
        ({"of": "n_workers >="}, "cannot be understood"),
        ({"of": "tax_registered = 'maybe'"}, "is no answer to"),
        ({"of": "n_workers"}, "is a number, not a claim"),
        ({"of": "devices = 'phone'"}, "selected(devices"),
        ({"of": "machine_number > 1"}, "is asked once for each of"),
        ({"kind": "ratio"}, "has no per"),
        ({"kind": "mean", "of": "head_sex"}, "is a text, not a number"),
        ({"over": "people"}, "is no repeat"),
        ({"of": ""}, "does not say of what"),
        ({"of": "\x00"}, ""),
        ({"times": "nan"}, ""),
        ({"times": "-1"}, ""),
        ({"code": "Über"}, "small letters"),
        ({"instrument": "nothing"}, ""),
        ({"of": "(" * 200}, ""),
        ({"title": ""}, "title in one of the languages"),
        ({"disaggregations": "x" * 900}, ""),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(census, as_role, changed, words):
    three_workshops(census)
    shown = as_role().post(HOME + "new/", FIELDS | changed | {"preview": "1"})
    assert shown.status_code in (200, 422)
    assert words.replace("'", "&#x27;") in text(shown) or words in text(shown)
    assert not Indicator.objects.exists()


def test_the_second_of_two_editors_is_told(measured, as_role):
    client = as_role()
    page = HOME + "one/women_share/change/"
    version = Indicator.objects.get(code="women_share").version
    fields = FIELDS | {"kind": "ratio", "of": "n_women", "per": "n_women + n_men", "version": version}
    assert client.post(page, fields | {"title": "Women"}).status_code == 302
    second = client.post(page, fields | {"title": "Ladies"})
    assert second.status_code == 409 and "Somebody else changed this meanwhile" in text(second)
    versions = IndicatorVersion.objects.filter(indicator__code="women_share").order_by("number")
    assert [(v.number, v.is_current) for v in versions] == [(1, False), (2, True)]


def test_put_aside_and_taken_up_again(measured, as_role):
    client = as_role()
    client.post(HOME + "one/accidents/use/", {"is_used": "0"})
    assert not Indicator.objects.get(code="accidents").is_used
    assert "put aside" in text(client.get(HOME))
    client.post(HOME + "one/accidents/use/", {"is_used": "1"})
    assert Indicator.objects.get(code="accidents").is_used


def test_the_api_tells_the_same(measured, as_role):
    client = as_role()
    rows = client.get("/api/programmes/weaving/indicators/values?code=women_share&by=size_class&wave=").json()
    assert {r["group"] for r in rows if r["cluster"] == ""} == {
        "",
        "size_class=micro",
        "size_class=small",
        "size_class=?",
    }
    assert {d["code"] for d in client.get("/api/programmes/weaving/indicators").json()} >= {"women_share"}
    committee = as_role("committee_member").get("/api/programmes/weaving/indicators/values").json()
    assert all(r["numerator"] is None for r in committee)
    assert as_role("nobody").get("/api/programmes/weaving/indicators/values").status_code in (403, 404)


def test_pages_ask_a_bounded_number_of_questions(measured, as_role, django_assert_max_num_queries):
    client = as_role()
    client.get(HOME)
    with django_assert_max_num_queries(40):
        client.get(HOME)
    with django_assert_max_num_queries(45):
        client.get(HOME + "one/women_share/")
    with django_assert_max_num_queries(55):
        client.get(HOME + "one/women_share/rows/")
