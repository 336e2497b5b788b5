"""A cluster in which one workshop was written down twice, by a census and by an agent, and others were not."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation import work
from nanduti.register import actions
from nanduti.register.models import DuplicatePair, Establishment
from nanduti.vault.models import Purpose
from tests.support.clients import signed_in
from tests.support.register import World, firm

TWICE = {"name": "Tall. Jazmin Azul SRL", "phone": "0981 555 019", "address": "Calle Septima 1234"}
NAMESAKE = {"name": "Talleres Jazmín Rojo", "phone": "+595 21 777 0001"}


def client_of(here: World, role: str) -> Client:
    return signed_in(here.user(role))


def site(here: World, name: str, identity: dict[str, str], **values) -> Establishment:
    with scopes_disabled():
        return actions.register_establishment(
            organisation=firm(here.cluster, name),
            values={"cluster": here.cluster, "place": here.place, **values},
            identity=identity,
            by="test",
        )


def allow(here: World, fields: list[str], role: str = "cda") -> None:
    """The custodian lets the agents see these fields."""
    with scopes_disabled():
        actions.give_standing_grant(
            scope=here.cluster.scope, access=here.access("custodian", timezone.localdate()), user=None, role=role,
            fields=fields, purpose=Purpose.objects.get(code="field_visit"),
            until_on=timezone.localdate() + timedelta(days=30), by=here.user("custodian"),
        )  # fmt: skip


def search(here: World, role: str = "custodian") -> list[DuplicatePair]:
    """Ask for a search as somebody, and do it."""
    answer = client_of(here, role).post(reverse("register:search_doubles", args=[here.cluster.code]))
    assert answer.status_code == 302, answer.status_code
    work.run_waiting()
    with scopes_disabled():
        return list(DuplicatePair.objects.select_related("one", "other", "search").order_by("-score"))
