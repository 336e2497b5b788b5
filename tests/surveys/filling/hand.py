"""What a person at the form does, in words."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.support import surveys
from tests.surveys.filling.pictures import photograph


def question(page, name: str):
    """The question of that name."""
    return page.locator(f".question[data-name$='/{name}']")


def address(served, version) -> str:
    return f"{surveys.address(served.enrolled)}/fill/{version.instrument_id}/"


def opened(page, where: str, *, whole: bool = True) -> None:
    """Open a form; one long page unless the pages themselves are meant."""
    page.goto(where)
    start, sitting = page.get_by_role("button", name="Start filling in"), page.locator(".sitting")
    either = sitting.or_(page.locator(".panel"))
    either.or_(start).first.wait_for()
    if start.is_visible():  # at rest: the first time of an account, on a page without the form
        start.click()
        either.first.wait_for()
    if whole and sitting.is_visible():  # at rest: a panel stays until something is chosen on it
        page.locator("#form-layout").select_option("whole")


def ready_offline(page) -> None:
    """Wait until the page says that it opens without a network as well."""
    page.wait_for_selector("html[data-offline='ready']", state="attached")


def saved(page) -> None:
    page.wait_for_selector(".save-state[data-state='saved']")


def resume(page) -> None:
    """Go on with the draft that is kept, once whatever had it open before has let go of it."""
    page.wait_for_function(
        "async () => !(await navigator.locks.query()).held.some(({ name }) => name.startsWith('nanduti-draft-'))"
    )
    page.locator(".resume").click()
    page.wait_for_selector(".sitting")


def finish(page) -> None:
    page.get_by_role("button", name="Finish and send").click()
    page.wait_for_selector(".panel")


def sent(page, n: int = 1) -> None:
    """Everything that was finished has left the device, and there are ``n`` receipts.

    An empty queue alone proves nothing: it is empty as well before a form has entered it.
    """
    page.wait_for_selector(f".panel:has(.queue[data-n='0']) .receipts[data-n='{n}']", state="attached")


def nothing_waits(page) -> None:
    """All has been sent, by the page or by the service worker before the page was there."""
    page.wait_for_selector("#form:not(:has(.waiting)) .sitting, .queue[data-n='0']")


def photo(page, name: str = "photo") -> None:
    file = {"name": "DSC Rosa.png", "mimeType": "image/png", "buffer": photograph()}
    question(page, name).locator("input[type=file]").set_input_files(file)
    question(page, name).locator(".preview img").wait_for()


def every_answer(page) -> None:
    """Answer each kind of question once."""
    page.get_by_label("Who answers?").fill("Rosa")
    page.get_by_label("How many people work here?").fill("12")
    page.get_by_label("Rent a month").fill("1.250,5")
    page.get_by_label("Visited on").fill("2026-03-02")
    page.get_by_label("Opens at").fill("08:30")
    page.get_by_label("Met at").fill("2026-03-02T09:15")
    page.get_by_label("In business since").fill("2009")
    question(page, "product").get_by_label("Something else").check()
    page.get_by_label("Which other product?").fill("Hats")
    question(page, "minimal").locator("select").select_option("trousers")
    question(page, "products").get_by_label("Shirts").check()
    question(page, "products").get_by_label("Trousers").check()
    question(page, "trusts").get_by_label("Rather yes").check()
    question(page, "town").get_by_role("searchbox").fill("town 123")
    question(page, "town").get_by_label("Town 123").check()
    question(page, "ranked").get_by_role("button", name="Move up: Something else").press("Enter")
    question(page, "noise").locator("input").fill("7")
    at(page, "place", "-25,3872", "-57.3545")
    at(page, "road", "-25.1", "-57.1")
    at(page, "road", "-25.2", "-57.2")
    photo(page)
    for name, file, kind in (("sound", "a.mp3", "audio/mpeg"), ("paper", "a.pdf", "application/pdf")):
        given = {"name": file, "mimeType": kind, "buffer": b"a file of some kind"}
        question(page, name).locator("input[type=file]").set_input_files(given)
    sign(page)
    question(page, "code").get_by_role("textbox").fill("X-1")
    question(page, "agreed").get_by_role("checkbox").check()
    question(page, "lends").get_by_label("I agree").check()
    page.get_by_label("Brand").fill("Juki")
    page.get_by_label("Age in years").fill("4")
    page.get_by_role("button", name="Add another").click()
    page.get_by_label("Age in years").nth(1).fill("7")
    page.get_by_label("Age in years").nth(1).blur()


def at(page, name: str, latitude: str, longitude: str) -> None:
    """Type coordinates."""
    place = question(page, name)
    if not place.get_by_label("Latitude").is_visible():  # at rest: only this hand opens it
        place.get_by_text("Type the coordinates").click()
    place.get_by_label("Latitude").fill(latitude)
    place.get_by_label("Longitude").fill(longitude)
    place.get_by_role("button", name="Use these coordinates").click()


def sign(page) -> None:
    """Sign without drawing."""
    signature = question(page, "signature")
    signature.get_by_role("button", name="Sign").click()
    signature.get_by_label("Or type the name instead").fill("Rosa Benítez")
    signature.get_by_role("button", name="Keep").click()
    signature.locator(".preview img").wait_for()


def answer_all(page) -> int:
    """Go through all pages of a form and answer what can be answered plainly; returns how many pages there were."""
    n = 0
    while True:
        n += 1
        answer_page(page)
        if page.get_by_role("button", name="Finish and send").is_visible():  # at rest: the page is answered
            return n
        before = page.locator("#page-title").inner_text()  # at rest: it changes with the next click
        page.get_by_role("button", name="Next").click()
        page.wait_for_selector(f"#page-title:not(:text-is('{before}')), .problem")
        expect(page.locator(".question:has(.problem)")).to_have_text([])  # else it says which


def answer_page(page) -> None:
    """Answer the questions of the page at hand; each answer may bring further questions."""
    done: set[str] = set()
    while True:
        ids = page.locator(".question:visible").evaluate_all("all => all.map(({ id }) => id)")
        left = [one for one in ids if one not in done]
        if not left:
            return
        done.add(left[0])
        answer_one(page.locator(f"[id='{left[0]}']"))


def answer_one(asked) -> None:
    kind, path = asked.evaluate("one => [one.className, one.dataset.name]")
    kind = kind.removeprefix("question ")
    if kind in {"one", "many", "searched"}:
        asked.locator("input[type=radio], input[type=checkbox]").first.check()
    elif kind == "number":
        asks_a_year = asked.evaluate("one => one.innerText.includes('which year')")
        asked.locator("input").fill("2000" if asks_a_year else "1")
        asked.locator("input").blur()
    elif kind in {"text", "barcode"}:
        said = {"phone": "0971 555 0123", "firm_code": "PY-0001"}
        asked.locator("input, textarea").first.fill(said.get(path.rsplit("/", 1)[-1], "A word"))
        asked.locator("input, textarea").first.blur()
    elif kind == "day":
        asked.locator("input").fill("2026-03-02")
    elif kind == "drop-down":
        asked.locator("select").select_option(index=1)
    elif kind == "trigger":
        asked.locator("input").check()
