"""Whatever is typed into a form or an address: an answer in the house's words, never a mistake of ours."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.foundation.models import AuditEvent
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"
FORMS = [
    f"{P}/agreements/new/", f"{P}/agreements/footwear-mou-1/edit/", f"{P}/agreements/footwear-mou-1/parties/",
    f"{P}/agreements/footwear-mou-1/renew/", f"{P}/committee/new/", f"{P}/twinnings/task/", f"{P}/results/mous/stated/",
    f"{P}/results/rates/new/",
    f"{P}/ledger/new/", f"{P}/plan/new/", f"{P}/plan/vision/", f"{P}/plan/milestone/", f"{P}/step/3/evidence/",
    f"{P}/plan/objective/", f"{P}/plan/leather/objective/trust/",
    f"{P}/plan/leather/status/", f"{P}/plan/leather/revision/new/",
    f"{P}/ledger/auto/1/edit/", f"{P}/ledger/leather/15/report/",
    f"{P}/ledger/leather/15/participants/", f"{P}/ledger/leather/15/contributions/",
    f"{P}/twinnings/chennai-leather:santa-croce/linkage/", f"{P}/twinnings/chennai-leather:santa-croce/topic/",
    f"{P}/committee/body/", f"{P}/committee/body/sc/seat/", f"{P}/committee/body/sc/meeting/", f"{P}/agents/new/",
    f"{P}/agents/agent-auto/edit/", f"{P}/reviews/new/",
    f"{P}/quality/", f"{P}/selection/%(candidate)s/", f"{P}/committee/%(resolution)s/done/", "/people/", "/import/",
]  # fmt: skip
ODD = [
    "", " ", "0", "-1", "1", "2", "7", "2147483648", "9" * 40, "1e400", "NaN", "Infinity", "1.5", "EUR", "eur", "¤¤¤",
    "2008-06-30", "9999-12-31", "0001-01-01", "2008-02-30", "31/12/2008", "April 2009", "Dec 07 - Feb 08", "4/5/2009",
    "May 9999 - June 9999", "ongoing", "true", "on", "x" * 400, "a\x00b", "\x01\x1b", "\ud800", "<script>x</script>",
    "{x}", "%(x)s", "%s", "\u202e", "ñ" * 100, "'; DROP TABLE x; --",
]  # fmt: skip
VALUE = st.one_of(st.sampled_from(ODD), st.text(max_size=20))


def fields_of(html: str) -> dict[str, list[str]]:
    """The names in the page's own form, each with the values that it offers."""
    form = html[html.index("<main") :]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        if name and name[1] not in {"csrfmiddlewaretoken", "file"}:
            value = re.search(r'value="([^"]*)"', tag)
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, flags=re.S):
        found[name] = re.findall(r'<option[^>]*value="([^"]*)"', body)
    return found


@pytest.fixture
def addresses(example):
    from nanduti.programme.models import Candidate, Resolution

    known = {"candidate": Candidate.objects.first().pk, "resolution": Resolution.objects.first().pk}
    return {form: form % known for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
def test_no_submitted_value_is_a_mistake_of_ours(form, addresses, visit):
    client = visit("administrator" if form == "/people/" else "coordinator")
    address = addresses[form]
    offered = fields_of(client.get(address).content.decode())
    assert offered or form == "/import/"
    offered |= {"version": ["1", "2", "999"], "statement": ["1"], "settled": ["both"], "reason": ["x"]}
    # Mostly a plausible form with a few odd values, so that more than the first check is met.
    plausible = {name: st.sampled_from(values) for name, values in offered.items()}
    odd = st.dictionaries(st.sampled_from(sorted(offered)), VALUE, max_size=3)

    @settings(max_examples=6)
    @given(st.fixed_dictionaries({}, optional=plausible), odd)
    def send(given_values, odd_values):
        with transaction.atomic(), transaction.atomic(using="vault"):
            sent = {
                k: v.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
                for k, v in (given_values | odd_values).items()
            }
            answer = client.post(address, urlencode(sent), content_type="application/x-www-form-urlencoded")
            assert answer.status_code in {200, 302, 400, 403, 404, 409, 422}, (answer.status_code, sent)
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="vault")

    send()


def plausible_activity(example, **more):
    from nanduti.plans.models import ActionPlan

    plan = ActionPlan.objects.get(code="leather")
    return {"plan": plan.pk, "label": "A fair", "kind": "fair", "joint_benefit": "unknown", **more}


