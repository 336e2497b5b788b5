"""Why a pair scores what it scores, and which offers were refused although they came near."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, Reason, mark

from . import _plain
from ._compile import Compiled, NeedArrays, OfferArrays
from .ranking import NEAR, OfferIndex
from .recipe import CRITERIA, RULES, THOUSAND

_REFUSED: Mapping[str, str] = {
    "code": mark("Its code is neither the one asked nor one level above or below."),
    "consent": mark("It has not agreed to be proposed."),
    "expired": mark("The offer has expired."),
    "excluded": mark("It was excluded by name."),
    "rivalry": mark("It sells the same thing to the same buyers."),
    "size": mark("It does not serve firms of this size."),
    "language": mark("There is no common language."),
    "material": mark("It does not handle the material."),
    "certificate": mark("A certificate is missing or not valid on the day."),
    "availability": mark("It is not available in the period."),
    "lot": mark("The quantity lies outside the lots it takes."),
    "capacity": mark("Its free capacity is less than the quantity."),
    "tolerance": mark("It does not hold the tolerance."),
    "lead_time": mark("It needs more days than there are."),
    "price": mark("It asks more than the limit."),
    "distance": mark("It is farther away than allowed."),
}


@dataclass(frozen=True)
class MatchExplanation:
    """One pair, explained.

    Attributes:
        points: criterion → thousandths of a point, for what the need asks; ``None`` where the offer says nothing.
        out_of: criterion → thousandths at best.
        terms: shared terms → thousandths of a point; they add up to the points for text exactly.
        refused: rules that refuse the pair, with a sentence; empty if it may be proposed.
        ask: rules that could not be answered because the offer says nothing.
    """

    need: str
    offer: str
    score: int
    points: Mapping[str, int | None]
    out_of: Mapping[str, int]
    terms: Mapping[str, int]
    closeness: str
    refused: tuple[Reason, ...]
    ask: tuple[str, ...]

    def say(self) -> str:
        """In one paragraph, points rounded to whole ones."""
        top = sum(self.out_of.values())
        parts = [
            f"{c} {_whole(self.points[c])} of {_whole(self.out_of[c])}"
            if self.points[c] is not None
            else f"{c} not known"
            for c in self.out_of
        ]
        words = f" ({', '.join(self.terms)})" if self.terms else ""
        text = f"{self.offer}: {_whole(self.score)} of {_whole(top)}{words}: " + "; ".join(parts) + "."
        if self.refused:
            text += " Refused: " + " ".join(r.say() for r in self.refused)
        if self.ask:
            text += " To ask: " + ", ".join(self.ask) + "."
        return text


def _whole(thousandths: int) -> int:
    return (thousandths + THOUSAND // 2) // THOUSAND


def _place(index: OfferIndex, offer: str) -> int:
    if offer not in index._compiled.index_of:
        raise BadInput(
            place=f"offer {offer!r}",
            problem=mark("is not in the index"),
            remedy=mark("Give the identifier of one of the offers."),
        )
    return index._compiled.index_of[offer]


def _nearness(F: OfferArrays, asked: NeedArrays, offer: int) -> tuple[int, float]:
    """Closeness of one offer's codes to need 0 (5: not close) and the likeness of the texts."""
    rows = np.flatnonzero(F.row_offer == offer)
    near = 5
    for s in range(asked.range_ptr[0], asked.range_ptr[1]):  # the closest code comes first
        if ((rows >= asked.range_lo[s]) & (rows < asked.range_hi[s])).any():
            near = int(asked.range_near[s])
            break
    return near, float(_plain.likeness(F, asked, 0, int(rows[0]), int(rows[0]) + 1)[0])


