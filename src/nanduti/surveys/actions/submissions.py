"""Verbs of submissions: what arrives becomes rows, all of a batch in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.programme.models import Programme

from ..arrivals import Arrival, KeptFile, Outcome
from ..bulk import insert
from ..keeping import is_there
from ..models import (
    Enumerator,
    Envelope,
    InstrumentVersion,
    QuarantinedPost,
    Submission,
    SubmissionFile,
)
from ..parking import CLOSED, ENCRYPTED, NOT_GIVEN, SECOND_EDIT, UNKNOWN_FORM, UNKNOWN_VERSION
from ..queries import door

State = InstrumentVersion.State
WAITING, PARKED, DONE = (
    Submission.Processing.WAITING,
    Submission.Processing.PARKED,
    Submission.Processing.DONE,
)
# A phone that sends every second need not be written down every second.
SEEN_AGAIN = timedelta(seconds=60)


@action("surveys.receive")
def receive(
    *, programme: Programme, arrivals: Sequence[Arrival], by: User | str, at: datetime
) -> list[Outcome]:
    """The one door of submissions: each becomes one row, however often it was posted.

    Who posts the same at the same time waits for the other, and is told that it is there. What belongs to the
    office (unknown form, closed instrument, an instrument that was not given to the sender) parks a submission; it
    refuses none.
    """
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.head.instance_id, arrival)
    known = door.stored(programme_id=programme.pk, instance_ids=first)
    fresh = [first[key] for key in sorted(first) if key not in known]
    made = _make(programme, fresh, at)
    missed = [a.head.instance_id for a in fresh if a.head.instance_id not in made]
    # Another process was quicker by a moment; its transaction is over by now.
    known |= door.stored(programme_id=programme.pk, instance_ids=missed)
    outcomes = [_outcome(a, first, made, known) for a in arrivals]
    _keep_files(arrivals, outcomes, at)
    _see(arrivals, at)
    n_new = sum(outcome.status == "new" for outcome in outcomes)
    note(scope=programme.scope, n_posts=len(arrivals), n_new=n_new)
    return outcomes


def _make(programme: Programme, arrivals: list[Arrival], at: datetime) -> dict[str, door.Stored]:
    """Insert what is new; what another process inserts meanwhile is not returned."""
    if not arrivals:
        return {}
    versions = door.versions(programme_id=programme.pk, form_ids={a.head.form_id for a in arrivals})
    given = door.given(enumerator_ids={a.enumerator.pk for a in arrivals if a.enumerator})
    edits = _Edits(programme, arrivals)
    rows = {a.head.instance_id: _values(programme, a, versions, given, edits) for a in arrivals}
    returned = insert(
        Submission,
        list(rows.values()),
        unless="(programme_id, instance_id)",
        returning=("id", "instance_id"),
    )
    ids = {instance_id: pk for pk, instance_id in returned}
    made = [a for a in arrivals if a.head.instance_id in ids]
    insert(
        Envelope,
        [{"submission_id": ids[a.head.instance_id], "n_bytes": a.n_bytes, "sealed": a.sealed} for a in made],
    )
    edits.link(ids)
    return {
        key: door.Stored(
            pk, rows[key]["xml_digest"], rows[key]["n_files_expected"], 0, rows[key]["processing"]
        )
        for key, pk in ids.items()
    }


def _values(
    programme: Programme,
    arrival: Arrival,
    versions: dict[Any, door.Version],
    given: dict[int, set[int]],
    edits: _Edits,
) -> dict[str, Any]:
    head = arrival.head
    version, why_parked = _version_of(arrival, versions)
    if not _is_given(arrival, version, given):
        why_parked = NOT_GIVEN
    corrects, is_current, why_edit = edits.of(head.instance_id, head.deprecated_id)
    why = why_parked or why_edit
    return {
        "scope_id": arrival.scope.pk,
        "programme_id": programme.pk,
        "instrument_id": version.instrument_id if version else None,
        "instrument_version_id": version.pk if version else None,
        "form_id": head.form_id,
        "form_version": head.version,
        "instance_id": head.instance_id,
        "xml_digest": arrival.digest,
        "deprecated_id": head.deprecated_id,
        "corrects_id": corrects,
        "is_current": is_current,
        "is_trial": arrival.draft is not None or bool(version and version.state == State.DRAFT),
        "processing": PARKED if why else WAITING,
        "processing_note": why,
        "channel": arrival.channel,
        "enumerator_id": arrival.enumerator.pk if arrival.enumerator else None,
        "collected_by_id": arrival.user.pk if arrival.user else None,
        "device_id": arrival.device_id[:255],
        "received_at": arrival.received_at,
        "n_files_expected": len(head.file_names),
    }


# --- which instrument


def _version_of(arrival: Arrival, versions: dict[Any, door.Version]) -> tuple[door.Version | None, str]:
    """The version that was filled, and why the submission has to wait for the office, if it has to."""
    head = arrival.head
    version = versions.get((head.form_id, head.version))
    instrument = versions.get((head.form_id,))
    if head.is_encrypted:
        return version or instrument, ENCRYPTED
    if instrument is None:
        return None, UNKNOWN_FORM
    is_on_trial = arrival.draft is not None and version is not None and version.pk == arrival.draft.pk
    if version is None or (version.state == State.DRAFT and not is_on_trial):
        return instrument, UNKNOWN_VERSION
    return version, "" if version.is_open or is_on_trial else CLOSED


def _is_given(arrival: Arrival, version: door.Version | None, given: dict[int, set[int]]) -> bool:
    """Whether whoever sent it may fill the instrument; a form that nobody knows was given to nobody."""
    chosen = given.get(arrival.enumerator.pk) if arrival.enumerator else None
    return not chosen or (version is not None and version.instrument_id in chosen)


# --- edits


class _Edits:
    """Which of the arrivals correct which submission; an edit may arrive before what it corrects."""

    def __init__(self, programme: Programme, arrivals: Sequence[Arrival]) -> None:
        wanted = {a.head.deprecated_id for a in arrivals if a.head.deprecated_id}
        there = door.stored(programme_id=programme.pk, instance_ids=wanted)
        self.former = {key: row.pk for key, row in there.items()}
        arriving = {a.head.instance_id for a in arrivals}
        edits = door.edits_of(programme_id=programme.pk, instance_ids=wanted | arriving)
        self.corrected = {key for key in edits if key in wanted}
        self.early = {key: pks for key, pks in edits.items() if key in arriving}
        self.together = {a.head.deprecated_id: a.head.instance_id for a in arrivals if a.head.deprecated_id}
        self.ends: dict[str, str] = {}

    def of(self, instance_id: str, deprecated_id: str) -> tuple[int | None, bool, str]:
        """What it corrects, whether it is the one that counts, and why it has to wait."""
        is_last = instance_id not in self.early and instance_id not in self.together
        if not deprecated_id or deprecated_id == instance_id:
            return None, is_last, ""
        if deprecated_id in self.corrected:
            return self.former.get(deprecated_id), False, SECOND_EDIT
        self.corrected.add(deprecated_id)
        self.ends[instance_id] = deprecated_id
        return self.former.get(deprecated_id), is_last, ""

    def link(self, ids: dict[str, int]) -> None:
        """Join the rows that were made with those that were there: both ways."""
        for instance_id, pk in ids.items():
            early = self.early.get(instance_id)
            if early:
                Submission.objects.filter(pk__in=early).update(corrects_id=pk)
            deprecated_id = self.ends.get(instance_id, "")
            if not deprecated_id:
                continue
            former = self.former.get(deprecated_id) or ids.get(deprecated_id)
            if former is None:
                continue
            if deprecated_id in ids:
                Submission.objects.filter(pk=pk).update(corrects_id=former)
            Submission.objects.filter(pk=former).update(is_current=False)


# --- what became of each


def _outcome(
    arrival: Arrival, first: dict[str, Arrival], made: dict[str, door.Stored], known: dict[str, door.Stored]
) -> Outcome:
    key = arrival.head.instance_id
    row = made.get(key) or known[key]
    if arrival.digest != row.digest:
        status = "differs"
    else:
        status = "new" if key in made and first[key] is arrival else "known"
    return Outcome(status, row.pk, row.n_expected, row.n_arrived, row.processing == PARKED)


# --- files


def _keep_files(arrivals: Sequence[Arrival], outcomes: list[Outcome], at: datetime) -> None:
    """Write down what came with the arrivals, and what an encrypted one will still bring."""
    pairs = [(a, o) for a, o in zip(arrivals, outcomes, strict=True) if o.status != "differs"]
    expected = {
        o.submission_id: a.head.file_names for a, o in pairs if o.status == "new" and a.head.file_names
    }
    touched = {o.submission_id for a, o in pairs if a.files}
    if not touched and not expected:
        return
    # Two processes may bring files of one submission at once: the second waits for the first.
    list(Submission.objects.select_for_update().filter(pk__in=touched).order_by("pk").values_list("pk"))
    insert(
        SubmissionFile,
        [
            {"submission_id": pk, "name": name, "media_type": "", "n_bytes": None}
            for pk, names in expected.items()
            for name in dict.fromkeys(names)
        ],
        unless="(submission_id, name) WHERE replaced_at IS NULL",
    )
    shelf = _Shelf(touched, at)
    for arrival, outcome in pairs:
        for file in arrival.files:
            shelf.put(file, outcome)
    arrived = shelf.write()
    for pk in touched:
        Submission.objects.filter(pk=pk).update(n_files_arrived=arrived[pk])
    for _arrival, outcome in pairs:
        outcome.n_files_arrived = arrived.get(outcome.submission_id, outcome.n_files_arrived)


class _Shelf:
    """The files of some submissions: read by one statement, and what is new written by one."""

    def __init__(self, submission_ids: set[int], at: datetime) -> None:
        self.at = at
        rows = SubmissionFile.objects.filter(submission__in=submission_ids, replaced_at=None)
        self.here = {(row.submission_id, row.name): row for row in rows}
        self.fresh: list[SubmissionFile] = []
        self.changed: list[SubmissionFile] = []

    def put(self, file: KeptFile, outcome: Outcome) -> None:
        """The same bytes change nothing; other bytes take the place of the former, which stay as they were."""
        key = (outcome.submission_id, file.name)
        former = self.here.get(key)
        if former is not None and former.digest == file.digest and is_there(former.path):
            if former.path != file.path:  # the same path: a transaction that was thought lost and tried again
                outcome.unneeded.append(file)
            return
        if former is not None and former.arrived_at is None:
            row = former
            self.changed.append(row)
        else:
            if former is not None:
                former.replaced_at = self.at
                self.changed.append(former)
            row = self.here[key] = SubmissionFile(submission_id=outcome.submission_id)
            self.fresh.append(row)
        for name, value in file.as_dict().items():
            setattr(row, name, value)
        row.arrived_at = self.at

    def write(self) -> Counter[int]:
        """Write what is new or changed; how many files each submission has now."""
        columns = ("name", "media_type", "n_bytes", "digest", "path", "arrived_at", "replaced_at")
        for row in self.changed:
            if row.pk is not None:
                row.save(update_fields=columns)
        names = ("submission_id", *columns)
        insert(SubmissionFile, [{name: getattr(row, name) for name in names} for row in self.fresh])
        return Counter(key[0] for key, row in self.here.items() if row.arrived_at is not None)


def _see(arrivals: Sequence[Arrival], at: datetime) -> None:
    """Note when each phone was last heard."""
    late = {
        a.enumerator.pk
        for a in arrivals
        if a.enumerator and (a.enumerator.last_seen_at is None or a.enumerator.last_seen_at < at - SEEN_AGAIN)
    }
    for arrival in arrivals:
        if arrival.enumerator and arrival.enumerator.pk in late:
            arrival.enumerator.last_seen_at = at
    if late:
        Enumerator.objects.filter(pk__in=late).filter(
            Q(last_seen_at=None) | Q(last_seen_at__lt=at - SEEN_AGAIN)
        ).update(last_seen_at=at)


# --- afterwards


@action("surveys.take_up_parked")
def take_up_parked(*, programme: Programme, by: User | str, at: datetime) -> int:
    """After an instrument was published or opened: what waited for it goes its way. Returns how many."""
    parked = Submission.objects.exclude(processing=DONE).filter(  # the short index: see reading
        programme=programme,
        processing=PARKED,
        processing_note__in=[UNKNOWN_FORM, UNKNOWN_VERSION, CLOSED],
    )
    n = 0
    versions = InstrumentVersion.objects.filter(instrument__programme=programme, instrument__is_open=True)
    for version in versions.exclude(state=State.DRAFT).select_related("instrument"):
        mine = parked.filter(form_id=version.instrument.code, form_version=version.label)
        n += mine.update(
            instrument=version.instrument, instrument_version=version, processing=WAITING, processing_note=""
        )
    note(scope=programme.scope, n=n)
    return n


@action("surveys.quarantine")
def quarantine(
    *,
    programme: Programme,
    values: dict[str, Any],
    files: Sequence[KeptFile],
    by: User | str,
    at: datetime,
) -> QuarantinedPost:
    """Keep bytes that cannot become a submission; the same bytes again are the same task.

    ``values`` are the columns of the post. Files that are there already are told by ``unneeded`` on the row.
    """
    key = {"programme": programme, "digest": values["digest"], "reason": values["reason"]}
    post, is_new = QuarantinedPost.objects.get_or_create(
        **key, defaults={**values, "received_at": at, "files": [f.as_dict() for f in files]}
    )
    post.unneeded = []
    if not is_new and files:
        post = QuarantinedPost.objects.select_for_update().get(pk=post.pk)
        there = {(f["name"], f["digest"]) for f in post.files}
        post.unneeded = [f for f in files if (f.name, f.digest) in there]
        post.files = [*post.files, *(f.as_dict() for f in files if (f.name, f.digest) not in there)]
        post.save(update_fields=["files"])
    note(subject=post, reason=values["reason"], is_new=is_new)
    return post
