"""The sealed plan: one changed character breaks it, amendments only add, everything planned is run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.evaluation import (
    DataState,
    Hypothesis,
    Plan,
    amend,
    canonical_json,
    commit_to_seed,
    data_state,
    lock,
    populate,
    randomize,
    read_locked,
)
from nanduti.methods.values import BadInput, CannotBeSaid

NOON = datetime(2025, 3, 7, 12, tzinfo=UTC)


def plan(**changes) -> Plan:
    base = Plan(
        "Mentors in Luque",
        (
            Hypothesis("profit", "profit", "weekly profit in guaraníes, question 12", baseline="before"),
            Hypothesis("records", "records", "keeps written records, question 7"),
            Hypothesis("trust", "trust", "mean of five items", family="secondary", smallest_effect=0.3),
        ),
        "all 60 workshops of the list",
        "Lee bounds if losses differ by more than 5 points",
        adjustment={"primary": "holm", "secondary": "sharpened-q"},
        lottery={"arms": {"control": "1/2", "mentor": "1/2"}, "strata_by": ["town"]},
        seed_commitment=commit_to_seed("drawn 4711", "a long random text"),
        draws=199,
    )
    return replace(base, **changes)


def locked(n: int = 0):
    return lock(plan(), at=NOON, signer="the committee", data=DataState(n))


def world() -> tuple[pl.DataFrame, object]:
    rng = np.random.default_rng(0)
    data = pl.DataFrame(
        {"id": [f"F{i}" for i in range(60)], "town": ["A", "B", "C"] * 20, "before": rng.normal(size=60)}
    )
    drawn = randomize(data, unit="id", arms=["control", "mentor"], strata="town", seed="drawn 4711")
    gain = pl.Series((drawn.arm_codes == 1) * 1.5)
    order = pl.DataFrame({"id": list(drawn.units), "gain": gain})
    data = data.join(order, on="id").with_columns(
        profit=pl.col("before") + pl.col("gain") + pl.Series(rng.normal(size=60)),
        trust=pl.Series(rng.normal(size=60)),
    )
    return data, drawn


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_single_changed_character_breaks_the_seal(data):
    text = amend(
        locked(), plan(title="Mentors in Luque and Areguá"), reason="a second town joined", at=NOON + timedelta(1),
        signer="the committee", data=DataState(0),
    ).to_json()  # fmt: skip
    assert read_locked(text).verify()
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[at]))
    changed = text[:at] + letter + text[at + 1 :]
    try:
        found = read_locked(changed)
    except (BadInput, CannotBeSaid):
        return
    assert canonical_json(json.loads(changed)) == canonical_json(
        json.loads(text)
    )  # the same meaning, e.g. 1.0
    assert found.verify()


def test_canonical_form():
    assert canonical_json({"b": 1, "a": "é"}) == canonical_json({"a": "e\u0301", "b": 1}) == '{"a":"é","b":1}'
    assert locked().seal == locked().seal and len(locked().spoken_seal) == 19
    assert locked().seal != lock(plan(), at=NOON, signer="someone", data=DataState(0)).seal
    assert locked().seal != locked(1).seal


def test_the_state_of_the_data_is_told():
    assert locked(3).is_after_data and locked(3).tag(plan().hypotheses[0]) == "registered, after data"
    table = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert data_state(table) == data_state(table.reverse()) != data_state(table.with_columns(a=1))


def test_amendments_add_and_chain():
    new = Hypothesis("jobs", "jobs", "persons engaged", family="secondary")
    changed = replace(plan(), hypotheses=(*plan().hypotheses[:2], new))
    second = amend(
        locked(),
        changed,
        reason="trust was not asked",
        at=NOON + timedelta(30),
        signer="c",
        data=DataState(9),
    )
    assert second.plan == plan() and second.current == changed and second.verify()
    assert second.tag(new) == "amended (2025-04-06, after data)"
    assert (
        second.tag(plan().hypotheses[0]) == "registered" and second.tag(plan().hypotheses[2]) == "exploratory"
    )
    forged = replace(second, amendments=(replace(second.amendments[0], reason="no reason"),))
    assert not forged.verify()
    with pytest.raises(BadInput, match="broken seal"):
        amend(forged, changed, reason="x", at=NOON + timedelta(31), signer="c", data=DataState(0))
    with pytest.raises(BadInput, match="older"):
        amend(second, changed, reason="x", at=NOON, signer="c", data=DataState(0))
    with pytest.raises(BadInput, match="no reason"):
        amend(second, changed, reason=" ", at=NOON + timedelta(31), signer="c", data=DataState(0))


def test_populate_runs_everything_in_order():
    data, drawn = world()
    late = Hypothesis("profit of mentors", "profit", "the same, looked at later", arm="mentor")
    table = populate(locked(), data, drawn, exploratory=[late])
    assert table["hypothesis"].to_list() == ["profit", "records", "trust", "profit of mentors"]
    assert table["tag"].to_list() == ["registered", "registered", "registered", "exploratory"]
    profit, records = table.row(0, named=True), table.row(1, named=True)
    assert profit["grade"] == "A" and profit["p_adjusted"] <= 0.05 and 0.8 < profit["estimate"] < 2.2
    assert round(profit["estimate"], 2) == profit["estimate"]
    assert (
        records["estimate"] is None and "Not estimated" in records["notes"] and "records" in records["notes"]
    )
    assert profit["p_adjusted"] == profit["p_value"]  # the failed line carries no p-value and does not count


def test_before_locking_only_masked_arms_are_seen():
    data, drawn = world()
    rehearsal = populate(plan(), data, drawn)
    assert set(rehearsal["tag"]) == {"masked"} and rehearsal["p_value"].null_count() == rehearsal.height
    real = populate(locked(), data, drawn)
    assert rehearsal["estimate"][0] != real["estimate"][0]
    with pytest.raises(BadInput, match="not locked"):
        populate(plan(), data)


def test_a_lottery_other_than_planned_shows():
    data, _ = world()
    other = randomize(data, unit="id", arms=["control", "mentor"], seed="drawn 4711")
    line = populate(locked(), data, other).row(0, named=True)
    assert line["grade"] == "B" and "was planned as" in line["notes"]


def test_a_broken_plan_is_not_run():
    data, drawn = world()
    broken = replace(locked(), signer="someone else")
    with pytest.raises(BadInput, match="broken seal"):
        populate(broken, data, drawn)
    with pytest.raises(BadInput, match="not a locked plan"):
        read_locked("{}")


def test_bad_plans():
    with pytest.raises(BadInput, match="at most 5"):
        plan(hypotheses=tuple(Hypothesis(f"h{i}", "y", "d") for i in range(6)))
    with pytest.raises(BadInput, match="share a name"):
        plan(hypotheses=(Hypothesis("h", "y", "d"), Hypothesis("h", "z", "d")))
    with pytest.raises(BadInput, match="no definition"):
        Hypothesis("h", "y", "")
    with pytest.raises(BadInput, match="estimator"):
        Hypothesis("h", "y", "d", estimator="magic")
    with pytest.raises(BadInput, match="adjusted by"):
        plan(adjustment={"primary": "hope"})
    with pytest.raises(BadInput, match="time zone"):
        lock(plan(), at=datetime(2025, 1, 1), signer="c", data=DataState(0))
    with pytest.raises(BadInput, match="signer"):
        lock(plan(), at=NOON, signer=" ", data=DataState(0))
    with pytest.raises(BadInput, match="salt"):
        commit_to_seed("s", "short")
