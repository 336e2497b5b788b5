"""Speed of the planning room: dates of long lists, contradictions among many statements, variances of a long plan.

``python benchmarks/methods/planning.py`` prints a table. Figures are measured, never asserted. python-dateutil
is timed beside on the texts it accepts, where it can be imported; it knows single days only.
"""

from __future__ import annotations

import importlib.util
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta

from nanduti.methods.planning import (
    Outcome,
    Participation,
    PlanLine,
    Statement,
    activity_variance,
    breadth,
    earned_value,
    find_contradictions,
    money_curves,
    parse_list,
    parse_when,
    plan_change,
    plan_curve,
    plan_variance,
    stored_when,
)
from nanduti.methods.values import Money

SEED = 20_110_731
_TEXTS = """2007|Sep-07|March-April 2009|Dec and Feb 2010|Jan-Feb 2010|June - July 2010|Ongoing|Nov 06 - Feb 07
June 07- Oct 09|2007-2008|Jan-Feb 08|Oct-08|June 12, 2008 and November 2008|30 Jan- 3 Feb 2010|August - November 2010
Dec 07 - Feb 08|4/21/2009|9/5/2009|1/12/2010|January-review and 16/02/2009|May - November 2010|Jan-April 2011"""
TEXTS = _TEXTS.replace("\n", "|").split("|")
LONG = (
    "March 31, 2008 to April 3, 2008 (class room training); Factory level (April 4 to 27 and then "
    "18th May to 12 June) and concluding Workshop on June 12"
)
DAYS = ("4/21/2009", "12 October 2009", "2009-04-21", "Oct 12, 2009", "21.4.2009")


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_mib(work: Callable[[], object]) -> float:
    """Memory held at the worst moment beyond what stood before."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 2**20, 1)


def list_of_dates() -> dict[str, object]:
    """A list of 10,000 dates like those of the annexes, read with each other's help."""
    texts = random.Random(SEED).choices(TEXTS, k=10_000)
    seconds = median_seconds(lambda: parse_list(texts), repeats=3)
    return {
        "seconds": round(seconds, 3),
        "microseconds_each": round(seconds * 100, 1),
        "peak_mib": peak_mib(lambda: parse_list(texts)),
    }


def longest_date() -> dict[str, object]:
    """The longest date text of the annexes: four spans in prose."""
    seconds = median_seconds(lambda: [parse_when(LONG) for _ in range(200)]) / 200
    return {"seconds": round(seconds, 6)}


def single_days() -> dict[str, object]:
    """Single days, which python-dateutil reads too."""
    seconds = median_seconds(lambda: [parse_when(t) for t in DAYS * 200]) / 1000
    figures: dict[str, object] = {"seconds": round(seconds, 6)}
    if importlib.util.find_spec("dateutil"):
        from dateutil import parser

        peer = median_seconds(lambda: [parser.parse(t) for t in DAYS * 200]) / 1000
        figures |= {"peer": "python-dateutil", "peer_seconds": round(peer, 6)}
    return figures


def many_statements() -> dict[str, object]:
    """100,000 statements about 30,000 subjects, values given, one in ten off."""
    rng = random.Random(SEED)
    statements = [
        Statement(
            f"plan:{rng.randrange(30_000)}", "n_firms", str(20 + (rng.random() < 0.1)), None, "", "s", f"p{i}"
        )
        for i in range(100_000)
    ]
    return {
        "seconds": round(median_seconds(lambda: find_contradictions(statements), repeats=3), 2),
        "findings": len(find_contradictions(statements)),
        "peak_mib": peak_mib(lambda: find_contradictions(statements)),
    }


def many_participations() -> dict[str, object]:
    """Breadth over 1,000,000 participations of 100,000 firms."""
    rng = random.Random(SEED)
    rows = [
        Participation(f"f{rng.randrange(100_000)}", f"a{rng.randrange(20_000)}") for _ in range(1_000_000)
    ]
    return {"seconds": round(median_seconds(lambda: breadth(rows), repeats=3), 2)}


def long_plan(n: int = 20_000) -> list[tuple[PlanLine, Outcome]]:
    """Activities of some years with cost, participants and what became of most of them."""
    rng = random.Random(SEED)
    found = []
    for k in range(n):
        start = date(2007, 1, 1) + timedelta(rng.randrange(1500))
        end = start + timedelta(rng.randrange(1, 90))
        precision = rng.choice(("day", "month", "month", "year"))
        cost = Money(rng.randrange(100, 9000), rng.choice(("EUR", "INR")))
        when = stored_when(start, end, precision)
        line = PlanLine(str(k), f"Activity {k}", when, cost, n_participants=rng.randrange(60), unit="firms")
        done_on = end + timedelta(rng.randrange(-30, 120)) if rng.random() < 0.8 else None
        came = {"firms": rng.randrange(60)}
        found.append((line, Outcome(done_on=done_on, spent=cost * rng.randrange(3), came=came)))
    return found


def variances() -> dict[str, object]:
    """All variances of 20,000 activities, and their sums."""
    pairs, as_of = long_plan(), date(2011, 7, 31)

    def work() -> object:
        return plan_variance(activity_variance(line, became, as_of=as_of) for line, became in pairs)

    return {"seconds": round(median_seconds(work, repeats=3), 2), "peak_mib": peak_mib(work)}


def curves() -> dict[str, object]:
    """The S-curves of 20,000 activities, in numbers and in money, and their earned value."""
    pairs, as_of = long_plan(), date(2011, 7, 31)

    def work() -> object:
        curve = plan_curve(pairs, as_of=as_of)
        return curve, money_curves(pairs, as_of=as_of), earned_value(pairs, as_of=as_of)

    return {"seconds": round(median_seconds(work, repeats=3), 2), "peak_mib": peak_mib(work)}


def changes() -> dict[str, object]:
    """Two states of a plan of 20,000 activities set side by side, every date of the second moved by a month."""
    before = [line for line, _ in long_plan()]
    month = timedelta(30)
    after = [
        PlanLine(
            line.key,
            line.label,
            stored_when(line.when.start + month, line.when.end + month, "month"),
            line.cost,
        )
        for line in before
    ]
    return {"seconds": round(median_seconds(lambda: plan_change(before, after), repeats=3), 2)}


CASES = [
    ("list of 10,000 dates", "under 2 s", list_of_dates),
    ("longest date of the annexes", "under 2 ms", longest_date),
    ("single days", "within 3 times of python-dateutil", single_days),
    ("contradictions, 100,000 statements", "under 5 s", many_statements),
    ("breadth, 1,000,000 participations", "under 5 s", many_participations),
    ("variances, 20,000 activities", "under 2 s", variances),
    ("S-curves and earned value, 20,000", "under 2 s", curves),
    ("two states of a plan, 20,000", "under 2 s", changes),
]


def main() -> None:
    """Print every case with its aim and figures."""
    for name, aim, run in CASES:
        figures = ", ".join(f"{key} {value}" for key, value in run().items())
        print(f"{name:40} aim: {aim:36} {figures}")


if __name__ == "__main__":
    main()
