"""Speed of the instruments room: answers read from XML, a million rows into a frame, checks over all of them.

``python benchmarks/methods/instruments.py`` prints a table. Figures are measured, never asserted.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from nanduti.methods import instruments
from nanduti.methods.instruments import Check, Choice, Definition, Question, quality

SEED = 20_260_302
CHOICES = {"l": tuple(Choice(f"c{n}") for n in range(8))}
KINDS = ("text", "integer", "decimal", "date", "select_one", "select_multiple")
SAID = {"text": "some words", "integer": "12", "decimal": "3.5", "date": "2026-01-02", "select_one": "c1",
        "select_multiple": "c1 c3"}  # fmt: skip


def median_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def question(path: str, kind: str) -> Question:
    return Question(path, kind, kind, list_name="l" if kind.startswith("select") else "")


def reading() -> dict[str, object]:
    """A form of 250 questions in ten groups; submissions of about 5 kB."""
    asked = [question(f"g{g}/q{g}_{n}", KINDS[n % 6]) for g in range(10) for n in range(25)]
    form = Definition("f", questions=tuple(asked), choice_lists=CHOICES)
    groups = "".join(
        f"<g{g}>" + "".join(f"<q{g}_{n}>{SAID[KINDS[n % 6]]}</q{g}_{n}>" for n in range(25)) + f"</g{g}>"
        for g in range(10)
    )
    xml = f'<data id="f" version="1">{groups}</data>'.encode()

    def work() -> None:
        for _ in range(500):
            instruments.split(form, instruments.read_answers(form, xml).values)

    return {"submissions a second, one core": round(500 / median_seconds(work))}


def frame_of_a_million() -> dict[str, object]:
    """Nine questions, one of them of several choices and one a place."""
    kinds = (
        "text",
        "integer",
        "decimal",
        "date",
        "datetime",
        "select_one",
        "select_multiple",
        "geopoint",
        "text",
    )
    form = Definition("f", questions=tuple(question(f"q{n}", k) for n, k in enumerate(kinds)), choice_lists=CHOICES,
                      checks=(Check("few", "q1 * 2 <= q2 implies q5 != 'c1'"),))  # fmt: skip
    rows = []
    for n in range(1_000):
        row = {
            "q0": f"t {n}",
            "q1": n % 50,
            "q2": n / 7,
            "q3": "2026-01-02",
            "q4": "2026-01-02T10:00:00-04:00",
        }
        row |= {"q5": f"c{n % 5}", "q6": ["c1", "c3"], "q7": [-25.1, -57.2, 0.0, 4.0], "q8": "x"}
        rows.append(json.dumps(row))
    texts = pl.Series(rows * 1_000)
    keys = pl.Series("_key", range(len(texts)))
    made = instruments.tables(form, keys, texts)
    return {
        "rows": len(texts),
        "seconds": median_seconds(lambda: instruments.tables(form, keys, texts)),
        "declared check over all, seconds": median_seconds(lambda: instruments.broken_in_frames(made)),
    }


def general_checks() -> dict[str, object]:
    """5,000 submissions of 100 questions from seven collectors."""
    rng = np.random.default_rng(SEED)
    asked = [
        *(question(f"n{n}", "integer") for n in range(20)),
        *(question(f"s{n}", "select_one") for n in range(80)),
    ]
    form = Definition("f", questions=tuple(asked), choice_lists=CHOICES)
    rows = [
        json.dumps(
            {f"n{n}": int(rng.lognormal(3, 1)) for n in range(20)}
            | {f"s{n}": f"c{rng.integers(8)}" for n in range(80)}
        )
        for _ in range(5_000)
    ]
    made = instruments.tables(form, list(range(5_000)), rows)
    about = pl.DataFrame({"_key": range(5_000), "_collector": [f"e{n % 7}" for n in range(5_000)]})
    return {"seconds": median_seconds(lambda: quality.check_survey(made, about), 1)}


CASES = [
    ("submissions of 250 questions read and parted", "1,000/s a core", reading),
    ("a million rows of nine questions as a frame, from JSON", "4 s", frame_of_a_million),
    ("general checks, 5,000 submissions of 100 questions", "5 s", general_checks),
]


def main() -> None:
    for name, aim, work in CASES:
        print(f"{name} | aim {aim} | {work()}")


if __name__ == "__main__":
    main()
