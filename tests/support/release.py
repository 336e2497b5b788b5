"""A programme with enough workshops that something can be released, and people for each part at the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django_scopes import scopes_disabled

from nanduti.foundation.models import Scope, User
from nanduti.foundation.work import run_waiting
from nanduti.programme.models import Component, Coverage, Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster, Establishment, Organisation, Place
from nanduti.release.actions import decisions, requests
from nanduti.release.models import DisclosureCheck, Publication, ReleaseRequest
from tests.support.register import World, account, world

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# Place → size → how many workshops; one place has a single medium workshop, another two small ones.
WORKSHOPS = {
    "town-a": {"micro": 14, "small": 7, "medium": 1},
    "town-b": {"micro": 9, "small": 2, "medium": 6},
    "town-c": {"micro": 11, "small": 8, "medium": 7},
}


@dataclass
class Door:
    """The programme, its workshops, and accounts: who asks, two who approve, a researcher, a stranger."""

    world: World
    programme: Programme
    other: Programme
    firms: list[Establishment] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return self.users[name]

    def ask(self, by: str = "asker", **more: Any) -> ReleaseRequest:
        """A request for a table of the register."""
        material = more.pop("material", table())
        values: dict[str, Any] = {
            "code": more.pop("code", "towns-by-size"),
            "title": "Workshops by town and size",
            "title_es": "Talleres por ciudad y tamaño",
            "kind": "table",
            "audience": "public",
            "purpose": "so that towns can plan",
            "material": material,
            "protection": {},
        }
        reason = more.pop("override_reason", "")
        return requests.request_release(
            programme=self.programme, values=values | more, override_reason=reason, by=self.user(by), at=AT
        )

    def check(self, request: ReleaseRequest, by: str = "asker") -> DisclosureCheck:
        """Run the gate and wait for it."""
        request.refresh_from_db()
        made = requests.start_check(request=request, by=self.user(by), at=AT)
        run_waiting()
        made.refresh_from_db()
        return made

    def publish(self, **more: Any) -> Publication:
        """All the way: asked, checked, approved by two, published."""
        request = self.ask(**more)
        check = self.check(request)
        assert check.is_safe, check.verdict
        return self.approve(request, check)

    def approve(self, request: ReleaseRequest, check: DisclosureCheck) -> Publication:
        for name in ("coordinator", "member"):
            decisions.approve_release(request=request, digest=check.digest, by=self.user(name), at=AT)
        run_waiting()
        return Publication._base_manager.get(of_check=check)


def table(*dims: str, **more: Any) -> dict[str, Any]:
    """The spec of a table of the register."""
    return {"source": "register", "dims": list(dims) or ["place", "size_class"], "measure": "", **more}


def door() -> Door:
    """Make it; within no scope, as an operator would."""
    with scopes_disabled():
        made = world()
        scope = Scope.objects.get(kind="programme", code="weaving")
        programme = Programme.objects.create(scope=scope, code="weaving", title="Weaving", title_es="Tejido")
        there = Scope.objects.create(kind="programme", code="carving", title="Carving")
        other = Programme.objects.create(scope=there, code="carving", title="Carving")
        part = Component.objects.create(programme=programme, scope=scope, code="all", name="All")
        work = work_scope(programme, made.cluster)
        Coverage.objects.create(programme=programme, component=part, cluster=made.cluster, scope=work)
        here = Door(made, programme, other)
        Establishment._base_manager.filter(pk=made.site.pk).update(cluster=None)
        here.firms = workshops(made.cluster)
        here.users = {
            "asker": account("asker", "cda", made.cluster.scope),
            "coordinator": made.users["coordinator"],
            "member": account("member", "committee_member", scope),
            "member2": account("member2", "committee_member", scope),
            "researcher": account("scholar", "researcher", scope),
            "association": account("speaker", "association_officer", scope),
            "stranger": account("elsewhere", "coordinator", there),
        }
        return here


def workshops(cluster: Cluster, counts: dict[str, dict[str, int]] | None = None) -> list[Establishment]:
    """One firm and one workshop each, in towns and sizes as given."""
    rows = []
    for town, sizes in (counts or WORKSHOPS).items():
        place, _made = Place.objects.get_or_create(
            code=town, defaults={"name": town.replace("-", " ").title(), "kind": "city", "country_code": "PY"}
        )
        for size, n in sizes.items():
            rows += [(place, size)] * n
    owners = Organisation._base_manager.bulk_create(
        Organisation(scope=cluster.scope, cluster=cluster, place=place, kind="enterprise")
        for place, _size in rows
    )
    return Establishment._base_manager.bulk_create(
        Establishment(scope=cluster.scope, cluster=cluster, place=place, size_band=size, organisation=owner)
        for (place, size), owner in zip(rows, owners)
    )


def census(door: Door, *, is_open: bool = False) -> Any:
    """An instrument that every workshop has answered: workers, a product, a rent; a little different by size, town."""
    from nanduti.surveys.models import AnswerSet, Instrument, Submission
    from tests.surveys.answered import publish

    scope = door.programme.scope
    asked = Instrument.objects.create(
        scope=scope, programme=door.programme, code="visit", title="Visit", title_es="Visita", kind="census",
        is_open=is_open,
    )  # fmt: skip
    version = publish(asked, "1")
    workers = {"micro": 4, "small": 17, "medium": 80}
    for number, firm in enumerate(door.firms):
        row = Submission.objects.create(
            scope=scope, programme=door.programme, instrument=asked, instrument_version=version, form_id="visit",
            form_version="1", instance_id=f"uuid:{number}", xml_digest=f"{number}", state="accepted", processing="done",
            received_at=AT, cluster=firm.cluster, establishment=firm,
        )  # fmt: skip
        answers = {
            "workers": workers[firm.size_band] + number % 3,
            "rent_per_month": 100 + number,
            "product": "shirts" if number % 3 else "trousers",
        }
        if number % 17 == 0:
            del answers["rent_per_month"]
        AnswerSet.objects.create(submission=row, instrument_version=version, answers=answers, read_at=AT)
    return asked
