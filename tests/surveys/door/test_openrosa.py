"""What the app asks and how it is answered: lists, forms, files, keys, Digest, languages, headers."""

from __future__ import annotations

import hashlib
import re
import time
from xml.etree import ElementTree

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from nanduti.config import wsgi
from nanduti.foundation.models import StoredFile
from nanduti.surveys import lists
from nanduti.surveys.models import EntityList, InstrumentMedia, InstrumentVersion, Submission
from nanduti.surveys.openrosa import digest, documents
from nanduti.surveys.openrosa import serve as door
from tests.support import surveys
from tests.support.phone import Inside, Known, NotOpenRosa, Phone, Reply, merge
from tests.support.surveys import post, submission, xml_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(field, tmp_path):
    return Phone(tmp_path / "phone", field.address, Inside())


def test_the_list_of_forms_and_a_form(phone, field):
    (entry,) = phone.form_list()
    assert (entry["formID"], entry["version"], entry["name"]) == ("census", "1", "Censo de talleres")
    assert entry["downloadUrl"].startswith(f"http://localhost{field.address}/forms/")
    assert phone.download(entry).decode() == field.version.xform
    assert "manifestUrl" not in entry
    phone.language = "fr, en;q=0.5"
    assert phone.form_list()[0]["name"] == "Census of workshops"


def test_only_the_newest_version_unless_all_are_wanted(client, field):
    surveys.publish(field.instrument, "2")
    surveys.publish(field.instrument, "draft", state="draft", draft_token="d" * 32)
    surveys.publish(field.instrument, "0", state="retired")
    other = surveys.instrument(field.programme, "visits", title="Visits & more <b>")
    surveys.publish(other)

    def listed(query: str = "", where: str = field.address):
        answer = client.get(f"{where}/formList{query}")
        assert answer.status_code == 200 and answer["Content-Type"] == "text/xml; charset=utf-8"
        root = ElementTree.fromstring(answer.content)
        space = f"{{{documents.FORM_LIST}}}"
        return [(f.findtext(f"{space}formID"), f.findtext(f"{space}version")) for f in root]

    assert listed() == [("census", "2"), ("visits", "1")]
    assert listed("?formID=visits&verbose=true") == [("visits", "1")]
    assert listed("?formID=nobody&deviceID=x&items=true") == []
    assert listed("?listAllVersions=true&formID=census") == [
        ("census", "0"),
        ("census", "2"),
        ("census", "1"),
    ]
    assert listed(where=f"/collect/weaving/test/{'d' * 32}") == [("census", "draft")]
    field.enrolled.enumerator.instruments.set([other])
    assert listed() == [("visits", "1")]
    other.is_open = False
    other.save()
    assert listed() == []


def test_a_form_is_not_sent_to_who_has_it(client, field):
    url = f"{field.address}/forms/{field.version.pk}/form.xml"
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": f'W/"x", {first["ETag"]}'})
    assert (first.status_code, again.status_code) == (200, 304)
    assert not again.content and again["X-OpenRosa-Version"] == "1.0"
    surveys.publish(field.instrument, "2")
    assert client.get(url).status_code == 200, "an older version stays readable"


def test_files_of_a_form(phone, client, field, settings):
    media(field, "photo ñ.png", b"picture")
    media(field, "gone.csv", b"x").file.content.delete(save=False)
    things = EntityList.objects.create(
        programme=field.programme, scope=field.programme.scope, name="things", properties=[{"name": "colour"}]
    )
    entity_media = {"name": "things.csv", "kind": "entity_list", "entity_list": things}
    InstrumentMedia.objects.create(
        instrument_version=field.version, scope=field.programme.scope, **entity_media
    )
    (entry,) = phone.form_list()
    files = {f["filename"]: f for f in phone.manifest(entry)}
    assert set(files) == {"photo ñ.png", "things.csv"}, "what is not there is left out"
    picture = files["photo ñ.png"]
    assert phone.fetch(picture).body == b"picture"
    assert picture["md5"] == hashlib.md5(b"picture", usedforsecurity=False).hexdigest()
    rows = phone.fetch(files["things.csv"])
    assert (files["things.csv"]["type"], rows.body) == ("entityList", b"name,label,__version,colour\r\n")
    assert phone.fetch(files["things.csv"], rows.headers["etag"]).status == 304
    assert phone.deleted(files["things.csv"]["integrityUrl"], ["a", "b"]) == {"a": False, "b": False}
    things.needs_approval = True
    things.save()
    assert phone.manifest(entry)[1]["type"] == "approvalEntityList"
    assert client.get(f"{field.address}/forms/{field.version.pk}/media/nothing.png").status_code == 404


def media(field, name: str, content: bytes) -> InstrumentMedia:
    file = StoredFile.objects.create(
        scope=field.programme.scope, name=name, media_type="image/png", n_bytes=len(content),
        digest=hashlib.sha256(content).hexdigest(), content=ContentFile(content, name),
    )  # fmt: skip
    return InstrumentMedia.objects.create(
        instrument_version=field.version, scope=field.programme.scope, name=name, file=file
    )


