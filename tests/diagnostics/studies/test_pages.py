"""Pages of studies: what each role sees, what they do with whatever is submitted, how much they ask."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nanduti.diagnostics.actions import challenges, issues, partners, studies
from nanduti.diagnostics.models import Challenge, DiagnosticStudy, Issue, OutputRate, Prospect, StudyReport
from nanduti.diagnostics.queries.profile import findings
from nanduti.foundation import work
from nanduti.foundation.models import Job
from tests.support.census import AT, establishment

pytestmark = [pytest.mark.django_db(databases=["default", "vault"]), pytest.mark.usefixtures("keeps_answers")]
STUDY = "workshops-of-itaugua"
ONE = f"/p/weaving/studies/{STUDY}/"


def text(response):
    return response.content.decode()


def ok(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return text(response)


@pytest.fixture
def full(study, issue, counted):
    """A study with something in every part, and what stands beside it."""
    issues.name_party(
        issue=issue, role="interested", pseudonym=establishment(counted).pseudonym, by="test", at=AT
    )
    issues.name_party(
        issue=issue, role="intermediary", organisation=counted.world.institute, by="test", at=AT
    )
    for own, output in ((True, 10), (False, 30)):
        values = {"process": "line", "is_own": own, "who": str(own), "unit": "pairs", "output_low": output,
                  "workers_low": 2}  # fmt: skip
        partners.note_rate(study=study, values=values, by="test", at=AT)
    partners.note_prospect(study=study, values={"name": "Tanners", "party_kind": "firm"}, by="test", at=AT)
    challenges.note_challenge(
        programme=counted.programme, cluster=counted.cluster, values={"kind": "emergent", "label": "Mistrust"},
        by="test", at=AT,
    )  # fmt: skip
    return study


PLAIN = ["studies/", "challenges/", "challenges/1/", "comparison/", "sectors/"]
INNER = ["", "operations/", "operations/1/", "routing/", "partners/", "rates/", "report/"]
WRITING = ["edit/", "agree/", "operations/new/", "operations/1/edit/", "operations/1/route/", "partners/new/",
           "operations/1/interested/", "operations/1/between/", "rates/new/"]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_opens_for_the_coordinator(full, as_role, language):
    client = as_role(language=language)
    more = ["studies/new/", "challenges/new/", "challenges/1/edit/"]
    for address in [*(f"/p/weaving/{a}" for a in PLAIN + more), *(ONE + a for a in INNER + WRITING)]:
        assert "<h1" in ok(client, address)


def test_the_study_says_where_it_stands_and_how_it_knows(full, as_role):
    page = ok(as_role(), ONE)
    for words in ("Still missing:", "Workshop census", "7 of 7", "Old machines", "What cannot be said", "Turnover",
                  "who could solve 1 issue", "Sensitive", "7 micro, 2 small", "1 firm is interested"):  # fmt: skip
        assert words in page, words
    assert page.count("<svg") >= 4 and "<desc>" in page


def test_a_committee_reads_a_draft_without_answers_and_an_agreed_one_with_small_groups_kept_back(
    full, as_role
):
    committee = as_role("committee_member")
    page = ok(committee, ONE)
    before = page.split("About this study")[0]
    assert "shown to you when the study has been agreed" in page and "nobody answered" not in page
    assert "Workshop census" not in before and "shown when the study has been agreed" in before
    found = findings(study=full, access=None, at=AT)
    full.refresh_from_db()
    studies.agree_study(
        study=full, found=found, missing=[], agreed_on=date(2026, 4, 1), version=full.version, by="t", at=AT
    )
    page = ok(committee, ONE)
    assert "kept back" in page and "Agreed on 1 April 2026" in page and "9 · 56.2" in page
    assert "interested" in page
    assert establishment_of(full) not in page and establishment_of(full) not in ok(
        committee, ONE + "operations/1/"
    )
    assert establishment_of(full) in ok(as_role(), ONE + "operations/1/")


def establishment_of(study):
    return study.issues.get().parties.get(role="interested").establishment.pseudonym


def test_who_may_write(full, as_role):
    for role in ("committee_member", "researcher", "custodian"):
        client = as_role(role)
        for address in WRITING:
            assert client.get(ONE + address).status_code in (403, 302), (role, address)
        assert client.post(ONE + "report/", {"language": "en", "file_format": "pdf"}).status_code in (
            403,
            302,
        )
    assert as_role("cda").get(ONE + "operations/new/").status_code == 200
    for role in ("stranger", "nobody", "enumerator"):
        assert as_role(role).get(ONE).status_code in (403, 404), role


def test_a_study_is_begun_edited_and_agreed_in_the_browser(counted, as_role):
    client = as_role()
    form = {
        "cluster": counted.cluster.pk,
        "kind": "emergent",
        "title": "A",
        "least_per_cell": 1,
        "version": 0,
    }
    assert client.post("/p/weaving/studies/new/", form).status_code == 422
    assert client.post("/p/weaving/studies/new/", form | {"kind": "emerging"}).status_code == 302
    row = DiagnosticStudy._base_manager.get()
    address = f"/p/weaving/studies/{row.code}/"
    values = {
        "kind": "emerging",
        "title": "B",
        "least_per_cell": 2,
        "version": row.version,
        "done": "not a day at all",
    }
    assert client.post(address + "edit/", values).status_code == 422
    assert client.post(address + "edit/", values | {"done": "March 2026"}).status_code == 302
    assert client.post(address + "edit/", values | {"done": "April 2026"}).status_code == 409
    row.refresh_from_db()
    agree = {"version": row.version, "agreed_on": "2026-04-01"}
    assert client.post(address + "agree/", agree).status_code == 422
    assert "Still missing" in text(client.post(address + "agree/", agree))
    assert client.post(address + "agree/", agree | {"reason": "In haste"}).status_code == 302
    assert client.post(address + "agree/", agree | {"reason": "Again"}).status_code == 302  # a double click
    row.refresh_from_db()
    assert row.is_agreed and row.agreed_on == date(2026, 4, 1)
    assert client.post(address + "edit/", values).status_code == 422
    assert client.post(address + "reopen/", {"version": row.version, "reason": ""}).status_code == 422
    assert client.post(address + "reopen/", {"version": row.version, "reason": "A town"}).status_code == 302


def test_issues_are_written_down_one_after_the_other(study, as_role):
    client = as_role("cda")
    values = {
        "version": 0,
        "product_group": "Jeans & shirts",
        "item": "skill",
        "label": "Few cutters",
        "n_micro": "12",
    }
    response = client.post(ONE + "operations/new/", values | {"again": "yes"})
    assert response.status_code == 302 and "product=Jeans" in response["Location"]
    assert 'value="Jeans &amp; shirts"' in ok(client, response["Location"])
    assert client.post(ONE + "operations/new/", values | {"label": "Few sewers"}).status_code == 302
    assert Issue._base_manager.count() == 2
    address = ONE + "operations/1/route/"
    said = {"version": 1, "by_advanced": "yes", "is_for_implementation": "on", "chain_check": "removed"}
    assert client.post(address, said).status_code == 422  # it says no reason
    assert client.post(address, said | {"chain_reason": "No buyer"}).status_code == 302
    assert client.post(ONE + "operations/1/drop/").status_code == 302
    assert client.post(ONE + "operations/1/drop/").status_code == 302  # a double click
    assert Issue._base_manager.count() == 1


def test_partners_rates_and_challenges_are_written_down(study, as_role):
    client = as_role()
    assert (
        client.post(
            ONE + "partners/new/", {"name": "Tanners", "party_kind": "firm", "willingness": "0.5"}
        ).status_code
        == 302
    )
    row = Prospect._base_manager.get()
    assert row.willingness == 0.5
    assert (
        client.post(f"{ONE}partners/{row.pk}/", {"name": "", "party_kind": "firm", "version": 1}).status_code
        == 422
    )
    rate = {
        "process": "line",
        "unit": "pairs",
        "output_low": "5",
        "output_high": "4",
        "workers_low": "0",
        "days": "0",
    }
    page = client.post(ONE + "rates/new/", rate)
    assert page.status_code == 422 and text(page).count("Enter more than zero") >= 2
    assert (
        client.post(
            ONE + "rates/new/", rate | {"output_high": "9", "workers_low": "1", "days": "1"}
        ).status_code
        == 302
    )
    assert OutputRate._base_manager.get().output_high == 9
    values = {"kind": "emergent", "label": "Mistrust", "version": 0}
    assert client.post("/p/weaving/challenges/new/", values).status_code == 302
    move = {"version": 1, "state": "addressed", "on": "2026-04-02", "learnt": "Slowly"}
    assert client.post("/p/weaving/challenges/1/", move).status_code == 302
    assert client.post("/p/weaving/challenges/1/", move).status_code == 302  # a double click
    assert client.post("/p/weaving/challenges/1/", move | {"state": "solved"}).status_code == 409
    assert Challenge._base_manager.get().changes.count() == 1


NASTY = ["", "x", "\x00", "-1", "99999999999999999999", "<script>", "’; DROP", "2026-13-45", "ñ" * 400]


def test_nothing_submitted_makes_a_page_fail(full, as_role):
    client = as_role()
    rate, prospect = OutputRate._base_manager.first(), Prospect._base_manager.first()
    addresses = {
        ONE + "edit/": ["kind", "title", "done", "instrument", "wave", "least_per_cell", "version"],
        ONE + "operations/new/": ["product_group", "item", "label", "n_micro", "severity"],
        ONE + "operations/1/edit/": ["product_group", "item", "label", "n_micro", "severity", "version"],
        ONE + "operations/1/route/": ["in_cluster", "chain_check", "version"],
        ONE + "operations/1/interested/": ["pseudonym", "severity", "willingness"],
        ONE + "operations/1/between/": ["organisation"],
        ONE + "agree/": ["version", "agreed_on", "reason"],
        ONE + "report/": ["language", "file_format"],
        f"{ONE}rates/{rate.pk}/": ["output_low", "workers_low", "days", "version"],
        f"{ONE}partners/{prospect.pk}/": ["name", "willingness", "version"],
        "/p/weaving/studies/new/": ["cluster", "kind", "title", "least_per_cell"],
        "/p/weaving/challenges/1/": ["state", "on", "version"],
        "/p/weaving/challenges/1/edit/": ["kind", "seen", "version"],
    }
    for address, names in addresses.items():
        for value in NASTY:
            response = client.post(address, dict.fromkeys(names, value))
            assert response.status_code in (200, 302, 403, 404, 409, 422), (address, value)
            DiagnosticStudy._base_manager.update(status="draft")
    for value in NASTY:
        for address in ("studies/", "challenges/", "comparison/", "sectors/"):
            query = {"sort": value, "kind": value, "page": value, "cluster": value, "product": value}
            assert client.get(f"/p/weaving/{address}", query).status_code in (200, 404)
    for address in (
        ONE + "operations/99/",
        ONE + "report/999/",
        "/p/weaving/challenges/99/",
        "/p/weaving/sectors/none/",
    ):
        assert client.get(address).status_code == 404


def test_a_report_is_made_in_the_background_and_found_again(full, as_role):
    client = as_role()
    for _ in range(2):  # a double click makes one document
        assert client.post(ONE + "report/", {"language": "es", "file_format": "pdf"}).status_code == 302
    assert Job.objects.filter(kind="diagnostics.report").count() == 1
    assert "Look again" in ok(client, ONE + "report/")
    work.run_waiting()
    job = Job.objects.get(kind="diagnostics.report")
    assert job.state == "done", (job.error, job.error_code)
    kept = StudyReport._base_manager.get()
    response = client.get(f"{ONE}report/{kept.pk}/")
    assert b"".join(response.streaming_content)[:5] == b"%PDF-"
    assert response["Content-Disposition"].startswith("attachment")
    assert f"{STUDY}-es.pdf" in ok(as_role("committee_member"), ONE + "report/")
    assert as_role("stranger").get(f"{ONE}report/{kept.pk}/").status_code in (403, 404)


def test_a_large_cluster_is_computed_in_the_background(study, as_role, monkeypatch):
    from nanduti.diagnostics.pages import studies as pages

    monkeypatch.setattr(pages, "LIVE", 3)
    client = as_role()
    page = ok(client, ONE)
    assert "computed in the background" in page and "have not been computed" in page
    assert (
        client.post(ONE + "agree/", {"version": 1, "agreed_on": "2026-04-01", "reason": "x"}).status_code
        == 302
    )
    for _ in range(2):
        assert client.post(ONE + "compute/").status_code == 302
    assert Job.objects.filter(kind="diagnostics.findings").count() == 1
    work.run_waiting()
    page = ok(client, ONE)
    assert "9 of 12" in page or "figures are known" in page
    study.refresh_from_db()
    assert study.findings["is_safe"] is True


def test_exports_carry_the_words(full, as_role):
    client = as_role()
    for address in (
        ONE + "operations/",
        ONE + "partners/",
        ONE + "rates/",
        "/p/weaving/challenges/",
        "/p/weaving/studies/",
    ):
        for kind in ("csv", "xlsx"):
            response = client.get(address, {"export": kind})
            assert response.status_code == 200 and b"".join(response.streaming_content), (address, kind)


def test_statements_of_the_pages_do_not_grow(full, as_role, counted):
    client = as_role()
    addresses = [ONE, ONE + "operations/", ONE + "routing/", "/p/weaving/studies/", "/p/weaving/challenges/"]

    def count(address):
        with CaptureQueriesContext(connections["default"]) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    for address in addresses:
        count(address)
    before = {address: count(address) for address in addresses}
    for i in range(12):
        row = issues.note_issue(
            study=full, values={"product_group": f"p{i}", "item": "skill", "label": "x"}, by="t", at=AT
        )
        issues.name_party(issue=row, role="intermediary", organisation=counted.world.institute, by="t", at=AT)
        challenges.note_challenge(
            programme=counted.programme, cluster=None, values={"kind": "initial", "label": "x"}, by="t", at=AT
        )
    for address in addresses:
        count(address)  # what was kept is old now
        assert count(address) <= before[address] + 2, address
        assert before[address] < 75, (address, before[address])


def test_pages_of_the_steps_lead_here(full, as_role):
    page = ok(as_role(), reverse("home:step", args=("weaving", 3)))
    assert "/p/weaving/studies/" in page and "/p/weaving/comparison/" in page


def test_a_study_can_be_told_which_question_tells_the_product(study, as_role):
    client = as_role()
    assert "(head_sex)" in ok(client, ONE + "edit/")
    values = {
        "kind": "emerging",
        "title": "T",
        "least_per_cell": 1,
        "version": 1,
        "instrument": study.instrument_id,
    }
    assert client.post(ONE + "edit/", values | {"product_column": "no_such_question"}).status_code == 422
    assert client.post(ONE + "edit/", values | {"product_column": "own_brand"}).status_code == 302
    study.refresh_from_db()
    assert study.columns == {"product": "own_brand"}
    found = findings(study=study, access=None, at=AT)
    assert {p.code: p.n for p in found.distribution("product").parts} == {"yes": 7, "no": 8}


def test_machines_read_what_was_agreed(full, as_role):
    client = as_role("committee_member")
    (row,) = client.get("/api/programmes/weaving/studies").json()
    assert row["code"] == STUDY and row["issues"] == 1
    draft = client.get(f"/api/programmes/weaving/studies/{STUDY}").json()
    assert (
        draft["findings"] is None and draft["twinning"] == "no" and draft["issues"][0]["solved"] == "nobody"
    )
    found = findings(study=full, access=None, at=AT)
    full.refresh_from_db()
    studies.agree_study(
        study=full, found=found, missing=[], agreed_on=date(2026, 4, 1), version=full.version, by="t", at=AT
    )
    agreed = client.get(f"/api/programmes/weaving/studies/{STUDY}").json()
    assert agreed["findings"]["is_safe"] is True
    assert client.get("/api/programmes/weaving/studies/none").status_code == 404
    assert as_role("stranger").get(f"/api/programmes/weaving/studies/{STUDY}").status_code in (403, 404)
