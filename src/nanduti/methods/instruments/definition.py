"""What a form asks, as values: questions by path, repeats, lists of choices; to JSON and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Texts = Mapping[str, str]  # language → text

OPEN, SENSITIVE, IDENTIFYING = "open", "sensitive", "identifying"
SENSITIVITIES = (OPEN, SENSITIVE, IDENTIFYING)

_KIND_NAMES = (
    "text integer decimal date time datetime select_one select_multiple rank geopoint geotrace geoshape image audio "
    "video file signature barcode range calculate note acknowledge hidden metadata audit"
)
KINDS = tuple(_KIND_NAMES.split())
FILE_KINDS = frozenset({"image", "audio", "video", "file", "signature", "audit"})
LIST_KINDS = frozenset({"select_multiple", "rank"})
# Nobody is asked anything in these.
SILENT_KINDS = frozenset({"calculate", "note", "hidden", "metadata", "audit"})

# What a form has no language for.
NO_LANGUAGE = "default"


def in_language(texts: Texts, language: str, default: str = "") -> str:
    """The text in that language, else in the default one, else in whichever there is.

    >>> in_language({"es": "Nombre", "en": "Name"}, "pt", "es")
    'Nombre'
    """
    return texts.get(language) or texts.get(default) or next((t for t in texts.values() if t), "")


@dataclass(frozen=True)
class Choice:
    """One answer that may be chosen; ``extra`` holds the other columns of its list."""

    name: str
    labels: Texts = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One field of a form. ``path``: names from below the root; ``repeat``: path of the nearest repeat or ""."""

    path: str
    kind: str
    data_type: str = "text"
    labels: Texts = field(default_factory=dict)
    hints: Texts = field(default_factory=dict)
    list_name: str = ""
    is_required: bool = False
    repeat: str = ""
    sensitivity: str = SENSITIVE
    unit: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    appearance: str = ""
    save_to: str = ""
    required: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_messages: Texts = field(default_factory=dict)
    calculation: str = ""
    # The other columns ``bind::nanduti:…`` by their name: check, concept, source, …
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last part of the path, by which versions are joined."""
        return self.path.rpartition("/")[2]

    @property
    def group(self) -> str:
        """The path of what holds the question, or ""."""
        return self.path.rpartition("/")[0]

    def label(self, language: str = "", default: str = "") -> str:
        """What is asked, or the question's name where nothing is."""
        return in_language(self.labels, language, default) or self.name


@dataclass(frozen=True)
class Group:
    """Questions shown together."""

    path: str
    labels: Texts = field(default_factory=dict)
    repeat: str = ""
    relevant: str = ""
    appearance: str = ""


@dataclass(frozen=True)
class Repeat:
    """Questions asked as often as there are things to ask about; ``parent``: the repeat around it or ""."""

    path: str
    labels: Texts = field(default_factory=dict)
    parent: str = ""
    count: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class EntityDeclaration:
    """That a form makes or changes an entity; ``container``: the group or repeat it is declared in, or ""."""

    list_name: str
    container: str = ""
    repeat: str = ""
    creates: bool = False
    updates: bool = False
    create_if: str = ""
    update_if: str = ""
    label: str = ""


@dataclass(frozen=True)
class Check:
    """A rule that answers should obey: broken where the expression holds not."""

    name: str
    expression: str
    severity: str = "warning"
    messages: Texts = field(default_factory=dict)
    repeat: str = ""


@dataclass(frozen=True)
class FormProblem:
    """Something in a form that we do not understand, and where."""

    place: str
    problem: str


@dataclass(frozen=True)
class Definition:
    """A version of a form: everything needed to read, show, tabulate and explain its answers."""

    form_id: str
    version: str = ""
    title: Texts = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    default_language: str = NO_LANGUAGE
    # Language code → the language as the form writes it, such as "Español (es)".
    language_names: Texts = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    groups: tuple[Group, ...] = ()
    choice_lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    # List name → file it comes from, for lists that are not in the form itself.
    list_files: Texts = field(default_factory=dict)
    # Files that the form needs on the device.
    media: tuple[str, ...] = ()
    entities: tuple[EntityDeclaration, ...] = ()
    entities_version: str = ""
    checks: tuple[Check, ...] = ()
    # Where the form itself says answers are to be sent: it overrides the server's address.
    submission_url: str = ""
    public_key: str = ""
    root_name: str = "data"
    problems: tuple[FormProblem, ...] = ()

    @cached_property
    def by_path(self) -> dict[str, Question]:
        """Questions by their path."""
        return {q.path: q for q in self.questions}

    @cached_property
    def by_name(self) -> dict[str, Question]:
        """Questions by their name; of two with one name, the first."""
        named: dict[str, Question] = {}
        for question in self.questions:
            named.setdefault(question.name, question)
        return named

    def question(self, path_or_name: str) -> Question | None:
        """The question of that path, else of that name."""
        return self.by_path.get(path_or_name) or self.by_name.get(path_or_name)

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        """The choices that stand in the form itself."""
        return tuple(self.choice_lists.get(question.list_name, ()))

    def asked(self) -> list[Question]:
        """The questions that somebody is asked."""
        return [q for q in self.questions if q.kind not in SILENT_KINDS]

    def to_json(self) -> dict[str, Any]:
        """Plain lists and dictionaries; empty things are left out."""
        return _slim(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Definition:
        """What :meth:`to_json` wrote."""
        made = dict(data)
        for name, kind in _PARTS.items():
            made[name] = tuple(kind(**part) for part in data.get(name, ()))
        made["choice_lists"] = {
            name: tuple(Choice(**c) for c in choices)
            for name, choices in data.get("choice_lists", {}).items()
        }
        for name in ("languages", "media"):
            made[name] = tuple(data.get(name, ()))
        return cls(**made)


_PARTS: dict[str, Any] = {
    "questions": Question,
    "repeats": Repeat,
    "groups": Group,
    "entities": EntityDeclaration,
    "checks": Check,
    "problems": FormProblem,
}
_KEPT = frozenset({"form_id", "path", "kind", "name", "list_name", "default_language", "expression"})


def _slim(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        made = {}
        for part in dataclasses.fields(value):
            said = getattr(value, part.name)
            slim = _slim(said)
            if part.name in _KEPT or (said != part.default and slim not in ({}, [], "", None)):
                made[part.name] = slim
        return made
    if isinstance(value, Mapping):
        return {k: _slim(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [_slim(v) for v in value]
    return value
