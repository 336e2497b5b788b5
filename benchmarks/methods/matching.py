"""Speed of the matching room on made data of the size the plan asks for.

``python benchmarks/methods/matching.py`` prints the table; words of a case's name choose some. Figures are measured,
never asserted.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

from nanduti.methods import matching

SEED = 20_130_601
DAY = date(2026, 3, 1)


def median_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Median wall-clock time after one run to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def peak_mib() -> float:
    """The most memory this process has held so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)


def _lists(stream: np.random.Generator, n: int, values: list[str], most: int) -> pl.Series:
    """Lists of 1 to ``most`` values."""
    counts = stream.integers(1, most + 1, n)
    flat = pl.Series(np.array(values)[stream.integers(0, len(values), counts.sum())])
    return (
        pl.DataFrame({"row": np.repeat(np.arange(n), counts), "v": flat})
        .group_by("row", maintain_order=True)
        .agg("v")["v"]
    )


def _texts(stream: np.random.Generator, n: int, words: int, n_terms: int) -> pl.Series:
    """Texts of words whose frequencies fall as in real text."""
    share = 1.0 / (np.arange(n_terms) + 50.0)
    picked = stream.choice(n_terms, size=n * words, p=share / share.sum())
    terms = pl.Series([f"term{i}x" for i in range(n_terms)]).gather(picked)
    frame = pl.DataFrame({"row": np.repeat(np.arange(n), words), "t": terms})
    return frame.group_by("row", maintain_order=True).agg(pl.col("t").str.join(" "))["t"]


def made(n_offers: int, n_needs: int) -> tuple[pl.DataFrame, pl.DataFrame, matching.CapabilityTree]:
    """Offers of 15 words in 40 families, needs of 8 words that may look at three of them, and every hard filter."""
    stream = np.random.default_rng(SEED)
    families = [f"f{i // 2}" if i % 2 else f"f{i // 2}.a" for i in range(40)]
    tree = matching.CapabilityTree.from_codes([*families, *(f"f{i}.b" for i in range(20))])
    sizes, languages = ["micro", "small", "medium", "large"], ["en", "es", "hi", "it", "ta", "fr"]
    start = stream.integers(0, 300, n_offers)
    codes = ["a", "b", ""]
    code = [
        f"f{x}.{codes[y]}" if y < 2 else f"f{x}"
        for x, y in zip(stream.integers(0, 14, n_offers), stream.integers(0, 3, n_offers))
    ]
    offers = pl.DataFrame(
        {
            "offer": [f"o{i:07d}" for i in range(n_offers)],
            "codes": pl.Series(code).to_frame("c").select(pl.concat_list("c"))["c"],
            "sizes": _lists(stream, n_offers, sizes, 2),
            "languages": _lists(stream, n_offers, languages, 2),
            "markets": _lists(stream, n_offers, ["brands", "army", "retail", "export", "home"], 2),
            "kind": np.array(["firm", "support_firm", "bdsp", "technical_institution"])[
                stream.integers(0, 4, n_offers)
            ],
            "position": np.array([f"p{i}" for i in range(30)])[stream.integers(0, 30, n_offers)],
            "text": _texts(stream, n_offers, 15, 26_300),
            "available_from": [DAY + timedelta(days=int(d)) for d in start],
            "available_until": [
                DAY + timedelta(days=int(d)) for d in start + stream.integers(10, 120, n_offers)
            ],
        }
    )
    first = stream.integers(0, 300, n_needs)
    needs = pl.DataFrame(
        {
            "need": [f"n{i:05d}" for i in range(n_needs)],
            "codes": pl.Series([f"f{x}" for x in stream.integers(0, 14, n_needs)])
            .to_frame("c")
            .select(pl.concat_list("c"))["c"],
            "size": np.array(sizes)[stream.integers(0, 4, n_needs)],
            "languages": _lists(stream, n_needs, languages, 2),
            "markets": _lists(stream, n_needs, ["brands", "army", "retail", "export", "home"], 2),
            "kind": "firm",
            "position": np.array([f"p{i}" for i in range(30)])[stream.integers(0, 30, n_needs)],
            "text": _texts(stream, n_needs, 8, 26_300),
            "from_on": [DAY + timedelta(days=int(d)) for d in first],
            "until_on": [DAY + timedelta(days=int(d) + 30) for d in first],
            "rivals": pl.Series(
                [[f"o{j:07d}" for j in stream.integers(0, n_offers, 4)] for _ in range(n_needs)]
            ),
        }
    )
    return offers, needs, tree


#: The weights with which the plan measured its peers: text 0.6, kind 0.2, language 0.1, one more 0.1.
PLAN = matching.MatchRecipe(
    "plan",
    {"text": 60, "kind": 20, "language": 10, "availability": 10},
    frozenset({"code", "excluded", "rivalry", "size", "language", "availability"}),
    kind_fit={"support_firm": 1.0, "technical_institution": 0.9, "bdsp": 0.9, "firm": 0.4},
)


