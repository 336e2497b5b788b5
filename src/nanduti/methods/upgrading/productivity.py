"""Productivity: output for each unit of what goes in, alone and together, and gaps between ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import above_zero, amount, figure, one_of

from ._checks import listed, named, part_of


@dataclass(frozen=True)
class Span:
    """A figure as people say it: "350 to 450". A single figure has both ends equal.

    >>> Span(350, 450) / Span(55, 60)
    Span(low=5.8333333, high=8.1818181)
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        figure(self.low, "lower end")
        if figure(self.high, "upper end") < self.low:
            raise BadInput(
                place=f"range {self.low:g} to {self.high:g}",
                problem=mark("ends before it starts"),
                remedy=mark("Put the lower figure first."),
            )

    @property
    def middle(self) -> float:
        """Half way between the ends."""
        return (self.low + self.high) / 2

    def __truediv__(self, other: Span) -> Span:
        if other.low <= 0:
            raise BadInput(
                place=f"range {other.low:g} to {other.high:g}",
                problem=mark("is not above zero"),
                remedy=mark("Enter what was counted."),
            )
        return Span(min(self.low / other.low, self.low / other.high),
                    max(self.high / other.low, self.high / other.high))  # fmt: skip


Figure = float | tuple[float, float] | Span


def span(value: Figure) -> Span:
    """A figure, a pair of figures or a span as a span.

    >>> span(30), span((350, 450))
    (Span(low=30, high=30), Span(low=350, high=450))
    """
    if isinstance(value, Span):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
        return Span(*value)
    return Span(value, value)


def output_per_worker_day(output: Figure, workers: Figure, *, days: float = 1.0) -> Span:
    """Output for each worker and day, with both ends where output or workers are ranges.

    Source: formula of labour productivity; the figures of the doctest are UNIDO (2013), *Cluster Twinning*,
    chapter 3, section 3.3 (lasting lines: 350 to 450 pairs with 55 to 60 workers; elsewhere 800 with 30).

    >>> own, abroad = output_per_worker_day((350, 450), (55, 60)), output_per_worker_day(800, 30)
    >>> round(own.low, 2), round(own.high, 2), round(abroad.low, 2)
    (5.83, 8.18, 26.67)
    """
    made, people = span(output), span(workers)
    amount(made.low, "output")
    above_zero(people.low, "workers")
    per_day = Span(made.low / above_zero(days, "days"), made.high / days)
    return per_day / people


@dataclass(frozen=True)
class Gap:
    """How far an own figure stands from a benchmark.

    Attributes:
        factor: how many times better the benchmark is; below 1 where the own figure is ahead; ``None``
            where a figure of nil leaves nothing to divide by.
        distance: what is missing in the unit of measure, 0 where the benchmark is reached.
        sentence, details: the answer in words: a template and what fills it.
    """

    factor: Span | None
    distance: Span
    sentence: str
    details: Mapping[str, str]

    def say(self) -> str:
        """The answer in English."""
        return self.sentence.format(**self.details)


def gap_to_benchmark(own: Figure, benchmark: Figure, *, more_is_better: bool = True) -> Gap:
    """Gap factor and distance between an own figure and a benchmark, both may be ranges.

    >>> gap = gap_to_benchmark((350 / 60, 450 / 55), 800 / 30)
    >>> round(gap.factor.low, 2), round(gap.factor.high, 2)
    (3.26, 4.57)
    >>> gap.say()
    'The benchmark is 3.26 to 4.57 times better.'
    >>> gap_to_benchmark((4, 5), 1, more_is_better=False).factor
    Span(low=4.0, high=5.0)
    """
    mine, theirs = span(own), span(benchmark)
    amount(mine.low, "own figure")
    amount(theirs.low, "benchmark")
    better, worse = (theirs, mine) if more_is_better else (mine, theirs)
    factor = better / worse if worse.low > 0 else None
    distance = Span(max(0.0, better.low - worse.high), max(0.0, better.high - worse.low))
    if factor is None:
        return Gap(None, distance, mark("How many times better cannot be said: a figure is nil."), {})
    if factor.high <= 1:
        return Gap(factor, distance, mark("The benchmark is reached."), {})
    details = {"low": f"{factor.low:.2f}", "high": f"{factor.high:.2f}"}
    if details["low"] == details["high"]:
        return Gap(factor, distance, mark("The benchmark is {low} times better."), details)
    return Gap(factor, distance, mark("The benchmark is {low} to {high} times better."), details)


