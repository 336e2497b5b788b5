"""Changing the keys: what was collected opens with the new one alone."""

from __future__ import annotations

import pytest

from nanduti.methods.values import NandutiError
from nanduti.surveys import keeping, resealing
from nanduti.surveys.actions import sealing
from nanduti.surveys.models import QuarantinedPost, Submission, SubmissionFile
from tests.support.surveys import photo, post, submission, xml_part

pytestmark = pytest.mark.django_db(databases="__all__")
OLD, NEW = "the former key " + "o" * 40, "the new key " + "n" * 40


def test_the_new_key_alone_opens_everything(client, field, settings, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 2)
    settings.VAULT_KEYS = [OLD]
    xml, other = submission("uuid:0"), submission("uuid:0", inner="<workers>9</workers>")
    large = b"z" * 2_500_000
    for i in range(1, 5):
        post(client, field.address, xml_part(submission(f"uuid:{i}")))
    post(client, field.address, xml_part(xml), photo("a.jpg", large))
    post(client, field.address, xml_part(other), photo("b.jpg", b"b"))
    settings.VAULT_KEYS = [NEW, OLD]
    assert resealing.reseal_everything(by="test") == (6, 2)
    assert resealing.reseal_everything(by="test") == (0, 0)
    settings.VAULT_KEYS = [NEW]
    assert keeping.xml_of(Submission.objects.get(instance_id="uuid:0")) == xml
    assert b"".join(keeping.content_of(SubmissionFile.objects.get())) == large
    kept_aside = QuarantinedPost.objects.get()
    assert keeping.quarantined_bytes(kept_aside) == other
    assert b"".join(keeping.read_file(kept_aside.files[0]["path"])) == b"b"
    settings.VAULT_KEYS = [OLD]
    with pytest.raises(NandutiError):
        keeping.xml_of(Submission.objects.get(instance_id="uuid:0"))


def test_every_sealed_column_is_resealed():
    """A room's model that seals something is known to the change of keys."""
    from django.apps import apps
    from django.db.models import BinaryField

    holding = {
        model
        for model in apps.get_app_config("surveys").get_models()
        if any(isinstance(f, BinaryField) for f in model._meta.concrete_fields)
    }
    assert holding == {model for model, _columns, _bound in sealing.SEALED.values()}
