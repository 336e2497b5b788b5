"""The answers of an instrument as typed tables, and a page of them at a time.

What identifies somebody stands in no table: those columns are left out and named, so that nobody takes their
absence for no answer.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
from django.db import models
from django.db.models import Exists, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from nanduti.foundation.access import Access
from nanduti.foundation.arrow import MOMENT, read_frame
from nanduti.methods.instruments import IDENTIFYING, Definition, Question
from nanduti.methods.instruments.frames import KEY, Column, Table, Tables, tables
from nanduti.methods.instruments.versions import Change, unite
from nanduti.register.models import Establishment

from ..models import Instrument, InstrumentVersion, Submission
from .reviews import open_findings

State = Submission.State
PAGE_SIZE = 50
# From here on one statement that reads all of them is quicker than a hundred that read those asked for.
MANY_CODES = 5_000
# About the submission, beside its answers.
ABOUT: dict[str, Any] = {
    KEY: pl.Int64,
    "_instance_id": pl.String,
    "_version_id": pl.Int64,
    "_version": pl.String,
    "_state": pl.String,
    "_received_at": MOMENT,
    "_started_at": MOMENT,
    "_ended_at": MOMENT,
    "_duration_seconds": pl.Int64,
    "_channel": pl.String,
    "_enumerator": pl.String,
    "_cluster": pl.String,
    "_establishment": pl.String,
    "_files_expected": pl.Int64,
    "_files_arrived": pl.Int64,
}


class Said(Func):
    """The answer to one question, as text. A path holds names of XML elements only: letters, digits and ``_-./``."""

    output_field = models.TextField()

    def __init__(self, answers: F, path: str) -> None:
        if not re.fullmatch(r"[\w.\-/]+", path):
            raise ValueError("this is no path of a question")
        super().__init__(answers)
        self.path = path

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return self.as_sql(
            compiler, connection, template=f"json_extract(%(expressions)s, '$.\"{self.path}\"')"
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return self.as_sql(compiler, connection, template=f"(%(expressions)s ->> '{self.path}')")


@dataclass(frozen=True)
class Choice:
    """Which submissions are meant; without anything: current ones that were not rejected and are no trials."""

    version: int | None = None
    states: tuple[str, ...] = (State.RECEIVED, State.ACCEPTED, State.RETURNED)
    with_trials: bool = False
    with_former: bool = False
    # By the day they arrived.
    since: date | None = None
    until: date | None = None
    # By the day the form was filled in, as waves count: a phone may send, or an office type, weeks later.
    filled_since: date | None = None
    filled_until: date | None = None
    enumerator: int | None = None
    with_findings: bool | None = None
    # About establishments of these clusters alone, by number; merged ones count where they were merged into.
    clusters: tuple[int, ...] | None = None
    # About these establishments alone, in the same way.
    firms: tuple[int, ...] | None = None
    # Path of a question → the choice that was made.
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableSet:
    """All tables of an instrument, the newest version's form, and what does not stand in them."""

    tables: Tables
    n: int
    misfits: list[Change]
    left_out: list[Question]

    @property
    def definition(self) -> Definition:
        return self.tables.definition

    @property
    def root(self) -> pl.DataFrame:
        """A row for each submission: what is known about it, then its answers."""
        return self.tables.root.frame


def chosen(
    *, instrument: Instrument, access: Access | None, choice: Choice | None = None
) -> QuerySet[Submission]:
    """The submissions that are meant, as far as the viewer may read their answers; ``None``: the operator."""
    choice = choice or Choice()
    rows = Submission.objects.filter(
        instrument=instrument, processing=Submission.Processing.DONE, state__in=choice.states
    )
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read_sensitive"))
    if not choice.with_trials:
        rows = rows.filter(is_trial=False)
    if not choice.with_former:
        rows = rows.filter(is_current=True)
    exact = {"instrument_version": choice.version, "enumerator": choice.enumerator}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if choice.since:
        rows = rows.filter(received_at__gte=_start_of(choice.since))
    if choice.until:
        rows = rows.filter(received_at__lt=_start_of(choice.until + timedelta(days=1)))
    if choice.filled_since or choice.filled_until:
        rows = _filled_within(rows, choice.filled_since, choice.filled_until)
    if choice.clusters is not None or choice.firms is not None:
        rows = rows.filter(establishment__in=_sites_of(choice))
    if choice.with_findings is not None:
        found = Exists(open_findings())
        rows = rows.filter(found if choice.with_findings else ~found)
    for number, (path, value) in enumerate(choice.answers.items()):
        rows = rows.alias(**{f"said_{number}": Said(F("answer_set__answers"), path)})
        rows = rows.filter(**{f"said_{number}": value})
    return rows