@dataclass(frozen=True)
class Productivity:
    """Output for each unit of every input, and for all of them in money.

    ``partial`` is ``None`` for an input of nil; ``multifactor`` is over labour and capital alone.
    """

    partial: dict[str, float | None]
    total: float
    multifactor: float | None


def productivity(
    output: float, inputs: Mapping[str, float], *, factors: Sequence[str] = ("labour", "capital")
) -> Productivity:
    """Partial productivities ``output/input``, multifactor and total productivity ``output/Σ inputs``.

    Total and multifactor need output and inputs in one money; partial figures may be in any unit.

    Source: D. J. Sumanth, *Productivity Engineering and Management* (1984): partial, total factor and total
    productivity measures.

    >>> p = productivity(1000, {"labour": 300, "materials": 200, "capital": 300, "energy": 100, "other": 50})
    >>> round(p.partial["labour"], 2), round(p.total, 2), round(p.multifactor, 2)
    (3.33, 1.05, 1.67)
    """
    made, inputs = amount(output, "output"), named(inputs, "the inputs")
    if not inputs:
        raise BadInput(place="inputs", problem=mark("are none"), remedy=mark("Name at least one input."))
    values = {k: amount(v, f"input {k!r}") for k, v in inputs.items()}
    whole = sum(values.values())
    if whole == 0:
        raise CannotBeSaid(
            what=mark("Productivity"), why=mark("nothing went in"), remedy=mark("Enter the inputs.")
        )
    base = sum(values.get(f, 0.0) for f in factors)
    return Productivity(
        {k: made / v if v else None for k, v in values.items()}, made / whole, made / base if base else None
    )


METHODS = ("tornqvist", "laspeyres", "paasche", "fisher")


def total_factor_productivity(
    output: tuple[float, float],
    inputs: Mapping[str, tuple[float, float]],
    prices: Mapping[str, tuple[float, float]],
    *,
    method: str = "tornqvist",
) -> float:
    """Index of total factor productivity: growth of output over growth of all inputs (1: no change).

    Args:
        output: quantity (or deflated value) before and after.
        inputs: quantity of each input before and after.
        prices: price of each input before and after.
        method: input index: ``tornqvist`` (mean cost shares of both periods), ``laspeyres`` (prices of the
            first), ``paasche`` (of the second) or ``fisher`` (their geometric mean).

    Source: W. E. Diewert, "Exact and superlative index numbers", *Journal of Econometrics* 4 (1976).

    >>> round(total_factor_productivity((100, 121), {"labour": (10, 11)}, {"labour": (1, 1)}), 6)
    1.1
    """
    one_of(method, METHODS, "method")
    output = listed(output, "output before and after", n=2)
    inputs = {k: listed(v, f"quantities of {k!r}", n=2) for k, v in named(inputs, "the inputs").items()}
    prices = {k: listed(v, f"prices of {k!r}", n=2) for k, v in named(prices, "the prices").items()}
    if not inputs or set(inputs) != set(prices):
        raise BadInput(
            place="inputs and prices",
            problem=mark("do not pair up"),
            remedy=mark("Give both for each input."),
        )
    growth = above_zero(output[1], "output after") / above_zero(output[0], "output before")
    pairs = {}
    for name in inputs:
        pairs[name] = tuple(
            above_zero(v, f"{what} of {name!r}")
            for what, values in (("quantity", inputs[name]), ("price", prices[name]))
            for v in values
        )
    return growth / _input_index(pairs, method)


def _input_index(pairs: Mapping[str, tuple[float, ...]], method: str) -> float:
    """``pairs`` holds quantity before and after, price before and after."""
    if method == "tornqvist":
        before = sum(q0 * p0 for q0, _, p0, _ in pairs.values())
        after = sum(q1 * p1 for _, q1, _, p1 in pairs.values())
        logs = (
            (q0 * p0 / before + q1 * p1 / after) / 2 * math.log(q1 / q0) for q0, q1, p0, p1 in pairs.values()
        )
        return math.exp(sum(logs))
    laspeyres = sum(q1 * p0 for _, q1, p0, _ in pairs.values()) / sum(
        q0 * p0 for q0, _, p0, _ in pairs.values()
    )
    paasche = sum(q1 * p1 for _, q1, _, p1 in pairs.values()) / sum(
        q0 * p1 for q0, _, _, p1 in pairs.values()
    )
    return {"laspeyres": laspeyres, "paasche": paasche, "fisher": math.sqrt(laspeyres * paasche)}[method]


