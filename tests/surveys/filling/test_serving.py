"""The form page and its resources: whom they are given, and what no other site can do with them."""

from __future__ import annotations

import pytest
from django.conf import settings

from nanduti.surveys.actions import enumerators
from nanduti.surveys.models import AnswerSet, Enumerator, Submission
from tests.support import register, surveys
from tests.support.register import AT

pytestmark = pytest.mark.django_db
OURS = {"X-OpenRosa-Version": "1.0"}


def sign_in(client, user) -> None:
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])


def here(field, rest: str = "") -> str:
    return f"/p/weaving/surveys/instruments/{field.instrument.pk}/fill/{rest}"


@pytest.fixture
def asker(field):
    """Somebody who collects in the programme, with an account."""
    return register.account("asker", "enumerator", field.programme.scope)


def post(client, field, *parts, **headers):
    return client.post(
        here(field, "submission"),
        surveys.body(*parts),
        content_type=f"multipart/form-data; boundary={surveys.BOUNDARY}",
        headers={**OURS, **headers},
    )


def begin(client, field) -> None:
    """Say once that one starts, as the page asks."""
    answer = client.post(here(field))
    assert answer.status_code == 302 and answer.url == here(field)


def test_looking_enrols_nobody(client, field, asker):
    sign_in(client, asker)
    for rest in ("", "", f"forms/{field.version.pk}/form.xml", f"forms/{field.version.pk}/manifest"):
        answer = client.get(here(field, rest), headers=OURS)
        assert answer.status_code == (403 if rest else 200)
        assert rest or b"Start filling in" in answer.content
    assert client.head(here(field, "submission"), headers=OURS).status_code == 403
    assert not Enumerator.objects.filter(user=asker).exists()
    begin(client, field)
    assert b"Start filling in" not in client.get(here(field)).content
    assert Enumerator.objects.filter(user=asker).count() == 1


def test_the_page_may_run_the_form_engine_and_nothing_else(client, field, asker):
    sign_in(client, asker)
    begin(client, field)
    page = client.get(here(field))
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "'wasm-unsafe-eval'" in policy and "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    assert "media-src 'self' blob:" in policy
    assert "no-cache" in page.headers["Cache-Control"] and "private" in page.headers["Cache-Control"]
    assert "wasm-unsafe-eval" not in client.get("/").headers["Content-Security-Policy"]


def test_who_has_not_signed_in_is_asked_to(client, field):
    assert client.get(here(field)).status_code == 302
    for rest in ("submission", f"forms/{field.version.pk}/form.xml", f"forms/{field.version.pk}/manifest"):
        method = client.post if rest == "submission" else client.get
        answer = method(here(field, rest), headers=OURS)
        assert answer.status_code == 401 and b"OpenRosaResponse" in answer.content, rest


@pytest.mark.parametrize("role", ["researcher", "committee_member", "firm_owner", "custodian"])
def test_roles_that_collect_nothing_are_refused(client, field, role):
    user = register.account("other", role, field.programme.scope, second_factor=role == "custodian")
    sign_in(client, user)
    assert client.get(here(field)).status_code == 403
    assert post(client, field, surveys.xml_part(surveys.submission())).status_code == 403
    assert not Enumerator.objects.filter(user=user).exists()


@pytest.mark.parametrize("role", ["coordinator", "cda", "enumerator"])
def test_who_signed_in_posts_under_an_enumerator_of_their_own(client, field, role):
    user = register.account("asking", role, field.programme.scope)
    sign_in(client, user)
    begin(client, field)
    begin(client, field)
    assert client.get(here(field)).status_code == 200
    own = Enumerator.objects.get(user=user)
    assert (own.code, own.cluster) == ("asking", None)
    answer = post(client, field, surveys.xml_part(surveys.submission("uuid:1")))
    assert answer.status_code == 201, answer.content
    row = Submission.objects.get(instance_id="uuid:1")
    assert (row.channel, row.enumerator, row.collected_by) == ("browser", own, user)


def test_who_collects_in_one_cluster_stays_within_its_work(client, field):
    user = register.account("nearby", "cda", field.world.cluster.scope)
    sign_in(client, user)
    begin(client, field)
    own = Enumerator.objects.get(user=user)
    assert own.cluster == field.world.cluster and own.scope.kind == "work"


def test_an_enumerator_that_was_taken_back_closes_the_browser_too(client, field, asker):
    sign_in(client, asker)
    begin(client, field)
    enumerators.revoke_key(enumerator=Enumerator.objects.get(user=asker), by="test", at=AT)
    assert client.get(here(field)).status_code == 403
    assert post(client, field, surveys.xml_part(surveys.submission())).status_code == 403


def test_another_site_cannot_post(client, field, asker):
    sign_in(client, asker)
    part = surveys.xml_part(surveys.submission())
    assert post(client, field, part, **{"X-OpenRosa-Version": ""}).status_code == 404
    assert post(client, field, part, **{"Sec-Fetch-Site": "cross-site"}).status_code == 404
    assert not Submission.objects.exists()


def test_what_somebody_else_left_in_the_queue_waits_for_them(client, field, asker):
    sign_in(client, asker)
    part = surveys.xml_part(surveys.submission())
    answer = post(client, field, part, **{"X-Nanduti-Owner": "user-999999"})
    assert answer.status_code == 401 and not Submission.objects.exists()
    assert post(client, field, part, **{"X-Nanduti-Owner": f"user-{asker.pk}"}).status_code == 201


