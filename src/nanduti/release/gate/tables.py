"""Tables through the gate: primary rules, further cells, the attack, and the ledger of what was shown before."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Hierarchy
from nanduti.methods.values import CannotBeSaid, Reason, RuleSource, Verdict, flag, mark, no, yes

from ..materials.model import HOLDER, ID, TOTAL, Material, Part
from . import rounds
from .ledger import Entry, Shown, hold_against, in_words, none_before, rules_of
from .result import BESIDE, FEW, VALUE, WHY, Checked, CheckedPart

SOURCE = RuleSource("Hundepool et al. (2012), Statistical Disclosure Control", "sections 4.2 and 4.3")
NOISE_SOURCE = RuleSource("Fraser and Wooton (2005), UNECE work session on confidentiality", "cell keys")
# As earlier checks keep these sentences, with the share as a text of their language; kept here to stay translated.
KEPT_BEFORE = (
    mark("The hidden cells hold {lost} of the whole."),
    mark("The hidden cells hold {lost} of the whole: little is left to read."),
)
USELESS = 0.5
# How long to look for cheaper patterns; large tables are safe as soon, and dearer by a little.
SEARCH, LARGE = 2_000, 2_000


def check(
    material: Material,
    protection: Mapping[str, Any],
    earlier: Sequence[Entry],
    *,
    title: str,
    secret: bytes,
    may_leave_out: bool = False,
    beside: Sequence[Entry] = (),
    say: Any = lambda _done, _total: None,
) -> Checked:
    """Every part protected, one after the other, each beside all that was shown before and the parts before it.

    ``may_leave_out``: a part that cannot go out is left out, instead of holding up the others. ``earlier``: pages on
    the same records and on other waves of them; ``beside``: on other sources about the same firms.
    """
    if protection["method"] == "noise":
        return _with_noise(material, secret, title)
    parts, verdicts, shown, releases = [], [], [], []
    same, others = rounds.split(earlier, rounds.wave_of(material.frame[ID]))
    other_waves = rounds.tables_of(others)
    for number, part in enumerate(material.parts):
        say(number, len(material.parts))
        mine = Entry(title, material.population, material.frame, tuple(shown))
        before = _Before([*same, *([mine] if shown else [])], other_waves, needs_release=bool(beside))
        made, verdict, table, new = _one(material, part, protection, before)
        if may_leave_out and not verdict.allows:
            told = Reason("release.table.left_out", mark("“{name}” is left out."), {"name": part.name})
            verdicts.append(flag(told, *verdict.reasons, source=verdict.source))
            continue
        verdicts.append(verdict)
        if made is not None and table is not None:
            parts.append(made)
            shown.append(table)
            releases += [new] if new is not None else []
            verdicts.append(_worth(made))
    told = rounds.said_beside(releases, beside)
    verdicts += [told] if told is not None else []
    entry = Entry(title, material.population, material.frame, tuple(shown))
    return _checked(material, parts, verdicts, entry)


def _checked(material: Material, parts: list[CheckedPart], verdicts: list[Verdict], entry: Entry) -> Checked:
    lost = [p.lost_share for p in parts if p.lost_share is not None]
    return Checked(
        tuple(parts),
        tuple(verdicts),
        {name: info.as_dict() for name, info in material.columns.items()},
        entry.pack(),
        material.notes,
        material.sources,
        {"lost_share": max(lost) if lost else None},
    )


@dataclass(frozen=True)
class _Before:
    """What was shown before: pages on the same records, and tables of other waves by firm."""

    entries: Sequence[Entry]
    other_waves: Sequence[disclosure.Release] = ()
    needs_release: bool = False


def _hold(
    new: disclosure.Release, frame: pl.DataFrame, before: _Before, budget: float
) -> tuple[disclosure.Release, Verdict]:
    """Held against the same records and against other waves in turn, until neither asks for more to be hidden."""
    for _round in range(rounds.ROUNDS):
        new, verdict = hold_against(new, frame, before.entries, budget=budget)
        if not verdict.allows:
            return new, verdict
        n_hidden = int(new.suppressed.sum())
        new, refused = rounds.hide_beside(new, before.other_waves, budget=budget)
        if refused is not None:
            return new, refused
        if int(new.suppressed.sum()) == n_hidden:
            return new, verdict
    return new, _cannot()


def _one(
    material: Material, part: Part, protection: Mapping[str, Any], before: _Before
) -> tuple[CheckedPart | None, Verdict, Shown | None, disclosure.Release | None]:
    asked = _asked(material, part, protection)
    if not asked.frame.height:
        return None, _nobody(part), None, None
    try:
        safe = _protected(asked, part, before)
    except CannotBeSaid:
        return None, _cannot(), None, None
    if isinstance(safe, Verdict):
        return None, in_words(safe, material.columns), None, None
    out = _written(asked, part, safe)
    made = CheckedPart(
        part.name, part.labels, "table", out, part.dims, part.measure or "",
        safe.table.n_cells, int(safe.hidden.sum()), _lost(safe.table, safe.hidden),
    )  # fmt: skip
    shown = Shown(
        part.name, part.dims, asked.codes, part.measure or "", protection["threshold"], protection["p_percent"],
        np.flatnonzero(safe.hidden).tolist(),
    )  # fmt: skip
    return made, in_words(_tell(made, safe.verdict), material.columns), shown, safe.release


@dataclass(frozen=True)
class _Asked:
    """What a part is made of, and how it is to be protected."""

    frame: pl.DataFrame
    codes: dict[str, list[str]]
    hierarchies: dict[str, Hierarchy]
    rules: disclosure.Rules
    holding: str | None
    budget: float


def _asked(material: Material, part: Part, protection: Mapping[str, Any]) -> _Asked:
    codes = {d: list(material.columns[d].codes) for d in part.dims}
    # Who was not asked, or did not answer what an indicator needs, stands behind no figure of it.
    names = [part.measure, *part.dims] if part.measure else part.dims
    return _Asked(
        material.frame.filter(pl.col(name).is_not_null() for name in names),
        codes,
        {d: Hierarchy.flat(codes[d], total=TOTAL) for d in part.dims},
        rules_of(protection["threshold"], protection["p_percent"], protection["protect_zeros"]),
        HOLDER if HOLDER in material.frame.columns else None,
        SEARCH if math.prod(len(c) + 1 for c in codes.values()) <= LARGE else SEARCH / 4,
    )


@dataclass(frozen=True)
class _Safe:
    """A table with what must stay hidden in it; the release only where something is held against it."""

    table: Any
    problem: Any
    hidden: np.ndarray
    verdict: Verdict
    release: disclosure.Release | None = None


def _protected(asked: _Asked, part: Part, before: _Before) -> _Safe | Verdict:
    """Protected by itself, then beside all that was shown before; a verdict where it cannot go out."""
    like = {"hierarchies": asked.hierarchies, "rules": asked.rules, "holding": asked.holding}
    safe = disclosure.protect_table(
        asked.frame, dims=part.dims, measure=part.measure, budget=asked.budget, **like
    )
    found = safe.suppression
    # Who stands behind each cell is needed only then.
    if not (before.entries or before.other_waves or before.needs_release or found.exposed):
        return _Safe(safe.table, found.problem, found.suppressed, none_before())
    new = disclosure.release_of(
        part.name, asked.frame, ids=ID, dims=part.dims, suppressed=found.suppressed, measure=part.measure,
        table=safe.table, **like,
    )  # fmt: skip
    if exposed := disclosure.exposed_to_others(new, found):
        return _exposed(new, exposed)
    new, verdict = _hold(new, asked.frame, before, asked.budget)
    return _Safe(new.table, new.problem, new.suppressed, verdict, new)


def _written(asked: _Asked, part: Part, safe: _Safe) -> pl.DataFrame:
    """The table as it is read: hidden cells empty, each with why."""
    why = np.full(safe.table.n_cells, None, dtype=object)
    why[safe.hidden] = BESIDE
    why[(safe.problem.status == disclosure.PRIMARY) & safe.hidden] = FEW
    out = safe.table.frame(**{WHY: pl.Series(why.tolist(), dtype=pl.String)}).with_columns(
        pl.when(pl.Series(safe.hidden)).then(None).otherwise(pl.col(VALUE)).alias(VALUE)
    )
    if part.measure is None:
        return out.with_columns(pl.col(VALUE).cast(pl.Int64))
    if not part.as_mean:
        return out
    n = disclosure.count_table(asked.frame, dims=part.dims, hierarchies=asked.hierarchies).value
    return _means(out, n)


def _means(out: pl.DataFrame, n: np.ndarray) -> pl.DataFrame:
    """Sums as means of three figures: from a rounded mean nobody computes the sum."""
    mean = pl.when(pl.Series(n) > 0).then((pl.col(VALUE) / pl.Series(n)).round_sig_figs(3))
    return out.with_columns(mean.alias(VALUE))


def _lost(table: disclosure.Table, hidden: np.ndarray) -> float | None:
    """How much of the total stands in hidden innermost cells."""
    inner = np.ones(table.shape, dtype=bool)
    for axis in range(len(table.shape)):
        inner[(slice(None),) * axis + (0,)] = False
    inner = inner.reshape(-1)
    whole = float(table.value[inner].sum())
    return float(table.value[inner & hidden].sum()) / whole if whole > 0 else None


def _tell(part: CheckedPart, ledger: Verdict) -> Verdict:
    """The ledger's refusal, or how much is hidden together with what the ledger says."""
    if not ledger.allows:
        return ledger
    told = Reason(
        "release.table.safe",
        mark("{n_hidden} of {n_cells} cells are hidden; nothing sensitive can be computed from the others."),
        {"n_hidden": part.n_hidden, "n_cells": part.n_cells},
    )
    return yes(told, *ledger.reasons, source=SOURCE)


