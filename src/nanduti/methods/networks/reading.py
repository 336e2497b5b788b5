"""Networks from the text of the field's files: UCINET's DL and NetDraw's VNA."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import polars as pl

from nanduti.methods.values import mark

from .errors import UnreadableFile
from .graph import Network, from_matrix

MISSING = {".", "na", "n/a", "?"}
FORMATS = ("fullmatrix", "edgelist1", "nodelist1")


def read_dl(text: str, *, directed: bool | None = None, self_ties: str = "drop") -> dict[str, Network]:
    """Networks from the text of a DL file.

    Understood: ``n``, ``nm``, ``format = fullmatrix | edgelist1 | nodelist1``, ``diagonal = present | absent``,
    ``labels``, ``row labels``, ``matrix labels``, ``labels embedded`` and ``data``. A full stop or NA is an unknown
    pair. A file that is shorter than it declares is refused, because the rest would look like missing ties.

    Args:
        text: the text of the file.
        directed: found from the ties if not given.
        self_ties: "drop" or "refuse" what stands on the diagonal.

    Returns:
        Name of the matrix → network; a single matrix without name is called "1".

    Raises:
        UnreadableFile: at which line and why.

    Source: UCINET's manual, DL files.

    >>> networks = read_dl("dl n=3 format=edgelist1 labels: Ana, Beto, Celia data: 1 2 1 2 3 4")
    >>> networks["1"].frame().rows()
    [('Ana', 'Beto', 1.0), ('Beto', 'Celia', 4.0)]
    """
    words = list(_words(text))
    if not words or words[0][0].lower() != "dl":
        raise UnreadableFile(form="DL", line=1, problem=mark("it does not begin with DL"))
    head, data = _sections(words[1:])
    n = _number(head, "n", words)
    if "nr" in head or "nc" in head:
        raise UnreadableFile(form="DL", line=1, problem=mark("it is a table of two kinds of actors"))
    n_matrices = int(head.get("nm", ["1"])[0])
    form = head.get("format", ["fullmatrix"])[0].lower()
    if form not in FORMATS:
        raise UnreadableFile(form="DL", line=1, problem=form)
    labels = head.get("labels") or head.get("row labels") or []
    names = head.get("matrix labels") or [str(k + 1) for k in range(n_matrices)]
    if len(names) != n_matrices:
        raise UnreadableFile(form="DL", line=1, problem=mark("it does not name all matrices"))
    reader = {
        "fullmatrix": _full,
        "edgelist1": partial(_listed, n_words=3, put=_put_edge),
        "nodelist1": partial(_listed, n_words=0, put=_put_neighbours),
    }[form]
    matrices, labels = reader(data, n, n_matrices, labels, head)
    actors = labels if labels else list(range(1, n + 1))
    return {
        name: from_matrix(matrix, actors, directed=directed, kind=name, self_ties=self_ties)
        for name, matrix in zip(names, matrices)
    }


Word = tuple[str, int]


def _words(text: str) -> Iterator[Word]:
    """Words with the lines they stand on; what stands in quotation marks is one word; ``!`` ends a line."""
    for line, content in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        for quoted, plain in re.findall(r'"([^"]*)"|([^\s,="]+|=)', content):
            if plain == "!":
                yield "!", line
                break
            yield (quoted if quoted or not plain else plain), line
        yield "\n", line


def _sections(words: list[Word]) -> tuple[dict[str, list[str]], list[Word]]:
    """What the head declares, and the words of the data."""
    head: dict[str, list[str]] = {}
    place, current = 0, ""
    while place < len(words):
        word = words[place][0]
        low = word.lower()
        following = next((w for w, _ in words[place + 1 :] if w != "\n"), "")
        if low in ("data:", "data"):
            return head, words[place + 1 :]
        two = f"{low} {following.lower()}"
        if two in (
            "row labels:",
            "column labels:",
            "col labels:",
            "matrix labels:",
            "labels embedded",
            "labels embedded:",
        ):
            current = two.rstrip(":")
            head[current] = []
            place = _after(words, place, following)
            continue
        if low == "labels:":
            current = "labels"
            head[current] = []
        elif following == "=":
            value = [w for w, _ in words[place + 1 :] if w not in ("\n", "=")][:1]
            head[low] = value
            place = _after(words, place, value[0] if value else "")
            current = ""
            continue
        elif current and word != "\n":
            head[current].append(word)
        place += 1
    raise UnreadableFile(form="DL", line=words[-1][1] if words else 1, problem=mark("it holds no data"))


def _after(words: list[Word], place: int, word: str) -> int:
    while place < len(words) and words[place][0] != word:
        place += 1
    return place + 1


def _number(head: dict[str, list[str]], name: str, words: list[Word]) -> int:
    try:
        return int(head[name][0])
    except (KeyError, IndexError, ValueError):
        raise UnreadableFile(
            form="DL", line=1, problem=mark("it does not say how many actors there are")
        ) from None


def _value(word: Word) -> float:
    if word[0].lower() in MISSING:
        return float("nan")
    try:
        return float(word[0])
    except ValueError:
        raise UnreadableFile(form="DL", line=word[1], problem=f"«{word[0]}»") from None


def _full(
    data: list[Word], n: int, n_matrices: int, labels: list[str], head: dict[str, list[str]]
) -> tuple[list[np.ndarray], list[str]]:
    words = [word for word in data if word[0] not in ("\n", "!")]
    embedded = "labels embedded" in head
    diagonal = head.get("diagonal", ["present"])[0].lower() == "present"
    per_row = n if diagonal else n - 1
    needed = n_matrices * (n * (per_row + embedded) + (n if embedded else 0))
    if len(words) != needed:
        line = words[-1][1] if words else 1
        raise UnreadableFile(form="DL", line=line, problem=f"{len(words)} ≠ {needed}")
    matrices, place = [], 0
    for _ in range(n_matrices):
        if embedded:
            labels = [word for word, _ in words[place : place + n]]
            place += n
        matrix = np.zeros((n, n))
        for row in range(n):
            place += 1 if embedded else 0
            values = [_value(word) for word in words[place : place + per_row]]
            place += per_row
            matrix[row, [c for c in range(n) if diagonal or c != row]] = values
        matrices.append(matrix)
    return matrices, labels


def _listed(
    data: list[Word],
    n: int,
    n_matrices: int,
    labels: list[str],
    head: dict[str, list[str]],
    *,
    n_words: int,
    put: Callable[[np.ndarray, list[Word], Callable[[Word], int]], None],
) -> tuple[list[np.ndarray], list[str]]:
    """Matrices given by lines of ends; ``put`` writes one line, ``n_words`` is 0 where a line is as long as it is."""
    names = {label.lower(): row for row, label in enumerate(labels)}
    labels = list(labels)
    embedded = "labels embedded" in head or bool(labels)

    def row_of(word: Word) -> int:
        return _end(word, n, names, labels, embedded)

    matrices = []
    for words in _blocks(data, n_matrices):
        matrix = np.zeros((n, n))
        for line in _lines(words, n_words):
            put(matrix, line, row_of)
        matrices.append(matrix)
    return matrices, labels + [str(k + 1) for k in range(len(labels), n)] if labels else labels


def _put_edge(matrix: np.ndarray, line: list[Word], row_of: Callable[[Word], int]) -> None:
    one, other = row_of(line[0]), row_of(line[1])
    matrix[one, other] = _value(line[2]) if len(line) > 2 else 1.0


def _put_neighbours(matrix: np.ndarray, line: list[Word], row_of: Callable[[Word], int]) -> None:
    one, *others = (row_of(word) for word in line)
    matrix[one, others] = 1.0


def _blocks(data: list[Word], n_matrices: int) -> list[list[Word]]:
    """The words of each matrix; an exclamation mark stands between matrices."""
    blocks: list[list[Word]] = [[]]
    for word in data:
        if word[0] == "!":
            blocks.append([])
        else:
            blocks[-1].append(word)
    while len(blocks) > n_matrices and not [w for w in blocks[-1] if w[0] != "\n"]:
        blocks.pop()
    if len(blocks) != n_matrices:
        line = data[-1][1] if data else 1
        raise UnreadableFile(form="DL", line=line, problem=f"{len(blocks)} ≠ {n_matrices}")
    return blocks


def _lines(words: list[Word], most: int) -> list[list[Word]]:
    """Words line by line; several ties on one line are parted by threes."""
    lines: list[list[Word]] = [[]]
    for word in words:
        if word[0] == "\n":
            lines.append([])
        else:
            lines[-1].append(word)
    full = [line for line in lines if line]
    if not most:
        return full
    parted: list[list[Word]] = []
    for line in full:
        if len(line) <= most:
            parted.append(line)
        elif len(line) % most == 0:
            parted += [line[k : k + most] for k in range(0, len(line), most)]
        else:
            raise UnreadableFile(form="DL", line=line[0][1], problem=f"{len(line)} ≠ {most}")
        if len(parted[-1]) < 2:
            raise UnreadableFile(form="DL", line=line[0][1], problem=mark("a tie lacks its other end"))
    return parted


def _end(word: Word, n: int, names: dict[str, int], labels: list[str], embedded: bool) -> int:
    low = word[0].lower()
    if embedded and low in names:
        return names[low]
    if low.isdigit() and 1 <= int(low) <= n and not (embedded and not labels):
        return int(low) - 1
    if embedded and len(labels) < n:
        names[low] = len(labels)
        labels.append(word[0])
        return names[low]
    raise UnreadableFile(form="DL", line=word[1], problem=f"«{word[0]}»")


def read_vna(text: str, *, directed: bool | None = None, self_ties: str = "drop") -> dict[str, Network]:
    """Networks and attributes from the text of a VNA file.

    Args:
        text: the text of the file, with the sections ``*node data`` (optional) and ``*tie data``.
        directed: found from the ties if not given.
        self_ties: "drop" or "refuse".

    Returns:
        Name of the tie column → network, each with the attributes.

    Raises:
        UnreadableFile: at which line and why.

    Source: NetDraw's help, VNA format.

    >>> text = '''*node data
    ... id size
    ... "Ana María" 3
    ... Beto 5
    ... *tie data
    ... from to sells trusts
    ... "Ana María" Beto 1 0'''
    >>> networks = read_vna(text)
    >>> sorted(networks), networks["sells"].frame().rows(), networks["sells"].attributes["size"].to_list()
    (['sells', 'trusts'], [('Ana María', 'Beto', 1.0)], [3.0, 5.0])
    """
    sections = _vna_sections(text)
    if "tie data" not in sections or not sections["tie data"]:
        raise UnreadableFile(form="VNA", line=1, problem=mark("it holds no ties"))
    nodes = sections.get("node data") or sections.get("node properties") or []
    header, *rows = sections["tie data"]
    kinds = header[0][2:] or ["1"]
    listed = [row[0][0] for row in nodes[1:]]
    actors = list(dict.fromkeys([*listed, *(end for row in rows for end in row[0][:2])]))
    places = {actor: place for place, actor in enumerate(actors)}
    attributes = _attributes(nodes, actors)
    networks = {}
    for column, kind in enumerate(kinds):
        matrix = np.zeros((len(actors), len(actors)))
        for words, line in rows:
            if len(words) < 2 or (len(header[0]) > 2 and len(words) != len(header[0])):
                raise UnreadableFile(form="VNA", line=line, problem=f"{len(words)} ≠ {len(header[0])}")
            value = _value((words[2 + column], line)) if len(words) > 2 else 1.0
            matrix[places[words[0]], places[words[1]]] = value
        networks[kind] = from_matrix(
            matrix, actors, directed=directed, attributes=attributes, kind=kind, self_ties=self_ties
        )
    return networks


VnaRow = tuple[list[str], int]


def _vna_sections(text: str) -> dict[str, list[VnaRow]]:
    sections: dict[str, list[VnaRow]] = {}
    current: list[VnaRow] | None = None
    for line, content in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        stripped = content.strip()
        if not stripped:
            continue
        if stripped.startswith("*"):
            current = sections.setdefault(stripped[1:].strip().lower(), [])
        elif current is not None:
            try:
                words = shlex.split(stripped.replace(",", " ").replace("'", "’"))
            except ValueError:
                raise UnreadableFile(
                    form="VNA", line=line, problem=mark("a quotation mark is not closed")
                ) from None
            current.append((words, line))
    return sections


def _attributes(nodes: list[VnaRow], actors: list[str]) -> pl.DataFrame | None:
    if not nodes:
        return None
    header = nodes[0][0]
    columns: dict[str, list[str | None]] = {name: [] for name in header[1:]}
    by_actor = {}
    for words, line in nodes[1:]:
        if len(words) != len(header):
            raise UnreadableFile(form="VNA", line=line, problem=f"{len(words)} ≠ {len(header)}")
        by_actor[words[0]] = words[1:]
    for actor in actors:
        values = by_actor.get(actor, [None] * (len(header) - 1))
        for name, value in zip(header[1:], values):
            columns[name].append(None if value is None or value.lower() in MISSING else value)
    frame = pl.DataFrame({"actor": actors, **columns})
    for name in header[1:]:
        number = frame[name].cast(pl.Float64, strict=False)
        if number.null_count() == frame[name].null_count():
            frame = frame.with_columns(number.alias(name))
    return frame