def _sites_of(choice: Choice) -> QuerySet[Establishment]:
    rows = Establishment._base_manager.order_by()
    if choice.clusters is not None:
        rows = rows.filter(Q(cluster__in=choice.clusters) | Q(merged_into__cluster__in=choice.clusters))
    if choice.firms is not None:
        rows = rows.filter(Q(pk__in=choice.firms) | Q(merged_into__in=choice.firms))
    return rows.values("pk")


def _filled_within(
    rows: QuerySet[Submission], since: date | None, until: date | None
) -> QuerySet[Submission]:
    """By the end of filling in, on the days of the place; where the phone noted none, by the arrival."""
    rows = rows.alias(filled_at=Coalesce("ended_at", "received_at"))
    if since:
        rows = rows.filter(filled_at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until:
        after = until + timedelta(days=1)
        rows = rows.filter(filled_at__lt=timezone.make_aware(datetime.combine(after, time.min)))
    return rows


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


# --- all of it, as frames


def frame(
    *,
    instrument: Instrument,
    access: Access | None,
    choice: Choice | None = None,
    languages: Sequence[str] = (),
    choices_apart: bool = True,
    paths: Sequence[str] | None = None,
    limit: int | None = None,
) -> TableSet:
    """The typed tables of an instrument; versions meet by the names of their questions.

    ``paths``: only these questions. ``limit``: only the newest submissions, for pictures that need no more.
    """
    rows = chosen(instrument=instrument, access=access, choice=choice)
    read = _read(rows.order_by("-received_at", "-id")[:limit] if limit else rows.order_by())
    if not limit and not read[KEY].is_sorted():
        read = read.sort(KEY)
    versions = read["_version_id"].unique().to_list()
    definitions = _definitions(instrument, versions)
    left_out = {q.name: q for d in definitions.values() for q in d.questions if q.sensitivity == IDENTIFYING}
    parts, misfits = [], []
    for version_id, definition in definitions.items():
        mine = read if versions == [version_id] else read.filter(pl.col("_version_id") == version_id)
        made = tables(
            told(definition, paths),
            mine[KEY],
            mine["_answers"],
            choices_apart=choices_apart,
            labels=languages,
        )
        parts.append(_with_about(made, mine.drop("_answers", "_version_id")))
    if len(parts) == 1:
        whole = parts[0]
    else:
        whole, misfits = unite(parts)
    return TableSet(whole, len(read), misfits, list(left_out.values()))


def told(definition: Definition, paths: Sequence[str] | None = None) -> Definition:
    """The form without the questions whose answers are sealed (and, where asked, with no others than these)."""
    kept = [
        q
        for q in definition.questions
        if q.sensitivity != IDENTIFYING and q.path != "meta/instanceID" and (paths is None or q.path in paths)
    ]
    return replace(definition, questions=tuple(kept))


# What is kept of a submission by number, and shown by code: column → field, and the name of the code there.
CODED = {
    "_enumerator": ("enumerator", "code"),
    "_cluster": ("cluster", "code"),
    "_establishment": ("establishment", "pseudonym"),
}
READ: dict[str, Any] = {
    **{name: pl.Int64 if name in CODED else kind for name, kind in ABOUT.items() if name != "_version"},
    "_answers": pl.String,
}


def _read(rows: QuerySet[Submission]) -> pl.DataFrame:
    """All rows with their answers as text. Codes are looked up afterwards, once each: joining a million costs more."""
    text = models.TextField()

    def known(path: str) -> Coalesce:
        return Coalesce(F(path), Value(-1))

    values = rows.values_list(
        "pk",
        "instance_id",
        known("answer_set__instrument_version_id"),
        "state",
        "received_at",
        "started_at",
        "ended_at",
        known("duration_seconds"),
        "channel",
        known("enumerator_id"),
        known("cluster_id"),
        known("establishment_id"),
        "n_files_expected",
        "n_files_arrived",
        Coalesce(Cast("answer_set__answers", text), Value("{}"), output_field=text),
    )
    read = read_frame(values, READ)
    labels = _codes(InstrumentVersion, read["_version_id"], "label")
    seconds = pl.col("_duration_seconds")
    return read.with_columns(
        pl.when(seconds >= 0).then(seconds),
        _coded("_version_id", labels).alias("_version"),
        *(_coded(name, _codes(Submission._meta.get_field(field).related_model, read[name], code))
          for name, (field, code) in CODED.items()),
    ).select(*ABOUT, "_answers")  # fmt: skip


def _codes(model: type[models.Model], numbers: pl.Series, code: str) -> dict[int, str]:
    """Number → code of the records that occur, looked up some hundreds at a time; of very many, all between them."""
    asked = [n for n in numbers.unique().to_list() if n is not None and n >= 0]
    if len(asked) > MANY_CODES:
        between = model._base_manager.filter(pk__gte=min(asked), pk__lte=max(asked)).order_by()
        read = read_frame(between.values_list("pk", code), {"pk": pl.Int64, "code": pl.String})
        return dict(zip(read["pk"].to_list(), read["code"].to_list()))
    found: dict[int, str] = {}
    for start in range(0, len(asked), 900):
        rows = model._base_manager.filter(pk__in=asked[start : start + 900])
        found |= dict(rows.values_list("pk", code))
    return found


def _coded(name: str, codes: Mapping[int, str]) -> pl.Expr:
    if not codes:
        return pl.lit("").alias(name)
    return pl.col(name).replace_strict(list(codes), list(codes.values()), default="", return_dtype=pl.String)


def _definitions(instrument: Instrument, version_ids: list[int]) -> dict[int, Definition]:
    """By version, oldest first; with nothing answered yet, the newest version says what would stand there."""
    from ..reading import definitions_of

    known = sorted(v for v in version_ids if v is not None and v > 0)
    if not known:
        newest = InstrumentVersion.objects.filter(instrument=instrument).order_by("state", "-id")
        published = newest.exclude(state=InstrumentVersion.State.DRAFT).first() or newest.first()
        known = [published.pk] if published else []
    return dict(sorted(definitions_of(known).items())) or {0: Definition(instrument.code)}


def _with_about(made: Tables, about: pl.DataFrame) -> Tables:
    """What is known about each submission, before its answers."""
    columns = [Column(name, "key" if name == KEY else "about") for name in about.columns]
    root = made.root
    joined = about.hstack(root.frame.drop(KEY))
    whole = Table("", joined, (*columns, *(c for c in root.columns if c.name != KEY)))
    return replace(made, by_repeat={**made.by_repeat, "": whole})


# --- a page of it


@dataclass(frozen=True)
class Page:
    """Some submissions, newest first, and where the next ones begin."""

    rows: list[Submission]
    next_mark: str
    is_first: bool


def page(
    *,
    instrument: Instrument,
    access: Access,
    choice: Choice | None = None,
    mark: str = "",
    size: int = PAGE_SIZE,
) -> Page:
    """The submissions after a mark. Found by the index, so that the millionth page comes as quickly as the first."""
    rows = chosen(instrument=instrument, access=access, choice=choice)
    at = _read_mark(mark)
    if at is not None:
        moment, pk = at
        rows = rows.filter(received_at__lte=moment).filter(Q(received_at__lt=moment) | Q(pk__lt=pk))
    found = list(
        rows.select_related("enumerator", "establishment", "answer_set").order_by("-received_at", "-id")[
            : size + 1
        ]
    )
    more = found[size:]
    found = found[:size]
    return Page(found, _mark_of(found[-1]) if more else "", at is None)


def _mark_of(row: Submission) -> str:
    text = f"{row.received_at.isoformat()}|{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_mark(mark: str) -> tuple[datetime, int] | None:
    """Whatever stands in the address: what cannot be understood is the beginning."""
    if not mark or len(mark) > 100:
        return None
    try:
        text = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode()
        moment, _bar, pk = text.partition("|")
        at = datetime.fromisoformat(moment)
        number = int(pk)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (at, number) if at.tzinfo is not None and 0 < number < 2**62 else None


def count(
    *, instrument: Instrument, access: Access | None, choice: Choice | None = None, up_to: int = 10_000
) -> int:
    """How many are meant; counting stops at ``up_to``."""
    rows = chosen(instrument=instrument, access=access, choice=choice)
    return rows.order_by().values("pk")[:up_to].count()


def as_dict(row: Submission) -> dict[str, Any]:
    """A submission for machines: what is known about it and its answers in clear."""
    kept = getattr(row, "answer_set", None)
    return {
        "id": row.pk,
        "instance_id": row.instance_id,
        "version": row.form_version,
        "state": row.state,
        "received_at": row.received_at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "duration_seconds": row.duration_seconds,
        "channel": row.channel,
        "enumerator": row.enumerator.code if row.enumerator else "",
        "files_expected": row.n_files_expected,
        "files_arrived": row.n_files_arrived,
        "answers": kept.answers if kept is not None else {},
        "problems": kept.problems if kept is not None else [],
    }
