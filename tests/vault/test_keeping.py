"""One database of its own, keys that can be changed, uploads that vanish."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import connections
from django_scopes import scopes_disabled

from nanduti.register import actions
from nanduti.register.models import Organisation
from nanduti.vault.actions import rotate_keys
from nanduti.vault.crypto import ring
from nanduti.vault.errors import UploadGone, VaultClosed
from nanduti.vault.keeping import open_rows
from nanduti.vault.models import Identity, IdentityField, KeptUpload, KeptUploadPart, Purpose
from nanduti.vault.purposes import keep_shipped_purposes, shipped
from nanduti.vault.router import VaultRouter
from tests.support.register import AT, NAME, PHONE, SECRETS


@pytest.fixture(autouse=True)
def everywhere(db):
    with scopes_disabled():
        yield


def test_the_vault_has_a_database_of_its_own():
    inside = set(connections["vault"].introspection.table_names())
    outside = set(connections["default"].introspection.table_names())
    assert {t for t in inside if t != "django_migrations"} == {
        model._meta.db_table for model in Identity._meta.app_config.get_models()
    }
    assert not [t for t in outside if t.startswith("vault_")]


def test_no_relation_crosses():
    router = VaultRouter()
    assert router.allow_relation(Identity(), IdentityField()) is True
    assert router.allow_relation(Identity(), Organisation()) is False
    assert router.allow_relation(Organisation(), Organisation()) is None


def test_the_stored_bytes_tell_nothing(here):
    raw = b"".join(bytes(b) for b in IdentityField.objects.values_list("ciphertext", flat=True))
    told = str(list(IdentityField.objects.values()))
    assert not [s for s in SECRETS if s.encode() in raw or s in told]


def test_keys_can_be_changed(here, settings):
    settings.VAULT_KEYS = ["a new key " + "n" * 40, *settings.VAULT_KEYS]
    token = actions.keep_upload(content=b"x" * 10, by="test")
    KeptUploadPart.objects.update(key_id="old")
    n = IdentityField.objects.count()
    said = StringIO()
    call_command("rotate_vault_keys", stdout=said)
    assert said.getvalue().startswith(f"{n} values")
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    opened = open_rows(IdentityField.objects.filter(identity=here.site.pseudonym))
    assert opened[here.site.pseudonym]["phone"] == PHONE
    assert actions.read_upload(token) == b"x" * 10
    access, by = here.access("custodian"), here.user("custodian")
    assert here.site.pseudonym in actions.look_up(field="name", value=NAME, access=access, by=by)
    unchanged = actions.edit_organisation(
        organisation=here.firm, values={}, identity={"name": NAME}, version=here.firm.version, by="test"
    )
    assert unchanged.identity_version == here.firm.identity_version


def test_keys_are_changed_a_lot_at_a_time_and_that_may_be_broken_off(here, settings):
    """Nobody who looks somebody up meanwhile waits for the whole of it."""
    former = settings.VAULT_KEYS
    settings.VAULT_KEYS = ["a new key " + "n" * 40, *former]
    n = IdentityField.objects.count()
    lots = [rotate_keys(by="test", batch=1) for _twice in range(2)]
    assert [(lot["fields"], lot["left"]) for lot in lots] == [(1, 1), (1, 1)]
    assert IdentityField.objects.filter(key_id=ring().present.id).count() == 2 < n
    assert open_rows(IdentityField.objects.filter(identity=here.site.pseudonym))
    said = StringIO()
    call_command("rotate_vault_keys", stdout=said)
    assert said.getvalue().startswith(f"{n - 2} values")
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    assert len(open_rows(IdentityField.objects.all())) > 0


def test_without_its_key_a_value_stays_shut(here, settings):
    settings.VAULT_KEYS = ["another key " + "n" * 40]
    with pytest.raises(VaultClosed):
        open_rows(IdentityField.objects.all())


@pytest.mark.parametrize("size", [0, 1, 1_048_576, 2_500_000])
def test_an_upload_is_kept_shut_and_read_again(size):
    content = (b"name,phone\nTalleres Azul,0981\n" * (size // 20 + 1))[:size]
    token = actions.keep_upload(content=content, by="test")
    assert actions.read_upload(token) == content
    stored = b"".join(bytes(b) for b in KeptUploadPart.objects.values_list("ciphertext", flat=True))
    assert b"Talleres" not in stored
    actions.drop_upload(token=token, by="test")
    with pytest.raises(UploadGone):
        actions.read_upload(token)
    assert not KeptUploadPart.objects.exists()


def test_old_uploads_go_by_themselves():
    token = actions.keep_upload(content=b"old", by="test", at=AT)
    with pytest.raises(UploadGone):
        actions.read_upload(token)
    actions.keep_upload(content=b"new", by="test", at=AT + timedelta(days=2))
    assert KeptUpload.objects.count() == 1


@pytest.mark.parametrize("token", ["", "nonsense", "00000000-0000-0000-0000-000000000000", "../../etc"])
def test_a_wrong_token_is_told(token):
    with pytest.raises(UploadGone):
        actions.read_upload(token)


def test_a_part_moved_to_another_place_is_noticed():
    token = actions.keep_upload(content=b"a" * 1_048_576 + b"b", by="test")
    first, second = KeptUploadPart.objects.order_by("position")
    first.ciphertext, second.ciphertext = second.ciphertext, first.ciphertext
    first.save()
    second.save()
    with pytest.raises(Exception, match="cannot be unlocked"):
        actions.read_upload(token)


def test_purposes_are_data_and_keep_what_somebody_changed():
    Purpose.objects.filter(code="survey").update(title="Our survey")
    Purpose.objects.filter(code="field_visit").delete()
    keep_shipped_purposes()
    assert Purpose.objects.get(code="survey").title == "Our survey"
    assert Purpose.objects.count() == len(shipped())
    assert all(row["title_es"] and row["source"] for row in shipped())


def test_the_ring_is_that_of_the_settings(settings):
    assert len(ring().keys) == len(settings.VAULT_KEYS)


def test_what_people_wrote_is_sealed_too(here, settings):
    """A request may say who the buyer is: its words are as secret as a name, in rows and in backups."""
    request = actions.request_contact(
        actor=here.firm, access=here.access("cda"), asks_for="Buyer Quincelotte", purpose=Purpose.objects.first(),
        text="Quincelotte wants shirts", fields=["name"], until_on=AT.date() + timedelta(days=9),
        by=here.user("cda"), at=AT,
    )  # fmt: skip
    request.refresh_from_db()
    assert (request.asks_for, request.reason) == ("Buyer Quincelotte", "")
    with connections["vault"].cursor() as cursor:
        cursor.execute("SELECT asks_for, text, reason FROM vault_contactrequest")
        asks_for, text, reason = cursor.fetchone()
    assert reason is None and b"Quincelotte" not in bytes(asks_for) + bytes(text)
    backup = serializers.serialize("json", [request])
    assert "Quincelotte" not in backup
    (restored,) = serializers.deserialize("json", backup)
    assert restored.object.asks_for == "Buyer Quincelotte"
    settings.VAULT_KEYS = ["a new key " + "n" * 40, *settings.VAULT_KEYS]
    call_command("rotate_vault_keys", stdout=StringIO())
    settings.VAULT_KEYS = settings.VAULT_KEYS[:1]
    request.refresh_from_db()
    assert request.text == "Quincelotte wants shirts"
