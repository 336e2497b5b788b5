"""Who may decide, who may see, for how long, and what is left behind by a look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import translation
from django_scopes import scopes_disabled

from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.models import AuditEvent, Grant
from nanduti.register import actions, queries
from nanduti.register.subjects import subject_of
from nanduti.vault import errors
from nanduti.vault.models import ContactRequest, Identity, IdentityField, Purpose, Reveal, StandingGrant
from tests.support.register import AT, NAME, PHONE, SITE, account, guard

SOON = AT.date() + timedelta(days=30)
pytestmark = pytest.mark.usefixtures("everywhere")


@pytest.fixture
def everywhere(db):
    with scopes_disabled():
        yield


def purpose() -> Purpose:
    return Purpose.objects.get(code="field_visit")


def ask(here, role="cda", actor=None, **more) -> ContactRequest:
    user = here.user(role)
    given = {
        "actor": actor or here.site,
        "access": here.access(role),
        "asks_for": "the cluster's agent",
        "purpose": purpose(),
        "text": "To visit before the fair.",
        "fields": ["name", "phone"],
        "until_on": SOON,
        "by": user,
        "at": AT,
    }
    return actions.request_contact(**(given | more))


def grant(here, request, role="custodian", **more) -> ContactRequest:
    given = {
        "request": request,
        "access": here.access(role),
        "fields": ["name", "phone"],
        "until_on": SOON,
        "version": request.version,
        "by": here.user(role),
        "at": AT,
    }
    return actions.grant_request(**(given | more))


def stand(here, **more) -> StandingGrant:
    given = {
        "scope": here.cluster.scope,
        "access": here.access("custodian"),
        "user": None,
        "role": "cda",
        "fields": ["name"],
        "purpose": purpose(),
        "until_on": AT.date() + timedelta(days=200),
        "by": here.user("custodian"),
        "at": AT,
    }
    return actions.give_standing_grant(**(given | more))


def reveal(here, role="cda", fields=("name",), at=AT, actor=None):
    return actions.reveal_identity(
        actor=actor or here.site,
        access=here.access(role, at.date()),
        fields=fields,
        by=here.user(role),
        at=at,
    )


def names(here, role, *actors, at=AT):
    found = queries.names_for(
        access=here.access(role, at.date()), pseudonyms=[a.pseudonym for a in actors], at=at
    )
    return [found[a.pseudonym] for a in actors]


def test_a_request_granted_shows_what_was_granted_and_no_more(here):
    grant(here, ask(here), fields=["phone"])
    assert reveal(here, fields=["phone"]) == {"phone": PHONE}
    with pytest.raises(errors.NotRevealed):
        reveal(here, fields=["name", "phone"])
    look = Reveal.objects.get()
    assert (look.fields, look.why, look.by_label, look.pseudonym) == (
        ["phone"], "request", "cda", here.site.pseudonym,
    )  # fmt: skip


def test_it_shows_to_nobody_else_and_not_after_its_day(here):
    grant(here, ask(here))
    with pytest.raises(errors.NotRevealed):
        reveal(here, role="coordinator")
    with pytest.raises(errors.NotRevealed):
        reveal(here, at=AT + timedelta(days=30))
    assert reveal(here, at=AT + timedelta(days=29))["name"] == NAME


def test_who_has_left_the_cluster_sees_nothing_any_more(here):
    grant(here, ask(here))
    Grant.objects.filter(user=here.user("cda")).update(until=AT.date() + timedelta(days=1))
    with pytest.raises(errors.NotRevealed):
        reveal(here, at=AT + timedelta(days=2))


@pytest.mark.parametrize(
    "role", ["administrator", "researcher", "enumerator", "firm_owner", "stranger", "nobody"]
)
def test_some_may_not_even_ask(here, role):
    with pytest.raises(NotAllowed):
        ask(here, role=role)


@pytest.mark.parametrize("role", ["cda", "coordinator", "administrator", "researcher", "stranger"])
def test_only_a_custodian_of_the_cluster_decides(here, role):
    request = ask(here)
    guard(here.user(role)) if role != "administrator" else None
    with pytest.raises(NotAllowed):
        grant(here, request, role=role)
    with pytest.raises(NotAllowed):
        actions.refuse_request(
            request=request, access=here.access(role), reason="Because of the season.", version=1,
            by=here.user(role), at=AT,
        )  # fmt: skip


def test_a_custodian_of_another_cluster_does_not_decide(here):
    here.users["there"] = account("there", "custodian", here.other.scope, second_factor=True)
    with pytest.raises(NotAllowed):
        grant(here, ask(here), role="there")
    assert not queries.vault.waiting(access=here.access("there")).exists()


def test_nobody_decides_an_own_request(here):
    custodian = here.user("custodian")
    Grant.objects.create(user=custodian, role="cda", scope=here.cluster.scope, since=AT.date())
    request = ask(here, role="custodian")
    assert not queries.vault.waiting(access=here.access("custodian")).exists()
    with pytest.raises(errors.OwnRequest):
        grant(here, request)
    with pytest.raises(errors.OwnRequest):
        actions.refuse_request(
            request=request, access=here.access("custodian"), reason="It is my own.", version=1, by=custodian
        )
    with pytest.raises(errors.OwnRequest):
        stand(here, user=custodian)


def test_without_a_second_factor_the_vault_stays_shut(here):
    request = ask(here)
    custodian = here.user("custodian")
    custodian.authenticator_set.all().delete()
    with pytest.raises(errors.SecondFactorMissing):
        grant(here, request)
    with pytest.raises(errors.SecondFactorMissing):
        stand(here)
    with pytest.raises(errors.NotRevealed):
        reveal(here, role="custodian")
    assert names(here, "custodian", here.firm) == [here.firm.pseudonym]


@pytest.mark.parametrize("days", [-1, 0, 91, 4000])
def test_expiry_is_bounded(here, days):
    until = AT.date() + timedelta(days=days)
    with pytest.raises(errors.ExpiryRefused):
        ask(here, until_on=until)
    with pytest.raises(errors.ExpiryRefused):
        grant(here, ask(here), until_on=until)
    if days != 91:
        with pytest.raises(errors.ExpiryRefused):
            stand(here, until_on=until)


def test_fields_must_have_been_asked_for(here):
    request = ask(here, fields=["name"])
    for fields in (["phone"], ["name", "phone"], [], ["nonsense"]):
        with pytest.raises(errors.FieldsRefused):
            grant(here, request, fields=fields)
    for fields in ([], ["nonsense"]):
        with pytest.raises(errors.FieldsRefused):
            ask(here, fields=fields)


def test_a_refusal_needs_a_reason_and_shows_nothing(here):
    request = ask(here)
    refuse = {
        "request": request,
        "access": here.access("custodian"),
        "version": 1,
        "by": here.user("custodian"),
    }
    with pytest.raises(errors.ReasonMissing):
        actions.refuse_request(reason="  no  ", **refuse)
    actions.refuse_request(reason="The firm asked not to be called.", **refuse)
    assert request.state == "refused"
    with pytest.raises(errors.NotRevealed):
        reveal(here)


def test_of_two_custodians_the_second_is_told(here):
    request = ask(here)
    again = ContactRequest.objects.get(pk=request.pk)
    grant(here, request)
    here.users["second"] = account("second", "custodian", here.cluster.scope, second_factor=True)
    with pytest.raises(errors.AlreadyDecided):
        grant(here, again, role="second", version=1)


def test_a_request_taken_back_ends_what_it_granted(here):
    request = grant(here, ask(here))
    with pytest.raises(NotAllowed):
        actions.withdraw_request(request=request, by=here.user("coordinator"))
    actions.withdraw_request(request=request, by=here.user("cda"))
    with pytest.raises(errors.NotRevealed):
        reveal(here)


def test_a_standing_grant_shows_the_names_of_that_cluster_and_nobody_elses(here):
    stand(here)
    assert names(here, "cda", here.firm, here.site, here.foreign_firm) == [
        NAME, NAME, here.foreign_firm.pseudonym,
    ]  # fmt: skip
    assert names(here, "enumerator", here.firm) == [here.firm.pseudonym]
    assert names(here, "coordinator", here.firm) == [here.firm.pseudonym]
    with pytest.raises(errors.NotRevealed):
        reveal(here, fields=["phone"])
    assert {r.why for r in Reveal.objects.all()} == {"standing"}


def test_a_grant_to_a_role_needs_the_role_in_that_cluster(here):
    """An agent elsewhere who is an enumerator here does not see what the agents here were given."""
    mixed = account("mixed", "cda", here.other.scope)
    Grant.objects.create(user=mixed, role="enumerator", scope=here.cluster.scope, since=AT.date())
    here.users["mixed"] = mixed
    stand(here)
    assert names(here, "mixed", here.firm) == [here.firm.pseudonym]


def test_a_standing_grant_ends_by_its_day_and_by_revocation(here):
    given = stand(here, until_on=AT.date() + timedelta(days=10))
    assert names(here, "cda", here.firm, at=AT + timedelta(days=9)) == [NAME]
    assert names(here, "cda", here.firm, at=AT + timedelta(days=10)) == [here.firm.pseudonym]
    with pytest.raises(NotAllowed):
        actions.revoke_standing_grant(
            grant=given, access=here.access("cda"), reason="It is over now.", by=here.user("cda")
        )
    actions.revoke_standing_grant(
        grant=given, access=here.access("custodian"), reason="It is over now.", by=here.user("custodian")
    )
    assert names(here, "cda", here.firm) == [here.firm.pseudonym]


def test_a_standing_grant_goes_to_somebody_who_may_see_granted_names(here):
    for wrong in ({"user": here.user("researcher")}, {"user": here.user("stranger")}, {"role": "researcher"}):
        with pytest.raises(NotAllowed):
            stand(here, **({"role": ""} | wrong))
    assert stand(here, user=here.user("enumerator"), role="").user_label == "enumerator"
    assert names(here, "enumerator", here.firm) == [NAME]


def test_public_bodies_are_named_in_the_readers_language_without_a_reveal(here):
    access = here.access("researcher")
    with translation.override("es"):
        named = queries.names_for(access=access, pseudonyms=[here.institute.pseudonym])
    assert named == {here.institute.pseudonym: "Instituto del Tejido"}
    assert not Reveal.objects.exists()


def test_an_owner_sees_the_own_firm(here):
    assert names(here, "firm_owner", here.firm, here.site, here.foreign_firm) == [
        NAME, NAME, here.foreign_firm.pseudonym,
    ]  # fmt: skip


def test_a_custodian_sees_the_own_cluster_and_each_look_is_kept(here):
    assert names(here, "custodian", here.firm, here.foreign_firm) == [NAME, here.foreign_firm.pseudonym]
    assert [(r.why, r.by_label, r.pseudonym) for r in Reveal.objects.all()] == [
        ("custody", "custodian", here.firm.pseudonym)
    ]


def test_names_are_a_bounded_number_of_queries(here, django_assert_max_num_queries):
    stand(here)
    pseudonyms = [
        actions.register_organisation(
            values={"kind": "enterprise", "cluster": here.cluster}, identity={"name": f"Firm {n}"}, by="test"
        ).pseudonym
        for n in range(60)
    ]
    access = here.access("cda")
    with (
        django_assert_max_num_queries(4, connection=connections["default"]),
        django_assert_max_num_queries(6, connection=connections["vault"]),
    ):
        found = queries.names_for(access=access, pseudonyms=pseudonyms, at=AT)
    assert found[pseudonyms[7]] == "Firm 7" and Reveal.objects.count() == 60


def test_an_exact_look_up_is_for_custodians(here):
    asked = {"field": "phone", "value": "0981 5550199", "by": here.user("custodian")}
    assert actions.look_up(access=here.access("custodian"), **asked) == [here.site.pseudonym]
    assert actions.look_up(access=here.access("custodian"), **(asked | {"value": "--"})) == []
    with pytest.raises(NotAllowed):
        actions.look_up(access=here.access("cda"), **(asked | {"by": here.user("cda")}))
    with pytest.raises(errors.FieldsRefused):
        actions.look_up(access=here.access("custodian"), **(asked | {"field": "address"}))


def test_a_correction_keeps_the_former_value_until_it_is_shredded(here):
    before = IdentityField.objects.filter(identity=here.site.pseudonym).count()
    actions.edit_establishment(
        establishment=here.site, values={}, identity={"phone": "021 555 0000"}, version=here.site.version,
        by=here.user("cda"), at=AT,
    )  # fmt: skip
    rows = IdentityField.objects.filter(identity=here.site.pseudonym)
    assert rows.count() == before + 1 and rows.filter(field="phone", is_current=True).count() == 1
    assert reveal(here, role="custodian", fields=["phone"])["phone"] == "021 555 0000"
    actions.shred_identity(
        actor=here.site, access=here.access("custodian"), reason="The owner asked for it.",
        by=here.user("custodian"), at=AT,
    )  # fmt: skip
    assert not rows.exists() and Identity.objects.get(pk=here.site.pseudonym).shredded_at == AT
    assert Reveal.objects.filter(pseudonym=here.site.pseudonym).exists()


def test_only_a_custodian_shreds(here):
    with pytest.raises(NotAllowed):
        actions.shred_identity(
            actor=here.site, access=here.access("cda"), reason="The owner asked for it.", by=here.user("cda")
        )


def test_the_look_and_its_record_stand_or_fall_together(here, monkeypatch):
    grant(here, ask(here))
    monkeypatch.setattr(AuditEvent.objects, "create", lambda **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reveal(here)
    assert not Reveal.objects.exists()


def test_no_deed_of_the_vault_writes_an_identity_into_the_audit(here):
    grant(here, ask(here))
    reveal(here)
    actions.look_up(field="name", value=NAME, access=here.access("custodian"), by=here.user("custodian"))
    told = str(list(AuditEvent.objects.values()))
    assert not [secret for secret in (NAME, *SITE.values()) if secret in told]
    assert {"vault.request_contact", "vault.grant_request", "vault.reveal_identity"} <= set(
        AuditEvent.objects.values_list("action", flat=True)
    )


def test_subjects_know_whose_they_are(here):
    assert subject_of(here.site).own_of == {here.firm.pseudonym}