def test_form_manifest_and_probe(client, field, asker):
    sign_in(client, asker)
    begin(client, field)
    form = client.get(here(field, f"forms/{field.version.pk}/form.xml"), headers=OURS)
    assert form.status_code == 200 and form.content.decode() == field.version.xform
    known = {**OURS, "If-None-Match": form.headers["ETag"]}
    assert client.get(here(field, f"forms/{field.version.pk}/form.xml"), headers=known).status_code == 304
    listed = client.get(here(field, f"forms/{field.version.pk}/manifest"), headers=OURS)
    assert listed.status_code == 200 and b"<manifest" in listed.content
    assert client.get(here(field, f"forms/{field.version.pk}/media/x.csv"), headers=OURS).status_code == 404
    probe = client.head(here(field, "submission"), headers=OURS)
    assert probe.status_code == 204 and int(probe.headers["X-OpenRosa-Accept-Content-Length"]) > 1_000_000


def test_a_broken_post_is_told_in_an_envelope(client, field, asker):
    sign_in(client, asker)
    answer = client.post(
        here(field, "submission"), b"nothing", content_type="multipart/form-data; boundary=x", headers=OURS
    )
    assert answer.status_code == 400 and b"<message" in answer.content


def test_a_key_opens_its_own_forms_alone(client, field):
    mine = surveys.address(field.enrolled)
    listed = client.get(f"{mine}/fill/")
    assert listed.status_code == 200 and f"/fill/{field.instrument.pk}/" in listed.content.decode()
    assert client.get(f"{mine}/fill/{field.instrument.pk}/").status_code == 200
    theirs = surveys.address(field.stranger)
    assert f"/fill/{field.instrument.pk}/" not in client.get(f"{theirs}/fill/").content.decode()
    assert client.get(f"{theirs}/fill/{field.instrument.pk}/").status_code == 404
    assert client.get(f"/collect/weaving/key/{'x' * 32}/fill/").status_code == 403
    assert client.get("/collect/weaving/key/short/fill/").status_code == 401
    enumerators.revoke_key(enumerator=field.enrolled.enumerator, by="test", at=AT)
    assert client.get(f"{mine}/fill/{field.instrument.pk}/").status_code == 403


def test_a_key_works_where_somebody_else_is_signed_in(client, field):
    """A signed-in reader's scopes must not narrow what an enumerator's key opens."""
    sign_in(client, register.account("afar", "researcher", field.world.other.scope))
    assert client.get(f"{surveys.address(field.enrolled)}/fill/{field.instrument.pk}/").status_code == 200


def test_a_draft_is_tried_with_its_own_key(client, field):
    draft = surveys.publish(field.instrument, "2", state="draft", draft_token="d" * 32)
    page = client.get(f"/collect/weaving/test/{'d' * 32}/fill/")
    assert page.status_code == 200 and b'"trial": true' in page.content
    draft.state = "published"
    draft.save()
    assert client.get(f"/collect/weaving/test/{'d' * 32}/fill/").status_code == 403


def test_the_worker_is_one_of_ours(client, field):
    for name in (
        "",
        "../settings.py",
        "worker-.js",
        "main-abcdefgh.js",
        "worker-nothere1.js",
        "worker-%00abcdefg.js",
    ):
        assert client.get(here(field, "sw.js"), {"w": name}).status_code == 404, name


def test_answers_are_opened_for_a_correction_by_whoever_collected_them(client, field, asker):
    supervisor = register.account("supervisor", "coordinator", field.programme.scope)
    sign_in(client, asker)
    xml = surveys.submission("uuid:1")
    post(client, field, surveys.xml_part(xml))
    row = Submission.objects.get()
    address = f"/p/weaving/surveys/submissions/{row.pk}/correct/"
    assert client.get(address).status_code == 200
    assert client.get(f"{address}answers.xml").content == xml
    assert "no-store" in client.get(f"{address}answers.xml").headers["Cache-Control"]
    assert client.get(f"{address}files/none.jpg").status_code == 404
    sign_in(client, supervisor)
    # Not read yet: it may tell who somebody is.
    assert client.get(address).status_code == 403
    assert client.get(f"{address}answers.xml").status_code == 403
    AnswerSet.objects.create(submission=row, instrument_version=field.version, answers={}, read_at=AT)
    assert client.get(address).status_code == 200
    sign_in(client, register.account("r", "researcher", field.programme.scope))
    assert client.get(address).status_code == 403


def test_the_page_asks_the_database_little(client, field, asker, django_assert_max_num_queries):
    sign_in(client, asker)
    begin(client, field)
    with django_assert_max_num_queries(20):
        client.get(here(field))
    with django_assert_max_num_queries(10):
        client.get(f"{surveys.address(field.enrolled)}/fill/{field.instrument.pk}/")


def test_what_was_sent_back_is_corrected_with_the_key_it_came_by(client, field):
    mine, theirs = surveys.address(field.enrolled), surveys.address(field.stranger)
    xml = surveys.submission("uuid:1", inner="<workers>70</workers><photo>a.jpg</photo>")
    assert (
        surveys.post(client, mine, surveys.xml_part(xml), surveys.photo("a.jpg", b"a picture")).status_code
        == 201
    )
    row = Submission.objects.get()
    here = f"{mine}/correct/{row.pk}/"
    assert client.get(here).status_code == 404, "nobody has sent it back"
    row.state = Submission.State.RETURNED
    row.save()
    page = client.get(here)
    assert page.status_code == 200 and f"{here}answers.xml" in page.content.decode()
    assert client.get(f"{here}answers.xml").content == xml
    assert b"".join(client.get(f"{here}files/a.jpg").streaming_content) == b"a picture"
    assert client.get(f"{here}files/b.jpg").status_code == 404
    for rest in ("", "answers.xml", "files/a.jpg"):
        assert client.get(f"{theirs}/correct/{row.pk}/{rest}").status_code == 404
