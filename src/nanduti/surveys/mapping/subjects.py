"""Whom a submission is about: the establishment that the answers name, or a new one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nanduti.foundation.models import User
from nanduti.methods.values import PersonError
from nanduti.programme.models import Coverage
from nanduti.register import actions as register
from nanduti.register.many import NewFirm, register_firms
from nanduti.register.models import Cluster, Establishment, SizeBand
from nanduti.register.pseudonyms import tidy

from ..bulk import insert_made
from ..errors import ClusterNotKnown, NobodyFound
from ..models import Entity, Enumerator, RecordLink, Submission
from .spec import SUBJECT, Source, Subject
from .targets import Slot, Told, problem_of
from .values import digest_of, fitting, value_of
from .whereabouts import Whereabouts

if TYPE_CHECKING:
    from .applying import Work

ENTRY = "subject"
SLOTS = {
    "activity": Slot("activity"),
    "n_workers": Slot("n_workers", "integer"),
    "size_band": Slot("size_band"),
    "place": Slot("place"),
}


@dataclass
class SubjectTold:
    """What the answers say of the establishment, and which one it is."""

    values: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    cluster: Cluster | None = None
    establishment: Establishment | None = None
    is_new: bool = False
    digest: str = ""
    # Why nothing could be entered; what was left out of what was entered.
    problem: PersonError | None = None
    left_out: PersonError | None = None


def settle_subjects(work: Sequence[Work], *, by: User | str, at: Any) -> int:
    """Find, create or change the establishments of a batch and say so in the submissions; how many were written."""
    asked = [one for one in work if one.spec.subject is not None]
    if not asked:
        return 0
    books = _Books(asked)
    for one in asked:
        one.subject = _told(one, books)
    n = _create([one for one in asked if one.subject.is_new], by, at)  # type: ignore[union-attr]
    n += sum(_change(one, by, at) for one in asked if not one.subject.is_new)  # type: ignore[union-attr]
    _remember(asked)
    return n


class _Books:
    """Clusters, places and establishments that a batch names: one query for each kind."""

    def __init__(self, work: Sequence[Work]) -> None:
        self.clusters = {c.code: c for c in Cluster._base_manager.select_related("scope", "place")}
        self.covered, self.works_in = _covered({one.submission.programme_id for one in work})
        self.bound_to = _bound_to({one.submission.enumerator_id for one in work} - {None})
        self.whereabouts = Whereabouts()
        codes: dict[str, set[str]] = {"pseudonym": set(), "code": set(), "entity": set()}
        for one in work:
            for how, path in one.spec.subject.find:  # type: ignore[union-attr]
                value = _answered(one, path)
                if value:
                    codes[how].add(value)
        codes["pseudonym"] = {tidy(code) for code in codes["pseudonym"]}
        self.entities = _entities(codes["entity"])
        wanted = codes["pseudonym"] | set(self.entities.values())
        linked = {
            link.record_id
            for one in work
            for link in one.links.values()
            if link.target == SUBJECT and link.record_id
        }
        rows = Establishment._base_manager.select_related(
            "cluster__scope", "organisation", "scope", "merged_into"
        )
        found = [*rows.filter(pseudonym__in=wanted), *rows.filter(code__in=codes["code"])]
        found += rows.filter(pk__in=linked)
        self.by_pseudonym = {e.pseudonym: e for e in found}
        self.by_code = {e.code: e for e in found if e.code}
        self.by_pk = {str(e.pk): e for e in found}


def _covered(programmes: set[int]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Programme → the clusters that it covers; scope of its work in a cluster → that cluster."""
    found: dict[int, list[int]] = {pk: [] for pk in programmes}
    works_in: dict[int, int] = {}
    rows = Coverage._base_manager.filter(programme__in=programmes).order_by("cluster_id")
    asked = rows.values_list("programme_id", "cluster_id", "scope_id", "programme__scope_id").distinct()
    for programme, cluster, scope, whole in asked:
        if cluster not in found[programme]:
            found[programme].append(cluster)
        if scope != whole:
            works_in[scope] = cluster
    return found, works_in


def _bound_to(enumerators: set[int]) -> dict[int, int | None]:
    """Enumerator → the one cluster that they work in, if so."""
    return dict(Enumerator._base_manager.filter(pk__in=enumerators).values_list("pk", "cluster_id"))


def _entities(uuids: set[str]) -> dict[str, str]:
    """Entity as it was answered → pseudonym of the record it stands for."""
    plain = {
        text.removeprefix("uuid:").lower(): text for text in uuids if _is_uuid(text.removeprefix("uuid:"))
    }
    rows = Entity._base_manager.filter(uuid__in=plain).exclude(pseudonym="")
    return {
        plain.get(str(key), str(key)): pseudonym for key, pseudonym in rows.values_list("uuid", "pseudonym")
    }


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _answered(one: Work, path: str) -> str:
    value = value_of(Source(question=path), one.reading.values, one.reading)
    return str(value).strip() if isinstance(value, str | int) else ""


def _open_values(one: Work) -> list[tuple[str, Any]]:
    subject: Subject = one.spec.subject  # type: ignore[assignment]
    return [
        (name, value_of(source, one.reading.values, one.reading)) for name, source in subject.values.items()
    ]


def _told(one: Work, books: _Books) -> SubjectTold:
    subject: Subject = one.spec.subject  # type: ignore[assignment]
    told = SubjectTold()
    try:
        told.values = _values(one, subject)
        told.identity = {
            name: text
            for name, source in subject.identity.items()
            if (text := _text(value_of(source, one.reading.values, one.reading)))
        }
        told.establishment = _found(one, subject, books)
        told.cluster = _cluster(one, books, told.establishment)
        _settle_place(told, subject, books)
        if told.establishment is None:
            if not subject.create:
                raise NobodyFound()
            told.is_new = True
    except PersonError as problem:
        told.problem = problem
        told.is_new = False
    plain = {name: getattr(value, "code", value) for name, value in told.values.items()}
    told.digest = digest_of({"values": plain, "identity": told.identity})
    return told


