"""The form in a real browser: every kind of question, drafts, the queue, without a network and with one."""

from __future__ import annotations

import contextlib
import re
import time
import zipfile
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import Error, expect

from nanduti.surveys import keeping
from nanduti.surveys.actions import enumerators
from nanduti.surveys.models import QuarantinedPost, Submission
from tests.support import register
from tests.support.pages import PHONE, fits
from tests.surveys.filling import forms, hand
from tests.surveys.filling.hand import question
from tests.surveys.filling.pictures import size_of

SHORT = [
    ("text", "owner", "Who answers?", {"required": "yes"}),
    ("integer", "workers", "How many people work here?", {"constraint": ". < 500"}),
    ("image", "photo", "A photo"),
]


FORMS = """async () => {
  const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const db = await asked(indexedDB.open('nanduti-field'));
  return asked(db.transaction('forms').objectStore('forms').getAllKeys());
}"""


def short(**more) -> str:
    return forms.xform(SHORT, form_id="short", title="A short form", **more)


@pytest.fixture
def version(asked):
    return asked(short(), code="short", title="A short form")


def values(submission: Submission) -> dict[str, str]:
    """The answers as they were sent, by the name of the question."""
    root = ElementTree.fromstring(keeping.xml_of(submission))
    return {element.tag.rsplit("}", 1)[-1]: (element.text or "") for element in root.iter()}


def only() -> Submission:
    with scopes_disabled():
        return Submission.objects.get()