def _worth(part: CheckedPart) -> Verdict:
    """Whether enough is left to be of use."""
    if part.lost_share is not None and part.lost_share > USELESS:
        told = Reason(
            "release.table.little_left",
            mark("The hidden cells hold {lost:.0%} of the whole: little is left to read."),
            {"lost": part.lost_share},
        )
        return flag(told, source=SOURCE, remedy=mark("Put values together, or leave a column out."))
    told = Reason(
        "release.table.enough_left",
        mark("The hidden cells hold {lost:.1%} of the whole."),
        {"lost": part.lost_share or 0.0},
    )
    return yes(told, source=SOURCE)


def _exposed(new: disclosure.Release, pairs: Sequence[tuple[int, int]]) -> Verdict:
    insider, victim = pairs[0]
    told = Reason(
        "release.table.exposed",
        mark("Whatever is hidden, the firm alone in “{shown}” could work out “{cell}” ({n} such pair(s))."),
        {"shown": new.problem.name(insider), "cell": new.problem.name(victim), "n": len(pairs)},
    )
    return no(told, source=SOURCE, remedy=mark("Put values together, or leave a column out."))


def _nobody(part: Part) -> Verdict:
    told = Reason(
        "release.table.nobody", mark("Nobody has answered what “{name}” needs."), {"name": part.name}
    )
    return flag(told, source=SOURCE, remedy=mark("Leave it out."))


