"""Whatever fails between a phone and the disk: nothing that was acknowledged is lost, and nothing is doubled."""

from __future__ import annotations

import errno
import os
import random
import threading
import time

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.db.utils import OperationalError

from nanduti.surveys import keeping
from nanduti.surveys.actions import submissions
from nanduti.surveys.intake import streams
from nanduti.surveys.models import QuarantinedPost, Submission, SubmissionFile
from tests.support.door import Server, address_of
from tests.support.phone import Inside, Lost, Phone, Trouble, Wire
from tests.support.surveys import submission

SEEDS = range(60)
AT_A_TIME = 6


class Killed(BaseException):
    """The process is gone."""


def phone_of(field, tmp_path, network, seed: int) -> Phone:
    return Phone(tmp_path / f"phone-{seed}", field.address, network, random.Random(seed))


def fill(phone: Phone, n: int) -> None:
    """Forms of all kinds: without a file, with some, with a hundred and twenty."""
    for i in range(n):
        instance_id = f"uuid:{phone.random.getrandbits(60):x}"
        n_files = phone.random.choice([0, 0, 1, 3]) if i else phone.random.choice([0, 2, 2, 105])
        files = {
            f"{j}.jpg": phone.random.randbytes(phone.random.choice([0, 9, 3000])) for j in range(n_files)
        }
        workers = phone.random.randrange(10**6)
        phone.fill(submission(instance_id, inner=f"<workers>{workers}</workers>"), instance_id, files)


def check(phones: list[Phone], *, is_over: bool = False) -> None:
    """Every acknowledged form is there once, whole; at the end that is every form."""
    filled = [one for phone in phones for one in phone.queue()]
    rows = {row.instance_id: row for row in Submission.objects.select_related("programme", "envelope")}
    assert len(rows) == Submission.objects.count() <= len(filled)
    for one in filled:
        assert one.is_sent or not is_over
        if one.is_sent:
            row = rows[one.instance_id]
            assert keeping.xml_of(row) == one.xml
            kept = {f.name: f for f in row.files.filter(replaced_at=None)}
            assert {p.name for p in one.files} <= set(kept)
            for path in one.files:
                assert b"".join(keeping.content_of(kept[path.name])) == path.read_bytes()
    assert not QuarantinedPost.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("first", SEEDS[::AT_A_TIME])
def test_a_bad_network_loses_and_doubles_nothing(field, tmp_path, first, monkeypatch):
    """Requests lost, answers unheard, posts cut, doubled and late, and a process killed at some step."""
    monkeypatch.setattr(streams, "ANNOUNCED", 4000)
    monkeypatch.setattr("nanduti.surveys.openrosa.calls.ANNOUNCED", 4000)
    for seed in range(first, first + AT_A_TIME):
        with transaction.atomic():
            run_on_a_bad_network(field, tmp_path, seed, monkeypatch)
            transaction.set_rollback(True)


def run_on_a_bad_network(field, tmp_path, seed: int, monkeypatch) -> None:
    numbers = random.Random(seed)
    network = Trouble(Inside(), random.Random(seed), share=0.6)
    phone = phone_of(field, tmp_path, network, seed)
    fill(phone, 3)
    for _ in range(4):
        with monkeypatch.context() as during:
            if numbers.random() < 0.7:
                during.setattr(*trap(numbers))
            try:
                phone.send_all()
            except Killed:
                continue
        check([phone])
    network.share = 0
    for late in network.late:
        network.inner.carry(*late)
    for _ in range(3):
        phone.send_all()
    check([phone], is_over=True)


def trap(numbers: random.Random):
    """Something that fails once, at some step: the disk, the database, or the process itself."""
    error = numbers.choice(
        [
            Killed(),
            OSError(errno.ENOSPC, "No space left on device"),
            OperationalError("database or disk is full"),
        ]
    )
    where, name = numbers.choice(
        [(os, "fsync"), (keeping, "_write_all"), (submissions, "insert"), (submissions, "_keep_files"),
         (submissions, "receive"), (submissions, "_see")]
    )  # fmt: skip
    left = numbers.randrange(1, 4)
    is_after = numbers.random() < 0.5
    real = getattr(where, name)

    def trapped(*args, **kwargs):
        nonlocal left
        left -= 1
        if left == 0 and not is_after:
            raise error
        done = real(*args, **kwargs)
        if left == 0:
            raise error
        return done

    return where, name, trapped


