"""One call, no expert: what leaves passes its own gate, and the words say what was lost."""

import numpy as np
import polars as pl

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Policy


def firms(n: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(8)
    return pl.DataFrame(
        {
            "name": [f"Firm {i}" for i in range(n)],
            "trade": rng.choice(["shoes", "wool", "tin", "glass"], n, p=[0.6, 0.3, 0.07, 0.03]),
            "town": rng.choice(["A", "B", "C"], n),
            "jobs": rng.integers(1, 60, n),
            "debt": rng.choice(["yes", "no"], n),
            "sales": rng.lognormal(4, 1, n),
        }
    )


def test_a_table_leaves_with_true_totals_or_not_at_all():
    data = firms(150)
    safe = disclosure.protect_table(data, dims=["trade", "town"], measure="sales")
    shown = safe.frame.filter(pl.col("value").is_not_null())
    assert shown["why"].null_count() == shown.height
    assert safe.frame.filter(pl.col("value").is_null())["why"].null_count() == 0
    for row in shown.iter_rows(named=True):
        part = data.filter(
            (pl.lit(row["trade"] == "Total") | (pl.col("trade") == row["trade"]))
            & (pl.lit(row["town"] == "Total") | (pl.col("town") == row["town"]))
        )
        assert abs(part["sales"].sum() - row["value"]) < 1e-6
    assert "keeps its protection interval" in safe.report
    assert "deviation that anybody can check" in safe.report


def test_combinable_tables_ask_for_ten():
    data = firms(150)
    three = disclosure.protect_table(data, dims=["trade", "town"])
    ten = disclosure.protect_table(data, dims=["trade", "town"], combinable=True)
    assert ten.suppression.suppressed.sum() >= three.suppression.suppressed.sum()
    shown = ten.frame["value"].drop_nulls()
    assert shown.filter(shown > 0).min() >= 10


def test_records_are_recoded_then_blanked_then_judged():
    data = firms().drop("name").with_columns(pl.col("jobs"))
    small = {j: "under 10" if j < 10 else "10 to 29" if j < 30 else "30 or more" for j in range(1, 60)}
    all_sizes = dict.fromkeys(range(1, 60), "any")
    safe = disclosure.protect_records(
        data,
        policy=Policy(keys=["trade", "town", "jobs"], sensitive=["debt"], most_global_risk=0.1),
        ladders={"jobs": [small, all_sizes]},
    )
    assert not safe.before.verdict.allows
    assert safe.after.measures.k >= 5
    assert safe.levels["jobs"] >= 1
    assert safe.may_leave, safe.report
    assert "Coarser codes: jobs" in safe.report
    assert disclosure.k_anonymity(safe.data, keys=["trade", "town", "jobs"]) >= 5


def test_names_never_leave_whatever_the_anonymity():
    data = firms()
    by_kind = disclosure.gate(data.drop("name"), Policy(keys=["town"], kinds={"trade": "note"}))
    assert "identifies by itself" in by_kind.verdict.say()
    by_looks = disclosure.gate(data, Policy(keys=["town"]))
    assert not by_looks.verdict.allows
    assert "'name' differs in nearly every record" in by_looks.say()


def test_every_demand_of_a_policy_can_fail_with_its_own_reason():
    data = pl.DataFrame({"k": ["a"] * 6 + ["b"] * 6, "s": ["x"] * 6 + ["x"] * 3 + ["y"] * 3, "w": [1.5] * 12})
    policy = Policy(
        keys=["k"], sensitive=["s"], weights="w", k=7, l=2, entropy_l=1.5, c=2.0, t=0.1, most_global_risk=0.01
    )
    codes = {r.code.rsplit(".", 1)[1] for r in disclosure.gate(data, policy).verdict.reasons}
    assert codes == {"k", "l", "entropy_l", "recursive", "t", "risk"}