def until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Ask again until it is so: for what a page does behind our back and does not show."""
    last = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < last, f"not so after {seconds} seconds"
        time.sleep(0.05)


def kept_pages(page) -> list[str]:
    """Addresses of the form pages that this device opens without a network."""
    return page.evaluate(
        "caches.open('nanduti-fill-shell').then((shell) => shell.keys()).then((keys) => keys.map((k) => k.url))"
    )


def test_every_kind_of_question_is_answered_and_arrives(page, served, asked, accessible):
    version = asked(
        forms.every_kind(), code="every-kind", title="Every kind", media={"towns.csv": forms.TOWNS}
    )
    hand.opened(page, hand.address(served, version))
    accessible(page)
    hand.every_answer(page)
    expect(question(page, "district_said")).to_contain_text("District 4")
    page.get_by_text("Together 11 years").wait_for()
    hand.saved(page)
    accessible(page)
    hand.finish(page)
    hand.sent(page)
    accessible(page)
    row = only()
    said = values(row)
    assert row.channel == "browser" and row.device_id.startswith("nanduti:")
    expected = {
        "owner": "Rosa", "workers": "12", "rent": "1250.5", "visited_on": "2026-03-02", "since": "2009-01-01",
        "product": "other", "other_product": "Hats", "minimal": "trousers", "products": "shirts trousers",
        "trusts": "2", "town": "t123", "district": "District 4", "ranked": "shirts other trousers", "noise": "7",
        "place": "-25.3872 -57.3545 0.0 0.0", "code": "X-1", "agreed": "OK", "lends": "1", "total_age": "11",
        "instanceName": "Visit Rosa", "deviceid": row.device_id,
    }  # fmt: skip
    assert {name: said[name] for name in expected} == expected
    assert said["road"].count(";") == 1 and said["opens_at"].startswith("08:30:00.000")
    assert said["start"] <= said["end"]
    files = {file.name: b"".join(keeping.content_of(file)) for file in row.files.all()}
    assert set(files) == {said[name] for name in ("photo", "sound", "paper", "signature")}
    assert size_of(files[said["photo"]]) == (640, 320)
    assert "Rosa" not in " ".join(files), "the device's own file names stay on the device"


def test_what_is_wrong_is_said_where_it_is_and_focused(page, served, version):
    hand.opened(page, hand.address(served, version))
    page.get_by_role("button", name="Finish and send").click()
    owner = page.get_by_label("Who answers?")
    expect(question(page, "owner").locator(".problem")).to_have_text("Please answer this question.")
    expect(owner).to_have_attribute("aria-invalid", "true")
    expect(owner).to_have_accessible_description(re.compile("Please answer this question"))
    expect(owner).to_be_focused()
    workers = page.get_by_label("How many people work here?")
    workers.fill("about ten")
    workers.blur()
    question(page, "workers").get_by_text("is not a whole number").wait_for()
    owner.fill("Rosa")
    page.get_by_role("button", name="Finish and send").click()
    expect(workers, "a number that cannot be read is not sent as if it were none").to_be_focused()
    expect(page.locator(".sitting")).to_be_visible()
    workers.fill("800")
    workers.blur()
    question(page, "workers").get_by_text("This answer does not fit").wait_for()
    workers.fill("8")
    hand.finish(page)
    hand.sent(page)
    assert values(only())["workers"] == "8"


def test_a_draft_with_its_photo_survives_and_arrives_whole(page, context, served, version):
    hand.opened(page, hand.address(served, version))
    page.get_by_label("Who answers?").fill("Rosa")
    hand.photo(page)
    hand.saved(page)
    page.reload()
    hand.resume(page)
    expect(page.get_by_label("Who answers?")).to_have_value("Rosa")
    question(page, "photo").locator(".preview img").wait_for()
    page.get_by_label("How many people work here?").fill("9")
    hand.saved(page)
    page.close()
    page = context.new_page()
    hand.opened(page, hand.address(served, version))
    hand.resume(page)
    question(page, "photo").locator(".preview img").wait_for()
    hand.finish(page)
    hand.sent(page)
    row = only()
    assert values(row)["workers"] == "9" and row.files.count() == 1 == row.n_files_arrived
    expect(page.locator("[data-draft]")).to_have_count(0)


def test_a_photo_of_a_draft_can_be_taken_away(page, served, version):
    hand.opened(page, hand.address(served, version))
    page.get_by_label("Who answers?").fill("Rosa")
    hand.photo(page)
    hand.saved(page)
    page.reload()
    hand.resume(page)
    question(page, "photo").get_by_role("button", name="Remove the file").click()
    question(page, "photo").locator(".preview img").wait_for(state="detached")
    hand.finish(page)
    hand.sent(page)
    assert values(only())["photo"] == "" and only().files.count() == 0


def test_without_a_network_a_form_is_opened_filled_kept_and_later_arrives_once(
    page, context, served, version
):
    where = hand.address(served, version)
    hand.opened(page, where)
    hand.ready_offline(page)
    page.close()
    context.set_offline(True)
    page = context.new_page()
    hand.opened(page, where)
    page.locator(".device[data-online='false']").wait_for()
    page.get_by_label("Who answers?").fill("Rosa")
    hand.photo(page)
    hand.saved(page)
    page.close()
    page = context.new_page()
    hand.opened(page, where)
    hand.resume(page)
    hand.finish(page)
    page.locator(".queue[data-n='1'] [data-state='waiting']").wait_for()
    page.close()
    context.set_offline(False)  # the service worker may send it at once, before any page is open
    page = context.new_page()
    hand.opened(page, where)
    hand.nothing_waits(page)
    row = only()
    assert values(row)["owner"] == "Rosa" and row.n_files_arrived == 1
    page.reload()
    page.wait_for_selector(".sitting, .panel")
    assert only() == row


def test_no_answer_enters_a_cache_and_none_stays_after_sending(page, served, version):
    hand.opened(page, hand.address(served, version))
    hand.ready_offline(page)
    page.get_by_label("Who answers?").fill("Jazmín Azul")
    hand.finish(page)
    hand.sent(page)
    kept = page.evaluate(
        """async () => {
          const texts = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              texts.push(request.url, await (await cache.match(request)).text());
            }
          }
          const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
          const db = await asked(indexedDB.open('nanduti-field'));
          for (const name of ['drafts', 'queue']) {
            texts.push(JSON.stringify(await asked(db.transaction(name).objectStore(name).getAll())));
          }
          return texts.join('\\n');
        }"""
    )
    assert "Jazmín" not in kept and "nanduti/assets" in kept


def test_the_queue_is_saved_as_a_file_and_taken_in_elsewhere(
    page, context, new_context, served, version, tmp_path
):
    where = hand.address(served, version)
    hand.opened(page, where)
    hand.ready_offline(page)
    page.get_by_label("Who answers?").fill("Rosa")
    hand.photo(page)
    context.set_offline(True)
    hand.finish(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the queue as a file").click()
    path = tmp_path / "queue.zip"
    saved.value.save_as(path)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        names = file.namelist()
        assert "1/submission.xml" in names and any(name.endswith(".jpg") for name in names)
        assert b"<owner>Rosa</owner>" in file.read("1/submission.xml")
        assert served.enrolled.token not in file.read("nanduti-queue.json").decode()
    other = new_context().new_page()
    hand.opened(other, where)
    other.get_by_role("button", name="Save and close").click()
    other.locator("#import-queue").set_input_files(path)
    other.get_by_text("1 form taken in").wait_for()
    hand.sent(other)
    row = only()
    assert row.n_files_arrived == 1
    context.set_offline(False)
    hand.sent(page)
    assert only() == row, "sent from both devices, it is one record"


def test_what_the_server_refuses_is_kept_and_explained(page, served, version):
    where = hand.address(served, version)
    hand.opened(page, where)
    page.get_by_label("Who answers?").fill("Rosa")
    who = served.enrolled.enumerator
    enumerators.revoke_key(enumerator=who, by="test", at=register.AT)
    hand.finish(page)
    refused = page.locator(".queue [data-state='refused']")
    expect(refused).to_contain_text("Tell your coordinator")
    expect(refused).to_contain_text("The server said")
    who.revoked_at, who.version = None, who.version + 1
    who.save()
    refused.get_by_role("button", name=re.compile("Try again")).click()
    hand.sent(page)
    assert values(only())["owner"] == "Rosa"


def test_a_draft_is_finished_with_the_version_it_was_begun_with(page, served, asked, version):
    where = hand.address(served, version)
    hand.opened(page, where)
    page.get_by_label("Who answers?").fill("Rosa")
    hand.saved(page)
    asked(forms.xform([*SHORT, ("text", "more", "And more?")], form_id="short", title="A short form", version="2"),
          code="short", label="2")  # fmt: skip
    page.reload()
    page.locator("[data-draft]", has_text="earlier version").wait_for()
    hand.resume(page)
    expect(page.get_by_label("And more?")).to_have_count(0)
    hand.finish(page)
    page.get_by_role("button", name="Fill in a new form").click()
    page.get_by_label("And more?").wait_for()
    page.get_by_label("Who answers?").fill("Ana")
    hand.finish(page)
    hand.sent(page, 2)
    with scopes_disabled():
        assert sorted(Submission.objects.values_list("form_version", flat=True)) == ["1", "2"]


def test_two_people_share_a_device_and_not_their_forms(page, served, version, sign_in):
    first = register.account("first", "enumerator", served.programme.scope)
    second = register.account("second", "enumerator", served.programme.scope)
    where = f"/p/weaving/surveys/instruments/{version.instrument_id}/fill/"
    sign_in(first)
    hand.opened(page, where)
    page.get_by_label("Who answers?").fill("Rosa")
    hand.saved(page)
    sign_in(second)
    hand.opened(page, where)
    expect(page.locator(".sitting")).to_be_visible()
    expect(page.get_by_label("Who answers?")).to_have_value("")
    sign_in(first)
    hand.opened(page, where)
    hand.resume(page)
    hand.finish(page)
    hand.sent(page)
    assert only().collected_by == first


def test_who_is_signed_out_keeps_the_form_until_signed_in_again(page, context, served, version, sign_in):
    user = register.account("first", "enumerator", served.programme.scope)
    where = f"/p/weaving/surveys/instruments/{version.instrument_id}/fill/"
    sign_in(user)
    hand.opened(page, where)
    page.get_by_label("Who answers?").fill("Rosa")
    context.clear_cookies()
    hand.finish(page)
    page.locator(".queue [data-state='signed_out']").wait_for()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    sign_in(user)
    hand.opened(page, where)
    hand.nothing_waits(page)
    assert only().collected_by == user


def test_a_submission_is_corrected_and_both_versions_stay(page, served, version, sign_in):
    user = register.account("first", "enumerator", served.programme.scope)
    sign_in(user)
    hand.opened(page, f"/p/weaving/surveys/instruments/{version.instrument_id}/fill/")
    page.get_by_label("Who answers?").fill("Rosa")
    page.get_by_label("How many people work here?").fill("70")
    hand.photo(page)
    hand.finish(page)
    hand.sent(page)
    former = only()
    hand.opened(page, f"/p/weaving/surveys/submissions/{former.pk}/correct/")
    question(page, "photo").locator(".preview img").wait_for()
    expect(page.get_by_label("How many people work here?")).to_have_value("70")
    page.get_by_label("How many people work here?").fill("7")
    page.get_by_role("button", name="Send the correction").click()
    page.wait_for_url(f"**/submissions/{former.pk}/")
    with scopes_disabled():
        later = Submission.objects.exclude(pk=former.pk).get()
    assert later.deprecated_id == former.instance_id and later.channel == "office"
    assert values(later)["workers"] == "7" and later.n_files_arrived == 1


def test_pages_one_question_at_a_time_and_the_list_of_all(page, served, asked):
    version = asked(
        forms.every_kind(settings={"style": "pages"}), code="paged", media={"towns.csv": forms.TOWNS}
    )
    hand.opened(page, hand.address(served, version), whole=False)
    expect(page.locator(".question:visible")).to_have_count(1)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.locator(
        ".problem", has_text="Please answer"
    ).first.wait_for()  # what must be answered holds the page
    page.get_by_label("Who answers?").fill("Rosa")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("How many people work here?").wait_for()
    page.get_by_text("All pages").click()
    page.locator(".jumps").get_by_role("button", name="Trust", exact=True).click()
    page.locator(".question[data-name$='/lends']").wait_for()
    page.locator(".progress", has_text="1 of").wait_for()


def test_languages_of_the_form_and_of_the_page(browser, live_server, served, asked, accessible):
    version = asked(
        forms.every_kind(), code="every-kind", title="Every kind", media={"towns.csv": forms.TOWNS}
    )
    context = browser.new_context(base_url=live_server.url, locale="es-PY", viewport=PHONE)
    page = context.new_page()
    hand.opened(page, hand.address(served, version))
    page.get_by_label("¿Cuántas personas trabajan aquí?").wait_for()
    expect(page.get_by_role("button", name="Terminar y enviar")).to_be_visible()
    accessible(page)
    fits(page)
    page.locator("#form-language").select_option(index=0)
    page.get_by_label("How many people work here?").wait_for()
    context.close()


def test_a_trial_is_kept_apart(page, served, version):
    with scopes_disabled():
        version.state, version.draft_token = "draft", "d" * 32
        version.save()
    hand.opened(page, f"/collect/weaving/test/{'d' * 32}/fill/")
    page.get_by_text("answers are kept apart").wait_for()
    page.get_by_label("Who answers?").fill("Rosa")
    hand.finish(page)
    hand.sent(page)
    assert only().is_trial


def test_the_same_number_with_other_answers_is_put_aside(page, served, version):
    """Two devices that were given one queue file, of which one changed it by hand."""
    hand.opened(page, hand.address(served, version))
    page.get_by_label("Who answers?").fill("Rosa")
    hand.finish(page)
    hand.sent(page)
    page.evaluate(
        """async (xml) => {
          const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
          const db = await asked(indexedDB.open('nanduti-field'));
          const sent = await asked(db.transaction('sent').objectStore('sent').getAll());
          const url = location.pathname.replace(/fill.*/, 'submission');
          const item = { ...sent[0], id: 'again', xml, files: [], url,
            state: 'waiting', attempts: 0, nextAt: 0, status: 0, message: '', finishedAt: Date.now() };
          const t = db.transaction('queue', 'readwrite');
          t.objectStore('queue').put(item);
          await new Promise((done) => { t.oncomplete = done; });
        }""",
        keeping.xml_of(only()).decode().replace("Rosa", "Somebody else"),
    )
    page.reload()
    page.locator(".queue [data-state='refused']", has_text="put aside").wait_for()
    with scopes_disabled():
        assert QuarantinedPost.objects.count() == 1
    assert values(only())["owner"] == "Rosa"


def test_a_place_is_chosen_on_our_own_map(page, served, asked):
    version = asked(
        forms.xform([("geopoint", "place", "Where?")], form_id="place", title="Place"), code="place"
    )
    hand.opened(page, hand.address(served, version))
    place = question(page, "place")
    place.get_by_text("Choose on the map").click()
    canvas = place.locator("canvas.maplibregl-canvas")
    canvas.wait_for()
    canvas.click(position={"x": 60, "y": 90})
    place.locator(".coordinates", has_text="°").wait_for()


def test_who_signs_out_leaves_no_page_behind(page, context, served, version, sign_in):
    sign_in(register.account("first", "enumerator", served.programme.scope))
    hand.opened(page, f"/p/weaving/surveys/instruments/{version.instrument_id}/fill/")
    hand.ready_offline(page)
    context.clear_cookies()
    until(lambda: kept_pages(page) and page.evaluate(FORMS))
    page.goto("/")
    until(lambda: not kept_pages(page) and not page.evaluate(FORMS))


def test_a_key_that_was_taken_back_takes_the_forms_off_the_device(page, served, version):
    where = hand.address(served, version)
    hand.opened(page, where)
    hand.ready_offline(page)
    page.reload()
    page.wait_for_selector(".sitting")
    until(lambda: len(page.evaluate(FORMS)) == 1)
    enumerators.revoke_key(enumerator=served.enrolled.enumerator, by="test", at=register.AT)
    page.reload()
    page.get_by_role("heading", name="This key opens nothing").wait_for()
    until(lambda: not page.evaluate(FORMS))


def test_a_key_in_the_address_goes_to_no_other_host(page, served, version):
    hand.opened(page, hand.address(served, version))
    referrer = page.evaluate("document.referrer")
    assert referrer == ""
    expect(page.locator("a[href^='http']")).to_have_count(0)


def test_a_crash_costs_nothing_that_was_said_to_be_saved(page, context, served, version):
    where = hand.address(served, version)
    hand.opened(page, where)
    page.get_by_label("Who answers?").fill("Rosa")
    hand.photo(page)
    hand.saved(page)
    with page.expect_event("crash"), contextlib.suppress(Error):
        page.goto("chrome://crash")
    page = context.new_page()
    hand.opened(page, where)
    hand.resume(page)
    question(page, "photo").locator(".preview img").wait_for()
    expect(page.get_by_label("Who answers?")).to_have_value("Rosa")


def test_one_draft_is_open_in_one_tab(page, context, served, version):
    where = hand.address(served, version)
    hand.opened(page, where)
    page.get_by_label("Who answers?").fill("Rosa")
    hand.saved(page)
    other = context.new_page()
    hand.opened(other, where)
    other.locator(".resume").click()
    other.get_by_text("open in another tab").wait_for()
    page.close()
    hand.resume(other)
    other.get_by_label("Who answers?").wait_for()


def test_what_was_sent_back_is_put_right_with_the_key(page, served, version, accessible):
    hand.opened(page, hand.address(served, version))
    page.get_by_label("Who answers?").fill("Rosa")
    page.get_by_label("How many people work here?").fill("70")
    hand.photo(page)
    hand.finish(page)
    hand.sent(page)
    with scopes_disabled():
        Submission.objects.update(state="returned")
    page.get_by_role("link", name="Nanduti").click()
    accessible(page)
    page.get_by_role("link", name="Put it right").click()
    page.wait_for_selector(".sitting")
    question(page, "photo").locator(".preview img").wait_for()
    page.get_by_label("How many people work here?").fill("7")
    page.get_by_role("button", name="Send the correction").click()
    page.wait_for_url("**/fill/")
    with scopes_disabled():
        later = Submission.objects.get(state="received")
        assert later.deprecated_id == Submission.objects.get(state="returned").instance_id
    assert values(later)["workers"] == "7" and later.n_files_arrived == 1


def test_entities_are_made_and_lists_are_chosen_from(page, served, asked):
    questions = [
        ("text", "owner", "Who answers?", {"save_to": "owner_said"}),
        ("select_one_from_file workshops.csv", "workshop", "Which workshop?"),
        ("calculate", "city", "", {"calculation": forms.chosen("workshops", "name=${workshop}") + "/city"}),
        ("note", "city_said", "It is in ${city}"),
    ]
    entities = [("list_name", "label"), ("visits", "concat('Visit to ', ${owner})")]
    listed = "name,label,__version,city\n11111111-1111-4111-8111-111111111111,PY-0001,3,Itauguá\n"
    version = asked(forms.xform(questions, form_id="entities", title="Entities", entities=entities),
                    code="entities", media={"workshops.csv": listed})  # fmt: skip
    hand.opened(page, hand.address(served, version))
    page.get_by_label("Who answers?").fill("Rosa")
    question(page, "workshop").get_by_label("PY-0001").check()
    page.get_by_text("It is in Itauguá").wait_for()
    hand.finish(page)
    hand.sent(page)
    xml = keeping.xml_of(only()).decode()
    made = re.search(r'<(?:\w+:)?entity [^>]*dataset="visits"[^>]*>', xml)
    assert made and 'create="1"' in made[0] and re.search(r'id="[0-9a-f]{8}-', made[0]), xml
    assert "<label>Visit to Rosa</label>" in xml


def test_a_quick_question_turns_the_page_and_a_cascade_follows(page, served, asked):
    questions = [
        ("select_one product", "product", "Product?", {"appearance": "quick"}),
        (
            "select_one agree",
            "agree",
            "Agreed?",
            {"choice_filter": "${product} != 'other' or number(name) < 3"},
        ),
    ]
    version = asked(
        forms.xform(questions, form_id="quick", title="Quick", settings={"style": "pages"}), code="quick"
    )
    hand.opened(page, hand.address(served, version), whole=False)
    page.get_by_label("Something else").click()
    page.get_by_text("Agreed?").wait_for()
    expect(question(page, "agree").locator("input")).to_have_count(2)
    question(page, "agree").get_by_label("Rather yes").check()
    page.get_by_role("button", name="Back").click()
    page.get_by_label("Shirts").click()
    expect(question(page, "agree").locator("input")).to_have_count(5)
    expect(question(page, "agree").get_by_label("Rather yes")).to_be_checked()
    page.locator("#form-layout").select_option("whole")
    asked_again = question(page, "agree").get_by_label("I agree")
    asked_again.focus()
    asked_again.press("Space")
    expect(asked_again, "what was chosen keeps the focus").to_be_focused()
    expect(asked_again).to_be_checked()
