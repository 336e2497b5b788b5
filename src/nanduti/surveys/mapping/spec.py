"""The specification of a mapping: what may stand in it, checked against the form and against the targets.

    mapping: 1
    source: Municipal census of workshops, 2026
    applies: received              # or: accepted
    cluster: {question: where/cluster}
    subject:
      find: [{entity: firm}, {pseudonym: firm_code}]
      create: true
      values: {activity: product, n_workers: {sum: [women, men]}, place: {question: town}}
      identity: {name: firm_name, phone: phone, latitude: {point: gps, part: latitude}}
    facts:
      - {attribute: pairs-per-day, question: output/pairs, unit: pairs}
    records:
      - {target: plans.participation, key: who, each: people, values: {…}}

A source of a value is the path of a question, or one of ``{question, map, scale}``, ``{value}``, ``{sum}``,
``{count}``, ``{point, part}``, ``{about}`` (``started``, ``ended``, ``received``, ``enumerator``, ``instance_id``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanduti.methods.instruments import Definition

from ..errors import MappingRefused
from .targets import known, target_of

FACT, SUBJECT = "register.fact", "register.establishment"
APPLIES = ("received", "accepted")
IDENTITY = ("name", "contact_person", "phone", "email", "address", "latitude", "longitude", "tax_number")
SUBJECT_VALUES = ("activity", "n_workers", "size_band", "place")
FIND = ("entity", "pseudonym", "code")
ABOUT = ("started", "ended", "received", "enumerator", "instance_id")
PARTS = ("latitude", "longitude")
TOP = {"mapping", "source", "applies", "cluster", "subject", "facts", "records"}


@dataclass(frozen=True)
class Source:
    """Where a value comes from."""

    question: str = ""
    value: Any = None
    sum: tuple[str, ...] = ()
    count: str = ""
    point: str = ""
    part: str = ""
    about: str = ""
    map: Mapping[str, Any] = field(default_factory=dict)
    scale: float | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """The questions it looks at."""
        return tuple(p for p in (self.question, *self.sum, self.count, self.point) if p)


@dataclass(frozen=True)
class Condition:
    """That a question was answered with one of these."""

    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One kind of record that a submission becomes, once or once for each row of a repeat."""

    key: str
    target: str
    values: Mapping[str, Source]
    each: str = ""
    when: Condition | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """How the establishment is found that a submission is about, and what is said of it."""

    find: tuple[tuple[str, str], ...]
    create: bool
    values: Mapping[str, Source]
    identity: Mapping[str, Source]


@dataclass(frozen=True)
class Spec:
    """A mapping that can be applied."""

    applies: str
    source: str
    cluster: Source | None
    subject: Subject | None
    entries: tuple[Entry, ...]


def read_spec(raw: Any, definition: Definition | None = None) -> Spec:
    """Understand a specification; ``MappingRefused`` names the first place that cannot be, and what would do.

    With ``definition`` every question that is named must be in the form.
    """
    reader = _Reader(definition)
    spec = reader.spec(raw)
    return spec


