"""What stands behind the door: submissions that wait are read, in batches, by steps that may be done again.

The door only keeps bytes. Here they are opened, typed, split into what may stand in clear and what is sealed,
checked, and told to whoever made a step for it: entities, mappings to records. A submission waits until every
step has been done; if the process dies between two steps it still waits, and all of them are done again. A step
must therefore be such that doing it twice does no harm.

::

    @step("entities", order=40)
    def apply(reading: Reading) -> None: ...

Order: 10 answers · 20 paradata · 30 checks · 40 entities · 50 mappings · later rooms from 60.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.methods.instruments import Answers, Definition, NotXml, read_answers, read_xform, split
from nanduti.methods.values import NandutiError
from nanduti.register.sealing import open_sealed

from .models import Envelope, InstrumentVersion, Submission
from .parking import CLOSED, ENCRYPTED, UNKNOWN_FORM, UNKNOWN_VERSION

log = logging.getLogger(__name__)

BATCH = 100
# No answer that a person gives comes near this; a bomb would.
LARGEST_XML = 64 * 1_048_576

WAITING, DONE = Submission.Processing.WAITING, Submission.Processing.DONE
PARKED, FAILED = Submission.Processing.PARKED, Submission.Processing.FAILED


@dataclass
class Reading:
    """One submission that is being read: the row, what its form asks, its bytes and its answers."""

    submission: Submission
    definition: Definition
    xml: bytes
    answers: Answers
    open_values: dict[str, Any] = field(default_factory=dict)
    identifying: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """All answers by path, identifying ones too: for the steps alone, never to be kept in clear."""
        return self.answers.values


@dataclass(frozen=True)
class Step:
    """Something that is done with every submission, once it has been typed."""

    name: str
    order: int
    function: Callable[[Any], None]
    in_bulk: bool

    def do(self, readings: list[Reading]) -> None:
        if self.in_bulk:
            self.function(readings)
            return
        for reading in readings:
            self.function(reading)


_steps: dict[str, Step] = {}


def step(name: str, order: int, *, in_bulk: bool = False) -> Callable[[Callable], Callable]:
    """Offer a function as a step: it takes one :class:`Reading`, or (``in_bulk``) the list of a whole batch.

    Trials come by as well: look at ``reading.submission.is_trial`` where they must leave no trace.
    """

    def keep(function: Callable) -> Callable:
        _steps[name] = Step(name, order, function, in_bulk)
        return function

    return keep


def steps() -> list[Step]:
    """The steps in the order in which they are done."""
    return sorted(_steps.values(), key=lambda s: (s.order, s.name))


# --- the batch


def read_waiting(limit: int = BATCH) -> int:
    """Read the oldest submissions that wait; returns how many were dealt with."""
    with scopes_disabled(), _claimed(limit) as claimed:
        known = [s for s in claimed if s.instrument_version_id]
        for stranger in (s for s in claimed if not s.instrument_version_id):
            park(stranger, UNKNOWN_VERSION if stranger.instrument_id else UNKNOWN_FORM)
        if known:
            _read_together(known)
        return len(claimed)


@contextmanager
def _claimed(limit: int) -> Iterator[list[Submission]]:
    """Several workers share PostgreSQL: what one has taken the others skip. The embedded database has one reader."""
    # Excluding what is done lets SQLite use the short index: without it, it walks through a million read ones.
    unread = Submission._base_manager.exclude(processing=DONE)
    waiting = unread.filter(processing=WAITING).select_related("programme").order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        with transaction.atomic():
            yield list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
    else:
        # No transaction here: while answers are being typed, the door must be able to write.
        yield list(waiting[:limit])


def _read_together(submissions: list[Submission]) -> None:
    """All at once; if one of them makes a step stumble, each alone, so that one bad one keeps nobody waiting."""
    readings = list(opened(submissions))
    if not readings:
        return
    try:
        _do(readings)
    except OperationalError:
        raise  # the database, not the answers: they wait and are tried again
    except Exception as error:
        if len(readings) == 1:
            _fail(readings[0].submission, error)
            return
        for reading in readings:
            _read_together([reading.submission])


def _do(readings: list[Reading]) -> None:
    with transaction.atomic():
        for one in steps():
            one.do(readings)
        ids = [reading.submission.pk for reading in readings]
        Submission._base_manager.filter(pk__in=ids, processing=WAITING).update(
            processing=DONE, processing_note=""
        )


def opened(submissions: list[Submission]) -> Iterator[Reading]:
    sealed = dict(
        Envelope.objects.filter(submission__in=[s.pk for s in submissions]).values_list(
            "submission_id", "sealed"
        )
    )
    definitions = definitions_of(s.instrument_version_id for s in submissions)
    for submission in submissions:
        try:
            yield read_one(
                submission, sealed.get(submission.pk), definitions[submission.instrument_version_id]
            )
        except OperationalError:
            raise
        except Encrypted:
            park(submission, ENCRYPTED)
        except Exception as error:
            _fail(submission, error)


class Encrypted(Exception):
    """The form encrypts on the device; only the holder of its key can read the answers."""


def read_one(
    submission: Submission, sealed: bytes | None = None, definition: Definition | None = None
) -> Reading:
    """Open and type one submission, touching nothing."""
    definition = definition or definition_of(submission.instrument_version_id)
    xml = open_envelope(submission, sealed)
    if b"base64EncryptedKey" in xml and b"encrypted=" in xml[:2000]:
        raise Encrypted
    answers = read_answers(definition, xml)
    open_values, identifying = split(definition, answers.values)
    return Reading(submission, definition, xml, answers, open_values, identifying)


def open_envelope(submission: Submission, sealed: bytes | None = None) -> bytes:
    """The very bytes that arrived. They may tell who somebody is: for machines, and for those with the right."""
    if sealed is None:
        sealed = Envelope.objects.values_list("sealed", flat=True).get(submission=submission.pk)
    packed = open_sealed(sealed, bound_to=("envelope", submission.programme.code, submission.instance_id))
    unpacker = zlib.decompressobj()
    xml = unpacker.decompress(packed, LARGEST_XML)
    if unpacker.unconsumed_tail:
        raise NotXml(problem="it is larger than anything that a form can hold")
    return xml


def definition_of(version_id: int) -> Definition:
    """What a version of an instrument asks."""
    return definitions_of([version_id])[version_id]


def definitions_of(version_ids: Iterable[int]) -> dict[int, Definition]:
    """What several versions ask: one short query, for a form is parsed once in the life of a process."""
    with scopes_disabled():
        rows = InstrumentVersion._base_manager.filter(pk__in=set(version_ids)).values_list("pk", "digest")
        return {pk: _definition(pk, digest) for pk, digest in rows}


@lru_cache(maxsize=64)
def _definition(version_id: int, digest: str) -> Definition:
    # By the digest too: a draft may be given another form.
    row = InstrumentVersion._base_manager.only("definition", "xform").get(pk=version_id)
    return Definition.from_json(row.definition) if row.definition else read_xform(row.xform)


# --- what cannot be read now


def park(submission: Submission, why: str) -> None:
    """Put aside, for a fault that is the office's: it is taken up again as soon as the form is known."""
    Submission._base_manager.filter(pk=submission.pk, processing=WAITING).update(
        processing=PARKED, processing_note=why
    )


