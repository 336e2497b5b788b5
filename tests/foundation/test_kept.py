"""Answers are kept until anybody does anything, and no longer than a minute."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from nanduti.foundation import kept as keeping
from nanduti.foundation.kept import kept, stamp
from nanduti.foundation.models import AuditEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeps_answers")]


class Asked:
    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times


def deed():
    return AuditEvent.objects.create(action="x", by_label="x", at=timezone.now())


def test_asked_once_while_nothing_is_done():
    asked = Asked()
    assert [kept("k", asked) for _ in range(3)] == [1, 1, 1]
    assert kept("other", asked) == 2


def test_any_deed_makes_it_old():
    asked = Asked()
    kept("k", asked)
    deed()
    assert kept("k", asked) == 2


def test_an_undone_deed_does_too():
    asked = Asked()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        deed()
        assert kept("k", asked) == 1
        raise ZeroDivisionError
    assert kept("k", asked) == 2


def test_a_lower_number_that_appears_late_is_seen():
    late = deed()
    deed()
    late.delete()  # as long as its transaction has not ended, nobody sees it
    asked = Asked()
    kept("k", asked)
    late.save(force_insert=True)
    assert kept("k", asked) == 2


def test_nothing_is_kept_longer_than_a_minute(monkeypatch):
    asked, now = Asked(), [100.0]
    monkeypatch.setattr(keeping.time, "monotonic", lambda: now[0])
    kept("k", asked)
    now[0] += keeping.SECONDS - 1
    assert kept("k", asked) == 1
    now[0] += 2
    assert kept("k", asked) == 2


def test_what_was_changed_while_it_was_worked_out_is_not_taken_for_new():
    def slow():
        deed()
        return "of before"

    assert kept("k", slow) == "of before"
    assert kept("k", lambda: "of now") == "of now"


def test_only_so_many_are_kept():
    for n in range(keeping.LARGEST * 2):
        kept(n, lambda: "x")
    assert len(keeping._answers) == keeping.LARGEST


def test_switched_off_it_asks_every_time(settings, django_assert_num_queries):
    settings.KEEP_ANSWERS = False
    asked = Asked()
    with django_assert_num_queries(0):
        assert [kept("k", asked), kept("k", asked)] == [1, 2]


def test_one_query_tells(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert stamp() == (str(connection.settings_dict["NAME"]), 0, None, None)


def test_threads_share_what_is_kept():
    answers = []
    first = kept("k", lambda: "kept")
    state = stamp()

    def ask():
        answers.append(keeping._answers["k"][2])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [first] * 8 and keeping._answers["k"][0] == state
