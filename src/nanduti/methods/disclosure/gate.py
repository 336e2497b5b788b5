"""The gate: may these records leave? One policy, all measures in one go, an answer that can be read out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, counted, mark, no, yes

from . import anonymity
from .keys import Runs, check_columns, check_k, check_rows, code_columns, counts_of_classes, pack, runs_of
from .risk import individual_risk

POLICY_SOURCE = RuleSource(
    "Centre for Humanitarian Data, Guidance Note on Statistical Disclosure Control (2019)"
)

#: Kinds of question whose answers point at a person or a firm by themselves; no export may hold them.
DIRECT_KINDS = frozenset(
    [
        "name",
        "phone",
        "email",
        "geopoint",
        "geotrace",
        "geoshape",
        "text",
        "note",
        "image",
        "audio",
        "video",
        "file",
        "barcode",
        "deviceid",
        "phonenumber",
        "username",
        "instanceid",
    ]
)

_ALMOST_ALL = 0.95  # text that differs in this share of the records is as good as a name
_ENOUGH = 20  # with fewer records than this, differing text says little


@dataclass(frozen=True)
class SensitiveMeasures:
    """How well one sensitive column is hidden in the worst class."""

    distinct_l: int
    entropy_l: float
    recursive_l: int
    recursive_c: float
    alpha: float
    t: float
    distance: str


@dataclass(frozen=True)
class Measures:
    """All measures of a file in one pass over its classes.

    ``n_below[j]`` counts records in classes smaller than j. ``recursive_l`` is for the policy's c;
    ``recursive_c`` is the bound that c must exceed for l = 2. Risk is 1/f for a census, and the weighted risk
    for a sample with weights.
    """

    n_records: int
    n_classes: int
    k: int
    n_unique: int
    n_below: dict[int, int]
    global_risk: float
    expected_reidentifications: float
    sensitive: dict[str, SensitiveMeasures]


@dataclass(frozen=True)
class Policy:
    """What must hold before records may leave; the defaults need no expert.

    k = 5 on the keys, at least 2 values of every sensitive column in every class, and at most 3 % expected
    re-identifications. ``None`` switches a demand off; entropy_l, recursive c and t are off by default.
    ``kinds`` says of what kind of question a column is; direct identifiers are refused.
    """

    keys: Sequence[str]
    sensitive: Sequence[str] = ()
    weights: str | None = None
    k: int = 5
    l: int | None = 2  # noqa: E741
    entropy_l: float | None = None
    c: float | None = None
    t: float | None = None
    most_global_risk: float | None = 0.03
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gate:
    """The verdict with its reasons, and the measures it stands on."""

    verdict: Verdict
    measures: Measures

    def say(self) -> str:
        """The verdict, what was measured and what to do, as plain sentences."""
        m = self.measures
        words = [r.say() for r in self.verdict.reasons]
        words.append(
            f"Of {m.n_records} records {m.n_unique} are alone with their key values; "
            f"about {m.expected_reidentifications:.1f} could be re-identified."
        )
        if self.verdict.remedy:
            words.append(self.verdict.remedy)
        return " ".join(words)


def measures(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    sensitive: Sequence[str] = (),
    weights: str | None = None,
    c: float = 2.0,
    below: Sequence[int] = (2, 3, 5, 10),
) -> Measures:
    """k, classes, uniques, risk, and l, entropy, recursion, alpha and t of each sensitive column at once.

    Numbers and dates without gaps are ordered for t; everything else has equal distances.

    >>> d = pl.DataFrame({"place": ["A", "A", "B", "B"], "debt": ["yes", "no", "no", "no"]})
    >>> m = measures(d, keys=["place"], sensitive=["debt"])
    >>> m.k, m.n_classes, m.sensitive["debt"].distinct_l, m.sensitive["debt"].t
    (2, 2, 1, 0.25)
    """
    n = check_rows(data)
    keys = check_columns(data, keys)
    sensitive = list(sensitive)
    for name in sensitive:
        check_columns(data, [name], "sensitive")
        if name in keys:
            raise BadInput(
                place=f"column '{name}'",
                problem="is both key and sensitive",
                remedy="Decide: what outsiders may know is a key; what they must not learn is sensitive.",
            )
    packed = pack(code_columns(data, keys))

    def one(name: str) -> tuple[SensitiveMeasures, np.ndarray]:
        kind = data.schema[name]
        ordered = (kind.is_numeric() or kind.is_temporal()) and not data[name].null_count()
        r = runs_of(packed, anonymity.coded(data, name))
        return _sensitive(r, c, ordered), r.size

    with ThreadPoolExecutor(max_workers=2) as pool:  # sorting and counting release the interpreter lock
        both = list(pool.map(one, sensitive))
    found = {name: answer for name, (answer, _) in zip(sensitive, both)}
    counts = both[0][1] if both else counts_of_classes(packed)
    if weights is None:
        expected = float(len(counts))  # every class adds f times 1/f
    else:
        expected = individual_risk(data, keys=keys, weights=weights).expected_reidentifications
    small = {j: int(counts[counts < j].sum()) for j in below}
    return Measures(
        n, len(counts), int(counts.min()), int((counts == 1).sum()), small, expected / n, expected, found
    )


def _sensitive(all_runs: Runs, c: float, ordered: bool) -> SensitiveMeasures:
    """The worst class by every measure, block by block."""
    distance = anonymity.distance_ordered if ordered else anonymity.distance_equal
    all_runs = all_runs.condensed()
    # with c > 1 one value alone already gives l = 1, and none gives less: no need to look further
    single = c > 1 and bool((all_runs.distinct == 1).any())
    worst = [
        (
            int(r.distinct.min()),
            float(anonymity.entropy_effective(r).min()),
            1 if single else int(anonymity.recursive_l(r, c).min()),
            float(anonymity.recursive_c(r, 2).max()),
            float((anonymity.largest_count(r) / r.size).max()),
            float(distance(r).max()),
        )
        for r in all_runs.blocks()
    ]
    distinct, entropy, recursive, bound, alpha, t = zip(*worst)
    return SensitiveMeasures(
        min(distinct), min(entropy), min(recursive), max(bound), max(alpha), max(t),
        "ordered" if ordered else "equal",
    )  # fmt: skip


def gate(data: pl.DataFrame, policy: Policy) -> Gate:
    """May these records leave under the policy? Yes or no, each demand that fails being a reason.

    >>> d = pl.DataFrame({"place": ["A"] * 6 + ["B"] * 3, "debt": ["yes", "no", "no"] * 3})
    >>> answer = gate(d, Policy(keys=["place"], sensitive=["debt"]))
    >>> answer.verdict.allows
    False
    >>> answer.verdict.reasons[0].say()
    '3 of 9 records look like fewer than 5 records (themselves included) on place.'
    """
    check_k(policy.k)
    m = measures(
        data,
        keys=policy.keys,
        sensitive=policy.sensitive,
        weights=policy.weights,
        c=policy.c or 2.0,
        below=sorted({2, 3, 5, 10, policy.k}),
    )
    reasons = [*_identifiers(data, policy), *_anonymity(m, policy), *_secrets(m, policy), *_risk(m, policy)]
    if not reasons:
        told = Reason(
            "disclosure.gate.passed",
            mark("Every record looks like at least {k} records on {keys}."),
            {"k": m.k, "keys": ", ".join(policy.keys)},
        )
        return Gate(yes(told, source=POLICY_SOURCE), m)
    remedy = mark("Use coarser codes or fewer keys, then blank single values, or release a table instead.")
    return Gate(no(*reasons, source=POLICY_SOURCE, remedy=remedy), m)


def _identifiers(data: pl.DataFrame, policy: Policy) -> list[Reason]:
    reasons = []
    for name in data.columns:
        kind = policy.kinds.get(name, "").lower()
        if kind in DIRECT_KINDS:
            reasons.append(
                Reason(
                    "disclosure.gate.direct",
                    mark("Column '{column}' ({kind}) identifies by itself and must not leave."),
                    {"column": name, "kind": kind},
                )
            )
        elif data.schema[name] == pl.String and name not in policy.keys and data.height >= _ENOUGH:
            n_text = data[name].drop_nulls().len()
            if n_text >= _ENOUGH and data[name].drop_nulls().n_unique() >= _ALMOST_ALL * n_text:
                reasons.append(
                    Reason(
                        "disclosure.gate.almost_unique",
                        mark("Column '{column}' differs in nearly every record, as a name would."),
                        {"column": name},
                    )
                )
    return reasons


def _anonymity(m: Measures, policy: Policy) -> list[Reason]:
    if m.k >= policy.k:
        return []
    sentence = counted(
        m.n_below[policy.k],
        mark("{n} of {all} records looks like fewer than {k} records (itself included) on {keys}."),
        mark("{n} of {all} records look like fewer than {k} records (themselves included) on {keys}."),
    )
    details = {
        "n": m.n_below[policy.k], "all": m.n_records, "k": policy.k, "keys": ", ".join(policy.keys),
    }  # fmt: skip
    return [Reason("disclosure.gate.k", sentence, details)]


def _secrets(m: Measures, policy: Policy) -> list[Reason]:
    reasons = []
    for name, s in m.sensitive.items():
        checks = (
            ("l", policy.l, s.distinct_l, policy.l is not None and s.distinct_l < policy.l,
             counted(s.distinct_l,
                     mark("Somewhere '{column}' has only one value among look-alikes; {asked} are asked."),
                     mark("Somewhere '{column}' has only {is_now} values among look-alikes; {asked} are asked."))),
            ("entropy_l", policy.entropy_l, round(s.entropy_l, 3),
             policy.entropy_l is not None and s.entropy_l < policy.entropy_l,
             mark("The entropy l of '{column}' is {is_now}; {asked} is asked.")),
            ("recursive", policy.c, round(s.recursive_c, 3),
             policy.c is not None and s.recursive_c >= policy.c,
             mark("The commonest value of '{column}' outweighs the others {is_now} times; under {asked} is asked.")),
            ("t", policy.t, round(s.t, 4), policy.t is not None and s.t > policy.t,
             mark("Among look-alikes '{column}' is up to {is_now} away from all records; {asked} is allowed.")),
        )  # fmt: skip
        for code, asked, is_now, fails, sentence in checks:
            if fails:
                details = {"column": name, "asked": asked, "is_now": is_now}
                reasons.append(Reason(f"disclosure.gate.{code}", sentence, details))
    return reasons


def _risk(m: Measures, policy: Policy) -> list[Reason]:
    if policy.most_global_risk is None or m.global_risk <= policy.most_global_risk:
        return []
    sentence = mark("The expected share of re-identified records is {is_now}; at most {asked} is allowed.")
    details = {"is_now": f"{m.global_risk:.1%}", "asked": f"{policy.most_global_risk:.1%}"}
    return [Reason("disclosure.gate.risk", sentence, details)]


def share_unique(data: pl.DataFrame, *, keys: Sequence[str]) -> float:
    """The share of records that are alone with their key values; high in any census with a few good keys.

    >>> share_unique(pl.DataFrame({"trade": ["shoes", "shoes", "wool", "tin"]}), keys=["trade"])
    0.5
    """
    n = check_rows(data)
    counts = counts_of_classes(pack(code_columns(data, check_columns(data, keys))))
    return float(np.count_nonzero(counts == 1) / n)