GIFT = {"contributor": "1", "kind": "time", "state": "given", "money_amount": "-5", "money_currency": "EUR"}
MEMORANDUM = {"kind": "mou", "level": "firm", "title": "x", "status": "signed"}


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("plan/vision/", {"text": "A vision", "agreed_on": "31 February 2009"}),
        ("plan/milestone/", {"kind": "network_formed", "label": "x", "count": "2147483648"}),
        ("ledger/leather/15/contributions/", GIFT),
        ("ledger/leather/15/participants/", {"role": "participant", "count": "0", "unit": "persons"}),
        ("agreements/new/", {**MEMORANDUM, "valid_from": "June 2009", "valid_until": "May 2008"}),
    ],
)
def test_what_cannot_be_is_told_in_the_form(form, sent, visit, example):
    answer = visit("coordinator").post(f"{P}/{form}", sent)
    assert answer.status_code == 422


def test_the_same_later_is_told_and_at_once_is_a_second_click(visit, example):
    client = visit("coordinator")
    task = {"label": "find buyers", "phase": "developmental"}
    figure = {"value": "5", "label": "five of them", "period_text": "2009"}
    for form, sent in ((f"{P}/twinnings/task/", task), (f"{P}/results/mous/stated/", figure)):
        assert [client.post(form, sent).status_code for _click in range(2)] == [302, 302]
        AuditEvent.objects.update(at=F("at") - timedelta(hours=1))
        assert client.post(form, sent).status_code == 422


def test_a_role_that_ends_before_it_begins_is_told(visit, example):
    sent = {"username": "researcher", "role": "cda", "scope": example.scope_id, "until": "2001-01-01"}
    assert visit("administrator").post("/people/", sent).status_code == 422


def test_two_people_with_one_form(visit, example):
    """The second is told, sees both texts, and what he typed is kept."""
    from nanduti.plans.models import Activity

    row = Activity.objects.get(plan__code="leather", number=15)
    form = f"{P}/ledger/leather/15/edit/"
    sent = {
        "label": "By the first",
        "kind": row.kind,
        "joint_benefit": row.joint_benefit,
        "date_text": row.date_text,
        "version": row.version,
    }
    assert visit("coordinator").post(form, sent).status_code == 302
    answer = visit("cda-leather").post(form, {**sent, "label": "By the second"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "By the second" in text and "By the first" in text and "coordinator" in text
    row.refresh_from_db()
    assert row.label == "By the first"


def test_an_activity_can_be_planned_with_whatever_number_comes_next(visit, example):
    from nanduti.plans.models import Activity

    client = visit("cda-leather")
    for label in ("One fair", "Another"):
        assert client.post(f"{P}/ledger/new/", plausible_activity(example, label=label)).status_code == 302
    assert Activity.objects.filter(plan__code="leather", number__in=[34, 35]).count() == 2


def test_a_rule_that_only_warns_is_told_beside_the_saved_activity(visit, example):
    example.rules = {"joint_benefit": "warn"}
    example.save()
    sent = plausible_activity(example, joint_benefit="individual", spillover="")
    answer = visit("coordinator").post(f"{P}/ledger/new/", sent, follow=True)
    said = [str(message) for message in answer.context["messages"]]
    assert answer.status_code == 200 and len(said) == 2, said


# --- addresses

NAMES = """cluster as_of on q sort page cols export status_now kind date_text_start.from date_text_start.to c.sort
o.export all at.from role bom next"""
KNOWN = """chennai-leather leather santa-croce 2011-07-31 9999-12-31 0001-01-01 late csv xlsx -label number fair yes"""
ROOMS = """ step/5/ ledger/ ledger/auto/3/ plan/ plan/variance/ plan/leather/variance/ agreements/ committee/
organigram/ selection/ twinnings/ results/ results/mous/ quality/ twinnings/chennai-leather:santa-croce/"""
PAGES = [
    f"{P}/",
    *(f"{P}/{room}" for room in ROOMS.split()),
    "/today/",
    "/search/",
    "/deeds/",
    "/import/",
    "/",
]


ASKED = st.one_of(st.sampled_from(KNOWN.split()), VALUE)


@pytest.mark.parametrize("page", PAGES)
def test_no_address_is_a_mistake_of_ours(page, visit):
    client = visit("coordinator")

    @settings(max_examples=4)
    @given(st.dictionaries(st.sampled_from(NAMES.split()), ASKED, max_size=5))
    def ask(query):
        asked = urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in query.items()})
        answer = client.get(f"{page}?{asked}")
        assert answer.status_code in {200, 302, 400, 404, 422}, (answer.status_code, query)
        if answer.streaming:
            b"".join(answer.streaming_content)

    ask()


@pytest.mark.parametrize("day", [date.max, date.min, date(2011, 7, 31)])
@pytest.mark.parametrize(
    "page",
    [
        f"{P}/",
        f"{P}/ledger/",
        f"{P}/plan/variance/",
        f"{P}/results/",
        "/today/",
        f"{P}/agreements/",
        f"{P}/committee/",
    ],
)
def test_every_cut_off_day_has_an_answer(page, day, visit):
    assert visit("coordinator").get(f"{page}?as_of={day.isoformat()}").status_code == 200
