"""A programme whose forms are filled in a browser; files and sent answers are looked up in the database."""

from __future__ import annotations

import hashlib

import pytest


@pytest.fixture
def served(transactional_db):
    """A programme in the field, as :mod:`tests.support.surveys` makes it, on a database a server may share."""
    from django_scopes import scopes_disabled

    from tests.support import surveys

    with scopes_disabled():
        yield surveys.field()


@pytest.fixture
def asked(served):
    """``asked(xform, code=…, media={name: text})``: an instrument that is open for answers; returns its version."""
    from django.core.files.base import ContentFile

    from nanduti.foundation.models import StoredFile
    from nanduti.surveys.models import InstrumentMedia
    from tests.support import surveys

    def asked(xform: str, *, code: str, title: str = "", label: str = "1", media: dict | None = None):
        instrument = served.programme.instruments.filter(code=code).first() or surveys.instrument(
            served.programme, code, title=title or code, title_es=""
        )
        version = surveys.publish(instrument, label, xform)
        for name, text in (media or {}).items():
            content = text.encode()
            kept = StoredFile.objects.create(
                name=name, media_type="text/csv", n_bytes=len(content), digest=hashlib.sha256(content).hexdigest(),
                content=ContentFile(content, name), scope=served.programme.scope,
            )  # fmt: skip
            InstrumentMedia.objects.create(
                instrument_version=version, scope=version.scope, name=name, kind="file", file=kept
            )
        return version

    return asked
