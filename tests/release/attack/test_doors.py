"""Other ways out: other formats, guessed addresses, job results, stored files, accounts with little right."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanduti.foundation.models import Job
from nanduti.release.keeping import result_of
from nanduti.release.models import PublishedFile
from tests.support.crawl import filled, routes

BASE = "/open/weaving/towns-by-size/"
# What answers without signing in, and nothing else: the door, the open pages, what phones ask with their own key.
FOR_EVERYBODY = (
    "/", "/open/", "/api/open/", "/api/openapi.json", "/account/login/", "/account/password/", "/account/logout/",
    "/account/2fa/authenticate/", "/account/2fa/webauthn/login/", "/account/signup/", "/account/inactive/",
    "/account/email/", "/account/reauthenticate/", "/account/confirm-email/", "/style/", "/static/", "/language/",
)  # fmt: skip
OPEN_TABLES = {"release_publication", "release_publishedfile"}


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_every_format_tells_the_same_and_no_more(door, as_user):
    door.publish()
    visitor = as_user()
    shown = list(csv.reader(io.StringIO(body(visitor.get(f"{BASE}v1/table.csv")).decode())))[1:]
    parquet = pl.read_parquet(io.BytesIO(body(visitor.get(f"{BASE}v1/table.parquet"))))
    assert parquet.columns == ["place", "size_class", "value"]
    rows = [[str(v) if v is not None else "" for v in row] for row in parquet.iter_rows()]
    assert rows == shown
    answered = visitor.get("/api/open/weaving/towns-by-size/rows/table/?limit=1000").json()["rows"]
    assert [["" if v is None else str(v) for v in row.values()] for row in answered] == shown
    with zipfile.ZipFile(io.BytesIO(body(visitor.get(f"{BASE}v1/towns-by-size.zip")))) as archive:
        assert set(archive.namelist()) == {"table.csv", "datapackage.json", "README.txt"}
        assert archive.read("table.csv") == body(visitor.get(f"{BASE}v1/table.csv"))
        package = json.loads(archive.read("datapackage.json"))
        everything = b" ".join(archive.read(n) for n in archive.namelist()).decode()
    assert package["resources"][0]["schema"]["fields"][2]["name"] == "value"
    for secret in ("_why", "beside", "threshold", "p_percent", "asker", "e1,", "_id"):
        assert secret not in everything


def test_a_parquet_file_keeps_no_trace_of_what_is_hidden(door, as_user):
    """Statistics of a column are computed from what is in it; the hidden figures are not."""
    made = door.publish()
    content = made.files.get(name="table.parquet").content.read()
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(content))
    at = file.schema_arrow.names.index("value")
    statistics = file.metadata.row_group(0).column(at).statistics
    assert statistics.min >= 3 and "nanduti" not in str(file.metadata.metadata)


@pytest.mark.parametrize("role", ["", "stranger", "association"])
def test_what_is_not_published_is_found_nowhere(door, as_user, role):
    request = door.ask()
    check = door.check(request)
    client = as_user(role)
    job = Job.objects.filter(kind="release.check").get()
    guessed = [
        f"/p/weaving/release/{request.pk}/", f"/p/weaving/release/{request.pk}/change/",
        f"/jobs/{job.public_id}/",
        f"/open/weaving/{request.code}/", f"/open/weaving/{request.code}/v1/table.csv",
        f"/api/open/weaving/{request.code}/", f"/p/carving/release/{request.pk}/",
        f"/p/carving/release/out/{check.pk}/",
    ]  # fmt: skip
    for address in guessed:
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404), address
        assert b"Town A" not in body(answer)


def test_stored_files_have_no_address(door, as_user):
    made = door.publish(audience="municipality")
    for file in PublishedFile._base_manager.filter(publication=made):
        for address in (f"/{file.content.name}", f"/files/{file.content.name}", f"/media/{file.content.name}",
                        f"/static/{file.content.name}", f"/open/weaving/towns-by-size/v1/{file.name}"):  # fmt: skip
            assert as_user().get(address).status_code == 404
        assert file.name not in file.content.name


def test_the_ids_of_another_programme_open_nothing(door, as_user):
    made = door.publish(audience="association")
    for end in ("", "files/table.csv", "sheets/", "mine/"):
        assert as_user("stranger").get(f"/p/carving/release/out/{made.pk}/{end}").status_code in (403, 404)


def test_asking_again_and_again_tells_a_researcher_nothing(door, as_user):
    client = as_user("researcher")
    pages = []
    for number in range(4):
        groups = {"size_class": {"groups": {"micro": f"g{number}", "small": f"g{number}"}}}
        from tests.support.release import table

        material = table("place", "size_class", recode=groups if number else {})
        request = door.ask(by="researcher", code=f"q{number}", material=material)
        check = door.check(request, by="researcher")
        job = check.job
        pages.append(client.get(f"/p/weaving/release/{request.pk}/").content.decode())
        pages.append(client.get(f"/jobs/{job.public_id}/").content.decode())
        pages.append(json.dumps(job.result))
        shown = result_of(check).parts[0]
        assert shown.n_cells > 4
    for page in pages:
        assert "Town A" not in page and "town-a" not in page


def test_what_is_kept_of_a_check_cannot_be_read_in_the_database(door):
    door.publish()
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM release_disclosurecheck")
        (sealed,) = cursor.fetchone()
        cursor.execute("SELECT ledger FROM release_publication")
        (ledger,) = cursor.fetchone()
    for content in (bytes(sealed), bytes(ledger)):
        assert b"parquet" not in content and b"town-a" not in content and not content.startswith(b"PK")


def test_nothing_else_answers_without_signing_in(door, as_user):
    """Every address of the site: visitors get the sign-in page or a refusal, but for the list above."""
    made = door.publish()
    values = {
        "programme": ["weaving"],
        "slug": [made.slug],
        "number": ["1"],
        "pk": [str(made.pk)],
        "name": ["table.csv"],
    }
    visitor = as_user()
    visitor.raise_request_exception = False
    answered = []
    for route in routes():
        for address in filled(route, values):
            if address.startswith(FOR_EVERYBODY[1:]) or address == "/":
                continue
            answer = visitor.get(address)
            if answer.status_code == 200:
                answered.append(address)
            assert answer.status_code < 500, address
    assert not answered


def test_the_list_for_everybody_is_no_longer_than_needed(door, as_user):
    door.publish()
    for address in ("/", "/open/", "/api/open/", "/api/openapi.json", "/account/login/"):
        assert as_user().get(address).status_code == 200


def test_open_pages_read_published_tables_alone(door, as_user):
    door.publish()
    visitor = as_user()
    for address in ("/open/", "/open/weaving/", BASE, f"{BASE}v1/", f"{BASE}v1/table.csv", "/api/open/",
                    "/api/open/weaving/", "/api/open/weaving/towns-by-size/",
                    "/api/open/weaving/towns-by-size/rows/table/"):  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert visitor.get(address).status_code == 200
        for query in caught.captured_queries:
            sql = query["sql"]
            assert any(f'"{name}"' in sql for name in OPEN_TABLES), sql
            assert '"ledger"' not in sql.partition(" FROM ")[0]
            others = [word for word in sql.replace(".", " ").split('"') if "_" in word and " " not in word]
            rooms = (
                "register_",
                "surveys_",
                "programme_",
                "indicators_",
                "foundation_",
                "vault_",
                "diagnostics_",
            )
            assert not [w for w in others if w.startswith(rooms) and w not in COLUMNS], sql


COLUMNS = {"programme_id", "programme_code", "programme_title", "programme_title_es"}


def test_identities_never_reach_what_is_open(door, as_user):
    from tests.support.register import SECRETS

    made = door.publish()
    visitor = as_user()
    texts = [body(visitor.get(a)).decode("utf-8", "replace") for a in ("/open/", "/open/weaving/", BASE)]
    texts += [file.content.read().decode("utf-8", "replace") for file in made.files.all()]
    for text in texts:
        for secret in SECRETS:
            assert secret not in text
        for firm in door.firms:
            assert firm.pseudonym not in text
