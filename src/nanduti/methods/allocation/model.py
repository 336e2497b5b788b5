"""An order as a mixed-integer programme, every row named by the rule it stands for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nanduti.methods.solving import INFINITY, ClashingRule, Program
from nanduti.methods.values import Reason, counted, joined, mark

from .order import Order


@dataclass(frozen=True)
class Model:
    """The programme with the places of its variables.

    Variables: bundles of each offer (``b``), whether an offer is used (``z``), whether a firm takes part (``u``),
    then shortfalls of each product (``s``) and of each firm against its target (``t``), unused by default.
    The programme is a maximisation of minus the cost.
    """

    order: Order
    program: Program
    b: slice
    z: slice
    u: slice
    s: slice
    t: slice
    row_codes: tuple[str, ...]

    def pieces(self, values: np.ndarray) -> np.ndarray:
        """Pieces of each offer in a solution."""
        return values[self.b] * self.order.bundle[self.order.product_of]

    def costs(self) -> np.ndarray:
        """What each variable costs."""
        o = self.order
        cost = np.zeros(len(self.program.gain))
        cost[self.b] = o.unit_cost * o.bundle[o.product_of]
        cost[self.z] = o.setup_cost
        cost[self.u] = o.joining
        return cost

    def work(self) -> sparse.csr_matrix:
        """Work of each firm as a function of the variables."""
        o = self.order
        size = o.bundle[o.product_of] * o.standard[o.product_of]
        return sparse.csr_matrix(
            (size, (o.firm_of, np.arange(self.b.start, self.b.stop))),
            shape=(len(o.firms), len(self.program.gain)),
        )


class _Rows:
    def __init__(self, n: int) -> None:
        self.n, self.parts, self.low, self.high, self.codes = n, [], [], [], []

    def add(self, code: str, i: np.ndarray, j: np.ndarray, c: np.ndarray, low, high, m: int) -> None:
        self.parts.append(sparse.csr_matrix((c, (i, j)), shape=(m, self.n)))
        self.low.append(np.broadcast_to(np.asarray(low, dtype=float), (m,)))
        self.high.append(np.broadcast_to(np.asarray(high, dtype=float), (m,)))
        self.codes += [code] * m


def build_model(order: Order, *, lifted: Collection[str] = (), shortfall: bool = False) -> Model:
    """The programme of an order, without the rules in ``lifted``; with ``shortfall`` products may fall short."""
    o, k = order, len(order.firm_of)
    n_firms, n_products = len(o.firms), len(o.products)
    b, z, u = slice(0, k), slice(k, 2 * k), slice(2 * k, 2 * k + n_firms)
    s = slice(u.stop, u.stop + n_products)
    t = slice(s.stop, s.stop + n_firms)
    n = t.stop
    rows = _Rows(n)
    most = _most_bundles(o, lifted)
    pairs = np.arange(k)
    bundle = o.bundle[o.product_of]
    one = np.ones(k)
    whole_z = pairs + k
    need = o.quantity / o.bundle
    # Every piece is made, or falls short where that is asked about.
    i = np.concatenate((o.product_of, np.arange(n_products)))
    j = np.concatenate((pairs, np.arange(s.start, s.stop)))
    rows.add("quantity", i, j, np.ones(len(i)), need, need, n_products)
    least = np.zeros(k) if "least_lot" in lifted else np.ceil(o.least_lot / bundle - 1e-9)
    single = any(r.kind == "single_source" and r.code not in lifted for r in o.rules)
    if not single:  # a product that goes whole to one firm needs no more than "all or nothing"
        both, i = np.concatenate((pairs, whole_z)), np.tile(pairs, 2)
        rows.add("link", i, both, np.concatenate((one, -most)), -INFINITY, 0.0, k)
        rows.add("least_lot", i, both, np.concatenate((one, -least)), 0.0, INFINITY, k)
    joins = np.concatenate((whole_z, u.start + o.firm_of))
    rows.add("join", np.tile(pairs, 2), joins, np.concatenate((one, -one)), -INFINITY, 0.0, k)
    if "hours" not in lifted and np.isfinite(o.hours).any():
        limited = np.where(np.isfinite(o.hours), o.hours, INFINITY)
        i = np.tile(o.firm_of, 2)
        c = np.concatenate((o.unit_hours * bundle, o.setup_hours))
        rows.add("hours", i, np.concatenate((pairs, whole_z)), c, -INFINITY, limited, n_firms)
    _work_rows(o, rows, lifted, u)
    _rule_rows(o, rows, lifted, b, z, u)
    low, high = np.zeros(n), np.zeros(n)
    high[b], high[z], high[u] = most, 1.0, 1.0
    if shortfall:
        high[s] = need
    whole = np.zeros(n, dtype=bool)
    whole[b] = whole[z] = whole[u] = True
    if single:
        whole[b] = False
        fits = (most >= need[o.product_of] - 1e-9) & (least <= need[o.product_of] + 1e-9)
        high[z] = np.where(fits, 1.0, 0.0)
    matrix = sparse.csr_matrix(sparse.vstack(rows.parts))
    if single:
        matrix = _all_or_nothing(matrix, b, z, need[o.product_of])
        rows.low.append(np.zeros(k))
        rows.high.append(np.zeros(k))
        rows.codes += ["all_or_nothing"] * k
    program = Program(
        np.zeros(n), matrix, np.concatenate(rows.low), np.concatenate(rows.high), low, high, whole
    )
    model = Model(o, program, b, z, u, s, t, tuple(rows.codes))
    gain = -model.costs()
    if single:
        gain[z] += gain[b] * need[o.product_of]
        gain[b] = 0.0
    return Model(o, with_gain(program, gain), b, z, u, s, t, tuple(rows.codes))


def _all_or_nothing(matrix: sparse.csr_matrix, b: slice, z: slice, need: np.ndarray) -> sparse.csr_matrix:
    """Every row told in z alone, since b = need × z, which stands in rows of its own and falls out in presolve."""
    k = len(need)
    columns = matrix.tocsc()
    scaled = columns[:, b] @ sparse.diags(need)
    told = sparse.hstack(
        (sparse.csc_matrix((matrix.shape[0], k)), columns[:, z] + scaled, columns[:, z.stop :])
    )
    rest = sparse.csr_matrix((k, matrix.shape[1] - 2 * k))
    equal = sparse.hstack((sparse.identity(k), -sparse.diags(need), rest))
    return sparse.csr_matrix(sparse.vstack((told, equal)))


def with_gain(program: Program, gain: np.ndarray) -> Program:
    """The same programme with another aim."""
    return Program(
        gain, program.rows, program.row_low, program.row_high, program.low, program.high, program.whole
    )


def with_rows(program: Program, rows: sparse.spmatrix, low: np.ndarray, high: np.ndarray) -> Program:
    """The same programme with more rows."""
    return Program(
        program.gain, sparse.csr_matrix(sparse.vstack((program.rows, rows))), np.concatenate((program.row_low, low)),
        np.concatenate((program.row_high, high)), program.low, program.high, program.whole,
    )  # fmt: skip


def _most_bundles(o: Order, lifted: Collection[str]) -> np.ndarray:
    """The most bundles of each offer, from the order, the offer, the hours and the firm's capacity."""
    bundle, standard = o.bundle[o.product_of], o.standard[o.product_of]
    most = o.quantity[o.product_of].copy()
    if "most" not in lifted:
        most = np.minimum(most, o.most)
    if "hours" not in lifted:
        left = np.maximum(0.0, o.hours[o.firm_of] - o.setup_hours)
        with np.errstate(divide="ignore", invalid="ignore"):
            most = np.minimum(most, np.where(o.unit_hours > 0, left / o.unit_hours, np.inf))
    if "free_capacity" not in lifted:
        most = np.minimum(most, o.capacity[o.firm_of] / standard)
    if "refused" not in lifted:
        most = np.where(o.refused[o.firm_of], 0.0, most)
    return np.floor(most / bundle + 1e-9)


