"""Registers made up with a seed: firms written down twice, with the mistakes that people make.

To try a recipe before it meets real names, and to measure how many true pairs it loses.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark

_TRADES = (
    "Calzados",
    "Zapatería",
    "Confecciones",
    "Taller",
    "Marroquinería",
    "Carpintería",
    "Herrería",
    "Costura",
    "Tejidos",
    "Bordados",
    "Cueros",
    "Panadería",
)
_FIRST = (
    "Ana",
    "Beto",
    "Carmen",
    "Diego",
    "Elena",
    "Fermín",
    "Gloria",
    "Hugo",
    "Inés",
    "Julio",
    "Karina",
    "Lucio",
    "Marta",
    "Nélida",
    "Óscar",
    "Pabla",
    "Ramón",
    "Silvia",
    "Tomás",
    "Úrsula",
    "Víctor",
    "Wilma",
    "Zunilda",
    "Mirta",
)
_SYLLABLES = (
    "ba",
    "be",
    "ca",
    "cu",
    "da",
    "do",
    "fe",
    "ga",
    "gue",
    "ja",
    "la",
    "li",
    "lo",
    "lle",
    "ma",
    "mi",
    "mo",
    "na",
    "ñe",
    "pa",
    "pe",
    "que",
    "ra",
    "ri",
    "ro",
    "rre",
    "sa",
    "se",
    "ta",
    "ti",
    "to",
    "va",
    "vi",
    "ya",
    "za",
    "cho",
)
_ENDS = ("z", "s", "n", "r", "l", "ez", "ano", "eira", "ino", "osa", "ales", "ara")
_TOWNS = (
    "San Lorenzo",
    "Luque",
    "Capiatá",
    "Itauguá",
    "Yaguarón",
    "Pilar",
    "Concepción",
    "Villarrica",
    "Encarnación",
    "Caacupé",
    "Areguá",
    "Ñemby",
    "Limpio",
    "Carapeguá",
    "Itá",
    "Paraguarí",
)
_FORMS = ("", "", "", " S.A.", " S.R.L.", " SRL", " E.I.R.L.")
_SHORT = {
    "Calzados": "Calz.",
    "Zapatería": "Zap.",
    "Confecciones": "Conf.",
    "Taller": "Tall.",
    "Carpintería": "Carp.",
}
_SWAPS = (
    ("z", "s"),
    ("s", "z"),
    ("v", "b"),
    ("b", "v"),
    ("ll", "y"),
    ("y", "ll"),
    ("c", "s"),
    ("h", ""),
    ("rr", "r"),
    ("gue", "ge"),
)


def _surnames(stream: np.random.Generator, n: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < n:
        parts = stream.integers(0, len(_SYLLABLES), stream.integers(2, 4))
        word = "".join(_SYLLABLES[i] for i in parts) + _ENDS[stream.integers(0, len(_ENDS))]
        found.setdefault(word.capitalize(), None)
    return list(found)


def made_register(
    n_firms: int, *, doubled_share: float = 0.3, dirt: float = 1.0, seed: int = 1
) -> tuple[pl.DataFrame, pl.Series]:
    """A register and, row by row, which firm each record is.

    There are namesakes in two towns, families of workshops at one telephone, and an association's telephone with
    many firms. ``doubled_share`` of the firms stand there two or three times, the later ones with misspellings, other
    abbreviations, other ways to write a number, and empty cells; ``dirt`` scales how often.

    >>> records, firm = made_register(100, seed=7)
    >>> records.height > 100, firm.n_unique(), records.columns
    (True, 100, ['record', 'name', 'person', 'phone', 'place', 'address', 'tax_id'])
    """
    if n_firms < 1 or not 0 <= doubled_share <= 1 or dirt < 0:
        raise BadInput(
            place=f"n_firms={n_firms}, doubled_share={doubled_share}, dirt={dirt}",
            problem=mark("cannot be"),
            remedy=mark("Give one firm or more, a share from 0 to 1, and dirt from 0."),
        )
    stream = np.random.default_rng([seed, 0])
    surnames = _surnames(np.random.default_rng([seed, 1]), max(30, n_firms // 12))
    firms = [_firm(stream, surnames, i) for i in range(n_firms)]
    for i in range(1, n_firms):
        if stream.random() < 0.04:  # a second workshop of the family, at the telephone of the first
            firms[i] = {**firms[i], "phone": firms[i - 1]["phone"], "place": firms[i - 1]["place"]}
            firms[i]["name"] = f"{_one(stream, _TRADES)} {str(firms[i - 1]['person']).split()[-1]}"
        elif stream.random() < 0.02:  # a namesake in another town
            firms[i]["name"] = firms[i - 1]["name"]
        elif stream.random() < 0.03:
            firms[i]["phone"] = "021555000"
    dirty = np.random.default_rng([seed, 2])
    rows: list[dict[str, str | None]] = []
    whose: list[int] = []
    for i, firm in enumerate(firms):
        times = 1 + int(dirty.random() < doubled_share) * (1 + int(dirty.random() < 0.15))
        for copy in range(times):
            rows.append(_soiled(dirty, firm, dirt if copy else 0.25 * dirt))
            whose.append(i)
    order = np.random.default_rng([seed, 3]).permutation(len(rows))
    frame = pl.DataFrame([rows[j] for j in order]).with_columns(
        pl.Series("record", [f"r{j:06d}" for j in range(len(rows))])
    )
    return frame.select("record", *_FIELDS), pl.Series("firm", [whose[j] for j in order])


_FIELDS = ("name", "person", "phone", "place", "address", "tax_id")


def _one(stream: np.random.Generator, values: tuple[str, ...] | list[str]) -> str:
    return values[int(stream.integers(0, len(values)))]


def _firm(stream: np.random.Generator, surnames: list[str], i: int) -> dict[str, str | None]:
    surname, other = _one(stream, surnames), _one(stream, surnames)
    person = f"{_one(stream, _FIRST)} {other} {surname}"
    kind = stream.random()
    title = (
        surname
        if kind < 0.4
        else (f"{_one(stream, _FIRST)} {surname}" if kind < 0.7 else f"{other} y {surname}")
    )
    mobile = stream.random() < 0.8
    phone = (
        f"09{stream.integers(61, 99)}{stream.integers(0, 10**6):06d}"
        if mobile
        else f"021{stream.integers(200000, 999999)}"
    )
    return {
        "name": f"{_one(stream, _TRADES)} {title}{_one(stream, _FORMS)}",
        "person": person,
        "phone": phone,
        "place": _one(stream, _TOWNS),
        "address": f"{_one(stream, surnames)} {stream.integers(1, 3000)}" if stream.random() < 0.6 else None,
        "tax_id": f"{800000 + i}-{i % 10}" if stream.random() < 0.35 else None,
    }


def _soiled(stream: np.random.Generator, firm: dict[str, str | None], dirt: float) -> dict[str, str | None]:
    row = dict(firm)
    row["name"] = _misspelt(stream, _reworded(stream, str(row["name"]), dirt), 0.5 * dirt)
    row["person"] = _misspelt(stream, str(row["person"]), 0.3 * dirt)
    if stream.random() < 0.3 * dirt:  # one of the two surnames falls
        words = row["person"].split()
        row["person"] = f"{words[0]} {words[-1]}"
    row["phone"] = _rewritten(stream, str(row["phone"]), dirt)
    if stream.random() < 0.15 * dirt:
        row["phone"] = f"09{stream.integers(61, 99)}{stream.integers(0, 10**6):06d}"  # a new number
    row["place"] = str(row["place"]).upper() if stream.random() < 0.3 else row["place"]
    if row["address"] and stream.random() < 0.3 * dirt:
        row["address"] = str(row["address"]).replace(" ", " N° ", 1)
    for field, share in (
        ("person", 0.15),
        ("phone", 0.12),
        ("place", 0.05),
        ("address", 0.3),
        ("tax_id", 0.3),
    ):
        if stream.random() < share * dirt:
            row[field] = None
    return row


def _reworded(stream: np.random.Generator, name: str, dirt: float) -> str:
    words = name.split()
    if stream.random() < 0.35 * dirt and words[0] in _SHORT:
        words[0] = _SHORT[words[0]]
    if stream.random() < 0.3 * dirt and words[-1].upper().replace(".", "") in {"SA", "SRL", "EIRL"}:
        words = words[:-1]
    name = " ".join(words)
    return name.upper() if stream.random() < 0.25 * dirt else name


def _misspelt(stream: np.random.Generator, text: str, share: float) -> str:
    if stream.random() >= share:
        return text
    kind = stream.random()
    if kind < 0.5:
        old, new = _SWAPS[int(stream.integers(0, len(_SWAPS)))]
        if old in text[1:]:
            return text[0] + text[1:].replace(old, new, 1)
    at = int(stream.integers(1, max(2, len(text) - 1)))
    if kind < 0.75:
        return text[:at] + text[at + 1 :]
    return text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]


def _rewritten(stream: np.random.Generator, phone: str, dirt: float) -> str:
    kind = stream.random()
    if kind < 0.3 * dirt:
        return f"+595 {phone[1:4]} {phone[4:]}"
    if kind < 0.6 * dirt:
        return f"({phone[:4]}) {phone[4:7]}-{phone[7:]}"
    return phone
