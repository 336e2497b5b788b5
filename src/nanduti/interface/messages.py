"""The translation catalogues, room by room, kept without gettext's programs.

Texts are collected from Python (calls of ``gettext`` and its kin, ``mark``, ``worded``, and the first lines of import
loaders), from templates (Django's own lexer) and from the data a room ships (titles and prose of its YAML
files). Each room's ``locale/es/LC_MESSAGES/django.po`` keeps its translations; what is no longer used is kept
as obsolete, so that a text that comes back brings its translation along.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
import yaml
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import trim_whitespace

PACKAGE = Path(__file__).resolve().parents[1]
LANGUAGE = "es"
NOT_ROOMS = {"config", "static", "__pycache__"}
METADATA = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": LANGUAGE,
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
# Function → which arguments hold the context, the text and its plural.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "mark": (None, 0, None),
    "worded": (None, 0, None),
    "N_": (None, 0, None),
    "_": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# The fields of data files that people read.
DATA_FIELDS = frozenset(
    {"title", "prose", "label", "sentence", "says", "question", "about", "remedy", "unit_label"}
)


@dataclass
class Text:
    """One text to translate, with the files it stands in."""

    id: str
    context: str | None = None
    plural: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.id


class NotExtractable(Exception):
    """A call whose text is put together while the program runs, so that no catalogue can hold it."""


# --- collecting


def rooms() -> list[Path]:
    """The folders that have a catalogue of their own."""
    return sorted(p for p in PACKAGE.iterdir() if (p / "__init__.py").is_file() and p.name not in NOT_ROOMS)


def texts_of(room: Path) -> dict[tuple[str | None, str], Text]:
    """Every text of a room."""
    found: dict[tuple[str | None, str], Text] = {}
    for path in sorted(room.rglob("*")):
        read = _READERS.get(path.suffix)
        inside = path.relative_to(room)
        if read is None or {"locale", "migrations", "static"} & set(inside.parts):
            continue
        for text in read(path.read_text(encoding="utf-8"), str(inside)):
            if text.id:
                kept = found.setdefault(text.key, text)
                kept.plural = kept.plural or text.plural
                kept.files.add(inside.as_posix())
    return found


def texts_of_python(source: str, name: str = "") -> Iterator[Text]:
    """The texts in a Python file.

    >>> [(t.id, t.plural) for t in texts_of_python('x = ngettext("%d firm", "%d firms", n)')]
    [('%d firm', '%d firms')]
    """
    tree = ast.parse(source, filename=name)
    names = _names_of_calls(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield from _of_call(node, CALLS[names[called]], name)
        elif isinstance(node, ast.FunctionDef) and _is_loader(node):
            about = (ast.get_docstring(node) or "").strip().splitlines()
            yield from (Text(line) for line in about[:1])


def _names_of_calls(tree: ast.AST) -> dict[str, str]:
    """What the functions are called in this file."""
    names = {name: name for name in CALLS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.name in CALLS and alias.asname:
                    names[alias.asname] = alias.name
    return names


def _of_call(node: ast.Call, places: tuple[int | None, int, int | None], name: str) -> Iterator[Text]:
    context_at, text_at, plural_at = places
    if len(node.args) <= max(place for place in places if place is not None):
        return
    if isinstance(node.args[text_at], ast.JoinedStr):
        raise NotExtractable(f"{name}, line {node.lineno}: a text to translate may not be an f-string")
    text = _constant(node.args[text_at])
    if text is None:
        return
    context = _constant(node.args[context_at]) if context_at is not None else None
    plural = _constant(node.args[plural_at]) if plural_at is not None else None
    yield Text(text, context, plural)


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_loader(node: ast.FunctionDef) -> bool:
    called = [d.func for d in node.decorator_list if isinstance(d, ast.Call)]
    return any(getattr(f, "id", "") == "table" for f in called)


_LITERAL = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TRANSLATE = re.compile(
    rf"^(?:translate|trans)\s+{_LITERAL}(?:\s*\|\S+)?(?:.*?\bcontext\s+{_LITERAL})?", re.S
)
_BLOCK = re.compile(r"^(?:blocktranslate|blocktrans)\b(.*)$", re.S)
_CONTEXT = re.compile(rf"\bcontext\s+{_LITERAL}")
_UNDERSCORE = re.compile(rf"_\({_LITERAL}\)")


def texts_of_template(source: str, name: str = "") -> Iterator[Text]:
    """The texts in a Django template; per cent signs are doubled, as Django asks for them.

    >>> [t.id for t in texts_of_template('{% translate "10 % more" %}{{ x|default:_("none") }}')]
    ['10 %% more', 'none']
    >>> [(t.id, t.plural) for t in texts_of_template(
    ...     '{% blocktranslate count n=x %}one{% plural %}{{ n }} of them{% endblocktranslate %}')]
    [('one', '%(n)s of them')]
    """
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type not in {TokenType.BLOCK, TokenType.VAR}:
            continue
        block = _BLOCK.match(token.contents) if token.token_type == TokenType.BLOCK else None
        if block:
            yield _of_block(block.group(1), tokens)
            continue
        translated = _TRANSLATE.match(token.contents) if token.token_type == TokenType.BLOCK else None
        if translated:
            context = translated.group(2)
            yield Text(_literal(translated.group(1)), context and ast.literal_eval(context))
        for found in _UNDERSCORE.finditer(token.contents):
            yield Text(_literal(found.group(1)))


def _literal(quoted: str) -> str:
    return ast.literal_eval(quoted).replace("%", "%%")


def _of_block(arguments: str, tokens: Iterator[Token]) -> Text:
    singular: list[str] = []
    plural: list[str] = []
    now = singular
    for token in tokens:
        if token.token_type == TokenType.BLOCK:
            if token.contents.startswith("end"):
                break
            now = plural  # {% plural %} is the only tag that may stand inside
        elif token.token_type == TokenType.VAR:
            now.append(f"%({token.contents})s")
        elif token.token_type == TokenType.TEXT:
            now.append(token.contents.replace("%", "%%"))
    tidy = trim_whitespace if re.search(r"\btrimmed\b", arguments) else str
    context = _CONTEXT.search(arguments)
    text = Text(tidy("".join(singular)), context and ast.literal_eval(context.group(1)))
    text.plural = tidy("".join(plural)) if plural else None
    return text


def texts_of_data(source: str, name: str = "") -> Iterator[Text]:
    """The titles and prose in a data file; a text that brings its translation (``title_es``) needs none.

    >>> [t.id for t in texts_of_data('[{code: a, title: Fair}, {title: Visit, title_es: Visita}]')]
    ['Fair']
    """
    yield from _walk(yaml.safe_load(source))


def _walk(value: object) -> Iterator[Text]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and key in DATA_FIELDS and f"{key}_{LANGUAGE}" not in value:
                yield Text(inner.strip())
            else:
                yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


_READERS = {
    ".py": texts_of_python,
    ".html": texts_of_template,
    ".txt": texts_of_template,
    ".yaml": texts_of_data,
}


# --- catalogues


def catalogue_path(room: Path) -> Path:
    return room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def open_catalogue(room: Path) -> polib.POFile:
    """A room's catalogue, or a new one."""
    path = catalogue_path(room)
    catalogue = polib.pofile(str(path), wrapwidth=110) if path.is_file() else polib.POFile(wrapwidth=110)
    catalogue.metadata = dict(METADATA)
    catalogue.header = "Nanduti's texts in Spanish (es), written for people who say usted."
    return catalogue


