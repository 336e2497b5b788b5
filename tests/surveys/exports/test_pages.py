"""The table page, its pictures, exports at once and in the background: rights, bounds, and nothing that identifies."""

from __future__ import annotations

import io

import polars as pl
import pytest

from nanduti.foundation import work
from nanduti.foundation.models import AuditEvent, Job
from nanduti.surveys import reading
from nanduti.surveys.checking import check_all
from nanduti.surveys.models import Finding, Submission
from nanduti.surveys.pages import tables as pages
from tests.surveys.answered import OWNER, PHONE, answers_xml, instance_id, waiting

pytestmark = pytest.mark.django_db
P = "/p/weaving/surveys"


@pytest.fixture
def base(answered) -> str:
    for n in range(1, 8):
        waiting(answered, n)
    reading.read_waiting()
    return f"{P}/instruments/{answered.instrument.pk}"


def test_the_table_shows_answers_in_words_and_can_be_narrowed(base, as_role, django_assert_max_num_queries):
    client = as_role()
    with django_assert_max_num_queries(40):
        page = client.get(f"{base}/table/").content.decode()
    assert "7 submissions." in page and "How many people work here?" in page and "Trousers" in page
    assert "Kept in the vault and shown in no table:" in page
    assert OWNER not in page and PHONE not in page and "25.38" not in page
    names = client.get(f"{base}/table/?show=names&cols=product&cols=tools").content.decode()
    assert "trousers" in names and "sewing overlock" in names and "workers" not in names.split("<tbody>")[1]
    few = client.get(f"{base}/table/?answer=product&is=shirts").content.decode()
    assert "3 submissions." in few and ">Trousers<" not in few.split("<tbody>")[1]
    assert "¿Cuántas personas" in as_role(language="es").get(f"{base}/table/").content.decode()


@pytest.mark.parametrize(
    "query",
    ["after=zzz", "since=2026-99-99&until=x", "enumerator=99999999999999999999", "state=no&findings=maybe",
     "answer=phone&is=1", "answer=product&is=%00", "cols=%00&cols=../..", "since=0001-01-01", "show=" + "x" * 900],
)  # fmt: skip
def test_odd_addresses_are_answered(base, as_role, query):
    assert as_role().get(f"{base}/table/?{query}").status_code == 200


def test_pictures_of_the_columns(base, as_role, answered):
    Submission.objects.update(cluster=answered.world.cluster)
    page = as_role().get(f"{base}/columns/").content.decode()
    assert "Itauguá garments" in page
    assert "3 to 9, half below 6" in page and "Sewing machine" in page and "<svg" in page
    assert OWNER not in page and PHONE not in page


def test_an_export_is_written_down(base, as_role, answered):
    client = as_role()
    said = client.post(f"{base}/export/", {"format": "xlsx", "filters": "answer=product&is=shirts"})
    assert said.status_code == 200 and said["Content-Disposition"].endswith('visit.xlsx"')
    event = AuditEvent.objects.get(action="surveys.export_answers")
    assert (event.by.username, event.details["format"], event.details["n_submissions"]) == (
        "supervisor",
        "xlsx",
        3,
    )
    assert event.details["filters"] == {"answers": {"product": "shirts"}}
    assert client.post(f"{base}/export/", {"format": "exe"}).status_code == 302
    refused = client.post(f"{base}/export/", {"format": "geojson"}, follow=True).content.decode()
    assert "identifies somebody" in refused


def test_a_large_export_is_made_in_the_background(base, as_role, monkeypatch):
    monkeypatch.setattr(pages, "AT_ONCE", 3)
    client = as_role()
    where = client.post(f"{base}/export/", {"format": "parquet"})["Location"]
    assert "Fetch the file" not in client.get(where).content.decode()
    assert work.run_waiting() == 1
    assert "Fetch the file" in client.get(where).content.decode()
    fetched = client.get(f"{where}?file=1")
    assert fetched["Content-Disposition"].endswith('visit.zip"') and fetched.content[:2] == b"PK"
    assert as_role("coordinator").get(where).status_code == 404  # somebody else's


@pytest.mark.parametrize("role", ["stranger", "nobody", "researcher", "enumerator", "committee_member"])
def test_who_may_not_read_answers_gets_none(base, as_role, role):
    client = as_role(role)
    for path in ("table/", "columns/", "checks/", "workbook/"):
        assert client.get(f"{base}/{path}").status_code in {403, 404}
    assert client.post(f"{base}/export/", {"format": "csv"}).status_code in {403, 404}


def test_an_agent_sees_only_the_answers_of_the_own_cluster(base, as_role, answered):
    waiting(answered, 20, scope=answered.programme.scope)
    reading.read_waiting()
    assert "8 submissions." in as_role("supervisor").get(f"{base}/table/").content.decode()
    page = as_role("cda").get(f"{base}/table/").content.decode()
    assert "7 submissions." in page
    out = as_role("cda").post(f"{base}/export/", {"format": "parquet"})
    import zipfile

    with zipfile.ZipFile(io.BytesIO(out.content)) as archive:
        assert pl.read_parquet(archive.read("visit.parquet")).height == 7


def test_checks_run_in_the_background_and_find_the_same_again(base, as_role, answered):
    for n in range(30, 60):
        waiting(answered, n, answers_xml(n, workers=str(5 + n % 4)))
    waiting(answered, 99, answers_xml(99, workers="9000"))
    reading.read_waiting()
    client = as_role()
    assert client.post(f"{base}/checks/run/").status_code == 302
    assert work.run_waiting() == 1
    assert Job.objects.get(kind="surveys.checks").state == "done"
    page = client.get(f"{base}/checks/").content.decode()
    assert "is far from what others answered" in page
    found = Finding.objects.get(rule="survey:unusual_value", submission__instance_id=instance_id(99))
    found.state, found.note = "explained", "A factory"
    found.save()
    n = Finding.objects.count()
    assert check_all(instrument=answered.instrument) == (0, 0)
    found.refresh_from_db()
    assert Finding.objects.count() == n and found.state == "explained"
