"""Tidy telephones: to the international form, by country, without asking anybody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from nanduti.methods.values import BadInput, Reason, mark


@dataclass(frozen=True)
class PhonePlan:
    """How a country writes numbers.

    Attributes:
        country: ISO 3166 code of two letters.
        calling_code: without plus.
        trunk: prefix for calls within the country ('' where there is none); ``keeps_trunk`` as in Italy.
        lengths: lengths of the national number, trunk prefix apart.
        mobile: what mobile numbers begin with.
        mobile_mark: figures written after the calling code of mobiles only (Argentina's 9).
        mobile_local: figures before the subscriber's number of mobiles within the country (Argentina's 15).
    """

    country: str
    calling_code: str
    trunk: str
    lengths: tuple[int, ...]
    mobile: tuple[str, ...] = ()
    keeps_trunk: bool = False
    mobile_mark: str = ""
    mobile_local: str = ""


@dataclass(frozen=True)
class TidyPhone:
    """A number made comparable: ``e164`` such as ``+595981123456``, or ``None`` with the reason.

    ``kind`` is ``mobile`` or ``fixed`` where the plan tells, else ''. ``given`` keeps what was written.
    """

    given: str
    e164: str | None
    country: str
    kind: str
    reason: Reason | None = None


@cache
def phone_plans() -> Mapping[str, PhonePlan]:
    """The built-in plans by country. Sources: national numbering plans as deposited with ITU-T (E.164).

    >>> phone_plans()["PY"].calling_code
    '595'
    """
    text = resources.files(__package__).joinpath("phones.yaml").read_text(encoding="utf-8")
    plans = {}
    for country, told in yaml.safe_load(text).items():
        lists = {key: tuple(told[key]) for key in ("lengths", "mobile") if key in told}
        plans[country] = PhonePlan(country=country, **{**told, **lists})
    return plans


_WHY = {
    "empty": mark("No number is given."),
    "letters": mark("«{given}» holds letters that are not part of a number."),
    "short": mark("«{given}» has {n} figures; numbers in {country} have {lengths}."),
    "long": mark("«{given}» has {n} figures; numbers in {country} have {lengths}."),
    "country": mark("«{given}» begins with the code of a country that is not in the tables."),
    "same": mark("«{given}» repeats one figure: it stands for a number that is not known."),
    "run": mark("«{given}» counts up or down: it stands for a number that is not known."),
}
_EXTENSION = re.compile(r"(?:ext|int|anexo|interno|extension|x)\.?\s*:?\s*\d{1,5}\s*$", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:tel[eé]?f?o?n?o?|cel(?:ular)?|m[oó]vil|mob(?:ile)?|phone|whats\s?app|wsp|wa|fax|ph|tlf|of)\b[.:º°]*",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:[/;,|\n]|\by\b|\bo\b|\band\b|\bor\b)\s*", re.IGNORECASE)


def tidy_phone(text: str | None, country: str, *, plans: Mapping[str, PhonePlan] | None = None) -> TidyPhone:
    """One number, read as somebody in ``country`` writes it. What cannot be understood is kept, with the reason.

    >>> tidy_phone("(0981) 123-456", "PY").e164, tidy_phone("+39 02 1234567", "PY").e164
    ('+595981123456', '+39021234567')
    >>> tidy_phone("011 15-2345-6789", "AR").e164, tidy_phone("98400 12345", "IN").kind
    ('+5491123456789', 'mobile')
    >>> tidy_phone("123", "PY").reason.say()
    '«123» has 3 figures; numbers in PY have 8 or 9.'
    """
    table = plans or phone_plans()
    if country not in table:
        raise BadInput(
            place=f"country {country!r}",
            problem=mark("has no numbering plan in the tables"),
            remedy=mark("Give a country of the tables, or add its plan."),
        )
    given = (text or "").strip()
    return _read(given, table[country], table)


def tidy_phones(
    text: str | None, country: str, *, plans: Mapping[str, PhonePlan] | None = None
) -> list[TidyPhone]:
    """All the numbers of a cell: people write two with a slash, and the second sometimes without its beginning.

    >>> [p.e164 for p in tidy_phones("0981 123456 / 021 555 444", "PY")]
    ['+595981123456', '+59521555444']
    """
    parts = [p for p in _SPLIT.split(text or "") if p.strip()]
    whole = tidy_phone(text, country, plans=plans)
    if whole.e164 is not None or len(parts) < 2:
        return [whole]
    return [tidy_phone(p, country, plans=plans) for p in parts]


def _figures(given: str) -> str:
    text = _LABEL.sub(" ", _EXTENSION.sub("", given))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _no(given: str, plan: PhonePlan, code: str, n: int = 0) -> TidyPhone:
    lengths = " or ".join(str(x) for x in plan.lengths)
    details = {"given": given, "n": n, "country": plan.country, "lengths": lengths}
    return TidyPhone(given, None, plan.country, "", Reason(code, _WHY[code], details))


def _read(given: str, plan: PhonePlan, table: Mapping[str, PhonePlan]) -> TidyPhone:
    text = _figures(given)
    if not any(c.isdigit() for c in text):
        return _no(given, plan, "empty" if not text.strip() else "letters")
    if any(c.isalpha() for c in text):
        return _no(given, plan, "letters")
    digits = re.sub(r"\(0\)", "", text) if text.lstrip().startswith(("+", "00")) else text
    digits = re.sub(r"\D", "", digits)
    if len(set(digits)) == 1 and len(digits) > 3:
        return _no(given, plan, "same")
    if digits.lstrip("0") and digits.lstrip("0") in "0123456789012345" and len(digits) >= 7:
        return _no(given, plan, "run")
    if text.lstrip().startswith("+") or (digits.startswith("00") and len(digits) > 9):
        return _international(given, digits if text.lstrip().startswith("+") else digits[2:], plan, table)
    found = _national(given, digits, plan)
    if found.e164 is None and digits.startswith(plan.calling_code):
        other = _national(given, digits[len(plan.calling_code) :], plan)
        return other if other.e164 is not None else found
    return found


def _international(given: str, digits: str, plan: PhonePlan, table: Mapping[str, PhonePlan]) -> TidyPhone:
    fits = [p for p in table.values() if digits.startswith(p.calling_code)]
    if not fits:
        return _no(given, plan, "country")
    longest = max(len(p.calling_code) for p in fits)
    fits = [p for p in fits if len(p.calling_code) == longest]
    chosen = plan if plan in fits else sorted(fits, key=lambda p: p.country)[0]
    return _national(given, digits[len(chosen.calling_code) :], chosen)


def _national(given: str, digits: str, plan: PhonePlan) -> TidyPhone:
    number = digits
    if plan.trunk and number.startswith(plan.trunk) and not plan.keeps_trunk:
        number = number[len(plan.trunk) :]
    is_mobile = False
    if (
        plan.mobile_mark
        and number.startswith(plan.mobile_mark)
        and len(number) - len(plan.mobile_mark) in plan.lengths
    ):
        number, is_mobile = number[len(plan.mobile_mark) :], True
    elif plan.mobile_local and len(number) - len(plan.mobile_local) in plan.lengths:
        for area in (2, 3, 4):
            if number[area:].startswith(plan.mobile_local):
                number, is_mobile = number[:area] + number[area + len(plan.mobile_local) :], True
                break
    if len(number) not in plan.lengths:
        code = "short" if len(number) < min(plan.lengths) else "long"
        return _no(given, plan, code, len(number))
    is_mobile = is_mobile or (
        not plan.mobile_mark and number.startswith(plan.mobile) if plan.mobile else is_mobile
    )
    kind = "mobile" if is_mobile else ("fixed" if plan.mobile or plan.mobile_mark else "")
    sign = plan.mobile_mark if is_mobile and plan.mobile_mark else ""
    return TidyPhone(given, f"+{plan.calling_code}{sign}{number}", plan.country, kind)
