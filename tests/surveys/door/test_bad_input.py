"""What nobody should send, and what is sent all the same: a clear envelope, never a stumble, little memory."""

from __future__ import annotations

import contextlib
import io
import random
import tracemalloc

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.surveys import keeping
from nanduti.surveys.errors import DoorError, PostBroken
from nanduti.surveys.intake import heads, multipart, streams
from nanduti.surveys.models import QuarantinedPost, Submission, SubmissionFile
from tests.support.phone import Reply
from tests.support.surveys import BOUNDARY, body, kept_file, photo, post, submission, xml_part

TYPE = f"multipart/form-data; boundary={BOUNDARY}"
BOMB = (
    b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%s;" % (str(i - 1).encode() if i else b"") * 10) for i in range(9)
    )
    + b']><data id="census"><meta><instanceID>&a8;</instanceID></meta></data>'
)
EXTERNAL = (
    b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><data id="census" version="1">'
    b"<meta><instanceID>&x;</instanceID></meta></data>"
)
UNREADABLE = {
    "empty": b"",
    "no xml": b"\x00\x01 not xml",
    "json": b'{"a": 1}',
    "cut": submission("uuid:1")[:-9],
    "two roots": submission("uuid:1") * 2,
    "bomb": BOMB,
    "external entity": EXTERNAL,
    "plain document type": b'<!DOCTYPE html><data id="census"><meta><instanceID>x</instanceID></meta></data>',
    "wrong encoding": b'<?xml version="1.0" encoding="utf-8"?><data id="census">\xff\xfe</data>',
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><data id="census"/>',
    "unbound prefix": b'<data id="census"><orx:meta/></data>',
    "too deep": b"<a>" * 5000 + b"</a>" * 5000,
    "no form id": b"<data><meta><instanceID>uuid:1</instanceID></meta></data>",
    "no instance id": b'<data id="census" version="1"><meta/></data>',
    "blank instance id": b'<data id="census"><meta><instanceID>  </instanceID></meta></data>',
    "id too long": submission("u" * 256),
    "form id too long": submission("uuid:1", form="f" * 300),
    "version too long": submission("uuid:1", version="v" * 300),
}


def is_envelope(answer) -> bool:
    reply = Reply(answer.status_code, {}, answer.content)
    return bool(reply.message) and answer["Content-Type"] == "text/xml; charset=utf-8"


@pytest.mark.django_db
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_and_kept(client, field, name):
    xml = UNREADABLE[name]
    for _ in range(3):
        answer = post(client, field.address, xml_part(xml), photo("a.jpg"))
        assert answer.status_code == 400 and is_envelope(answer), answer.content
    row = QuarantinedPost.objects.get()
    assert keeping.quarantined_bytes(row) == xml and len(row.files) == 1
    assert not Submission.objects.exists()
    # Somebody else's bytes are a task of their own.
    assert row.programme == field.programme


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("instance_id", "form", "version", "processing", "note"),
    [
        ("without-uuid", "census", "1", "waiting", ""),
        ("i" * 255, "census", "1", "waiting", ""),
        ("uuid:ñandutí 🧵", "census", "1", "waiting", ""),
        ("uuid:1", "census", "99", "parked", "The instrument has no such version."),
        ("uuid:1", "census", "", "parked", "The instrument has no such version."),
        ("uuid:1", "nobody's form", "1", "parked", "No instrument here has this form id."),
        ("uuid:1", "f" * 255, "v" * 255, "parked", "No instrument here has this form id."),
    ],
)
def test_what_is_unusual_is_received(client, field, instance_id, form, version, processing, note):
    answer = post(client, field.address, xml_part(submission(instance_id, form=form, version=version)))
    assert answer.status_code == 201, answer.content
    row = Submission.objects.get()
    assert (row.instance_id, row.form_id, row.form_version) == (instance_id, form, version)
    assert (row.processing, row.processing_note) == (processing, note)


@pytest.mark.django_db
def test_a_closed_instrument_parks_what_comes(client, field):
    field.instrument.is_open = False
    field.instrument.save()
    assert post(client, field.address, xml_part(submission("uuid:1"))).status_code == 201
    assert Submission.objects.get().processing == "parked"


@pytest.mark.django_db
def test_encrypted_submissions_are_kept_with_the_files_they_name(client, field):
    xml = (
        b'<data encrypted="yes" id="census" version="1" xmlns="http://opendatakit.org/submissions">'
        b"<base64EncryptedKey>k</base64EncryptedKey>"
        b'<meta xmlns="http://openrosa.org/xforms"><instanceID>uuid:e</instanceID></meta>'
        b"<media><file>1.jpg.enc</file></media><media><file>2.jpg.enc</file></media>"
        b"<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
        b"<base64EncryptedElementSignature>s</base64EncryptedElementSignature></data>"
    )
    answer = post(client, field.address, xml_part(xml), photo("submission.xml.enc"))
    assert answer.status_code == 201 and b"1 of 3 files" in answer.content
    row = Submission.objects.get()
    assert row.processing == "parked" and "encrypted" in row.processing_note
    assert (row.n_files_expected, row.n_files_arrived) == (3, 1)
    assert list(SubmissionFile.objects.filter(arrived_at=None).values_list("name", flat=True)) == [
        "1.jpg.enc",
        "2.jpg.enc",
    ]