@pytest.mark.django_db
def test_a_full_disk_is_said_and_nothing_is_acknowledged(field, tmp_path, monkeypatch):
    phone = phone_of(field, tmp_path, Inside(), 1)
    one = phone.fill(submission("uuid:1"), "uuid:1", {"a.jpg": b"x" * 5000})

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as during:
        during.setattr(keeping, "_write_all", full)
        reply = phone.send(one)
    assert reply.status == 503 and reply.message and reply.headers["retry-after"]
    assert not one.is_sent and not Submission.objects.exists()
    with monkeypatch.context() as during:
        during.setattr(streams, "RESERVE", 2**62)
        assert phone.send(one).status == 503
    assert phone.send(one).status == 201


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_commit_that_was_thought_lost_keeps_its_files(field, tmp_path, monkeypatch):
    """The database broke off after it had written: the next try finds the row and must not clear away its file."""
    real, left = submissions.receive, [1]

    def broken(**given):
        done = real(**given)
        if left:
            left.pop()
            raise OperationalError("server closed the connection unexpectedly")
        return done

    monkeypatch.setattr(submissions, "receive", broken)
    phone = phone_of(field, tmp_path, Inside(), 1)
    one = phone.fill(submission("uuid:1"), "uuid:1", {"a.jpg": b"x" * 5000})
    assert phone.send(one).status == 201 and not left
    check([phone], is_over=True)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_fifty_at_once_are_one(field, tmp_path):
    """The same form posted by fifty at the same moment: one row, and nobody hears anything but 201 or 202."""
    xml = submission("uuid:fifty")
    begin = threading.Barrier(50)
    replies: list = []

    def go(i: int) -> None:
        phone = phone_of(field, tmp_path, Inside(), i)
        one = phone.fill(xml, "uuid:fifty", {"a.jpg": b"same", f"{i % 5}.jpg": b"own"})
        begin.wait()
        try:
            replies.append(phone.send(one))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.status for reply in replies} <= {201, 202} and len(replies) == 50
    row = Submission.objects.get()
    assert row.n_files_arrived == SubmissionFile.objects.count() == 6


@pytest.mark.django_db(transaction=True, databases="__all__")
# The embedded database is served by one process.
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.only_on("postgresql"))])
def test_a_killed_server_loses_and_doubles_nothing(field, tmp_path, workers):
    """The real server, killed in the middle of work and started again, with phones on a bad network."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "DATABASE_URL": address_of(connections["default"]),
        "VAULT_DATABASE_URL": address_of(connections["vault"]),
    }
    settings.MEDIA_ROOT = home / "files"
    server = Server(home, workers=workers, environment=environment)
    numbers = random.Random(workers)
    phones = [phone_of(field, tmp_path, None, seed) for seed in range(4)]
    for phone in phones:
        fill(phone, 6)
    try:
        for _ in range(2):
            server.start()
            kill_while_sending(server, phones, after=numbers.uniform(0.05, 0.5))
            check(phones)
        server.start()
        for phone in phones:
            phone.network = Wire("127.0.0.1", server.port)
            for _ in range(2):
                phone.send_all()
        check(phones, is_over=True)
    finally:
        server.kill()


def kill_while_sending(server: Server, phones: list[Phone], *, after: float) -> None:
    """All phones send at once; the server dies meanwhile."""

    def go(phone: Phone) -> None:
        phone.network = Trouble(Wire("127.0.0.1", server.port), phone.random, share=0.4)
        for _ in range(20):
            if all(one.is_sent for one in phone.queue()):
                return
            try:
                phone.send_all()
            except Lost:
                return

    threads = [threading.Thread(target=go, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    time.sleep(after)
    server.kill()
    for thread in threads:
        thread.join()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(20))
def test_edits_in_any_order_end_at_the_last(field, tmp_path, seed):
    """A form and the corrections of it: whichever comes first, one of them counts in the end."""
    numbers = random.Random(seed)
    network = Inside()
    phone = phone_of(field, tmp_path, network, seed)
    ids = [f"uuid:{seed}-{i}" for i in range(4)]
    chain = list(zip(ids, ["", *ids]))
    filled = [phone.fill(submission(own, deprecated_id=former), own) for own, former in chain]
    numbers.shuffle(filled)
    for one in [*filled, *filled]:
        one.folder.joinpath("sent").unlink(missing_ok=True)
        assert phone.send(one).status == 201
    rows = {row.instance_id: row for row in Submission.objects.select_related("corrects")}
    assert [key for key, row in rows.items() if row.is_current] == [ids[-1]]
    for own, former in chain[1:]:
        assert rows[own].corrects.instance_id == former