def _cannot() -> Verdict:
    told = Reason(
        "release.table.no_protection",
        mark("Whatever is hidden, sensitive cells could still be computed."),
    )
    return no(told, source=SOURCE, remedy=mark("Put values together, or leave a column out."))


# --- noise instead of holes


def _with_noise(material: Material, secret: bytes, title: str) -> Checked:
    """Counts with small noise, drawn from the records themselves: the same cell always gets the same."""
    parts, verdicts = [], []
    keys = disclosure.record_keys(material.frame[ID].to_list(), secret=secret)
    frame = material.frame.with_columns(pl.Series("_key", keys.astype(np.uint32)))
    table = disclosure.perturbation_table(most=5, variance=2.0, js=2)
    for part in material.parts:
        if part.measure:
            told = Reason(
                "release.noise.counts_only", mark("Noise of this kind is for counts of firms only.")
            )
            verdicts.append(no(told, source=NOISE_SOURCE, remedy=mark("Hide cells instead.")))
            continue
        hierarchies = {d: Hierarchy.flat(list(material.columns[d].codes), total=TOTAL) for d in part.dims}
        made = disclosure.cell_key(frame, dims=part.dims, key="_key", hierarchies=hierarchies, table=table)
        out = made.table.frame().with_columns(
            pl.Series(VALUE, made.value.astype(np.int64)), pl.lit(None, dtype=pl.String).alias(WHY)
        )
        parts.append(
            CheckedPart(part.name, part.labels, "table", out, part.dims, "", made.table.n_cells, 0, None)
        )
        told = Reason(
            "release.noise.made",
            mark(
                "Every figure is off by at most {most}, always by the same in the same cell; parts need not add up."
            ),
            {"most": 5},
        )
        verdicts.append(yes(told, source=NOISE_SOURCE))
    note = {
        "en": "Small random noise was added to every figure; figures need not add up to their totals.",
        "es": "A cada cifra se le agregó un pequeño ruido al azar; las partes pueden no sumar el total.",
    }
    entry = Entry(title, material.population, material.frame.select(ID))
    checked = _checked(material, parts, verdicts, entry)
    return Checked(
        checked.parts, checked.verdicts, checked.columns, checked.entry, (*checked.notes, note), checked.sources,
        checked.loss,
    )  # fmt: skip