# --- names and files


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given_name", "kept_name"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\\\..\\\\boot.ini", "boot.ini"),
        ("/absolute.jpg", "absolute.jpg"),
        ("..", None),
        ("a\x00b.jpg", "ab.jpg"),
        ("foto ñandutí.jpg", "foto ñandutí.jpg"),
        ("n" * 400 + ".jpg", None),
    ],
)
def test_a_name_never_becomes_a_path(client, field, settings, given_name, kept_name):
    content = b"anything"
    assert (
        post(client, field.address, xml_part(submission("uuid:1")), photo(given_name, content)).status_code
        == 201
    )
    row = SubmissionFile.objects.get()
    assert kept_name is None or row.name == kept_name
    assert 0 < len(row.name) <= 255 and "/" not in row.name
    kept = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert [str(path.relative_to(settings.MEDIA_ROOT)) for path in kept] == [row.path]
    assert b"".join(keeping.content_of(row)) == content and content not in kept[0].read_bytes()


@pytest.mark.django_db
def test_two_names_may_have_the_same_bytes_and_one_name_other_bytes(client, field):
    xml = submission("uuid:1")
    assert (
        post(client, field.address, xml_part(xml), photo("a.jpg", b"1"), photo("b.jpg", b"1")).status_code
        == 201
    )
    assert post(client, field.address, xml_part(xml), photo("a.jpg", b"2")).status_code == 201
    rows = SubmissionFile.objects.order_by("name", "pk")
    assert [(r.name, b"".join(keeping.content_of(r)), r.replaced_at is None) for r in rows] == [
        ("a.jpg", b"1", False),
        ("a.jpg", b"2", True),
        ("b.jpg", b"1", True),
    ]
    assert Submission.objects.get().n_files_arrived == 2


@pytest.mark.django_db
def test_a_hundred_and_fifty_files_in_any_order(client, field):
    xml = submission("uuid:1")
    names = [f"{i}.jpg" for i in range(150)]
    numbers = random.Random(7)
    for _ in range(2):
        numbers.shuffle(names)
        parts = [photo(name, name.encode()) for name in names]
        parts.insert(numbers.randrange(len(parts)), xml_part(xml))
        assert post(client, field.address, *parts).status_code == 201
    assert SubmissionFile.objects.count() == 150 == Submission.objects.get().n_files_arrived


# --- posts that are none


def write_post(client, field, content: bytes, content_type: str = TYPE, **more):
    return client.post(f"{field.address}/submission", content, content_type=content_type, **more)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", TYPE, 400),
        (b"nothing", TYPE, 400),
        (b"nothing", "text/xml", 400),
        (b"nothing", "", 400),
        (b"nothing", "multipart/form-data", 400),
        (b"nothing", "multipart/form-data; boundary=", 400),
        (b"nothing", f"multipart/form-data; boundary={'b' * 500}", 400),
        (body(), TYPE, 400),
        (body(photo("a.jpg")), TYPE, 400),
        (body(xml_part(submission("uuid:1")), xml_part(submission("uuid:2"))), TYPE, 400),
        (body(xml_part(submission("uuid:1")))[:-8], TYPE, 400),
        (b"--" + BOUNDARY.encode() + b"\r\n" + b"X: " + b"y" * 30_000 + b"\r\n\r\n", TYPE, 400),
        (body(xml_part(submission("uuid:1"))).replace(b"Content-Type: text/xml", b"Content-Transfer-Encoding: base64"),
         TYPE, 400),
    ],
)  # fmt: skip
def test_what_is_no_post_is_told_so(client, field, content, content_type, status):
    answer = write_post(client, field, content, content_type)
    assert answer.status_code == status and is_envelope(answer), answer.content
    assert not Submission.objects.exists() and not SubmissionFile.objects.exists()


@pytest.mark.django_db
def test_too_much_is_told_so(client, field, monkeypatch, settings):
    monkeypatch.setattr(streams, "MOST_XML", 1000)
    huge = submission("uuid:1", inner=f"<workers>{'7' * 2000}</workers>")
    assert post(client, field.address, xml_part(huge)).status_code == 413
    monkeypatch.setattr(streams, "MOST_FILE", 1000)
    answer = post(client, field.address, xml_part(submission("uuid:1")), photo("a.jpg", b"x" * 70_000))
    assert answer.status_code == 413 and is_envelope(answer)
    monkeypatch.setattr(streams, "MOST_POST", 1000)
    answer = post(client, field.address, xml_part(submission("uuid:1")), photo("a.jpg", b"x" * 70_000))
    assert answer.status_code == 413 and is_envelope(answer)
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.django_db
@pytest.mark.parametrize("first", range(0, 100, 20))
def test_a_mangled_post_never_makes_the_door_stumble(client, field, first, settings, tmp_path):
    """A good post with some bytes changed, doubled, taken out or moved."""
    for seed in range(first, first + 20):
        settings.MEDIA_ROOT = tmp_path / str(seed)
        with transaction.atomic():
            post_mangled(client, field, random.Random(seed), settings.MEDIA_ROOT)
            transaction.set_rollback(True)


