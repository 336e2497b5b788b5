"""A form under reading: what was found so far, and what its texts say in each language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .definition import NO_LANGUAGE, Choice, EntityDeclaration, FormProblem, Group, Question, Repeat
from .languages import code_of
from .xml import local

_ITEXT = re.compile(r"jr:itext\(\s*['\"]?(.*?)['\"]?\s*\)\s*$")
MEDIA = re.compile(r"jr://(?:images|audio|video|file|file-csv)/(.+)$")


@dataclass
class Control:
    """What the body says about one question."""

    element: Element
    kind: str


@dataclass
class Reading:
    """An XForm under reading."""

    root_name: str
    binds: dict[str, Element] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    groups: dict[str, Element] = field(default_factory=dict)
    repeats: dict[str, Element] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    languages: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    default_language: str = NO_LANGUAGE
    lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    media: list[str] = field(default_factory=list)
    set_values: dict[str, str] = field(default_factory=dict)
    problems: list[FormProblem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    found_groups: list[Group] = field(default_factory=list)
    found_repeats: list[Repeat] = field(default_factory=list)
    entities: list[EntityDeclaration] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def problem(self, place: str, problem: str) -> None:
        """Keep what was not understood, and where it stands."""
        self.problems.append(FormProblem(place, problem))


def read_itext(form: Reading, model: Element) -> None:
    """The languages of a form, and what each text says in each of them."""
    itext = next((e for e in model if local(e.tag) == "itext"), None)
    if itext is None:
        return
    for translation in itext:
        name = translation.get("lang", "")
        code = code_of(name)
        code = name if code in form.names else code
        form.languages.append(code)
        form.names[code] = name
        if translation.get("default") is not None or len(form.languages) == 1:
            form.default_language = code
        for entry in translation:
            said = _read_text(form, entry)
            if said:
                form.texts.setdefault(entry.get("id", ""), {})[code] = said
    for texts in form.texts.values():
        # pyxform writes a dash where a translation is missing.
        if any(t != "-" for t in texts.values()):
            for code in [c for c, t in texts.items() if t == "-"]:
                del texts[code]


def _read_text(form: Reading, entry: Element) -> str:
    plain = ""
    for value in entry:
        kind = value.get("form", "")
        if kind in ("", "long"):
            plain = plain or text_of(value)
        elif kind != "short":
            _note_media(form, text_of(value))
    return plain


def text_of(element: Element | None) -> str:
    """The text, with answers shown in it as ``${name}``."""
    if element is None:
        return ""
    said = [element.text or ""]
    for child in element:
        if local(child.tag) == "output":
            said.append(
                "${" + (child.get("value") or child.get("ref") or "").strip().rpartition("/")[2] + "}"
            )
        else:
            said.append(text_of(child))
        said.append(child.tail or "")
    return " ".join("".join(said).split(" ")).strip()


def _note_media(form: Reading, address: str) -> None:
    found = MEDIA.match(address)
    if found:
        form.media.append(found.group(1))


def texts_of(form: Reading, element: Element | None, ref: str | None = None) -> dict[str, str]:
    """The translations that an element (or an expression such as ``jr:itext('…')``) stands for."""
    ref = ref if ref is not None else (element.get("ref", "") if element is not None else "")
    found = _ITEXT.match(ref.strip())
    if found:
        return dict(form.texts.get(found.group(1), {}))
    said = ref.strip() if element is None else text_of(element)
    return {form.default_language: said} if said else {}


def child_texts(form: Reading, element: Element | None, name: str) -> dict[str, str]:
    """The translations of the label (hint, …) of a control."""
    if element is None:
        return {}
    child = next((e for e in element if local(e.tag) == name), None)
    return {} if child is None else texts_of(form, child)