def _text(value: Any) -> str:
    if value is None:
        return ""
    return (" ".join(map(str, value)) if isinstance(value, list) else str(value)).strip()[:500]


def _settle_place(told: SubjectTold, subject: Subject, books: _Books) -> None:
    """The place that was named; one that cannot be told keeps nobody out of the register."""
    named = told.values.pop("place", None)
    if named is None:
        return
    question = next(iter(subject.values["place"].paths), "place")
    home = told.cluster.place if told.cluster else None
    try:
        told.values["place"] = books.whereabouts.place(named, home=home, question=question)
    except PersonError as problem:
        told.left_out = problem


def _values(one: Work, subject: Subject) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, raw in _open_values(one):
        question = next(iter(subject.values[name].paths), name)
        value = fitting(SLOTS[name], raw, question)
        if value is None:
            continue
        if name == "size_band" and value not in SizeBand.values:
            value = ""
        if name == "n_workers" and value < 0:
            continue
        values[name] = value[:120] if isinstance(value, str) else value
    return values


def _cluster(one: Work, books: _Books, found: Establishment | None) -> Cluster | None:
    if found is not None:
        return found.cluster
    if one.spec.cluster is not None:
        code = value_of(one.spec.cluster, one.reading.values, one.reading)
        named = books.clusters.get(code) if isinstance(code, str) else None
        if named is not None and named.pk in _reach(one.submission, books):
            return named
    reach = _reach(one.submission, books)
    if len(reach) == 1:
        return next(c for c in books.clusters.values() if c.pk == reach[0])
    raise ClusterNotKnown()


def _reach(submission: Submission, books: _Books) -> list[int]:
    """The enumerator's one cluster or that of the work it was handed in for, else all that the programme covers."""
    own = books.bound_to.get(submission.enumerator_id) or books.works_in.get(submission.scope_id)
    return [own] if own else books.covered[submission.programme_id]


def _found(one: Work, subject: Subject, books: _Books) -> Establishment | None:
    """By what was linked before, else as the specification says; another programme's firms are nobody's."""
    link = one.links.get((ENTRY, ""))
    if link is not None and link.record_id in books.by_pk:
        return _kept(books.by_pk[link.record_id])
    named = False
    for how, path in subject.find:
        value = _answered(one, path)
        if not value:
            continue
        named = True
        found = {
            "entity": lambda v: books.by_pseudonym.get(books.entities.get(v, "")),
            "pseudonym": lambda v: books.by_pseudonym.get(tidy(v)),
            "code": lambda v: books.by_code.get(v),
        }[how](value)
        if found is not None and found.cluster_id in _reach(one.submission, books):
            return _kept(found)
    if named:
        # Somebody was named and is not there: a new one beside it would be the wrong answer.
        raise NobodyFound()
    return None


def _kept(establishment: Establishment) -> Establishment:
    return establishment.merged_into or establishment


def _create(new: Sequence[Work], by: User | str, at: Any) -> int:
    if not new:
        return 0
    firms = [
        NewFirm(
            one.subject.cluster,  # type: ignore[union-attr]
            {**one.subject.values, "source": one.mapping.source},  # type: ignore[union-attr]
            one.subject.identity,  # type: ignore[union-attr]
        )
        for one in new
    ]
    for one, establishment in zip(new, register_firms(firms=firms, by=by, at=at), strict=True):
        one.subject.establishment = establishment  # type: ignore[union-attr]
    return len(new)


def _change(one: Work, by: User | str, at: Any) -> int:
    told = one.subject
    link = one.links.get((ENTRY, ""))
    if told is None or told.problem is not None or told.establishment is None:
        return 0
    if (link is not None and link.digest == told.digest) or not (told.values or told.identity):
        return 0
    register.edit_establishment(
        establishment=told.establishment,
        values=dict(told.values),
        identity=told.identity or None,
        version=told.establishment.version,
        by=by,
        at=at,
    )
    return 1


def _remember(work: Sequence[Work]) -> None:
    """Say in the submission whom it is about, and keep the link."""
    new, changed, rows = [], [], []
    for one in work:
        told: SubjectTold = one.subject  # type: ignore[assignment]
        submission, found = one.submission, told.establishment
        if found is not None and (submission.establishment_id, submission.cluster_id) != (
            found.pk,
            found.cluster_id,
        ):
            submission.establishment, submission.cluster = found, found.cluster
            rows.append(submission)
        problem = told.problem or told.left_out
        as_told = Told(submission, ENTRY, "", {}, told.digest, problem=problem)
        values = {
            "submission_id": submission.pk,
            "target": SUBJECT,
            "record_kind": "register.establishment" if found else "",
            "record_id": str(found.pk) if found else "",
            "digest": told.digest if problem is None else "",
            "problem": problem_of(as_told),
        }
        link = one.links.get((ENTRY, ""))
        if link is None:
            link = RecordLink(
                scope_id=submission.scope_id, question=ENTRY, row="", at=submission.received_at, **values
            )
            new.append(link)
        elif any(getattr(link, n) != v for n, v in values.items()):
            for name, value in values.items():
                setattr(link, name, value)
            changed.append(link)
        one.links[ENTRY, ""] = link
    insert_made(new)
    if changed:
        fields = ["submission", "target", "record_kind", "record_id", "digest", "problem"]
        RecordLink._base_manager.bulk_update(changed, fields)
    if rows:
        Submission._base_manager.bulk_update(rows, ["establishment", "cluster"])