def merge(
    catalogue: polib.POFile, texts: Iterable[Text], known: dict[tuple[str | None, str], polib.POEntry]
) -> None:
    """Bring a catalogue in line with the texts: new ones come in, unused ones become obsolete."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    wanted = {text.key: text for text in texts}
    for key, entry in entries.items():
        entry.obsolete = key not in wanted
    for key, text in wanted.items():
        entry = entries.get(key)
        if entry is None:
            entry = polib.POEntry(msgid=text.id, msgctxt=text.context)
            catalogue.append(entry)
        _bring_up_to_date(entry, text, known.get(key))
    catalogue.sort(key=lambda e: (e.obsolete, e.occurrences, e.msgid, e.msgctxt or ""))


def _bring_up_to_date(entry: polib.POEntry, text: Text, same_elsewhere: polib.POEntry | None) -> None:
    # Files without lines: a line that moves is no change to translate.
    entry.occurrences = [(name, "") for name in sorted(text.files)]
    if bool(text.plural) != bool(entry.msgid_plural) or text.plural != (entry.msgid_plural or None):
        entry.msgid_plural = text.plural or ""
        entry.msgstr_plural = {0: "", 1: ""} if text.plural else {}
    # One text has one translation in the whole house.
    if not entry.translated() and same_elsewhere is not None and same_elsewhere.translated():
        entry.msgstr = same_elsewhere.msgstr
        entry.msgstr_plural = dict(same_elsewhere.msgstr_plural)
    flags = {flag for flag in entry.flags if flag == "fuzzy"}
    entry.flags = sorted(flags)


def write_catalogue(catalogue: polib.POFile, room: Path) -> bool:
    """Write it if it differs from what is there; says whether it did."""
    path = catalogue_path(room)
    text = str(catalogue).rstrip("\n") + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def compile_catalogues(*, force: bool = False) -> int:
    """Compile what is newer than its compiled form; returns how many catalogues were compiled."""
    n = 0
    for path in sorted(PACKAGE.rglob("locale/*/LC_MESSAGES/*.po")):
        compiled = path.with_suffix(".mo")
        if not force and compiled.is_file() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        # Another process may read the catalogue at this moment: it sees the old or the new one, whole.
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".mo.new")
        os.close(handle)
        polib.pofile(str(path)).save_as_mofile(draft)
        os.chmod(draft, 0o644)
        os.replace(draft, compiled)
        n += 1
    return n


# --- checking

_PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)[^{}]*\}|(%[sd%])")


def places(text: str) -> set[str]:
    """The places that details fill.

    >>> sorted(places("{n} of %(total)s"))
    ['n', 'total']
    """
    return {next(filter(None, found)) for found in _PLACES.findall(text)}


def problems_of(texts: dict[tuple[str | None, str], Text], catalogue: polib.POFile) -> Iterator[str]:
    """What a catalogue lacks."""
    entries = {(e.msgctxt, e.msgid): e for e in catalogue if not e.obsolete}
    for key, text in sorted(texts.items(), key=lambda item: (item[1].id, item[0][0] or "")):
        entry = entries.get(key)
        if entry is None:
            yield f"missing: {text.id!r} ({', '.join(sorted(text.files))})"
        elif entry.fuzzy:
            yield f"fuzzy: {text.id!r}"
        elif not entry.translated() or (text.plural and not all(entry.msgstr_plural.values())):
            yield f"not translated: {text.id!r} ({', '.join(sorted(text.files))})"
        else:
            yield from _wrong_places(entry)


def _wrong_places(entry: polib.POEntry) -> Iterator[str]:
    originals = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    allowed = set().union(*(places(text) for text in originals))
    for translated in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        strange = places(translated) - allowed
        # In the singular a number may be left out ("one firm"); elsewhere nothing may.
        lost = set() if entry.msgid_plural else allowed - places(translated)
        if strange or lost:
            yield f"places differ ({', '.join(sorted(strange | lost))}): {entry.msgid!r} → {translated!r}"


def contradictions(catalogues: dict[str, polib.POFile]) -> Iterator[str]:
    """Texts that two rooms translate differently: Django would use one of them for both."""
    seen: dict[tuple[str | None, str], tuple[str, str]] = {}
    for room, catalogue in catalogues.items():
        for entry in catalogue:
            if entry.obsolete or not entry.translated():
                continue
            # One room may need the plural where another does not: what both say is the singular.
            said = entry.msgstr or entry.msgstr_plural[0]
            other_room, other = seen.setdefault((entry.msgctxt, entry.msgid), (room, said))
            if other != said:
                yield f"{entry.msgid!r} is {other!r} in {other_room} and {said!r} in {room}"


def run_messages(check: bool = False, room: str | None = None) -> int:
    """The body of ``nanduti messages``: bring the catalogues up to date, or (``check``) say what they lack."""
    chosen = [path for path in rooms() if room in (None, path.name)]
    if not chosen:
        sys.stderr.write(f"There is no room called {room}.\n")
        return 2
    catalogues = {path.name: open_catalogue(path) for path in rooms()}
    known = {
        (e.msgctxt, e.msgid): e for c in catalogues.values() for e in c if e.translated() and not e.fuzzy
    }
    n_lacking = 0
    for path in chosen:
        texts = texts_of(path)
        if not check:
            merge(catalogues[path.name], texts.values(), known)
            if texts or catalogue_path(path).is_file():
                write_catalogue(catalogues[path.name], path)
        for problem in problems_of(texts, catalogues[path.name]):
            n_lacking += 1
            sys.stdout.write(f"{path.name}: {problem}\n")
    for problem in contradictions(catalogues):
        n_lacking += 1
        sys.stdout.write(f"{problem}\n")
    if not check:
        compile_catalogues()
    sys.stdout.write(f"{n_lacking} texts want attention.\n" if n_lacking else "Every text is translated.\n")
    return 1 if check and n_lacking else 0
