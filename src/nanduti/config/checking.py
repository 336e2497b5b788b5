"""Whether what is kept here is whole: after a backup was put back, a disk was full or a machine died.

Nothing is changed, and nothing that is opened is shown: a seal that opens is proof enough. Every trouble is counted
and a few are named, by pseudonym or number; the look goes on, for whoever must mend it wants to know all of it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models import FileField, Model
from django_scopes import scopes_disabled

from nanduti.methods.values import NandutiError
from nanduti.vault.router import ALIAS

from . import soundness

NAMED = 5
CHUNK = 1_000


@dataclass
class Looked:
    """One thing that was looked at: how many there are, and what is wrong with which of them."""

    what: str
    n: int = 0
    troubles: list[str] = field(default_factory=list)
    n_troubles: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.n_troubles

    def trouble(self, said: str) -> None:
        self.n_troubles += 1
        if len(self.troubles) < NAMED:
            self.troubles.append(said)

    def as_dict(self) -> dict[str, Any]:
        return {"what": self.what, "n": self.n, "n_troubles": self.n_troubles, "troubles": self.troubles}


def look() -> Iterator[Looked]:
    """Everything, one thing after the other; stops where they do not answer or are of another version."""
    with scopes_disabled():
        databases = _databases()
        yield databases
        if not databases.is_sound:
            return
        for make in _everything():
            try:
                yield make()
            except DatabaseError as error:
                looked = Looked("what comes next, which the database does not give out")
                looked.trouble(str(error))
                yield looked


def _everything() -> list[Callable[[], Looked]]:
    pages = [partial(_inside, alias) for alias in ("default", ALIAS) if connections[alias].vendor == "sqlite"]
    files = [partial(_files, model) for model in _models_with_files()]
    return [*pages, _keys, _identities, _behind_pseudonyms, _answers, _attachments, *files, _work]


def _databases() -> Looked:
    looked = Looked("databases that answer and are up to date", n=2)
    try:
        soundness.look_at_databases()
    except NandutiError as error:
        looked.trouble(str(error))
    return looked


def _inside(alias: str) -> Looked:
    with connections[alias].cursor() as cursor:
        return inside(cursor, connections[alias].settings_dict["NAME"])


def inside(cursor: Any, name: str) -> Looked:
    """The pages of an SQLite file, and what refers to what; PostgreSQL sees to this itself, while it writes."""
    looked = Looked(f"pages and references of {name}", n=1)
    for (said,) in cursor.execute("PRAGMA integrity_check(5)").fetchall():
        if said != "ok":
            looked.trouble(said)
    for table, row, parent, _number in cursor.execute("PRAGMA foreign_key_check").fetchmany(1_000):
        looked.trouble(f"{table}, row {row}: what it refers to in {parent} is not there")
    return looked


def _keys() -> Looked:
    looked = Looked("keys that open what is sealed", n=len(settings.VAULT_KEYS))
    try:
        soundness.look_at_keys()
    except NandutiError as error:
        looked.trouble(str(error))
    return looked


def _each(
    looked: Looked, rows: Iterable[Any], name: Callable[[Any], str], prove: Callable[[Any], Any]
) -> Looked:
    """Counts the rows, and those about which ``prove`` raises."""
    for row in rows:
        looked.n += 1
        try:
            prove(row)
        except (NandutiError, OSError, ValueError, zlib.error) as error:
            looked.trouble(f"{name(row)}: {_why(error)}")
    return looked


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    # Errors of libraries may quote what they choked on.
    return str(error) if isinstance(error, NandutiError | _Broken) else type(error).__name__


class _Broken(ValueError):
    """What was found does not fit what was written down about it."""


def _identities() -> Looked:
    from nanduti.vault.keeping import open_rows
    from nanduti.vault.models import IdentityField

    return _each(
        Looked("fields of identities that open"),
        IdentityField.objects.order_by("pk").iterator(chunk_size=CHUNK),
        lambda row: f"{row.identity_id}, {row.field}",
        lambda row: open_rows([row]),
    )


def _behind_pseudonyms() -> Looked:
    """Two databases of different moments: somebody has a name and no record."""
    from nanduti.register.models import Establishment, Organisation, Person
    from nanduti.vault.models import Identity

    known: set[str] = set()
    for model in (Organisation, Establishment, Person):
        known.update(model._base_manager.values_list("pseudonym", flat=True))
    looked = Looked("identities whose record is in the register")
    for pseudonym in Identity.objects.values_list("pk", flat=True).iterator(chunk_size=CHUNK):
        looked.n += 1
        if pseudonym not in known:
            looked.trouble(f"{pseudonym} stands in the vault alone: are both databases of the same moment?")
    return looked


def _answers() -> Looked:
    from nanduti.surveys.keeping import xml_of
    from nanduti.surveys.models import Envelope

    rows = Envelope.objects.select_related("submission__programme").order_by("pk")
    return _each(
        Looked("filled forms that open"),
        rows.iterator(chunk_size=CHUNK),
        lambda row: f"submission {row.pk}",
        lambda row: xml_of(row.submission, row),
    )


def _attachments() -> Looked:
    from nanduti.surveys.keeping import content_of
    from nanduti.surveys.models import SubmissionFile

    def prove(row: Any) -> None:
        _compare(row.n_bytes, row.digest, content_of(row))

    rows = SubmissionFile._base_manager.exclude(path="").order_by("pk")
    return _each(
        Looked("photographs and sounds that open"),
        rows.iterator(chunk_size=CHUNK),
        lambda row: f"file {row.pk} of submission {row.submission_id}",
        prove,
    )


def _models_with_files() -> list[type[Model]]:
    from django.apps import apps

    return [m for m in apps.get_models() if any(isinstance(f, FileField) for f in m._meta.concrete_fields)]


def _files(model: type[Model]) -> Looked:
    def prove(row: Any) -> None:
        with row.content.open("rb") as file:
            _compare(row.n_bytes, row.digest, file.chunks())

    return _each(
        Looked(f"{model._meta.verbose_name_plural} as they were handed in"),
        model._base_manager.order_by("pk").iterator(chunk_size=CHUNK),
        lambda row: f"{model._meta.verbose_name} {row.pk}",
        prove,
    )


def _compare(n_bytes: int | None, digest: str, pieces: Iterable[bytes]) -> None:
    seen, n = hashlib.sha256(), 0
    for piece in pieces:
        seen.update(piece)
        n += len(piece)
    if n_bytes is not None and n != n_bytes:
        raise _Broken(f"has {n:,} bytes and not {n_bytes:,}")
    if digest and len(digest) == len(seen.hexdigest()) and digest != seen.hexdigest():
        raise _Broken("is not the file that was handed in")


def _work() -> Looked:
    """What was in hand when it stopped is taken up again by whoever works next; what failed is told to nobody else."""
    from nanduti.foundation.models import Job

    waiting = Job.objects.exclude(state__in=(Job.State.DONE, Job.State.CANCELLED, Job.State.FAILED))
    return Looked("pieces of background work still to be done", n=waiting.count())


def last_deed() -> Any:
    """The moment of the last deed: up to when these records reach; ``None`` where nothing was ever done."""
    from nanduti.foundation.models import AuditEvent

    with scopes_disabled():
        return AuditEvent.objects.order_by("-id").values_list("at", flat=True).first()
