"""Which value to keep for each field when records are one firm, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from nanduti.methods.values import BadInput, Reason, mark

from .names import plain, tidy_name
from .phones import tidy_phones
from .places import place_words, tidy_address


@dataclass(frozen=True)
class FieldChoice:
    """The value to keep, whose it is, why, what else was said, and whether a person should look."""

    field: str
    value: object
    record: str | None
    reason: Reason
    others: tuple[tuple[str, object], ...]
    should_ask: bool


@dataclass(frozen=True)
class MergeSuggestion:
    """A merge: nothing is dropped, because what is not kept stands in ``others`` of its field."""

    records: tuple[str, ...]
    fields: Mapping[str, FieldChoice]

    def values(self) -> dict[str, object]:
        """Field → value to keep."""
        return {f: c.value for f, c in self.fields.items()}


_WHY = {
    "verified": mark("It was checked by a person ({record})."),
    "only": mark("It is the only value."),
    "agreed": mark("{n} of {all} records that say something say so."),
    "newest": mark("It is the newest ({day}, {record})."),
    "fullest": mark("It says the most ({record})."),
    "first": mark("The values are equally good; the first record's is taken ({record})."),
    "nothing": mark("No record says anything."),
}


def suggest_merge(
    records: pl.DataFrame,
    members: Sequence[str],
    *,
    seen_on: str | None = "seen_on",
    verified: Mapping[str, str] | None = None,
    country: str = "PY",
) -> MergeSuggestion:
    """A suggestion for each field, in this order of reasons: checked by a person, said by most (compared in tidy form),
    the newest where ``seen_on`` tells, the fullest, the first identifier.

    Args:
        records: as given by people, with ``record``.
        members: the records that are one firm.
        seen_on: column with the day of each record, if there is one.
        verified: field → record whose value a person has checked.
        country: of telephones.

    >>> records = pl.DataFrame({"record": ["1", "2", "3"],
    ...                         "name": ["Calz. Ruiz", "Calzados Ruíz S.A.", "Calzados Ruis"],
    ...                         "phone": [None, "0981 123456", "0981123456"]})
    >>> merge = suggest_merge(records, ["1", "2", "3"])
    >>> merge.values(), merge.fields["name"].reason.say()
    ({'name': 'Calzados Ruíz S.A.', 'phone': '0981 123456'}, '2 of 3 records that say something say so.')
    """
    if "record" not in records.columns or len(set(members)) < 2:
        raise BadInput(
            place=mark("the records to merge"),
            problem=mark("are fewer than two, or have no identifiers"),
            remedy=mark("Give a column 'record' and two or more members."),
        )
    frame = records.with_columns(pl.col("record").cast(pl.String)).filter(
        pl.col("record").is_in(list(members))
    )
    if frame.height != len(set(members)):
        lost = sorted(set(members) - set(frame["record"]))
        raise BadInput(
            place=f"record {lost[0]!r}",
            problem=mark("is not among the records"),
            remedy=mark("Correct the identifier."),
        )
    frame = frame.sort("record")
    days = (
        dict(zip(frame["record"], frame[seen_on], strict=True))
        if seen_on and seen_on in frame.columns
        else {}
    )
    fields = [c for c in frame.columns if c not in {"record", seen_on}]
    checked = verified or {}
    chosen = {f: _choose(f, frame.select("record", f).rows(), days, checked.get(f), country) for f in fields}
    return MergeSuggestion(tuple(frame["record"].to_list()), chosen)


def _tidy(field: str, country: str) -> Callable[[object], object]:
    def phones(value: object) -> object:
        read = tidy_phones(str(value), country)
        return tuple(sorted(p.e164 or plain(p.given) for p in read))

    table: dict[str, Callable[[object], object]] = {
        "name": lambda v: tidy_name(str(v)).tidy,
        "person": lambda v: " ".join(sorted(plain(str(v)).replace(",", " ").split())),
        "phone": phones,
        "place": lambda v: place_words(str(v)),
        "address": lambda v: tidy_address(str(v)),
        "tax_id": lambda v: "".join(c for c in plain(str(v)) if c.isalnum()),
    }
    return table.get(field, lambda v: plain(v) if isinstance(v, str) else v)


def _is_said(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip()) and value == value


def _choose(
    field: str,
    rows: list[tuple[str, object]],
    days: Mapping[str, date | None],
    verified: str | None,
    country: str,
) -> FieldChoice:
    said = [(r, v) for r, v in rows if _is_said(v)]
    if not said:
        return FieldChoice(field, None, None, Reason("nothing", _WHY["nothing"]), (), False)
    tidy = _tidy(field, country)
    form = {r: str(tidy(v)) for r, v in said}
    counts = Counter(form.values())
    record, code = _pick(said, form, counts, days, verified)
    value = dict(said)[record]
    details = {"record": record, "n": counts[form[record]], "all": len(said), "day": days.get(record)}
    others = tuple((r, v) for r, v in said if r != record and v != value)
    differ = len(counts) > 1
    return FieldChoice(
        field, value, record, Reason(code, _WHY[code], details), others, differ and code != "verified"
    )


def _pick(
    said: list[tuple[str, object]],
    form: Mapping[str, str],
    counts: Counter[str],
    days: Mapping[str, date | None],
    verified: str | None,
) -> tuple[str, str]:
    if verified is not None and verified in form:
        return verified, "verified"
    top = max(counts.values())
    best = [(r, v) for r, v in said if counts[form[r]] == top]
    forms = {form[r] for r, _ in best}
    reason = "only" if len(said) == 1 else ("agreed" if len(forms) == 1 else "")
    dated = [(days[r], r) for r, _ in best if days.get(r) is not None]
    newest = [r for d, r in dated if d == max(dated)[0]] if dated else []
    if not reason and newest and len({form[r] for r in newest}) == 1:
        reason, best = "newest", [(r, v) for r, v in best if r in newest]
    longest = max(len(str(v)) for _, v in best)
    full = [r for r, v in best if len(str(v)) == longest]
    if not reason:
        reason = "fullest" if len({form[r] for r in full}) == 1 else "first"
    return min(full), reason
