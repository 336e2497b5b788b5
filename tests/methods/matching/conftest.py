"""Made needs and offers with every column, many unknown cells and many ties."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from nanduti.methods import matching

DAY = date(2026, 3, 1)
TREE = matching.CapabilityTree.from_codes(["a.b.c", "a.b.d", "a.e", "f.g", "f.h.i"])
SIZES = ["micro", "small", "medium", "large"]
LANGUAGES = ["es", "en", "hi", "it"]
WORDS = "goat leather finishing spray glove upper sole cutting sewing dye bovine wet blue".split()  # noqa: SIM905
EVERYTHING = matching.MatchRecipe(
    "everything",
    {c: 5 + i for i, c in enumerate(matching.CRITERIA)},
    frozenset(matching.RULES),
    kind_fit={"support_firm": 1.0, "bdsp": 0.9, "firm": 0.4},
)


def _some(stream, values, most, nothing=0.2):
    if stream.random() < nothing:
        return None
    return [str(v) for v in stream.choice(values, size=stream.integers(1, most + 1), replace=False)]


def _maybe(stream, value, nothing=0.25):
    return None if stream.random() < nothing else value


def make_offers(n: int, seed: int) -> pl.DataFrame:
    s = np.random.default_rng([seed, 1])
    rows = []
    for i in range(n):
        start, lot = int(s.integers(0, 60)), int(s.integers(1, 50))
        held = _some(s, ["iso", "lwg"], 2, 0.4)
        rows.append(
            {
                "offer": f"o{i:03d}",
                "codes": _some(s, list(TREE.codes), 2, 0.05),
                "sizes": _some(s, SIZES, 2),
                "languages": _some(s, LANGUAGES, 2),
                "materials": _some(s, ["goat", "bovine", "sheep"], 2),
                "services": _some(s, ["do_how", "know_how"], 2),
                "markets": _some(s, ["brands", "army", "retail"], 2),
                "kind": _maybe(s, str(s.choice(["firm", "support_firm", "bdsp"]))),
                "position": _maybe(s, str(s.choice(["finished", "wet blue"]))),
                "text": _maybe(s, " ".join(s.choice(WORDS, 4)), 0.1),
                "lot_min": _maybe(s, float(lot)),
                "lot_max": _maybe(s, float(lot + 400)),
                "capacity_free": _maybe(s, float(s.integers(0, 300))),
                "tolerance": _maybe(s, float(s.choice([0.1, 0.2, 0.5]))),
                "lead_days": _maybe(s, float(s.integers(1, 40))),
                "price": _maybe(s, float(s.integers(1, 30))),
                "quality": _maybe(s, float(s.integers(0, 11)) / 10),
                "times_served": _maybe(s, int(s.integers(0, 4))),
                "lat": _maybe(s, float(s.uniform(-28, -22)), 0.0),
                "lon": float(s.uniform(-60, -54)),
                "available_from": _maybe(s, DAY + timedelta(days=start)),
                "available_until": _maybe(s, DAY + timedelta(days=start + int(s.integers(1, 60)))),
                "certificates": held,
                "certificates_until": None
                if held is None
                else [_maybe(s, DAY + timedelta(days=int(s.integers(0, 90)))) for _ in held],
                "has_consent": bool(s.random() > 0.05),
                "expires_on": _maybe(s, DAY + timedelta(days=int(s.integers(-5, 200)))),
            }
        )
    kinds = {
        "certificates_until": pl.List(pl.Date),
        "available_from": pl.Date,
        "available_until": pl.Date,
        "expires_on": pl.Date,
    }
    return pl.DataFrame(rows, schema_overrides=kinds, infer_schema_length=None)


def make_needs(n: int, seed: int, offers: pl.DataFrame) -> pl.DataFrame:
    s = np.random.default_rng([seed, 2])
    rows = []
    for i in range(n):
        start = int(s.integers(0, 60))
        rows.append(
            {
                "need": f"n{i:03d}",
                "codes": _some(s, list(TREE.codes), 2, 0.2),
                "size": _maybe(s, str(s.choice(SIZES)), 0.4),
                "languages": _some(s, LANGUAGES, 2, 0.3),
                "materials": _some(s, ["goat", "bovine", "snake"], 2, 0.5),
                "services": _some(s, ["do_how", "know_how"], 2, 0.4),
                "markets": _some(s, ["brands", "army"], 1),
                "kind": _maybe(s, str(s.choice(["firm", "association"]))),
                "position": _maybe(s, "finished"),
                "text": _maybe(s, " ".join(s.choice([*WORDS, "unheard"], 3))),
                "quantity": _maybe(s, float(s.integers(1, 200)), 0.5),
                "tolerance": _maybe(s, 0.2, 0.6),
                "lead_days": _maybe(s, float(s.integers(5, 40)), 0.5),
                "price_max": _maybe(s, float(s.integers(5, 30)), 0.6),
                "lat": -25.0,
                "lon": -57.0,
                "max_km": _maybe(s, 400.0, 0.5),
                "from_on": _maybe(s, DAY + timedelta(days=start), 0.4),
                "until_on": _maybe(s, DAY + timedelta(days=start + 30), 0.4),
                "on": DAY,
                "certificates": _some(s, ["iso", "other"], 1, 0.8),
                "rivals": [str(x) for x in s.choice(offers["offer"].to_list(), 2)],
                "known": [str(x) for x in s.choice(offers["offer"].to_list(), 5)],
            }
        )
    return pl.DataFrame(
        rows, schema_overrides={"from_on": pl.Date, "until_on": pl.Date}, infer_schema_length=None
    )


@pytest.fixture(params=[False, True], ids=["plain", "compiled"])
def compiled(request):
    """Both ways: with NumPy alone and with compiled loops."""
    if request.param:
        pytest.importorskip("numba", reason="the extra 'fast' is not installed")
    return request.param
