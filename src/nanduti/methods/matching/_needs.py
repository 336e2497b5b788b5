"""Needs become arrays, row by row in plain Python: one need asked alone waits for nothing made for millions."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from ._compile import (
    BITS,
    N_FROM,
    N_KM,
    N_LEAD,
    N_ON,
    N_PRICE,
    N_QUANTITY,
    N_TOLERANCE,
    N_UNTIL,
    N_X,
    NEED_COLUMNS,
    NEED_NUMBERS,
    Compiled,
    NeedArrays,
    check_order,
    days,
    key_frame,
    lists_of,
    numbers_of,
    pack_offsets,
    points_on_globe,
    texts_of,
)  # fmt: skip
from .capabilities import CapabilityTree
from .recipe import CRITERIA, MatchRecipe


def compile_needs(
    needs: pl.DataFrame, compiled: Compiled, recipe: MatchRecipe, tree: CapabilityTree | None, on: date | None
) -> tuple[NeedArrays, list[str], list[str]]:
    """Needs as arrays; also their names, and for each the reason why it cannot be answered ('' if it can).

    Row by row in plain Python: a need asked alone should not wait for a machinery made for millions.
    """
    frame = key_frame(needs, "need", NEED_COLUMNS, "needs")
    lists = {
        name: _value_lists(frame, name) for name in ("codes", *BITS[1:], "certificates", "rivals", "known")
    }
    lists["sizes"] = _value_lists(frame, "size")
    texts = {name: texts_of(frame, name).to_list() for name in ("kind", "position", "text")}
    ranges, problems = _need_ranges(lists["codes"], compiled, recipe, tree)
    weights, no_words = compiled.vocabulary.weigh(texts["text"])
    bits, counts, size_near = _need_bits(lists, compiled, recipe)
    numbers = _need_numbers(frame, on)
    cert_ptr, cert = _flat(lists["certificates"], compiled.certificates, missing=-1)
    out_ptr, out = _flat(lists["rivals"], compiled.index_of)
    known_ptr, known = _flat(lists["known"], compiled.index_of)
    day = np.where(np.isnan(numbers[:, N_UNTIL]), numbers[:, N_ON], numbers[:, N_UNTIL] - 1)
    lengths = {"codes": np.array([len(x) for x in lists["codes"]]), "certificates": np.diff(cert_ptr)}
    lengths["known"] = np.array([len(x) for x in lists["known"]])
    asked = _asked(counts, numbers, lengths, no_words, compiled.recipe.top)
    for i in np.flatnonzero(~asked.any(axis=1)):
        problems[i] = problems[i] or "nothing_asked"
    kinds = [-1 if k is None else int(k in recipe.principal) for k in texts["kind"]]
    positions = [compiled.positions.get(p, -1) for p in texts["position"]]
    packed = _packed(bits, counts, compiled, recipe)
    arrays = NeedArrays(
        *ranges, weights.indptr, weights.terms, weights.weights, bits, packed, counts, size_near, numbers,
        np.array(kinds, dtype=np.int32), np.array(positions, dtype=np.int32), cert_ptr, cert, day, out_ptr, out,
        known_ptr, known, asked,
    )  # fmt: skip
    return arrays, frame["need"].to_list(), problems


def _value_lists(frame: pl.DataFrame, name: str) -> list[tuple[str, ...]]:
    """Values of each row, sorted and each once; none where the column or the cell is missing."""
    if name not in frame.columns:
        return [()] * frame.height
    if frame[name].dtype == pl.String:
        return [(value,) if value else () for value in frame[name].to_list()]
    rows = lists_of(frame, name, "needs").to_list()
    return [tuple(sorted({x for x in row if x})) if row else () for row in rows]


def _flat(
    lists: list[tuple[str, ...]], table: dict[str, int], missing: int | None = None
) -> tuple[np.ndarray, ...]:
    """Numbers of values in one line, with the start of each row; values without one fall or get ``missing``."""
    found, ptr = [], [0]
    for values in lists:
        numbers = [table.get(x, missing) for x in values]
        found += sorted(x for x in numbers if x is not None)
        ptr.append(len(found))
    return np.array(ptr, dtype=np.int64), np.array(found, dtype=np.int64)


def _need_ranges(
    asked: list[tuple[str, ...]], compiled: Compiled, recipe: MatchRecipe, tree: CapabilityTree | None
) -> tuple[tuple[np.ndarray, ...], list[str]]:
    """Stretches of rows that a need may look at, the closest code first."""
    n_rows = len(compiled.offers.row_offer)
    share = {"exact": 1.0, "one_up": 0.6, "one_down": 0.6, **recipe.closeness}
    ptr, stretches, problems = [0], [], []
    known: dict[tuple[str, ...], list[tuple[int, int, int]] | None] = {}
    for codes in asked:
        if codes not in known:
            known[codes] = _stretches(codes, compiled, tree, share)
        found = known[codes]
        problems.append("code_unknown" if found is None else "")
        if not codes:
            found = [(0, n_rows, 3)]
        elif "code" not in recipe.hard:
            found = [*(found or []), *_elsewhere(found or [], compiled), (*compiled.unknown_code, 4)]
        elif recipe.unknown == "ask" and compiled.unknown_code[1] > compiled.unknown_code[0]:
            found = [*(found or []), (*compiled.unknown_code, 4)]
        stretches += found or []
        ptr.append(len(stretches))
    table = np.array(stretches or [(0, 0, 0)], dtype=np.int64)
    return (np.array(ptr, dtype=np.int64), *(np.ascontiguousarray(table[:, j]) for j in range(3))), problems


def _stretches(
    codes: tuple[str, ...], compiled: Compiled, tree: CapabilityTree | None, share: dict[str, float]
) -> list[tuple[int, int, int]] | None:
    best: dict[str, str] = {}
    strange = 0
    for code in codes:
        if tree is not None and code not in tree:
            strange += 1
            continue
        for other, relation in (tree.near(code) if tree is not None else {code: "exact"}).items():
            if other not in best or share[relation] > share[best[other]]:
                best[other] = relation
    if codes and strange == len(codes):
        return None
    number = {"exact": 0, "one_up": 1, "one_down": 2}
    rated = sorted(best.items(), key=lambda item: (-share[item[1]], item[0]))
    return [(*compiled.codes[c], number[r]) for c, r in rated if c in compiled.codes]


def _elsewhere(found: list[tuple[int, int, int]], compiled: Compiled) -> list[tuple[int, int, int]]:
    """The stretches of other codes, so that no row stands in two."""
    edges = [0, *(x for lo, hi, _ in sorted(found) for x in (lo, hi)), compiled.unknown_code[0]]
    return [(lo, hi, 5) for lo, hi in zip(edges[::2], edges[1::2], strict=True) if lo < hi]


def _need_bits(
    lists: dict[str, list[tuple[str, ...]]], compiled: Compiled, recipe: MatchRecipe
) -> tuple[np.ndarray, ...]:
    """Bits asked. A value that no offer has sets the sign bit, so that it is asked and never met."""
    slots, n = compiled.recipe.slots, len(lists["sizes"])
    bits = np.zeros((n, slots[-1]), dtype=np.int64)
    counts = (
        np.array([[len(v) for v in lists[name]] for name in BITS], dtype=np.int64)
        .reshape(len(BITS), n)
        .T.copy()
    )
    for a, name in enumerate(BITS):
        table, slot = compiled.labels[name], int(slots[a])
        for i, values in enumerate(lists[name]):
            for value in values:
                one = table.get(value, -1)
                bits[i, slot + max(one, 0) // 63] |= np.int64(1) << np.int64(one % 63 if one >= 0 else 63)
    return bits, counts, _neighbours(lists["sizes"], compiled, recipe)


def _packed(bits: np.ndarray, counts: np.ndarray, compiled: Compiled, recipe: MatchRecipe) -> np.ndarray:
    """What a packed word has to meet for the hard rules on size, language and material."""
    offsets = pack_offsets(compiled.labels)
    packed = np.zeros((len(bits), 3), dtype=np.int64)
    if offsets[-1] > 63:
        return packed
    for a, rule in enumerate(("size", "language", "material")):
        if rule in recipe.hard:
            own = bits[:, compiled.recipe.slots[a]] & np.int64(2**63 - 1)  # what no offer has cannot be met
            wanted = (own << offsets[a]) | np.int64(1) << (offsets[a + 1] - 1)
            packed[:, a] = np.where(counts[:, a] > 0, wanted, 0)
    return packed


def _neighbours(sizes: list[tuple[str, ...]], compiled: Compiled, recipe: MatchRecipe) -> np.ndarray:
    near = np.zeros((len(sizes), compiled.recipe.slots[1]), dtype=np.int64)
    order = {size: i for i, size in enumerate(recipe.size_order)}
    for i, own in enumerate(sizes):
        for step in (-1, 1):
            j = order.get(own[0], -9) + step if own else -1
            if 0 <= j < len(recipe.size_order) and recipe.size_order[j] in compiled.labels["sizes"]:
                one = compiled.labels["sizes"][recipe.size_order[j]]
                near[i, one // 63] |= np.int64(1) << np.int64(one % 63)
    return near


def _need_numbers(frame: pl.DataFrame, on: date | None) -> np.ndarray:
    columns = [numbers_of(frame, n, "needs", "need") for n in NEED_NUMBERS]
    columns += points_on_globe(frame, "needs", "need")
    columns += [days(frame, n, "needs") for n in ("from_on", "until_on", "on")]
    if on is not None:
        columns[N_ON] = np.where(np.isnan(columns[N_ON]), float((on - date(1970, 1, 1)).days), columns[N_ON])
    check_order(columns[N_FROM], columns[N_UNTIL], frame["need"], "needs: period")
    return np.ascontiguousarray(np.column_stack(columns))


def _asked(
    counts: np.ndarray,
    numbers: np.ndarray,
    lengths: dict[str, np.ndarray],
    no_words: np.ndarray,
    top: np.ndarray,
) -> np.ndarray:
    """Which criteria a need asks for; quality, kind and under-served are asked of everybody."""
    given = {name: counts[:, a] > 0 for a, name in enumerate(BITS)}
    said = ~np.isnan(numbers)
    everybody = np.ones(len(counts), dtype=np.bool_)
    asked = {
        "text": ~no_words,
        "code": lengths["codes"] > 0,
        "service": given["services"],
        "material": given["materials"],
        "size": given["sizes"],
        "language": given["languages"],
        "availability": said[:, N_FROM] | said[:, N_UNTIL],
        "kind": everybody,
        "known": lengths["known"] > 0,
        "capacity": said[:, N_QUANTITY],
        "tolerance": said[:, N_TOLERANCE],
        "quality": everybody,
        "lead_time": said[:, N_LEAD],
        "price": said[:, N_PRICE],
        "distance": said[:, N_KM] & said[:, N_X],
        "certificate": lengths["certificates"] > 0,
        "under_served": everybody,
    }
    own = np.column_stack([asked[c] for c in CRITERIA])
    everywhere = np.array([c in ("kind", "quality", "under_served") for c in CRITERIA])
    points = own & (top > 0)
    points[~(own & ~everywhere).any(axis=1)] = False
    return points
