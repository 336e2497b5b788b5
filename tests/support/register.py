"""The same few people and firms in every test that needs them: a cluster in Itauguá, and another to leak from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django_scopes import scopes_disabled

from nanduti.foundation.access import Access, access_of
from nanduti.foundation.models import Grant, Scope, ScopeReach, User
from nanduti.register import actions
from nanduti.register.models import Cluster, Establishment, Organisation, Person, Place

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAME, PHONE, ADDRESS = "Talleres Jazmín Azul", "+595 981 555 0199", "Calle Séptima 1234"
LATITUDE, LONGITUDE = "-25.387211", "-57.354499"
SITE = {"name": NAME, "phone": PHONE, "address": ADDRESS, "latitude": LATITUDE, "longitude": LONGITUDE}
PERSON_NAME = "Ramona Quiñónez Vera"
# Whatever form a leak would take: the number with and without blanks, the name without accents.
SECRETS = (
    NAME, "Jazmín", "Jazmin Azul", "JAZMIN", PHONE, "5550199", "555 0199", ADDRESS, "Séptima", LATITUDE,
    LONGITUDE, "25.387", "57.354", PERSON_NAME, "Quiñónez", "Quinonez",
)  # fmt: skip
ROLES = (
    "administrator", "coordinator", "cda", "committee_member", "association_officer", "institution_officer",
    "firm_owner", "custodian", "enumerator", "researcher",
)  # fmt: skip


@dataclass
class World:
    """Two clusters with one firm each, an institute of no cluster, and an account for every role."""

    place: Place
    cluster: Cluster
    other: Cluster
    firm: Organisation
    site: Establishment
    person: Person
    foreign_firm: Organisation
    institute: Organisation
    users: dict[str, User] = field(default_factory=dict)

    def user(self, role: str) -> User:
        return self.users[role]

    def access(self, role: str, on: date | None = None) -> Access:
        return access_of(self.users[role], on=on or AT.date())


def account(name: str, role: str = "", scope: Scope | None = None, *, second_factor: bool = False) -> User:
    """An account, with a role and a second factor where asked for."""
    user = User.objects.create(username=name, password=make_password("a long pass phrase"), is_demo=True)
    if role and scope is not None:
        Grant.objects.create(user=user, role=role, scope=scope, since=date(2020, 1, 1))
    if second_factor:
        guard(user)
    return user


def guard(user: User) -> None:
    """Give an account a second factor."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


def cluster(code: str, name: str, name_es: str, place: Place) -> Cluster:
    scope = Scope.objects.create(kind=Scope.Kind.CLUSTER, code=code, title=name)
    return Cluster.objects.create(
        code=code, name=name, name_es=name_es, place=place, trade="garments", scope=scope
    )


def firm(where: Cluster, name: str, **more) -> Organisation:
    return actions.register_organisation(
        values={"kind": "enterprise", "cluster": where, "place": where.place, **more},
        identity={"name": name},
        by="test",
        at=AT,
    )


def world() -> World:
    """Make it; within no scope, as an operator would."""
    with scopes_disabled():
        place = Place.objects.create(code="itaugua", name="Itauguá", kind="city", country_code="PY",
                                     latitude="-25.39", longitude="-57.35")  # fmt: skip
        here = cluster("itaugua-garments", "Itauguá garments", "Confecciones de Itauguá", place)
        there = cluster("pilar-garments", "Pilar garments", "Confecciones de Pilar", place)
        own = firm(here, NAME)
        site = actions.register_establishment(
            organisation=own,
            values={"cluster": here, "place": place, "n_workers": 7, "activity": "1410"},
            identity=SITE,
            by="test",
            at=AT,
        )
        person = actions.register_person(
            organisation=own, position={"title": "Owner"}, identity={"name": PERSON_NAME}, by="test", at=AT
        )
        made = World(
            place=place,
            cluster=here,
            other=there,
            firm=own,
            site=site,
            person=person,
            foreign_firm=firm(there, "Costuras Lejanas"),
            institute=actions.register_organisation(
                values={
                    "kind": "public_body",
                    "is_public": True,
                    "public_name": "Institute of Weaving",
                    "public_name_es": "Instituto del Tejido",
                },
                by="test",
                at=AT,
            ),
        )
        programme = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="weaving", title="Weaving")
        ScopeReach.objects.create(wide=programme, narrow=here.scope)
        for role in ROLES:
            wide = role in {"administrator", "coordinator"}
            made.users[role] = account(
                role,
                role,
                programme if wide else here.scope,
                second_factor=role in {"administrator", "custodian"},
            )
        owner = made.users["firm_owner"]
        owner.organisation_pseudonym = made.firm.pseudonym
        owner.save()
        made.users["stranger"] = account("stranger", "cda", there.scope)
        made.users["nobody"] = account("nobody")
    return made
