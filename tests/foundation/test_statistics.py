"""The embedded database knows the sizes of its tables."""

from __future__ import annotations

import pytest
from django.db import connection

from nanduti.foundation import jobs
from nanduti.foundation.models import Scope

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("sqlite"),  # PostgreSQL gathers its statistics by itself
]


def test_sizes_are_learnt_and_not_again_at_once(monkeypatch):
    Scope.objects.bulk_create(Scope(kind="programme", code=f"p{n}") for n in range(600))
    monkeypatch.setattr(jobs, "_last", -jobs.EVERY_SECONDS)
    monkeypatch.setattr(jobs.time, "monotonic", lambda: 0.0)
    assert jobs.keep_statistics() == 0
    with connection.cursor() as cursor:
        told = cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'foundation_scope'").fetchall()
    assert told and all(int(stat.split()[0]) >= 600 for (stat,) in told)
    asked = []
    monkeypatch.setattr(jobs, "gather", lambda: asked.append(1))
    jobs.keep_statistics()
    assert not asked