def _work_rows(o: Order, rows: _Rows, lifted: Collection[str], u: slice) -> None:
    """Ceilings on the work of each firm: its free capacity, a share of the order, a multiple of its claim."""
    size = o.bundle[o.product_of] * o.standard[o.product_of]
    j = np.arange(len(o.firm_of))
    ceilings = {}
    if "free_capacity" not in lifted and np.isfinite(o.capacity).any():
        ceilings["free_capacity"] = np.where(np.isfinite(o.capacity), o.capacity, INFINITY)
    for r in o.rules:
        if r.code in lifted:
            continue
        if r.kind == "most_share":
            ceilings[r.code] = np.full(len(o.firms), r.parameters["share"] * o.total_work)
        elif r.kind == "claim_multiple":
            ceilings[r.code] = r.parameters["times"] * o.claims
    firms = np.arange(len(o.firms))
    for code, high in ceilings.items():
        # The ceiling times "takes part", which makes the relaxation pay for joining in full.
        known = np.where(np.isfinite(high), high, 0.0)
        i, v = np.concatenate((o.firm_of, firms)), np.concatenate((j, u.start + firms))
        free = np.where(np.isfinite(high), 0.0, INFINITY)
        rows.add(code, i, v, np.concatenate((size, -known)), -INFINITY, free, len(o.firms))


