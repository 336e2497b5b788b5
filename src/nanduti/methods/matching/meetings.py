"""Meeting timetables: who meets whom in which slot, as many and as wished-for as slots allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, mark


@dataclass(frozen=True)
class Timetable:
    """A timetable.

    Attributes:
        meetings: ``slot``, ``one``, ``other``, ``stars``, in the order of the slots.
        refused: request (``one``, ``other``) → why it has no slot.
        value: the sum of what the meetings are worth.
        bound: no timetable has more.
        gap: (bound − value)/bound; 0 is proven best.
        status: ``"optimal"``, ``"within gap"`` or ``"heuristic"``.
    """

    meetings: pl.DataFrame
    refused: Mapping[tuple[str, str], Reason]
    value: float
    bound: float
    gap: float
    status: str

    def agenda(self, who: str) -> pl.DataFrame:
        """The meetings of one participant in order."""
        return self.meetings.filter((pl.col("one") == who) | (pl.col("other") == who))


_WHY = {
    "no_common_slot": mark("{one} and {other} are never free at the same time."),
    "full": mark("{who} has all the meetings that are allowed ({n})."),
    "busy": mark(
        "In every common slot one of {one} and {other} has another meeting, or all tables are taken."
    ),
}


def meeting_timetable(
    requests: pl.DataFrame,
    slots: Sequence[str],
    *,
    available: Mapping[str, Sequence[str]] | None = None,
    most_meetings: Mapping[str, int] | int | None = None,
    tables: int | None = None,
    aim: str = "meetings",
    seconds: float = 20.0,
    gap: float = 0.0,
) -> Timetable:
    """The best timetable of requested meetings.

    Args:
        requests: ``one``, ``other``, ``stars`` (1 to 5; the sum where both asked is the caller's to make).
        slots: the slots in order.
        available: participant → slots; who is not named is free in all.
        most_meetings: participant → the most meetings; or one number for everybody.
        tables: how many meetings may go on at once.
        aim: ``"meetings"``: as many as possible, more stars among equals; ``"stars"``: the most stars.
        seconds, gap: when to stop; the answer tells how far it may be from the best.

    Nobody meets two people at once or the same one twice. Rule of the fair agendas after which this is made:
    requests rated with one to five stars, the number of meetings maximised subject to availability and stars.

    >>> asked = pl.DataFrame({"one": ["Ana", "Ana", "Beto"], "other": ["X", "Y", "X"], "stars": [5, 3, 4]})
    >>> plan = meeting_timetable(asked, ["9:00", "9:20"], available={"X": ["9:00"]})
    >>> plan.meetings.rows(), plan.status
    ([('9:00', 'Ana', 'X', 5), ('9:20', 'Ana', 'Y', 3)], 'optimal')
    >>> plan.refused["Beto", "X"].say()
    'In every common slot one of Beto and X has another meeting, or all tables are taken.'
    """
    table = _requests(requests)
    names = list(slots)
    if len(set(names)) < len(names) or aim not in ("meetings", "stars"):
        raise BadInput(
            place=mark("slots or aim"),
            problem=mark("are not usable: a slot stands twice, or the aim is not known"),
            remedy=mark("Name every slot once; the aim is 'meetings' or 'stars'."),
        )
    free = _free(table, names, available or {})
    people = sorted({*table["one"], *table["other"]})
    limit = _limits(people, most_meetings, len(names))
    chosen, value, bound, proven = _schedule(
        table, free, people, limit, len(names), tables, aim, seconds, gap
    )
    rows = [(names[s], *table.row(q)) for q, s in sorted(chosen.items(), key=lambda item: (item[1], item[0]))]
    schema = {"slot": pl.String, "one": pl.String, "other": pl.String, "stars": pl.Int64}
    refused = _reasons(table, free, chosen, limit, people)
    left = 0.0 if bound <= value else (bound - value) / bound
    status = "optimal" if proven else ("within gap" if left <= max(gap, 0.01) else "heuristic")
    return Timetable(pl.DataFrame(rows, schema=schema, orient="row"), refused, value, bound, left, status)


def _requests(requests: pl.DataFrame) -> pl.DataFrame:
    for name in ("one", "other", "stars"):
        if name not in requests.columns or requests[name].null_count():
            raise BadInput(
                place=f"requests: column {name!r}",
                problem=mark("is missing or has empty cells"),
                remedy=mark("Give one, other and stars for every request."),
            )
    table = requests.select(pl.col("one", "other").cast(pl.String), pl.col("stars").cast(pl.Int64)).sort(
        "one", "other"
    )
    pair = table.select(
        pl.min_horizontal("one", "other").alias("a"), pl.max_horizontal("one", "other").alias("b")
    )
    wrong = table.filter(
        (pl.col("one") == pl.col("other")) | ~pl.col("stars").is_between(1, 5) | pair.is_duplicated()
    )
    if wrong.height:
        raise BadInput(
            place=f"the request of {wrong['one'][0]!r} for {wrong['other'][0]!r}",
            problem=mark("is with oneself, stands twice, or has stars outside 1 to 5"),
            remedy=mark("Keep one row for each two people, with 1 to 5 stars."),
        )
    return table


def _free(table: pl.DataFrame, slots: list[str], available: Mapping[str, Sequence[str]]) -> np.ndarray:
    place = {name: i for i, name in enumerate(slots)}
    mask: dict[str, np.ndarray] = {}
    for who, own in available.items():
        strange = [s for s in own if s not in place]
        if strange:
            raise BadInput(
                place=f"the availability of {who!r}",
                problem=f"names the slot {strange[0]!r}, which is not one of the slots",
                remedy=mark("Use the names of the slots."),
            )
        mask[who] = np.isin(np.arange(len(slots)), [place[s] for s in own])
    always = np.ones(len(slots), dtype=np.bool_)
    rows = [mask.get(a, always) & mask.get(b, always) for a, b in table.select("one", "other").iter_rows()]
    return np.array(rows, dtype=np.bool_).reshape(table.height, len(slots))


def _limits(people: list[str], told: Mapping[str, int] | int | None, n_slots: int) -> dict[str, int]:
    table = {} if told is None else (dict.fromkeys(people, told) if isinstance(told, int) else dict(told))
    for who, n in table.items():
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise BadInput(
                place=f"the most meetings of {who!r}",
                problem=f"are {n!r}",
                remedy=mark("Give a whole number, 0 or more."),
            )
    return {who: min(n_slots, table.get(who, n_slots)) for who in people}


def _schedule(
    table: pl.DataFrame,
    free: np.ndarray,
    people: list[str],
    limit: dict[str, int],
    n_slots: int,
    tables: int | None,
    aim: str,
    seconds: float,
    gap: float,
) -> tuple[dict[int, int], float, float, bool]:
    """The integer programme: request × slot, each person once a slot, each request once, limits, tables."""
    q, s = np.nonzero(free)
    if not len(q):
        return {}, 0.0, 0.0, True
    stars = table["stars"].to_numpy().astype(float)
    most = 5.0 * min(len(stars), n_slots * max(1, len(people) // 2)) + 1.0
    worth = stars if aim == "stars" else 1.0 + stars / most
    number = {who: i for i, who in enumerate(people)}
    ends = [
        table[side].replace_strict(number, return_dtype=pl.Int64).to_numpy()[q] for side in ("one", "other")
    ]
    rows: list[tuple[np.ndarray, int]] = []
    for r in np.unique(q):
        rows.append((np.flatnonzero(q == r), 1))
    for who in range(len(people)):
        mine = np.flatnonzero((ends[0] == who) | (ends[1] == who))
        rows += [(mine[s[mine] == t], 1) for t in np.unique(s[mine])]
        if limit[people[who]] < min(n_slots, len(np.unique(q[mine]))):
            rows.append((mine, limit[people[who]]))
    if tables is not None:
        rows += [(np.flatnonzero(s == t), tables) for t in range(n_slots)]
    rows = [(columns, n) for columns, n in rows if len(columns) > n]
    x, bound, proven = _highs(worth[q], rows, seconds, gap)
    chosen = {int(q[j]): int(s[j]) for j in np.flatnonzero(x > 0.5)}
    value = float(sum(worth[r] for r in chosen))
    return chosen, value, max(bound, value), proven


def _highs(
    worth: np.ndarray, rows: list[tuple[np.ndarray, int]], seconds: float, gap: float
) -> tuple[np.ndarray, float, bool]:
    solver = highspy.Highs()
    solver.silent()
    for option, value in (
        ("threads", 1),
        ("time_limit", float(seconds)),
        ("mip_rel_gap", max(gap, 1e-9)),
        ("random_seed", 1),
    ):
        solver.setOptionValue(option, value)
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = len(worth), len(rows)
    problem.col_cost_, problem.sense_ = worth, highspy.ObjSense.kMaximize
    problem.col_lower_, problem.col_upper_ = np.zeros(len(worth)), np.ones(len(worth))
    problem.integrality_ = [highspy.HighsVarType.kInteger] * len(worth)
    problem.row_lower_ = np.full(len(rows), -highspy.kHighsInf)
    problem.row_upper_ = np.array([n for _, n in rows], dtype=float)
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lengths = [len(columns) for columns, _ in rows]
    problem.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    problem.a_matrix_.index_ = np.concatenate([c for c, _ in rows] or [np.zeros(0)]).astype(np.int32)
    problem.a_matrix_.value_ = np.ones(int(sum(lengths)))
    solver.passModel(problem)
    solver.run()
    told = solver.getInfo()
    if told.primal_solution_status != 2:
        raise CannotBeSaid(
            what=mark("A timetable"),
            why=mark("none was found in the time given"),
            remedy=mark("Give more seconds or fewer requests."),
        )
    proven = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal and gap == 0.0
    return np.array(solver.getSolution().col_value), float(told.mip_dual_bound), proven


def _reasons(
    table: pl.DataFrame, free: np.ndarray, chosen: dict[int, int], limit: dict[str, int], people: list[str]
) -> dict[tuple[str, str], Reason]:
    held = dict.fromkeys(people, 0)
    for r in chosen:
        for who in table.row(r)[:2]:
            held[who] += 1
    found = {}
    for r, (one, other, _) in enumerate(table.iter_rows()):
        if r in chosen:
            continue
        full = [who for who in (one, other) if held[who] >= limit[who]]
        code = "no_common_slot" if not free[r].any() else ("full" if full else "busy")
        details = {
            "one": one,
            "other": other,
            "who": full[0] if full else "",
            "n": limit[full[0]] if full else 0,
        }
        found[one, other] = Reason(code, _WHY[code], details)
    return found