@dataclass(frozen=True)
class Effectiveness:
    """Overall equipment effectiveness and its three factors; ``lost_minutes`` says where time went."""

    availability: float
    performance: float
    quality: float
    oee: float
    lost_minutes: dict[str, float]


def equipment_effectiveness(
    *,
    planned_minutes: float,
    stopped_minutes: float,
    ideal_cycle_seconds: float,
    total: float,
    rejected: float,
) -> Effectiveness:
    """OEE = availability × performance × quality.

    Availability is run time over planned time, performance ``ideal cycle × count / run time`` (above 1 the
    ideal cycle is wrong, which is refused), quality the good share. Source: S. Nakajima, *Introduction to
    TPM* (1988).

    >>> e = equipment_effectiveness(planned_minutes=420, stopped_minutes=47, ideal_cycle_seconds=1,
    ...                             total=19271, rejected=423)
    >>> [round(100 * x, 2) for x in (e.availability, e.performance, e.quality, e.oee)]
    [88.81, 86.11, 97.8, 74.79]
    """
    part_of(stopped_minutes, planned_minutes, "stopped minutes")
    part_of(rejected, total, "rejected")
    run = planned_minutes - stopped_minutes
    if run == 0:
        raise CannotBeSaid(
            what=mark("The effectiveness of the machine"),
            why=mark("it never ran"),
            remedy=mark("Look at why it stood still."),
        )
    ideal = above_zero(ideal_cycle_seconds, "ideal cycle") * total / 60
    if ideal > run * (1 + 1e-9):
        raise BadInput(
            place=f"an ideal cycle of {ideal_cycle_seconds:g} seconds for {total:g} pieces",
            problem=mark("takes longer than the machine ran"),
            remedy=mark("Correct the ideal cycle, the count or the minutes."),
        )
    availability, performance, good = run / planned_minutes, ideal / run, 1 - rejected / total
    lost = {
        "stops": float(stopped_minutes), "slow cycles": run - ideal, "rejects": ideal * rejected / total,
    }  # fmt: skip
    return Effectiveness(availability, performance, good, availability * performance * good, lost)


@dataclass(frozen=True)
class LineBalance:
    """How evenly the work of a line is spread.

    Attributes:
        cycle_time: the longest station.
        efficiency: Σ times / (stations × cycle time); ``balance_delay`` is the rest.
        smoothness: root of the squared distances from the longest station (0: perfectly even).
        least_stations: how many stations the pace that is needed asks for at least; ``None`` without one.
        over_pace: stations that are slower than the pace.
    """

    cycle_time: float
    efficiency: float
    balance_delay: float
    smoothness: float
    least_stations: int | None
    over_pace: tuple[str, ...]


def line_balance(stations: Mapping[str, float], *, takt: float | None = None) -> LineBalance:
    """Balance of a line from the time of each station, in one unit of time.

    Source: line-balancing measures as in M. P. Groover, *Automation, Production Systems, and CIM*.

    >>> b = line_balance({"cut": 40, "skive": 30, "stitch": 50, "last": 40}, takt=45)
    >>> b.efficiency, b.least_stations, b.over_pace
    (0.8, 4, ('stitch',))
    """
    stations = named(stations, "the stations")
    if not stations:
        raise BadInput(place="stations", problem=mark("are none"), remedy=mark("Time at least one station."))
    times = {k: above_zero(v, f"time of {k!r}") for k, v in stations.items()}
    total, longest = sum(times.values()), max(times.values())
    efficiency = total / (len(times) * longest)
    least = None if takt is None else math.ceil(total / above_zero(takt, "takt") - 1e-9)
    slow = () if takt is None else tuple(k for k, v in times.items() if v > takt)
    smooth = math.sqrt(sum((longest - v) ** 2 for v in times.values()))
    return LineBalance(longest, efficiency, 1 - efficiency, smooth, least, slow)


def takt_time(available: float, demand: float) -> float:
    """Time available for each unit asked for: the pace of the line.

    >>> takt_time(480 * 60, 400)
    72.0
    """
    return above_zero(available, "available time") / above_zero(demand, "demand")
