"""Review, tables and workbooks in a real browser: readable on a phone and by a screen reader, quick by keyboard."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from nanduti.foundation import work
from nanduti.surveys import reading
from nanduti.surveys.checking import check_all
from nanduti.surveys.intake import Post, receive_post
from nanduti.surveys.models import Finding, QuarantinedPost, Submission
from tests.support.pages import DESKTOP, PHONE, fits
from tests.surveys.answered import answers_xml, field, waiting

WORKBOOK = (
    "¿Cuántas personas trabajan aquí?;product;Tools;Visited on;owner_name\n"
    "12;Camisas;Overlock;2 de marzo de 2026;Ana\nmuchas;Gorras;;marzo;Luz\n"
)


@pytest.fixture
def made(transactional_db):
    with scopes_disabled():
        world = field()
        for n in range(1, 40):
            waiting(world, n, answers_xml(n, workers="900" if n == 7 else str(4 + n % 5)))
        waiting(world, 41, answers_xml(41, workers="many"))
        while reading.read_waiting():
            pass
        for workers in ("6", "60"):
            receive_post(
                Post(world.programme, answers_xml(90, workers=workers).encode(), enumerator=world.enumerator)
            )
        reading.read_waiting()
        check_all(instrument=world.instrument)
        Finding.objects.update(found_at=Finding.objects.first().found_at)
        yield world


def addresses(made) -> list[str]:
    base = "/p/weaving/surveys"
    first = Submission.objects.filter(findings__isnull=False).order_by("pk").first()
    one = f"{base}/instruments/{made.instrument.pk}"
    return [
        f"{base}/review/", f"{base}/review/?tab=plain", f"{base}/review/?tab=quarantine",
        f"{base}/submissions/{first.pk}/?tab=findings", f"{base}/submissions/{first.pk}/versions/",
        f"{base}/findings/{first.findings.first().pk}/", f"{base}/quarantine/{QuarantinedPost.objects.get().pk}/",
        f"{one}/table/", f"{one}/table/?answer=product&is=shirts", f"{one}/columns/", f"{one}/checks/",
        f"{one}/workbook/",
    ]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("es", PHONE)])
def test_pages_are_readable(made, page, sign_in, accessible, language, size):
    page.set_viewport_size(size)
    user = made.user("supervisor")
    user.language = language
    user.save()
    sign_in(user)
    for url in addresses(made):
        assert page.goto(url).status == 200, url
        accessible(page)
        fits(page)


def press(page, letter: str) -> None:
    """The button that Alt and the letter press; a browser without a window does not hear the two together."""
    page.locator(f"button[accesskey={letter}]").focus()
    page.keyboard.press("Enter")


def test_a_supervisor_reviews_with_the_keyboard(made, page, sign_in):
    sign_in(made.user("supervisor"))
    page.goto("/p/weaving/surveys/review/?tab=plain")
    n = Submission.objects.filter(state="accepted").count()
    page.locator("#queue tbody a").first.click()
    page.wait_for_selector("#decide")
    press(page, "a")
    page.wait_for_selector("text=The submission is accepted now.")
    assert Submission.objects.filter(state="accepted").count() == n + 1
    page.locator("textarea[name=comment]").fill("Workers: 70 or 7?")
    press(page, "r")
    page.wait_for_selector("text=The submission is returned now.")
    assert Submission.objects.get(state="returned").review_steps.get().comment == "Workers: 70 or 7?"


def test_a_workbook_is_matched_and_taken_in(made, page, sign_in, accessible, picture, tmp_path):
    path = tmp_path / "lista.csv"
    path.write_text(WORKBOOK, encoding="utf-8")
    n = Submission.objects.count()
    sign_in(made.user("supervisor"))
    page.goto(f"/p/weaving/surveys/instruments/{made.instrument.pk}/workbook/")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_selector("text=5 of 5 columns are matched; 1 of 2 rows can be taken in.")
    accessible(page)
    picture(page, "take-in-a-workbook", whole=True)
    page.get_by_label("Leave out the rows with problems").check()
    page.get_by_role("button", name="Take in 1 row").click()
    page.wait_for_selector("text=The rows are being taken in")
    work.run_waiting()
    page.get_by_role("link", name="See the result").click()
    page.wait_for_selector("text=1 row became a submission.")
    accessible(page)
    assert Submission.objects.count() == n + 1