def post_mangled(client, field, numbers: random.Random, folder) -> None:
    parts = [xml_part(submission("uuid:1")), photo("a.jpg"), ("*isIncomplete*", None, "", b"yes")]
    content = bytearray(body(*parts))
    for _ in range(numbers.randrange(1, 6)):
        at, n = numbers.randrange(len(content)), numbers.randrange(1, 40)
        kind = numbers.choice(["change", "double", "take out", "insert"])
        if kind == "change":
            content[at : at + n] = numbers.randbytes(len(content[at : at + n]))
        elif kind == "double":
            content[at:at] = content[at : at + n * 5]
        elif kind == "insert":
            content[at:at] = numbers.choice([b"\r\n", b"--", BOUNDARY.encode(), b"\x00", b'"', b"&", b"<"])
        else:
            del content[at : at + n]
    answer = write_post(client, field, bytes(content))
    assert answer.status_code in {201, 400, 409, 413} and is_envelope(answer), answer.content
    assert Submission.objects.count() == (answer.status_code == 201)
    kept = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    told = set(SubmissionFile.objects.values_list("path", flat=True))
    told |= {f["path"] for row in QuarantinedPost.objects.all() for f in row.files}
    assert kept == told


# --- the reader by itself


class _Kept:
    def __init__(self) -> None:
        self.content = b""
        self.is_over = False

    def write(self, content: bytes) -> None:
        self.content += content

    def end(self) -> None:
        self.is_over = True


class _Crumbs:
    """A stream that gives as little at a time as it likes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        self.stream, self.sizes = io.BytesIO(content), sizes or [1]
        self.n = 0

    def read(self, size: int) -> bytes:
        self.n += 1
        return self.stream.read(min(size, self.sizes[self.n % len(self.sizes)]))


def read(content: bytes, sizes: list[int]) -> list[tuple[str, bytes]]:
    found: list[tuple[str, _Kept]] = []

    def receive(head):
        found.append((head.name, _Kept()))
        return found[-1][1]

    multipart.Reader(_Crumbs(content, sizes), BOUNDARY.encode(), receive).read()
    assert all(kept.is_over for _name, kept in found)
    return [(name, kept.content) for name, kept in found]


tricky = st.lists(
    st.sampled_from([b"\r\n", b"--", b"\r\n--", BOUNDARY.encode()[:-1], b"\r", b"\n", b"x", b"\x00\xff"]),
    max_size=12,
).map(b"".join)


@settings(max_examples=150)
@given(
    contents=st.lists(tricky | st.binary(max_size=300), max_size=5),
    sizes=st.lists(st.integers(1, 90), min_size=1, max_size=5),
)
def test_parts_come_out_as_they_went_in(contents, sizes):
    parts = [
        (f"part{i}", f"{i}.bin", "application/octet-stream", content) for i, content in enumerate(contents)
    ]
    assert read(body(*parts), sizes) == [(name, content) for name, _file, _type, content in parts]


@settings(max_examples=150)
@given(content=st.binary(max_size=2000) | tricky, sizes=st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_anything_else_is_broken_or_read(content, sizes):
    with contextlib.suppress(PostBroken):
        read(b"--" + BOUNDARY.encode() + content, sizes)


@settings(max_examples=200)
@given(st.binary(max_size=500) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_head_or_an_error(content):
    for xml in (content, b'<data id="a">' + content + b"</data>"):
        with contextlib.suppress(DoorError):
            heads.read_head(xml)


def test_a_large_file_passes_through_little_memory(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    class Endless:
        def __init__(self) -> None:
            self.head = body(xml_part(submission("uuid:1")), photo("a.bin", b""))[: -len(BOUNDARY) - 8]
            self.left = 64 * 1_048_576

        def read(self, size: int) -> bytes:
            if self.head:
                piece, self.head = self.head[:size], self.head[size:]
                return piece
            if self.left > 0:
                self.left -= size
                return b"\x07" * size
            if self.left != -(10**9):
                self.left = -(10**9)
                return f"\r\n--{BOUNDARY}--\r\n".encode()
            return b""

    tracemalloc.start()
    parts = streams.read_parts(Endless(), content_type=TYPE)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert parts.files[0].n_bytes >= 64 * 1_048_576
    assert most < 8 * 1_048_576
    assert sum(len(piece) for piece in keeping.read_file(parts.files[0].path)) == parts.files[0].n_bytes


def test_pieces_cannot_be_moved(settings, tmp_path):
    from nanduti.methods.values import NandutiError

    settings.MEDIA_ROOT = tmp_path
    one = kept_file(b"x" * 1_500_000, name="a")
    two = kept_file(b"y", name="b")
    (tmp_path / two.path).write_bytes((tmp_path / one.path).read_bytes())
    with pytest.raises(NandutiError):
        list(keeping.read_file(two.path))