def test_a_list_as_the_app_merges_it():
    rows = b"name,label,__version,colour\r\na,A,2,red\r\nb,B,1,\r\n"
    mine = {
        "a": Known(1, "A", {}),
        "b": Known(2, "mine", {}, is_dirty=True, is_online=False),
        "gone": Known(1, "G", {}),
        "new": Known(1, "N", {}, is_online=False),
        "deleted": Known(1, "D", {}, is_online=False),
    }
    after = merge(mine, rows, lambda ids: {key: key == "deleted" for key in ids})
    assert set(after) == {"a", "b", "new"}
    assert (after["a"].version, after["b"].label, after["b"].is_online) == (2, "mine", True)
    assert merge(mine, rows + b"c,,1,\r\n", lambda ids: {}) is mine


def test_who_provides_lists_can_be_told(monkeypatch):
    monkeypatch.setattr(lists, "_provider", lists.provider())
    mine = lists.Headings()
    lists.provide(mine)
    assert lists.provider() is mine


# --- keys


def test_one_programme_never_reaches_another(client, field):
    """With a key of another programme nothing can be listed, fetched or written, whichever way it is tried."""
    token = field.stranger.token
    foreign = surveys.address(field.stranger)
    mixed = f"/collect/weaving/key/{token}"
    pk = field.version.pk
    for base in (mixed, foreign):
        for rest in (f"forms/{pk}/form.xml", f"forms/{pk}/manifest", "entities/things/integrity"):
            assert client.get(f"{base}/{rest}").status_code in {403, 404}
    assert client.get(f"{mixed}/formList").status_code == 403
    assert b"<xform>" not in client.get(f"{foreign}/formList").content
    assert post(client, mixed, xml_part(submission("uuid:1"))).status_code == 403
    assert post(client, foreign, xml_part(submission("uuid:1"))).status_code == 201
    row = Submission.objects.get()
    assert (row.programme, row.instrument, row.processing) == (field.other, None, "parked")
    # The same number in two programmes is two submissions.
    assert post(client, field.address, xml_part(submission("uuid:1"))).status_code == 201
    assert Submission.objects.count() == 2


