"""Employment, wages, turnover and savings from baseline to follow-up: which readings, of whom, and who sees what."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanduti.methods.values import Period
from nanduti.register.models import Cluster, Establishment, Organisation, ProfileFact
from nanduti.results import standard
from nanduti.results.frameworks import STANDARD
from tests.support.example import CODE, FOOTWEAR, LEATHER

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
P = f"/p/{CODE}/results"


def cluster(code):
    return Cluster._base_manager.select_related("scope").get(code=code)


def firms(code, n):
    of = cluster(code)
    owner = Organisation.objects.create(kind="enterprise", cluster=of, scope=of.scope)
    return [Establishment.objects.create(organisation=owner, cluster=of, scope=of.scope) for _n in range(n)]


def say(subject, attribute, value, as_of, unit="persons", **more):
    kind = subject._meta.model_name
    return ProfileFact.objects.create(
        subject_kind=kind, scope=subject.scope, attribute=attribute, value=value, unit=unit, as_of=as_of,
        **{kind: subject}, **more,
    )  # fmt: skip


def lines(example, outcome="employment", **asked):
    asked = {"as_of": JULY, "today": JULY, **asked}
    table = standard.standard_table(programme=example, **asked)
    return {(x.measure.code, x.level, x.cluster.code if x.cluster else ""): x for x in table.of(outcome)}


def grown(code, n, *, before=10, after=12, later="May 2011"):
    """Firms with a number of workers at both times, each one more than the one before it."""
    made = firms(code, n)
    for i, firm in enumerate(made):
        say(firm, "n_workers", before + i, "2005")
        if after is not None:
            say(firm, "n-workers", after + i, later)
    return made


def test_the_framework_names_the_four_outcomes_of_table_eleven():
    assert list(STANDARD) == ["employment", "wages", "turnover", "savings"]
    codes = [m.code for outcome in STANDARD.values() for m in outcome.measures]
    assert len(codes) == len(set(codes)) and {m.combine for o in STANDARD.values() for m in o.measures} == {
        "total",
        "mean",
    }


def test_the_example_has_figures_without_a_day_and_says_so(example):
    found = lines(example)
    assert list(found) == [("n_direct_jobs", "cluster", FOOTWEAR)]
    told = found["n_direct_jobs", "cluster", FOOTWEAR].found
    assert (told.n, told.change, told.reasons) == (0, None, {"undated": 1})
    assert not lines(example, "savings") and not lines(example, "wages")


def test_only_firms_seen_twice_are_compared_and_the_whole_is_over_all_clusters(example):
    grown(LEATHER, 3)
    grown(FOOTWEAR, 2, before=100, after=90)
    say(firms(LEATHER, 1)[0], "n_workers", 500, "2005")
    found = lines(example)
    whole, leather = found["n_workers", "establishment", ""], found["n_workers", "establishment", LEATHER]
    assert (leather.found.before, leather.found.after, leather.found.change) == (33, 39, 6)
    assert (leather.found.n, leather.found.n_seen, leather.found.reasons) == (3, 4, {"no_follow_up": 1})
    assert (whole.found.before, whole.found.change, whole.found.n, whole.found.n_seen) == (234, -14, 5, 6)
    own = lines(example, cluster=cluster(LEATHER))
    assert ("n_workers", "establishment", "") not in own
    assert own["n_workers", "establishment", LEATHER].found == leather.found


def test_the_cut_off_day_and_chosen_spans_decide(example):
    (firm,) = firms(LEATHER, 1)
    for value, when in ((5, "2004"), (6, "2005"), (8, "2009"), (9, "June 2011")):
        say(firm, "n_workers", value, when)
    key = ("n_workers", "establishment", LEATHER)

    def told(**asked):
        found = lines(example, **asked)[key].found
        return found.before, found.after

    assert told() == (6, 9), "the last by the start of 2006"
    assert told(as_of=date(2010, 1, 1)) == (6, 8)
    assert told(baseline=Period(date(2004, 1, 1), date(2005, 1, 1))) == (5, 9)
    assert told(follow_up=Period(date(2009, 1, 1), date(2010, 1, 1))) == (6, 8)
    only = lines(example, as_of=date(2008, 1, 1))[key]
    assert (only.found.reasons, only.waiting) == ({"no_follow_up": 1}, 6)


def test_what_a_cluster_is_said_to_have_is_compared_with_what_is_said_later(example):
    leather = cluster(LEATHER)
    say(leather, "turnover", 100, "2005", "EUR")
    say(leather, "turnover", 130, "2010", "EUR")
    found = lines(example, "turnover")["turnover", "cluster", LEATHER].found
    assert (found.before, found.after, found.relative) == (100, 130, 0.3)


@pytest.mark.parametrize(
    ("reason", "second"),
    [
        ("other_unit", {"unit": "INR"}),
        ("bound", {"qualifier": "over"}),
        ("no_number", {"value": None, "value_text": "40 to 50 million"}),
    ],
)
def test_what_cannot_be_compared_says_why(example, reason, second):
    leather = cluster(LEATHER)
    say(leather, "turnover", 100, "2005", "EUR")
    say(leather, "turnover", **{"value": 130, "as_of": "2010", "unit": "EUR", **second})
    found = lines(example, "turnover")["turnover", "cluster", LEATHER].found
    assert (found.change, found.reasons) == (None, {reason: 1})


def test_two_definitions_are_never_one_figure(example):
    leather = cluster(LEATHER)
    say(leather, "n_employees", 100, "2005")
    say(leather, "n_direct_jobs", 130, "2010")
    found = lines(example)
    for measure in ("n_employees", "n_direct_jobs"):
        reasons = found[measure, "cluster", LEATHER].found.reasons
        assert reasons == {"no_follow_up": 1, standard.OTHER_DEFINITION: 1}


def test_women_and_men_make_the_persons_who_work(example):
    (firm,) = firms(LEATHER, 1)
    for women, men, when in ((3, 4, "2005"), (5, 4, "2010")):
        say(firm, "women", women, when)
        say(firm, "men", men, when)
    found = lines(example)["persons_engaged", "establishment", LEATHER].found
    assert (found.before, found.after, found.n) == (7, 9, 1)


def test_a_mean_of_clusters_of_different_sizes_is_not_told(example):
    for code, wage in ((LEATHER, 100), (FOOTWEAR, 200)):
        say(cluster(code), "mean_wage", wage, "2005", "INR")
        say(cluster(code), "mean_wage", wage + 50, "2010", "INR")
    found = lines(example, "wages")
    assert {key[2] for key in found} == {LEATHER, FOOTWEAR}


# --- who sees what


def told(visit, who, **asked):
    answer = visit(who).get(f"/api/programmes/{CODE}/results", {"as_of": "2011-07-31", **asked}).json()
    figures = next(o for o in answer["standard_outcomes"] if o["code"] == "employment")["figures"]
    return {(f["measure"], f["cluster"]): f for f in figures}


def test_who_may_not_read_single_firms_sees_enough_of_them_rounded(example, visit):
    grown(LEATHER, 7, before=1000, after=1111)
    grown(FOOTWEAR, 2)
    full, safe = told(visit, "coordinator"), told(visit, "committee")
    assert full["n_workers", None]["baseline"] == 7042 and full["n_workers", LEATHER]["n_matched"] == 7
    whole = safe["n_workers", None]
    assert (whole["baseline"], whole["n_matched"], whole["is_rounded"]) == (7040, 5, True)
    for code in (LEATHER, FOOTWEAR):
        assert safe["n_workers", code]["not_compared"] == {"hidden": 1}
        assert safe["n_workers", code]["baseline"] is None


def test_a_few_firms_are_hidden_and_no_other_day_can_be_asked_for(example, visit):
    grown(LEATHER, 4)
    grown(FOOTWEAR, 4, after=None)
    assert told(visit, "committee")["n_workers", None]["not_compared"] == {"hidden": 1}
    for firm in Establishment.objects.filter(cluster__code=FOOTWEAR, facts__attribute="n_workers"):
        say(firm, "n_workers", 40, "2011")
    chosen = {"baseline": "2009", "as_of": "2008-01-01"}
    assert (
        told(visit, "committee")["n_workers", None] == told(visit, "committee", **chosen)["n_workers", None]
    )


def test_an_agent_cannot_take_the_own_cluster_from_the_whole(example, visit):
    grown(LEATHER, 6)
    grown(FOOTWEAR, 3)
    found = told(visit, "cda-leather")
    assert found["n_workers", LEATHER]["n_matched"] == 6
    if ("n_workers", None) in found:
        assert found["n_workers", None]["not_compared"] == {"hidden": 1}
    assert found.get(("n_workers", FOOTWEAR), {}).get("baseline") is None


def test_the_page_shows_changes_and_each_opens_to_its_readings(example, visit):
    (firm, *_rest) = grown(LEATHER, 2)
    client = visit("coordinator")
    page = client.get(f"{P}/?as_of=2011-07-31").content.decode()
    assert "Standard outcomes" in page and "+4 persons (+19.0" in page and "2 of 2 firms" in page
    assert re.search(r'href="[^"]*results/standard/employment/', page)
    page = client.get(f"{P}/standard/employment/?as_of=2011-07-31").content.decode()
    assert firm.pseudonym in page and "12 persons (May 2011)" in page and "about 100,000 persons" in page
    page = visit("committee").get(f"{P}/standard/employment/").content.decode()
    assert firm.pseudonym not in page and "Single firms are not shown to you" in page
    assert client.get(f"{P}/standard/happiness/").status_code == 404


def test_each_reading_is_shown_in_its_own_unit(example, visit):
    leather = cluster(LEATHER)
    say(leather, "savings", 100, "2005", "EUR")
    say(leather, "savings", 900, "2010", "INR")
    page = visit("coordinator").get(f"{P}/standard/savings/?as_of=2011-07-31").content.decode()
    assert "EUR\u00a0100 (2005)" in page and "INR\u00a0900 (2010)" in page
    assert "in different units or currencies" in page and "EUR\u00a0900" not in page


def test_spans_on_the_page_and_over_the_api(example, visit):
    client = visit("coordinator")
    page = client.get(f"{P}/?baseline=2010&follow_up=2005").content.decode()
    assert "Choose a later follow-up or an earlier baseline" in page
    page = client.get(f"{P}/?baseline=the%20other%20day").content.decode()
    assert "One entry needs your attention" in page
    url = f"/api/programmes/{CODE}/results"
    assert client.get(url, {"baseline": "the other day"}).status_code == 422
    assert client.get(url, {"baseline": "2010", "follow_up": "2005"}).status_code == 422
    assert client.get(url, {"baseline": "2005", "follow_up": "2010"}).status_code == 200


def test_the_table_is_exported_with_bare_numbers(example, visit):
    grown(LEATHER, 2)
    answer = visit("coordinator").get(f"{P}/?as_of=2011-07-31&d.export=csv")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0].startswith("What,Where,Baseline,Follow-up,What changed")
    assert any(
        line.startswith("Employment: workers") and ",21,25,4," in line.replace(".0", "") for line in rows
    )


def test_more_firms_take_no_more_queries(example):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            lines(example)
        return len(seen.captured_queries)

    grown(LEATHER, 2)
    few = asked()
    grown(LEATHER, 20)
    grown(FOOTWEAR, 20)
    assert asked() == few <= 6


def test_the_command_tells_them_to_people_and_to_machines(example, capsys):
    from nanduti.config.cli import build_parser

    def run(*arguments):
        asked = ["results", "--programme", CODE, "--as-of", "2011-07-31", *arguments]
        options = build_parser().parse_args(asked)
        assert options.verb(options) == 0
        return capsys.readouterr().out

    grown(LEATHER, 2)
    outcomes = json.loads(run("--format", "json"))["standard_outcomes"]
    assert [o["code"] for o in outcomes] == list(STANDARD)
    (figure,) = [f for f in outcomes[0]["figures"] if f["measure"] == "n_workers"]
    assert (figure["baseline"], figure["follow_up"], figure["change"], figure["n_matched"]) == (21, 25, 4, 2)
    assert figure["baseline_days"] == ["2005-01-01", "2005-12-31"] and figure["grade"] == "E"
    said = run()
    assert "21 → 25 persons (2 of 2)" in said and "? → ? persons (0 of 1)" in said


def test_what_an_enterprise_tells_as_a_whole_is_no_figure_of_its_establishments(example, visit):
    (firm,) = grown(LEATHER, 1)
    say(firm.organisation, "n_workers", 20, "2005")
    say(firm.organisation, "n_workers", 30, "2010")
    found = lines(example)
    assert found["n_workers", "organisation", LEATHER].found.change == 10
    assert found["n_workers", "establishment", LEATHER].found.change == 2
    page = visit("coordinator").get(f"{P}/?as_of=2011-07-31").content.decode()
    assert "1 of 1 enterprise<" in page and "1 of 1 firm<" in page
    page = visit("coordinator").get(f"{P}/standard/employment/").content.decode()
    assert firm.pseudonym in page and firm.organisation.pseudonym in page
