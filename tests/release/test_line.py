"""The whole line: asked, checked, approved by two, published; and what each step refuses."""

from __future__ import annotations

import polars as pl
import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.release.actions import decisions, publications, requests
from nanduti.release.errors import (
    AddressTaken,
    CheckOutdated,
    LooserThanDefault,
    NotApprovable,
    ReasonNeeded,
    RequestClosed,
)
from nanduti.release.keeping import result_of
from nanduti.release.models import Publication, ReleaseRequest
from tests.support.release import AT, WORKSHOPS, table, workshops


def cells(check) -> dict[tuple[str, str], int | None]:
    part = result_of(check).parts[0]
    return {(r[0], r[1]): r[2] for r in part.public.iter_rows()}


def test_small_cells_are_hidden_and_cannot_be_computed(door):
    check = door.check(door.ask())
    assert check.state == "done" and check.is_safe
    shown = cells(check)
    assert shown["_total", "_total"] == sum(sum(s.values()) for s in WORKSHOPS.values())
    assert shown["town-a", "medium"] is None and shown["town-b", "small"] is None
    for (town, size), value in shown.items():
        if value is not None and town != "_total" and size != "_total":
            assert value == WORKSHOPS[town][size] >= 3
    # Plainly: no row and no column has exactly one hole.
    frame = pl.DataFrame([(a, b, v) for (a, b), v in shown.items()], schema=["a", "b", "v"], orient="row")
    for line in ("a", "b"):
        holes = frame.group_by(line).agg(pl.col("v").is_null().sum())
        assert 1 not in holes["v"].to_list()


def test_two_others_approve_and_it_is_published_with_its_files(door):
    made = door.publish()
    assert made.number == 1 and made.state == "published" and made.audience == "public"
    names = set(made.files.values_list("name", flat=True))
    assert names == {
        "table.csv", "table.parquet", "datapackage.json", "towns-by-size.zip",
    }  # fmt: skip
    csv = made.files.get(name="table.csv").content.read().decode()
    assert "few" not in csv and "beside" not in csv and "town-a,medium,\r\n" in csv
    request = ReleaseRequest._base_manager.get()
    assert request.state == "published"


def test_whoever_asked_does_not_approve_and_nobody_twice(door):
    request = door.ask(by="coordinator")
    check = door.check(request, by="coordinator")
    with pytest.raises(NotApprovable, match="does not approve"):
        decisions.approve_release(request=request, digest=check.digest, by=door.user("coordinator"), at=AT)
    decisions.approve_release(request=request, digest=check.digest, by=door.user("member"), at=AT)
    with pytest.raises(NotApprovable, match="already"):
        decisions.approve_release(request=request, digest=check.digest, by=door.user("member"), at=AT)
    assert not Publication._base_manager.exists()


def test_an_approval_is_for_one_result_only(door):
    request = door.ask()
    first = door.check(request)
    decisions.approve_release(request=request, digest=first.digest, by=door.user("coordinator"), at=AT)
    workshops(door.world.cluster, {"town-a": {"micro": 4}})
    second = door.check(request)
    assert second.digest != first.digest
    with pytest.raises(CheckOutdated):
        decisions.approve_release(request=request, digest=first.digest, by=door.user("member"), at=AT)
    decisions.approve_release(request=request, digest=second.digest, by=door.user("member"), at=AT)
    request.refresh_from_db()
    assert request.state == "open"  # the first yes was for the first result


def test_what_changed_after_the_approval_is_not_published(door):
    request = door.ask()
    check = door.check(request)
    decisions.approve_release(request=request, digest=check.digest, by=door.user("coordinator"), at=AT)
    workshops(door.world.cluster, {"town-a": {"micro": 4}})
    decisions.approve_release(request=request, digest=check.digest, by=door.user("member"), at=AT)
    from nanduti.foundation.work import run_waiting

    run_waiting()
    request.refresh_from_db()
    assert request.state == "open" and not Publication._base_manager.exists()


def test_less_than_the_default_needs_a_reason_that_stays(door):
    with pytest.raises(LooserThanDefault):
        door.ask(protection={"threshold": 2})
    request = door.ask(protection={"threshold": 2}, override_reason="all firms agreed in writing")
    event = AuditEvent.objects.filter(action="release.request_release").latest("id")
    assert request.override_reason == event.override_reason == "all firms agreed in writing"
    with pytest.raises(LooserThanDefault):
        requests.change_request(
            request=request, values={"protection": {"k": 2}}, version=request.version, by=door.user("asker")
        )


def test_a_refusal_has_a_reason_and_ends_it(door):
    request = door.ask()
    check = door.check(request)
    with pytest.raises(ReasonNeeded):
        decisions.refuse_release(
            request=request, digest=check.digest, reason=" ", by=door.user("member"), at=AT
        )
    decisions.refuse_release(
        request=request, digest=check.digest, reason="too fine", by=door.user("member"), at=AT
    )
    with pytest.raises(RequestClosed):
        requests.start_check(request=request, by=door.user("asker"))


def test_an_address_is_given_once(door):
    door.publish()
    with pytest.raises(AddressTaken):
        door.ask()


def test_a_newer_version_replaces_the_older_and_both_stay(door):
    first = door.publish()
    workshops(door.world.cluster, {"town-c": {"micro": 5}})
    second = door.publish(replaces=first)
    first.refresh_from_db()
    assert (second.number, first.state, first.replaced_by) == (2, "replaced", second)


def test_withdrawing_needs_a_reason_and_erases_nothing(door):
    made = door.publish()
    with pytest.raises(ReasonNeeded):
        publications.withdraw_release(publication=made, reason="", by=door.user("coordinator"), at=AT)
    publications.withdraw_release(
        publication=made, reason="a town was miscounted", by=door.user("coordinator"), at=AT
    )
    assert made.files.count() == 4 and made.state == "withdrawn"


@pytest.mark.parametrize(
    "material",
    [
        {}, {"source": "register"}, {"source": "instrument:x", "dims": ["a"]}, table("nothing"),
        table("place", measure="place"), table("place", "size_class", "cluster", "trade"),
        table("place", clusters=["nowhere"]), table("place", recode={"place": {"breaks": [1]}}),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_said_in_words(door, material):
    check = door.check(door.ask(material=material))
    check.refresh_from_db()
    assert check.state == "failed" and check.job.state == "failed" and check.job.error_code != "work.bug"
    assert check.job.error