@pytest.mark.parametrize(
    ("token", "status"), [("x", 401), ("", 401), ("a" * 65, 401), ("ñ" * 32, 401), ("a" * 32, 403)]
)
@pytest.mark.parametrize("kind", ["key", "test"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_key_that_opens_nothing(client, field, kind, token, status, language):
    for method, rest in (("get", "formList"), ("head", "submission"), ("post", "submission")):
        answer = getattr(client, method)(
            f"/collect/weaving/{kind}/{token}/{rest}", headers={"Accept-Language": language}
        )
        assert answer.status_code == status
        assert answer["X-OpenRosa-Version"] == "1.0" and answer["Content-Language"] == language
        assert method == "head" or Reply(status, {}, answer.content).message


def test_a_draft_is_tried_and_its_answers_are_trials(client, field):
    draft = surveys.publish(field.instrument, "2", state="draft", draft_token="d" * 32)
    assert (
        post(
            client, f"/collect/weaving/test/{'d' * 32}", xml_part(submission("uuid:1", version="2"))
        ).status_code
        == 201
    )
    row = Submission.objects.get()
    assert (row.is_trial, row.instrument_version, row.processing) == (True, draft, "waiting")
    InstrumentVersion.objects.filter(pk=draft.pk).update(state="published")
    assert client.get(f"/collect/weaving/test/{'d' * 32}/formList").status_code == 403


# --- Digest


class Signing:
    """A phone that signs in by Digest, as RFC 2617 says."""

    def __init__(self, client: Client, username: str, password: str) -> None:
        self.client, self.username, self.password = client, username, password

    def challenge(self, uri: str) -> dict[str, str]:
        answer = self.client.get(uri)
        assert answer.status_code == 401
        return dict(re.findall(r'(\w+)="?([^",]+)"?', answer["WWW-Authenticate"]))

    def header(self, method: str, uri: str, said: dict[str, str], **more: str) -> str:
        values = {
            "username": self.username,
            "realm": said["realm"],
            "nonce": said["nonce"],
            "uri": uri,
            **more,
        }
        if more.get("qop", "auth"):
            values |= {"qop": "auth", "nc": "00000001", "cnonce": "0123456789abcdef"}
        values["response"] = self.response(method, values)
        return "Digest " + ", ".join(f'{name}="{value}"' for name, value in values.items() if value)

    def response(self, method: str, v: dict[str, str]) -> str:
        first = md5(f"{self.username}:{v['realm']}:{self.password}")
        middle = f"{v['nc']}:{v['cnonce']}:{v['qop']}:" if v.get("nc") else ""
        return md5(f"{first}:{v['nonce']}:{middle}{md5(method + ':' + v['uri'])}")


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


LIST = "/collect/weaving/formList?deviceID=collect%3Ax"


def get(client, uri: str, header: str):
    return client.get(uri, headers={"Authorization": header})


@pytest.mark.parametrize("qop", ["auth", ""])
def test_digest(client, field, qop):
    signing = Signing(client, "ana", field.enrolled.password)
    said = signing.challenge(LIST)
    answer = get(client, LIST, signing.header("GET", LIST, said, qop=qop))
    assert answer.status_code == 200 and b"/collect/weaving/forms/" in answer.content


def test_digest_holds_for_one_address_user_and_while(client, field, monkeypatch):
    right = Signing(client, "ana", field.enrolled.password)
    said = right.challenge(LIST)
    good = right.header("GET", LIST, said)
    assert get(client, LIST, good).status_code == 200
    other = "/collect/weaving/formList?formID=census"
    wrong = [
        (other, good),
        ("/collect/carving/formList", good),
        (LIST, right.header("POST", LIST, said)),
        (LIST, right.header("GET", LIST, {**said, "realm": "nanduti-carving"})),
        (LIST, right.header("GET", LIST, {**said, "nonce": "AAAA"})),
        (LIST, Signing(client, "ana", "wrong").header("GET", LIST, said)),
        (LIST, Signing(client, "nobody", field.enrolled.password).header("GET", LIST, said)),
        (LIST, "Digest"),
        (LIST, "Basic YW5hOng="),
        (LIST, "Digest " + "x" * 10_000),
    ]
    for uri, header in wrong:
        answer = get(client, uri, header)
        assert answer.status_code == 401 and "Digest realm=" in answer["WWW-Authenticate"], header
    later = time.time() + digest.NONCE_SECONDS + 10
    monkeypatch.setattr(time, "time", lambda: later)
    answer = get(client, LIST, good)
    assert answer.status_code == 401 and "stale=true" in answer["WWW-Authenticate"]


def test_digest_after_revocation(client, field):
    from nanduti.surveys.actions import enumerators

    signing = Signing(client, "ana", field.enrolled.password)
    good = signing.header("GET", LIST, signing.challenge(LIST))
    enumerators.revoke_key(enumerator=field.enrolled.enumerator, by="test")
    assert get(client, LIST, good).status_code == 403


# --- requests of all kinds


def test_the_probe(client, field):
    for method in (client.head, client.get):
        answer = method(f"{field.address}/submission?deviceID=x")
        assert (answer.status_code, answer.content) == (204, b"")
        assert int(answer["X-OpenRosa-Accept-Content-Length"]) >= 10_000_000
        assert "Content-Type" not in answer


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods(client, field, method):
    answer = getattr(client, method)(f"{field.address}/submission")
    assert answer.status_code == 405 and Reply(405, {}, answer.content).message


def test_what_a_bug_says(client, field, monkeypatch, caplog):
    monkeypatch.setattr("nanduti.surveys.openrosa.forms.provider", None)
    monkeypatch.setattr("nanduti.surveys.openrosa.forms.served", None)
    answer = client.get(f"{field.address}/formList")
    assert answer.status_code == 500 and Reply(500, {}, answer.content).message
    assert field.enrolled.token not in caplog.text


def test_a_host_that_is_not_ours(client, field, settings):
    settings.ALLOWED_HOSTS = ["nanduti.example"]
    assert Inside().carry("GET", f"{field.address}/formList", {}, b"").status == 404


def test_no_session_no_cookie(client, field):
    for answer in (
        client.get(f"{field.address}/formList"),
        post(client, field.address, xml_part(submission())),
    ):
        assert not answer.cookies and "Set-Cookie" not in answer


def test_the_server_sends_phones_past_the_site(field, settings):
    """``config.wsgi``: the door for phones, the site for everybody else, over TLS alone where there is TLS."""
    asked = []

    def site(environ, start):
        asked.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b""]

    def call(path: str, **more: str) -> str:
        said: list = []
        environ = {"REQUEST_METHOD": "HEAD", "PATH_INFO": path, "QUERY_STRING": "", **more}
        list(wsgi.application(environ, lambda *given: said.extend(given)))
        return said[0]

    original, wsgi.site = wsgi.site, site
    try:
        assert call(f"{field.address}/submission") == "204 No Content"
        assert (
            call(f"{field.address}/fill/1/") == "200 OK"
            and call("/collect") == "200 OK"
            and call("/") == "200 OK"
        )
        settings.BEHIND_TLS = True
        assert call(f"{field.address}/submission") == "200 OK"
        assert call(f"{field.address}/submission", HTTP_X_FORWARDED_PROTO="https") == "204 No Content"
    finally:
        wsgi.site = original
    assert asked == [f"{field.address}/fill/1/", "/collect", "/", f"{field.address}/submission"]
    assert not door.is_ours("/p/weaving/surveys/") and door.is_ours("/collect/weaving/submission")


def test_answers_that_the_app_refuses_are_seen_by_the_double(phone):
    with pytest.raises(NotOpenRosa):
        phone._checked(Reply(200, {"content-type": "application/xml", "x-openrosa-version": "1.0"}, b""))
