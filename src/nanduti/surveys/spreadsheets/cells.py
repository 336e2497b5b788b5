"""What people write into cells, as forms take it: numbers, days, times, choices by name or by word, places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from nanduti.methods.instruments import Definition, Question
from nanduti.methods.instruments.frames import typed
from nanduti.methods.planning import parse_when
from nanduti.methods.values import PersonError, mark
from nanduti.register.folding import fold

YES = frozenset({"1", "yes", "true", "si", "sí", "x", "✓", "verdadero", "1.0"})
NO = frozenset({"0", "no", "false", "falso", "0.0", "-"})
# Cells that say that there is no answer.
EMPTY = frozenset({"", "n/a", "na", "#n/a", "null", "none", "-", "--"})
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,\u00a0\u202f' ]\d{3})+")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?$", re.IGNORECASE)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")


class Misfit(Exception):
    """A cell that is no answer to its question: why, and what would be."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def is_empty(text: str) -> bool:
    return text.strip().lower() in EMPTY


def answer(definition: Definition, question: Question, text: str) -> str:
    """The text that a form would have sent for what stands in a cell; raises :class:`Misfit`."""
    text = text.strip()
    kind = typed(question)
    if question.list_name and definition.choices_of(question):
        return _choices(definition, question, text)
    reader = _READERS.get(kind)
    return reader(text) if reader else text


# --- numbers


def whole(text: str) -> str:
    """A whole number, with or without marks between thousands.

    >>> whole("1.250"), whole("7"), whole("7.0")
    ('1250', '7', '7')
    """
    plain = re.sub(r"\.0+$", "", text)
    if re.fullmatch(r"[+-]?\d{1,18}", plain):
        return str(int(plain))
    if _GROUPED.fullmatch(text):
        return str(int(re.sub(r"[^\d+-]", "", text)))
    raise Misfit(mark("is not a whole number"), mark("Write digits only, such as 1250."))


def decimal(text: str) -> str:
    """A number with a point or a comma; one comma before three digits could mean either and is refused.

    >>> decimal("1,5"), decimal("1.234,50"), decimal("1,234.50"), decimal("12")
    ('1.5', '1234.50', '1234.50', '12')
    """
    plain = re.sub(r"[\s\u00a0\u202f']", "", text)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", plain):
        return plain
    if "," in plain and "." in plain:
        point = max(",.", key=plain.rfind)
        other = "," if point == "." else "."
        plain = plain.replace(other, "").replace(point, ".")
    elif re.fullmatch(r"[+-]?\d{1,3},\d{3}", plain):
        raise Misfit(mark("could be a thousand or a fraction"), mark("Write 1234 or 1.234, without a comma."))
    else:
        plain = plain.replace(",", ".") if plain.count(",") == 1 else plain.replace(",", "")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
        raise Misfit(mark("is not a number"), mark("Write digits with a point, such as 12.5."))
    return plain


# --- days and times


def day(text: str) -> str:
    """A whole day, as people write it; a month or a year alone is not one.

    >>> day("2026-03-02"), day("2 March 2026"), day("2/3/2026")
    ('2026-03-02', '2026-03-02', '2026-03-02')
    """
    head = text[:10]
    if _ISO_DAY.match(head) and (len(text) == 10 or text[10] in "T "):
        text = head
    try:
        when = parse_when(text)
    except PersonError:
        raise Misfit(
            mark("is not a day"), mark("Write the day as year-month-day, such as 2026-03-02.")
        ) from None
    start, end = when.period.start, when.period.end
    if when.precision != "day" or start is None or end is None or end - start != timedelta(days=1):
        raise Misfit(
            mark("is not one whole day"), mark("Write the day as year-month-day, such as 2026-03-02.")
        )
    return start.isoformat()


def clock(text: str) -> str:
    """A time of day.

    >>> clock("9:05"), clock("3:30 pm")
    ('09:05:00', '15:30:00')
    """
    found = _TIME.match(text)
    if not found:
        raise Misfit(mark("is not a time of day"), mark("Write it as 14:30."))
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Misfit(mark("is not a time of day"), mark("Write it as 14:30."))
    return f"{hour:02}:{minute:02}:{second:02}"


def moment(text: str) -> str:
    """A day with a time; a day alone is its midnight.

    >>> moment("2026-03-02 14:30"), moment("2026-03-02T14:30:00.000-03:00")
    ('2026-03-02T14:30:00', '2026-03-02T14:30:00-03:00')
    """
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        head, _blank, tail = text.rpartition(" ")
        if head and ":" in tail:
            return f"{day(head)}T{clock(tail)}"
        return f"{day(text)}T00:00:00"


# --- choices


def _choices(definition: Definition, question: Question, text: str) -> str:
    known = _known(definition, question)
    one = known.get(_tidy(text))
    if question.kind not in ("select_multiple", "rank"):
        if one is None:
            raise Misfit(mark("is not one of the choices"), ", ".join(_some(definition, question)))
        return one
    if one is not None:
        return one
    for parts in (text.split(), re.split(r"\s*[;|·\n]\s*", text), re.split(r"\s*,\s*", text)):
        names = [known.get(_tidy(part)) for part in parts if part.strip()]
        if names and None not in names:
            return " ".join(dict.fromkeys(names))  # type: ignore[arg-type]
    raise Misfit(mark("holds what is not one of the choices"), ", ".join(_some(definition, question)))


def _tidy(text: str) -> str:
    return fold(re.sub(r"\.0+$", "", text.strip()))


def _known(definition: Definition, question: Question) -> Mapping[str, str]:
    """Name or label in any language → name; made once and kept with the definition."""
    kept = definition.__dict__.setdefault("_choices_known", {})
    if question.path not in kept:
        known: dict[str, str] = {}
        choices = definition.choices_of(question)
        for choice in choices:
            for label in choice.labels.values():
                known.setdefault(fold(label), choice.name)
        # A name wins over another choice's label.
        known |= {fold(choice.name): choice.name for choice in choices}
        kept[question.path] = known
    return kept[question.path]


def _some(definition: Definition, question: Question) -> list[str]:
    names = [c.name for c in definition.choices_of(question)]
    return [*names[:8], "…"] if len(names) > 8 else names


def chosen(text: str) -> bool | None:
    """Whether a cell under one choice says that it was chosen; raises :class:`Misfit`.

    >>> chosen("1"), chosen("Sí"), chosen("no"), chosen("")
    (True, True, False, None)
    """
    said = text.strip().lower()
    if said == "":
        return None
    if said in YES:
        return True
    if said in NO or said in EMPTY:
        return False
    raise Misfit(mark("says neither yes nor no"), mark("Write 1 where it was chosen and 0 where not."))


# --- places


def point(text: str) -> str:
    """Latitude and longitude, and perhaps altitude and accuracy.

    >>> point("-25.38, -57.35")
    '-25.38 -57.35 0 0'
    """
    parts = re.split(r"[,;\s]+", text.strip())
    try:
        numbers = [float(p) for p in parts]
    except ValueError:
        numbers = []
    if not 2 <= len(numbers) <= 4 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        raise Misfit(
            mark("is not a place on earth"), mark("Write latitude and longitude, such as -25.3 -57.6.")
        )
    return " ".join([*parts, "0", "0"][:4] if len(parts) < 4 else parts)


_READERS: dict[str, Any] = {
    "integer": whole, "decimal": decimal, "date": day, "time": clock, "datetime": moment, "geopoint": point,
}  # fmt: skip