def _rule_rows(o: Order, rows: _Rows, lifted: Collection[str], b: slice, z: slice, u: slice) -> None:
    k = len(o.firm_of)
    bundle = o.bundle[o.product_of]
    for r in o.rules:
        p = r.parameters
        if r.code in lifted:
            continue
        if r.kind == "least_share":
            j = np.flatnonzero(in_group(o, r)[o.firm_of])
            size = (bundle * o.standard[o.product_of])[j]
            rows.add(r.code, np.zeros(len(j), int), j, size, p["share"] * o.total_work, INFINITY, 1)
        elif r.kind == "most_defects":
            c = (o.defects - p["rate"]) * bundle
            rows.add(r.code, o.product_of, np.arange(k), c, -INFINITY, 1e-9, len(o.products))
        elif r.kind in ("most_firms", "least_firms"):
            j = np.arange(u.start, u.stop)
            low, high = (0.0, p["firms"]) if r.kind == "most_firms" else (p["firms"], INFINITY)
            rows.add(r.code, np.zeros(len(j), int), j, np.ones(len(j)), low, high, 1)
            if r.kind == "least_firms":  # who takes part makes something
                i, j2 = (
                    np.concatenate((o.firm_of, np.arange(len(o.firms)))),
                    np.concatenate((np.arange(z.start, z.stop), j)),
                )
                rows.add(
                    r.code, i, j2, np.concatenate((np.ones(k), -np.ones(len(j)))), 0.0, INFINITY, len(o.firms)
                )
        elif r.kind == "single_source":
            rows.add(r.code, o.product_of, np.arange(z.start, z.stop), np.ones(k), 1.0, 1.0, len(o.products))


def in_group(o: Order, rule) -> np.ndarray:
    """Firms that surely belong to the kind a floor speaks of; a firm not known does not count."""
    wanted = rule.parameters["is"]
    wanted = set(wanted) if isinstance(wanted, list) else {wanted}
    return np.array([v is not None and v in wanted for v in o.columns[rule.parameters["column"]]], dtype=bool)


def rule_sentences(o: Order) -> dict[str, ClashingRule]:
    """Every rule of an order as a sentence, by its code."""
    pieces = counted(o.quantity.sum(), mark("The one piece is made."), mark("All {n} pieces are made."))
    found = [_all(pieces, "quantity", o.quantity)]
    if (o.least_lot > 0).any():
        found.append(Reason("least_lot", mark("No firm gets less than its minimum lot of a product.")))
    if np.isfinite(o.hours).any():
        found.append(
            _all(mark("No firm works more than its hours to the deadline ({n} in all)."), "hours", o.hours)
        )
    if np.isfinite(o.capacity).any():
        found.append(
            _all(mark("No firm makes more than its free capacity ({n} in all)."), "free_capacity", o.capacity)
        )
    if np.isfinite(o.most).any():
        found.append(Reason("most", mark("No firm makes more of a product than it offers.")))
    if o.refused.any():
        n = int(o.refused.sum())
        one, several = (
            mark("1 firm refused the order or failed."),
            mark("{n} firms refused the order or failed."),
        )
        found.append(Reason("refused", counted(n, one, several), {"n": n}))
    sentences = {reason.code: ClashingRule(reason) for reason in found}
    for r in o.rules:
        sentences[r.code] = ClashingRule(_sentence(r), r.source)
    return sentences


def _all(sentence: str, code: str, figures: np.ndarray) -> Reason:
    return Reason(code, sentence, {"n": f"{figures[np.isfinite(figures)].sum():,.0f}"})


SENTENCES = {
    "most_share": mark("No firm has more than {share} of the work."),
    "claim_multiple": mark("No firm has more than {times} times its claim."),
    "least_share": mark("At least {share} of the work goes to firms whose {column} is {value}."),
    "most_defects": mark("At most {rate} of each product may be expected to be defective."),
    "most_firms": mark("At most {firms} firms take part."),
    "least_firms": mark("At least {firms} firms take part."),
    "single_source": mark("Each product goes whole to one firm."),
}
#: The same where the number that they speak of is 1.
OF_ONE = {
    "claim_multiple": mark("No firm has more than its claim."),
    "most_firms": mark("At most one firm takes part."),
    "least_firms": mark("At least one firm takes part."),
}


def _sentence(r) -> Reason:
    said = dict(r.parameters)
    sentence = SENTENCES[r.kind]
    if r.kind in OF_ONE:
        sentence = counted(said.get("times", said.get("firms")), OF_ONE[r.kind], sentence)
    for name in {"share", "rate"} & set(said):
        said[name] = f"{said[name]:.1%}"
    if "times" in said:
        said["times"] = f"{said['times']:g}"
    if "is" in said:
        either = said.pop("is")
        said["value"] = joined(
            map(str, either if isinstance(either, list) else [either]), mark("{first} or {second}")
        )
    return Reason(r.code, sentence, said)
