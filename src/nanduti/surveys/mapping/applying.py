"""Answers become records, for a whole batch: found or created, changed where an answer changed, taken back.

Every record keeps a link to the answer it came from. A corrected submission takes over the links of the one it
corrects, so its records are changed and not doubled; doing everything again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.methods.values import PersonError

from ..bulk import insert_made
from ..models import AnswerMapping, RecordLink, Submission
from ..reading import Reading, step
from .spec import SUBJECT, Entry, Spec, read_spec
from .subjects import SubjectTold, settle_subjects
from .targets import Target, Told, problem_of, target_of
from .values import digest_of, fitting, pieces

State = Submission.State


@dataclass
class Work:
    """One submission with what its mapping makes of it."""

    reading: Reading
    spec: Spec
    mapping: AnswerMapping
    # (entry, row) → the link that this submission, or one that it corrects, has already.
    links: dict[tuple[str, str], RecordLink] = field(default_factory=dict)
    subject: SubjectTold | None = None
    told: list[Told] = field(default_factory=list)

    @property
    def submission(self) -> Submission:
        return self.reading.submission


@step("mappings", 50, in_bulk=True)
def apply(readings: list[Reading]) -> None:
    """The step behind the door: what the mappings of the instruments say, for a batch."""
    work = _work(readings)
    if work:
        tell(work=work, by="answers", at=timezone.now())


@action("surveys.answers_became_records", using="vault")
def tell(*, work: list[Work], by: User | str, at: Any = None) -> int:
    """Write the records of a batch; returns how many were created, changed or taken back."""
    for one in work:
        one.links = {}
    _find_links(work)
    n = settle_subjects(work, by=by, at=at)
    for one in work:
        if one.subject is None or one.subject.problem is None:
            one.told = list(_told(one))
    n += _write(work)
    n += _withdraw_rest(work)
    note(
        scope=work[0].submission.scope,
        instruments=sorted({w.mapping.instrument_id for w in work}),
        n_records=n,
    )
    return n


def _work(readings: Iterable[Reading]) -> list[Work]:
    readings = [r for r in readings if _may_speak(r.submission)]
    mappings = AnswerMapping._base_manager.filter(
        instrument__in={r.submission.instrument_id for r in readings}, is_active=True
    ).select_related("source", "instrument")
    found = {m.instrument_id: (m, read_spec(m.spec)) for m in mappings}
    work = []
    for reading in readings:
        if reading.submission.instrument_id in found:
            mapping, spec = found[reading.submission.instrument_id]
            if spec.applies == "received" or reading.submission.state == State.ACCEPTED:
                work.append(Work(reading, spec, mapping))
    return work


def _may_speak(submission: Submission) -> bool:
    """Trials, what was corrected since, and what a supervisor has rejected say nothing."""
    return not submission.is_trial and submission.is_current and submission.state != State.REJECTED


# --- what was made before


def _find_links(work: Sequence[Work]) -> None:
    chains = _chains([w.submission for w in work])
    owner = {pk: one for one, chain in zip(work, chains, strict=True) for pk in chain}
    rows = RecordLink._base_manager.filter(submission__in=owner).order_by("submission_id", "id")
    for link in rows:
        owner[link.submission_id].links[link.question, link.row] = link


def _chains(submissions: Sequence[Submission]) -> list[set[int]]:
    """For each submission: itself and all that it corrects, however far back."""
    chains = [{s.pk} for s in submissions]
    heads = {i: s.corrects_id for i, s in enumerate(submissions) if s.corrects_id}
    while heads:
        for i, pk in heads.items():
            chains[i].add(pk)
        former = dict(Submission._base_manager.filter(pk__in=heads.values()).values_list("pk", "corrects_id"))
        heads = {i: former[pk] for i, pk in heads.items() if former.get(pk) and former[pk] not in chains[i]}
    return chains


# --- what is to be told


def _told(one: Work) -> Iterable[Told]:
    for entry in one.spec.entries:
        target = target_of(entry.target)
        if target is None:
            continue  # its room is not installed; the answer waits
        for piece in pieces(entry, one.reading):
            yield _told_of(one, entry, target, piece.row, piece.values)


def _told_of(one: Work, entry: Entry, target: Target, row: str, values: dict[str, Any]) -> Told:
    told = Told(
        submission=one.submission, entry=entry.key, row=row, values={}, digest="",
        establishment=one.subject.establishment if one.subject else None,
        question=next((p for s in entry.values.values() for p in s.paths), ""),
    )  # fmt: skip
    try:
        for name, value in values.items():
            slot = target.slot(name)
            told.values[name] = fitting(slot, value, told.question) if slot else value
        told.labels = _labels(one, entry)
    except PersonError as problem:
        told.problem = problem
    subject = told.establishment.pk if told.establishment else None
    told.digest = digest_of({**told.values, "": [entry.target, subject]})
    return told


def _labels(one: Work, entry: Entry) -> dict[str, Any]:
    """What the form calls the question and the unit, where the mapping does not say."""
    definition = one.reading.definition
    source = entry.values.get("value")
    question = definition.question(source.question) if source and source.question else None
    if question is None:
        return {"source": one.mapping.source}
    return {
        "label": question.label("en", definition.default_language)[:200],
        "label_es": question.label("es", definition.default_language)[:200],
        "unit": question.unit,
        "source": one.mapping.source,
    }


# --- writing


def _write(work: Sequence[Work]) -> int:
    fresh: dict[str, list[Told]] = {}
    kept: list[tuple[Told, RecordLink | None]] = []
    targets = {entry.key: entry.target for one in work for entry in one.spec.entries}
    for one in work:
        for told in one.told:
            link = one.links.get((told.entry, told.row))
            if link is not None:
                told.record_kind, told.record_id = link.record_kind, link.record_id
            if told.problem is None and (link is None or link.digest != told.digest or not link.record_id):
                fresh.setdefault(targets[told.entry], []).append(told)
            kept.append((told, link))
    for code, some in fresh.items():
        target_of(code).write(some)  # type: ignore[union-attr]
    _keep_links(kept, targets)
    return sum(len(some) for some in fresh.values())


def _keep_links(kept: list[tuple[Told, RecordLink | None]], targets: dict[str, str]) -> None:
    now = timezone.now()
    new, changed = [], []
    for told, link in kept:
        values = {
            "submission_id": told.submission.pk,  # by number: the row itself would be fetched for every link
            "target": targets[told.entry],
            "record_kind": told.record_kind,
            "record_id": told.record_id,
            "digest": told.digest if told.problem is None else "",
            "problem": problem_of(told),
        }
        if link is None:
            new.append(
                RecordLink(
                    scope_id=told.submission.scope_id, question=told.entry, row=told.row, at=now, **values
                )
            )
            continue
        different = [n for n, v in values.items() if getattr(link, n) != v]
        if different:
            for name in different:
                setattr(link, name, values[name])
            link.at = now
            changed.append(link)
    insert_made(new)
    if changed:
        fields = ["submission", "target", "record_kind", "record_id", "digest", "problem", "at"]
        RecordLink._base_manager.bulk_update(changed, fields)


def _withdraw_rest(work: Sequence[Work]) -> int:
    """Records whose answer is there no longer are taken back; the establishment itself stays in the register."""
    rest: dict[str, list[RecordLink]] = {}
    for one in work:
        said = {(told.entry, told.row) for told in one.told}
        if one.subject is not None and one.subject.problem is not None:
            continue  # nobody knows yet whom it is about: what was told before stays
        for key, link in one.links.items():
            if key not in said and link.target != SUBJECT:
                rest.setdefault(link.target, []).append(link)
    return sum(withdraw_links(code, links) for code, links in rest.items())


def withdraw_links(code: str, links: list[RecordLink]) -> int:
    """Take back records of one target, and forget that they came from answers."""
    target = target_of(code)
    if target is not None:
        target.withdraw([link for link in links if link.record_id])
    RecordLink._base_manager.filter(pk__in=[link.pk for link in links]).delete()
    return len(links)