def explain_match(
    index: OfferIndex, need: pl.DataFrame, offer: str, *, on: date | None = None
) -> MatchExplanation:
    """The whole account of one need (a frame of one row) with one offer, also where a rule refuses the pair.

    >>> offers = pl.DataFrame({"offer": ["spray shop"], "codes": [["finish"]], "languages": [["it"]],
    ...                        "text": ["goat leather finishing by spray"]})
    >>> need = pl.DataFrame({"need": ["n"], "codes": [["finish"]], "languages": [["en"]], "text": ["goat finishing"]})
    >>> told = explain_match(OfferIndex(offers), need, "spray shop")
    >>> told.refused[0].say(), sorted(told.terms), sum(told.terms.values()) == told.points["text"]
    ('There is no common language.', ['finishing', 'goat'], True)
    """
    if need.height != 1:
        raise BadInput(
            place=mark("the need"), problem=f"has {need.height} rows", remedy=mark("Give a frame of one row.")
        )
    compiled: Compiled = index._compiled
    F, R = compiled.offers, compiled.recipe
    asked, names, _ = index.needs(need, on)
    o = np.array([_place(index, offer)])
    closest, alike = _nearness(F, asked, int(o[0]))
    near, likeness = np.array([closest]), np.array([alike])
    out, unknown = _plain.points(F, asked, R, 0, o, near, likeness)
    refused, ask = [], []
    for j, rule in enumerate(RULES):
        if not R.hard[j]:
            continue
        wrong = near == 5 if rule == "code" else _plain.refused_by(F, asked, R, rule, 0, o)
        if wrong is not None and wrong[0]:
            refused.append(Reason(rule, _REFUSED[rule]))
        elif wrong is not None and rule != "code" and _plain.not_known(F, asked, R, rule, 0, o)[0]:
            ask.append(rule)
    use = [j for j in range(len(CRITERIA)) if asked.asked[0, j] and R.top[j] > 0]
    missing = {CRITERIA[j] for j in use if unknown[0] >> j & 1}
    points = {CRITERIA[j]: None if CRITERIA[j] in missing else int(out[0, j]) for j in use}
    return MatchExplanation(
        names[0], offer, int(out.sum()), points, {CRITERIA[j]: int(R.top[j]) for j in use},
        _term_points(compiled, asked, int(o[0]), int(out[0, 0])), NEAR[int(near[0])], tuple(refused),
        tuple(dict.fromkeys([*ask, *sorted(missing - set(ask))])),
    )  # fmt: skip


def _term_points(compiled: Compiled, asked: NeedArrays, offer: int, total: int) -> dict[str, int]:
    """Points of text shared out among the terms by largest remainder, the weightiest first."""
    held = compiled.vocabulary.offered
    mine = slice(held.indptr[offer], held.indptr[offer + 1])
    weights = dict(zip(held.terms[mine].tolist(), held.weights[mine].tolist(), strict=True))
    product = {
        int(t): int(w) * int(weights[int(t)])
        for t, w in zip(asked.terms, asked.weights, strict=True)
        if int(t) in weights
    }
    whole = sum(product.values())
    if not whole or not total:
        return {}
    parts = {t: total * v // whole for t, v in product.items()}
    order = sorted(product, key=lambda t: (-(total * product[t] % whole), t))
    for t in order[: total - sum(parts.values())]:
        parts[t] += 1
    names = compiled.vocabulary.terms
    return {names[t]: parts[t] for t in sorted(parts, key=lambda t: (-parts[t], names[t])) if parts[t]}


def nearest_excluded(
    index: OfferIndex, need: pl.DataFrame, *, n: int = 3, on: date | None = None
) -> pl.DataFrame:
    """Offers near the code asked that would score best but for a hard rule: ``offer``, ``score``, ``rules``, ``why``.

    >>> offers = pl.DataFrame({"offer": ["a", "b"], "codes": [["sew"], ["sew"]], "languages": [["it"], ["es"]]})
    >>> need = pl.DataFrame({"need": ["n"], "codes": [["sew"]], "languages": [["es"]]})
    >>> nearest_excluded(OfferIndex(offers), need).select("offer", "score", "rules").rows()
    [('a', 15000, ['language'])]
    """
    if need.height != 1:
        raise BadInput(
            place=mark("the need"), problem=f"has {need.height} rows", remedy=mark("Give a frame of one row.")
        )
    F, R = index._compiled.offers, index._compiled.recipe
    asked, _, _ = index.needs(need, on)
    offers, near, likeness = _plain.candidates(F, asked, 0)
    wrong: dict[str, np.ndarray] = {}
    for j, rule in enumerate(RULES):
        refused = _plain.refused_by(F, asked, R, rule, 0, offers) if R.hard[j] else None
        if refused is not None and refused.any():
            wrong[rule] = refused
    some = np.any(list(wrong.values()), axis=0) if wrong else np.zeros(len(offers), dtype=np.bool_)
    at = np.flatnonzero(some)
    out, _ = _plain.points(F, asked, R, 0, offers[at], near[at], likeness[at])
    score = out.sum(axis=1)
    best = np.lexsort((F.rank_of_id[offers[at]], -score))[:n]
    rules = [[r for r in wrong if wrong[r][at[j]]] for j in best]
    return pl.DataFrame(
        {
            "offer": index._compiled.ids.gather(offers[at[best]]),
            "score": score[best].astype(np.int32),
            "rules": pl.Series(rules, dtype=pl.List(pl.String)),
            "why": pl.Series([" ".join(_REFUSED[r] for r in x) for x in rules], dtype=pl.String),
        }
    )