class _Reader:
    def __init__(self, definition: Definition | None) -> None:
        self.definition = definition
        self.paths = {q.path for q in definition.questions} if definition else None
        self.repeats = {r.path for r in definition.repeats} if definition else None

    # --- parts

    def spec(self, raw: Any) -> Spec:
        self.mapping(raw, "mapping")
        self.only(raw, TOP, "")
        if raw.get("mapping") != 1:
            self.refuse("mapping", "must be 1, the only edition of this language there is")
        applies = raw.get("applies", "received")
        if applies not in APPLIES:
            self.refuse("applies", f"must be one of {', '.join(APPLIES)}")
        entries = [*self.facts(raw.get("facts") or []), *self.records(raw.get("records") or [])]
        keys = [entry.key for entry in entries]
        doubled = next((key for key in keys if keys.count(key) > 1), None)
        if doubled:
            self.refuse("records", f"two entries are called “{doubled}”; give one of them another key")
        subject = self.subject(raw["subject"]) if raw.get("subject") else None
        self._need_subject(entries, subject)
        cluster = self.source(raw["cluster"], "cluster") if raw.get("cluster") is not None else None
        return Spec(applies, str(raw.get("source") or ""), cluster, subject, tuple(entries))

    def _need_subject(self, entries: list[Entry], subject: Subject | None) -> None:
        needing = next((e.key for e in entries if target_of(e.target).needs_subject), None)  # type: ignore[union-attr]
        if needing and subject is None:
            self.refuse("subject", f"must say whom “{needing}” is about")

    def subject(self, raw: Any) -> Subject:
        self.mapping(raw, "subject")
        self.only(raw, {"find", "create", "values", "identity"}, "subject")
        find = []
        for n, way in enumerate(self.listed(raw.get("find") or [], "subject.find")):
            place = f"subject.find[{n}]"
            self.mapping(way, place)
            if len(way) != 1 or next(iter(way)) not in FIND:
                self.refuse(place, f"must name one of {', '.join(FIND)} and a question")
            ((how, path),) = way.items()
            find.append((how, self.question(path, place)))
        values = self.sources(raw.get("values") or {}, "subject.values", SUBJECT_VALUES)
        identity = self.sources(raw.get("identity") or {}, "subject.identity", IDENTITY)
        create = raw.get("create", True)
        if not isinstance(create, bool):
            self.refuse("subject.create", "must be true or false")
        if not create and not find:
            self.refuse("subject", "neither finds nor creates anybody; say how to find the establishment")
        return Subject(tuple(find), create, values, identity)

    def facts(self, raw: Any) -> Iterator[Entry]:
        for n, fact in enumerate(self.listed(raw, "facts")):
            place = f"facts[{n}]"
            self.mapping(fact, place)
            allowed = {"attribute", "label", "label_es", "unit", "qualifier", "when", *_SOURCE_WORDS}
            self.only(fact, allowed, place)
            attribute = str(fact.get("attribute") or "")
            if (
                not attribute
                or not attribute.replace("-", "").replace("_", "").isalnum()
                or len(attribute) > 80
            ):
                self.refuse(f"{place}.attribute", "must be a short code of letters, digits and hyphens")
            said = {name: fact[name] for name in _SOURCE_WORDS if name in fact}
            source = self.source(said, place)
            self.not_identifying(source, place)
            fixed = {
                name: str(fact[name]) for name in ("label", "label_es", "unit", "qualifier") if name in fact
            }
            yield Entry(
                f"fact:{attribute}", FACT, {"value": source}, when=self.when(fact.get("when"), place),
                fixed={"attribute": attribute, **fixed},
            )  # fmt: skip

    def records(self, raw: Any) -> Iterator[Entry]:
        for n, record in enumerate(self.listed(raw, "records")):
            place = f"records[{n}]"
            self.mapping(record, place)
            self.only(record, {"target", "key", "each", "when", "values"}, place)
            target = target_of(str(record.get("target") or ""))
            if target is None or target.code in {FACT, SUBJECT}:
                codes = [code for code in known() if code not in {FACT, SUBJECT}]
                self.refuse(
                    f"{place}.target", f"must be one of {', '.join(codes) or '(none is offered here)'}"
                )
            names = tuple(slot.name for slot in target.slots)
            values = self.sources(record.get("values") or {}, f"{place}.values", names)
            missing = [s.name for s in target.slots if s.is_required and s.name not in values]
            if missing:
                self.refuse(f"{place}.values", f"must say {', '.join(missing)}")
            for name, source in values.items():
                if not target.slot(name).is_identifying:  # type: ignore[union-attr]
                    self.not_identifying(source, f"{place}.values.{name}")
            each = str(record.get("each") or "")
            if each and self.repeats is not None and each not in self.repeats:
                self.refuse(f"{place}.each", f"names “{each}”, which is no repeat of the form")
            key = str(record.get("key") or target.code)
            yield Entry(key[:80], target.code, values, each, self.when(record.get("when"), place))

    def when(self, raw: Any, place: str) -> Condition | None:
        if raw is None:
            return None
        self.mapping(raw, f"{place}.when")
        self.only(raw, {"question", "is"}, f"{place}.when")
        answers = raw.get("is")
        answers = answers if isinstance(answers, list) else [answers]
        if not answers or any(not isinstance(a, str | int | bool) for a in answers):
            self.refuse(f"{place}.when.is", "must be an answer or a list of answers")
        return Condition(self.question(raw.get("question"), f"{place}.when"), tuple(map(_plain, answers)))

    # --- values

    def sources(self, raw: Any, place: str, names: tuple[str, ...]) -> dict[str, Source]:
        self.mapping(raw, place)
        self.only(raw, set(names), place)
        return {name: self.source(said, f"{place}.{name}") for name, said in raw.items()}

    def source(self, raw: Any, place: str) -> Source:
        if isinstance(raw, str):
            return Source(question=self.question(raw, place))
        self.mapping(raw, place)
        self.only(raw, set(_SOURCE_WORDS), place)
        ways = [w for w in ("question", "value", "sum", "count", "point", "about") if w in raw]
        if len(ways) != 1:
            self.refuse(place, "must say one of question, value, sum, count, point, about")
        (way,) = ways
        if way in {"question", "point"}:
            raw = {**raw, way: self.question(raw[way], place)}
        if way == "sum":
            raw = {**raw, "sum": tuple(self.question(p, place) for p in self.listed(raw["sum"], place))}
        if way == "count" and self.repeats is not None and raw["count"] not in self.repeats:
            self.refuse(place, f"counts “{raw['count']}”, which is no repeat of the form")
        if way == "about" and raw["about"] not in ABOUT:
            self.refuse(place, f"about must be one of {', '.join(ABOUT)}")
        if way == "point" and raw.get("part") not in PARTS:
            self.refuse(place, f"part must be one of {', '.join(PARTS)}")
        return self._built(raw, place)

    def _built(self, raw: dict[str, Any], place: str) -> Source:
        table = raw.get("map") or {}
        self.mapping(table, f"{place}.map")
        scale = raw.get("scale")
        if scale is not None and (isinstance(scale, bool) or not isinstance(scale, int | float)):
            self.refuse(f"{place}.scale", "must be a number")
        known = {
            k: raw[k] for k in ("question", "value", "sum", "count", "point", "part", "about") if k in raw
        }
        return Source(**known, map={_plain(k): v for k, v in table.items()}, scale=scale)

    # --- checks

    def question(self, path: Any, place: str) -> str:
        if not isinstance(path, str) or not path:
            self.refuse(place, "must name a question by its path")
        if self.paths is not None and path not in self.paths:
            ends = [p for p in self.paths if p.rpartition("/")[2] == path.rpartition("/")[2]]
            hint = f"; did you mean “{ends[0]}”?" if len(ends) == 1 else ""
            self.refuse(place, f"names “{path}”, which the form does not ask{hint}")
        return path

    def not_identifying(self, source: Source, place: str) -> None:
        """An answer that tells who somebody is may go to the vault alone."""
        if self.definition is None:
            return
        by_path = {q.path: q for q in self.definition.questions}
        for path in source.paths:
            if path in by_path and by_path[path].sensitivity == "identifying":
                self.refuse(
                    place,
                    f"takes “{path}”, which tells who somebody is; such answers go into subject.identity",
                )

    def mapping(self, raw: Any, place: str) -> None:
        if not isinstance(raw, dict) or any(not isinstance(key, str | int | bool) for key in raw):
            self.refuse(place, "must be a list of “name: value” pairs")

    def listed(self, raw: Any, place: str) -> list[Any]:
        if not isinstance(raw, list):
            self.refuse(place, "must be a list")
        return raw

    def only(self, raw: Mapping[str, Any], allowed: set[str], place: str) -> None:
        unknown = next((str(key) for key in raw if key not in allowed), None)
        if unknown is not None:
            where = f"{place}.{unknown}" if place else unknown
            self.refuse(where, f"is not known here; it can be {', '.join(sorted(allowed))}")

    def refuse(self, place: str, problem: str) -> Any:
        raise MappingRefused(place=place, problem=problem)


_SOURCE_WORDS = ("question", "value", "sum", "count", "point", "part", "about", "map", "scale")


def _plain(value: Any) -> str:
    """As an answer is written: YAML reads "yes" as true."""
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