def _fail(submission: Submission, error: Exception) -> None:
    """Keep the reason by its code, never by what the answers said, and go on with the others."""
    note = error.code if isinstance(error, NandutiError) else f"bug:{type(error).__name__}"
    if not isinstance(error, NandutiError):
        log.error("submission %s cannot be read: %s", submission.pk, type(error).__name__, exc_info=error)
    Submission._base_manager.filter(pk=submission.pk, processing=WAITING).update(
        processing=FAILED, processing_note=note[:300]
    )


def take_up_parked(limit: int = 2_000) -> int:
    """Let those wait again whose form or version has become known since; returns how many."""
    parked = Submission._base_manager.exclude(processing=DONE).filter(
        processing=PARKED, processing_note__in=[UNKNOWN_FORM, UNKNOWN_VERSION, CLOSED]
    )
    asked = list(parked.order_by("id").values_list("programme_id", "form_id", "form_version")[:limit])
    n = 0
    for programme_id, form_id, label in dict.fromkeys(asked):
        version = (
            InstrumentVersion._base_manager.filter(
                instrument__programme=programme_id, instrument__code=form_id, label=label
            )
            .filter(instrument__is_open=True)
            .exclude(state=InstrumentVersion.State.DRAFT)
            .only("id", "instrument_id")
            .first()
        )
        if version is not None:
            these = parked.filter(programme=programme_id, form_id=form_id, form_version=label)
            n += these.update(
                instrument=version.instrument_id,
                instrument_version=version.pk,
                processing=WAITING,
                processing_note="",
            )
    return n


def now() -> Any:
    """The moment at which a batch is read; a function of its own so that tests can hold the clock."""
    return timezone.now()
