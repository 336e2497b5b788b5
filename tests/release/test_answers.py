"""What was answered leaves as tables, sums, records and sheets; and it goes back to those who gave it."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from django.utils import timezone

from nanduti.release.actions import returning as actions
from nanduti.release.keeping import result_of
from nanduti.release.models import Returning
from nanduti.release.queries import returning
from nanduti.release.sheets import sheet
from nanduti.surveys.models import Wave
from tests.support.release import census, workshops

SOURCE = {"source": "instrument:visit", "wave": "", "clusters": []}
HOME = "/p/weaving/release/"


@pytest.fixture
def asked(door):
    return census(door)


def answers(door) -> list[dict]:
    from nanduti.surveys.models import AnswerSet

    rows = AnswerSet.objects.select_related("submission__establishment__place").order_by("submission_id")
    return [{**r.answers, "place": r.submission.establishment.place.code} for r in rows]


def test_a_table_of_answers_is_true_where_it_is_shown(door, asked):
    material = {**SOURCE, "dims": ["place", "product"]}
    check = door.check(door.ask(material=material))
    assert check.is_safe, check.verdict
    said = answers(door)
    for place, product, value in result_of(check).parts[0].public.iter_rows():
        if value is not None:
            plain = sum(place in ("_total", a["place"]) and product in ("_total", a["product"]) for a in said)
            assert value == plain


def test_sums_leave_out_who_said_nothing_and_say_so(door, asked):
    check = door.check(door.ask(material={**SOURCE, "dims": ["place"], "measure": "rent_per_month"}))
    assert check.is_safe, check.verdict
    found = result_of(check)
    told = dict(found.parts[0].public.iter_rows())
    assert told["_total"] == sum(a.get("rent_per_month", 0) for a in answers(door))
    assert "left out" in found.notes[0]["en"]


def test_a_number_is_cut_into_classes(door, asked):
    material = {**SOURCE, "dims": ["workers"], "recode": {"workers": {"breaks": [0, 10, 50]}}}
    check = door.check(door.ask(material=material))
    codes = result_of(check).columns["workers"]["codes"]
    assert list(codes) == ["0 to under 10", "10 to under 50", "50 or more"]
    assert codes["50 or more"]["es"] == "50 y más"


@pytest.mark.parametrize("dims", [["owner_name"], ["tools"], ["visited_on"], ["rent_per_month"], ["phone"]])
def test_what_identifies_or_has_no_codes_breaks_nothing_down(door, asked, dims):
    check = door.check(door.ask(material={**SOURCE, "dims": dims}))
    assert check.state == "failed" and check.job.error_code == "release.material_unclear"


SIZES = {"size_class": {"groups": {"small": "larger", "medium": "larger"}}}


def many(door) -> None:
    """Enough workshops that few look-alikes are no great risk."""
    door.firms += workshops(door.world.cluster, {"town-a": {"micro": 10, "small": 10}})
    census(door)


def test_records_pass_the_gate_without_any_number_of_theirs(door):
    many(door)
    material = {**SOURCE, "columns": ["size_class", "product"], "keys": ["size_class"], "recode": SIZES}
    made = door.publish(kind="microdata", material=material, audience="researcher", recipient="a university")
    frame = pl.read_parquet(made.files.get(name="records.parquet").content.read())
    assert frame.columns == ["size_class", "product"] and frame.height == len(door.firms)
    # Plainly: every class of look-alikes has five members and two answers.
    for _key, group in frame.group_by("size_class"):
        assert group.height >= 5 and group["product"].n_unique() >= 2


def test_records_that_stand_out_are_blanked_or_refused(door, asked):
    material = {**SOURCE, "columns": ["place", "size_class", "product"], "keys": ["place", "size_class"]}
    check = door.check(door.ask(kind="microdata", material=material))
    if check.is_safe:
        frame = result_of(check).parts[0].public.fill_null("blank")
        assert frame.group_by("place", "size_class").len()["len"].min() >= 5


def test_records_do_not_tell_what_a_table_hid(door, asked):
    door.publish(code="hidden", material={**SOURCE, "dims": ["place", "size_class"]})
    material = {**SOURCE, "columns": ["place", "size_class"], "keys": ["place", "size_class"]}
    check = door.check(door.ask(kind="microdata", code="rows", material=material))
    assert not check.is_safe


def test_a_table_is_held_against_the_records_that_left_before(door):
    many(door)
    material = {**SOURCE, "columns": ["size_class", "product"], "keys": ["size_class"], "recode": SIZES}
    door.publish(kind="microdata", code="rows", material=material, audience="researcher", recipient="x")
    check = door.check(door.ask(code="later", material={**SOURCE, "dims": ["size_class"], "recode": SIZES}))
    assert check.is_safe  # the same figures as can be counted from the records


# --- sheets


def sheets(door):
    return door.publish(
        kind="sheet", audience="respondents", code="sheets",
        material={**SOURCE, "questions": ["product", "rent_per_month"]},
    )  # fmt: skip


def test_a_firm_sees_its_own_answer_beside_the_safe_figure_and_nobody_elses(door, asked, as_user):
    made = sheets(door)
    cluster = door.world.cluster.code
    page = as_user("coordinator").get(f"{HOME}out/{made.pk}/sheets/{cluster}/").content.decode()
    assert "Your answer" not in page
    firm = door.firms[1]
    own = as_user("coordinator").get(f"{HOME}out/{made.pk}/firm/{firm.pseudonym}/").content.decode()
    assert "101" in own and firm.pseudonym in own
    others = [f.pseudonym for f in door.firms if f.pk != firm.pk]
    assert not [p for p in others if p in own]
    mean = pl.read_parquet(made.files.get(name="rent_per_month.parquet").content.read())
    rents = [a["rent_per_month"] for a in answers(door) if "rent_per_month" in a]
    plain = sum(rents) / len(rents)
    assert abs(mean.filter(pl.col("cluster") == "_total")["value"][0] - plain) <= 0.5


def test_an_owner_sees_the_own_sheet_only(door, asked, as_user):
    from nanduti.register.models import Organisation

    made = sheets(door)
    owner = door.world.users["firm_owner"]
    owner.organisation_pseudonym = Organisation._base_manager.get(pk=door.firms[2].organisation_id).pseudonym
    owner.save()
    door.users["owner"] = owner
    client = as_user("owner")
    answer = client.get(f"{HOME}out/{made.pk}/mine/")
    assert answer.status_code == 200 and door.firms[2].pseudonym in answer.content.decode()
    assert client.get(f"{HOME}out/{made.pk}/firm/{door.firms[3].pseudonym}/").status_code in (403, 404)
    assert client.get(f"{HOME}out/{made.pk}/sheets/{door.world.cluster.code}/firms/").status_code == 403


@pytest.mark.parametrize("name", ["member", "association", "researcher", "stranger"])
def test_firms_sheets_are_for_agents_with_rights(door, asked, as_user, name):
    made = sheets(door)
    client = as_user(name)
    for address in (f"sheets/{door.world.cluster.code}/firms/", f"firm/{door.firms[0].pseudonym}/"):
        assert client.get(f"{HOME}out/{made.pk}/{address}").status_code in (403, 404)


def test_the_batch_is_printed_as_pdf_and_written_down(door, asked, as_user):
    from nanduti.foundation.models import AuditEvent

    made = sheets(door)
    address = f"{HOME}out/{made.pk}/sheets/{door.world.cluster.code}/firms/"
    answer = as_user("coordinator").get(f"{address}?format=pdf")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    event = AuditEvent.objects.filter(action="release.print_sheets").latest("id")
    assert event.details["n"] == 50 and "pseudonym" not in event.details
    assert as_user("coordinator").get(f"{address}?page=zz").status_code == 200


def test_a_group_that_is_too_small_is_said_to_be_so():
    contents = {
        "columns": {"cluster": {"labels": {}, "codes": {"here": {"en": "Here"}}},
                    "sex": {"labels": {}, "codes": {"w": {"en": "woman"}, "m": {"en": "man"}}}},
        "parts": [{"name": "sex", "labels": {"en": "Sex"}, "measure": ""}],
    }  # fmt: skip
    rows = [("here", "_total", 9), ("here", "w", None), ("here", "m", None)]
    frame = pl.DataFrame(rows, schema=["cluster", "sex", "value"], orient="row")
    made = sheet(title="t", contents=contents, frames={"sex": frame}, community="here", own={"sex": "w"})
    assert [line.text for line in made.topics[0].lines] == ["cannot be said", "cannot be said"]
    assert made.topics[0].own == "woman"


# --- returned


def test_a_round_is_closed_once_it_was_returned(door, asked, as_user):
    def verdict():
        return returning.datasets(programme=door.programme)[0].verdict

    assert {r.code for r in verdict().reasons} == {"release.returned.sheet", "release.returned.meeting"}
    sheets(door)
    assert {r.code for r in verdict().reasons} == {"release.returned.meeting"}
    client = as_user("asker")
    address = f"{HOME}returns/{asked.pk}/meetings/new/{door.world.cluster.code}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"held": "the other day", "place": "hall"}).status_code == 422
    data = {
        "held": "12 March 2026",
        "place": "Town hall",
        "n_women": "14",
        "n_men": "9",
        "corrections": "rents too low",
    }
    assert client.post(address, data).status_code == 302
    assert {r.code for r in verdict().reasons} == {"release.returned.corrections"}
    met = Returning.objects.get()
    assert met.n_people == 23 and str(met.held_start) == "2026-03-12"
    actions.edit_returning(
        returning=met, values={"corrections_done": "asked again"}, version=met.version, by=door.user("asker")
    )
    assert verdict().allows
    for page in ("returns/", f"returns/{asked.pk}/", f"meetings/{met.pk}/"):
        assert client.get(f"{HOME}{page}").status_code == 200
    assert as_user("association").get(f"{HOME}meetings/{met.pk}/").status_code == 403


def test_an_open_round_is_not_closed(door):
    census(door, is_open=True)
    reasons = {r.code for r in returning.datasets(programme=door.programme)[0].verdict.reasons}
    assert "release.returned.open" in reasons


def test_a_wave_whose_last_day_is_over_takes_no_more_answers_though_its_form_goes_on(door):
    asked = census(door, is_open=True)
    days = {"past": timezone.localdate() - timedelta(days=1), "today": timezone.localdate(), "endless": None}
    for code, closes_on in days.items():
        Wave.objects.create(instrument=asked, scope=asked.scope, code=code, closes_on=closes_on)
    still = {
        one.wave.code
        for one in returning.datasets(programme=door.programme)
        if "release.returned.open" in {r.code for r in one.verdict.reasons}
    }
    assert still == {"today", "endless"}


def test_the_queries_of_the_list_of_rounds_are_bounded(door, asked, as_user, django_assert_max_num_queries):
    client = as_user("coordinator")
    with django_assert_max_num_queries(35):
        assert client.get(f"{HOME}returns/").status_code == 200