def million(recipe: matching.MatchRecipe | str) -> dict[str, object]:
    """Exact top 20 of 10,000 needs over 1,000,000 offers."""
    with tempfile.TemporaryDirectory() as folder:  # made in another process, whose memory is not counted here
        subprocess.run([sys.executable, __file__, "--make", folder], check=True)
        offers, needs = (pl.read_parquet(f"{folder}/{name}.parquet") for name in ("offers", "needs"))
    tree = matching.CapabilityTree.from_codes(offers["codes"].explode().unique().to_list())
    before = peak_mib()
    start = time.perf_counter()
    index = matching.OfferIndex(offers, tree=tree, recipe=recipe)
    found: dict[str, object] = {"index_seconds": round(time.perf_counter() - start, 1)}
    for threads in (1, 2, 4):
        found[f"seconds_{threads}_threads"] = median_seconds(
            lambda t=threads: index.rank(needs, threads=t), 3
        )
    one = needs.head(1)
    found["one_need_ms"] = 1000 * median_seconds(lambda: index.rank(one), 50)
    start = time.perf_counter()
    plain = index.rank(needs.head(500), compiled=False)
    found["plain_seconds_scaled_from_500"] = round(20 * (time.perf_counter() - start), 1)
    found["equal"] = plain.frame.equals(index.rank(needs.head(500)).frame)
    found["one_need_ms_plain"] = 1000 * median_seconds(lambda: index.rank(one, compiled=False), 10)
    found["mib_before_and_peak"] = (before, peak_mib())
    return found


def stable() -> dict[str, object]:
    """100,000 proposers with lists of 20 over 5,000 receivers of 20 places; ties on the receivers' side."""
    stream = np.random.default_rng(SEED)
    n, m, length = 100_000, 5_000, 20
    order = np.argsort(stream.random((n, 60)), axis=1)[:, :length]
    receiver = (stream.integers(0, m, (n, 1)) + order * 83) % m
    pairs = pl.DataFrame(
        {
            "proposer": pl.Series([f"p{i:06d}" for i in range(n)]).gather(np.repeat(np.arange(n), length)),
            "receiver": pl.Series([f"r{i:04d}" for i in range(m)]).gather(receiver.ravel()),
            "proposer_rank": np.tile(np.arange(1, length + 1), n),
            "receiver_rank": stream.integers(1, 400, n * length),
        }
    )
    found = matching.deferred_acceptance(pairs, capacities=20)
    return {
        "seconds": median_seconds(lambda: matching.deferred_acceptance(pairs, capacities=20), 3),
        "seconds_receivers_propose": median_seconds(
            lambda: matching.deferred_acceptance(pairs, capacities=20, proposing="receiver"), 1
        ),
        "blocking_pairs": found.n_blocking,
        "matched": found.pairs.height,
    }


def assigned() -> dict[str, object]:
    """2,000 needs over 1,000 offers of 3 places, 20 scored offers each."""
    stream = np.random.default_rng(SEED)
    n, m, length = 2_000, 1_000, 20
    offer = np.argsort(stream.random((n, m)), axis=1)[:, :length]
    scores = pl.DataFrame(
        {
            "need": np.repeat([f"n{i:04d}" for i in range(n)], length),
            "offer": np.array([f"o{i:04d}" for i in range(m)])[offer.ravel()],
            "score": stream.integers(1, 100_000, n * length).astype(float),
        }
    )
    best = matching.assign(scores, offer_places=3)
    return {
        "seconds": median_seconds(lambda: matching.assign(scores, offer_places=3), 1),
        "total_equals_bound": abs(best.total - best.bound) < 1e-6 * best.total,
    }


def meetings() -> dict[str, object]:
    """A matchmaking day: 60 visitors, 40 hosts, 12 slots, 700 requests, a fifth of the slots blocked."""
    stream = np.random.default_rng(SEED)
    pairs = stream.permutation(60 * 40)[:700]
    asked = pl.DataFrame(
        {
            "one": [f"v{p // 40:02d}" for p in pairs],
            "other": [f"h{p % 40:02d}" for p in pairs],
            "stars": stream.integers(1, 6, 700),
        }
    )
    slots = [f"s{i:02d}" for i in range(12)]
    people = sorted({*asked["one"], *asked["other"]})
    free = {who: [s for s in slots if stream.random() > 0.2] for who in people}
    start = time.perf_counter()
    plan = matching.meeting_timetable(asked, slots, available=free, seconds=20)
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "meetings": plan.meetings.height,
        "gap": round(plan.gap, 6),
        "status": plan.status,
    }


CASES: list[tuple[str, str, Callable[[], dict[str, object]]]] = [
    (
        "10,000 needs over 1,000,000 offers, weights of the plan",
        "2 s (20 s plain), 1 GB; one need 5 ms",
        lambda: million(PLAN),
    ),
    ("10,000 needs over 1,000,000 offers, recipe partners", "as above", lambda: million("partners")),
    ("deferred acceptance 100,000 x 5,000", "1 s, no blocking pair", stable),
    ("assignment 2,000 x 1,000 of 3 places", "optimal", assigned),
    ("meetings 700 requests 12 slots", "optimal or its gap", meetings),
]


def main() -> None:
    """Print the table; words of its name choose a case."""
    if sys.argv[1:2] == ["--make"]:
        offers, needs, _ = made(1_000_000, 10_000)
        offers.write_parquet(f"{sys.argv[2]}/offers.parquet")
        needs.write_parquet(f"{sys.argv[2]}/needs.parquet")
        return
    for name, aim, work in CASES:
        if all(word in name for word in sys.argv[1:]):
            sys.stdout.write(f"{name} | {aim} | {work()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
