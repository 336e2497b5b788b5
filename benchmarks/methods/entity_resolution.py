"""Speed and quality of the search for double firms, on registers made with a seed.

``python benchmarks/methods/entity_resolution.py`` prints the table. Figures are measured, never asserted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import polars as pl

from nanduti.methods import entity_resolution as er

SEED = 11


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    found = work()
    return found, round(time.perf_counter() - start, 2)


def register(n_firms: int, most: int = 60) -> dict[str, object]:
    """Tidy, meet, score, cluster; and how many true pairs are found at each stage."""
    records, firm = er.made_register(n_firms, seed=SEED)
    truth = er.true_pairs(firm)
    row = {record: i for i, record in enumerate(records["record"])}
    tidy, tidying = _timed(lambda: er.tidy_records(records))
    candidates, meeting = _timed(lambda: er.candidate_pairs(tidy, most=most))
    scored, scoring = _timed(lambda: er.score_pairs(tidy, candidates, keep_from=0.0))
    _, clustering = _timed(lambda: er.cluster_records(scored))

    def quality(frame: pl.DataFrame) -> tuple[float, float]:
        pairs = frame.select(pl.col("one", "other").replace_strict(row, return_dtype=pl.Int64))
        found = er.pair_quality(pairs, truth)
        return round(found["recall"], 3), round(found["precision"], 3)

    return {
        "records": records.height,
        "true_pairs": truth.height,
        "seconds": {"tidy": tidying, "meet": meeting, "score": scoring, "cluster": clustering},
        "compared": candidates.pairs.height,
        "recall_of_meeting": round(er.pair_quality(candidates.pairs, truth)["recall"], 4),
        "likely_recall_precision": quality(scored.frame.filter(pl.col("answer") == "likely")),
        "asked_recall_precision": quality(scored.frame.filter(pl.col("answer") != "unlikely")),
    }


CASES: list[tuple[str, str, Callable[[], dict[str, object]]]] = [
    ("a cluster: 450 firms", "at once", lambda: register(450)),
    ("a ministry: 77,000 firms written down 103,326 times", "few true pairs lost", lambda: register(77_000)),
    ("the same, fewer to a key", "fewer pairs compared", lambda: register(77_000, most=20)),
]


def main() -> None:
    """Print the table; words of its name choose a case."""
    for name, aim, work in CASES:
        if all(word in name for word in sys.argv[1:]):
            sys.stdout.write(f"{name} | {aim} | {work()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
