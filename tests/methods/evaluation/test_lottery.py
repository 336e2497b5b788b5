"""The lottery: re-run by an independent script, blind to the order of the list, with the right chances."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from fractions import Fraction
from math import comb

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.evaluation import (
    Rerandomize,
    form_pairs,
    randomize,
    randomize_saturation,
    reported_assignment,
    verify,
)
from nanduti.methods.values import BadInput, CannotBeSaid


def firms(n: int, n_strata: int = 5, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": [f"F{i:04d}" for i in range(n)],
            "town": [f"T{t}" for t in rng.integers(0, n_strata, n)],
            "jobs": rng.poisson(5, n).astype(float),
            "sales": rng.lognormal(size=n),
        }
    )


def twenty_line_script(rows, arms, seed):
    """The procedure of the certificate, written as anyone would in any language (wglobal, strata)."""

    def key(purpose, name):
        message = f"{purpose}\x1f{name}".encode()
        return int(hmac.new(seed.encode(), message, hashlib.sha256).hexdigest(), 16)

    names, block = list(arms), 1
    while any((Fraction(s) * block).denominator > 1 for s in arms.values()):
        block += 1
    ends = [sum(int(Fraction(arms[a]) * block) for a in names[: i + 1]) for i in range(len(names))]

    def deal(n, offset):
        limits = [(n * e + offset) // block for e in ends]
        return [names[sum(r >= x for x in limits[:-1])] for r in range(n)]

    out, pool = {}, []
    for stratum in sorted({s for _, s in rows}):
        members = sorted((i for i, s in rows if s == stratum), key=lambda i: key("unit", i))
        exact = len(members) // block * block
        out |= dict(zip(members, deal(exact, 0)))
        pool += members[exact:]
    pool.sort(key=lambda i: key("misfit", i))
    return out | dict(zip(pool, deal(len(pool), key("offset", "") % block)))


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(2, 60), n_strata=st.integers(1, 8), seed=st.text(min_size=1, max_size=12),
    arms=st.sampled_from(
        [{"c": "1/2", "t": "1/2"}, {"a": "1/3", "b": "1/3", "c": "1/3"}, {"c": "7/10", "t": "3/10"}]
    ),
)  # fmt: skip
def test_an_independent_script_draws_the_same(n, n_strata, seed, arms):
    data = firms(n, n_strata, seed=n)
    drawn = randomize(data, unit="id", arms=arms, strata="town", seed=seed)
    assert dict(drawn.frame.select("id", "arm").rows()) == twenty_line_script(
        data.select("id", "town").rows(), arms, seed
    )


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1000), misfits=st.sampled_from(["missing", "strata", "global", "wstrata", "wglobal"])
)
def test_the_order_of_the_list_does_not_matter(seed, misfits):
    data = firms(43, seed=seed)
    asked = {"unit": "id", "arms": ["a", "b", "c"], "strata": "town", "seed": "s", "misfits": misfits}
    one, other = (
        randomize(data, **asked),
        randomize(data.sample(fraction=1, shuffle=True, seed=seed), **asked),
    )
    assert one == other and one.list_hash == other.list_hash
    assert (one.redraws(5) == other.redraws(5)).all()


def test_misfits_are_counted_and_dealt_by_their_rule():
    data = firms(101, 7)
    sizes = data.group_by("town").len()["len"]
    asked = {"unit": "id", "arms": [f"arm{i}" for i in range(6)], "strata": "town", "seed": "s"}
    n_misfits = int((sizes % 6).sum())
    for misfits in ("missing", "strata", "global", "wstrata", "wglobal"):
        drawn = randomize(data, misfits=misfits, **asked)
        assert drawn.n_misfits == n_misfits
        counts = drawn.counts().drop_nulls("arm")["n"]
        if misfits == "missing":
            assert (drawn.arm_codes == -1).sum() == n_misfits and counts.n_unique() == 1
        if "global" in misfits:
            assert counts.max() - counts.min() <= 1
        within = drawn.frame.drop_nulls("arm").group_by("stratum", "arm").len()
        if "strata" in misfits:
            by = within.group_by("stratum").agg(pl.col("len").max() - pl.col("len").min())
            full = within.group_by("stratum").len()
            assert all(r == 0 or r <= 1 for r in by["len"]) or full["len"].min() < 6


@pytest.mark.parametrize("misfits", ["strata", "wstrata", "wglobal"])
def test_every_unit_has_its_share_as_chance(misfits):
    data = firms(11, 3)
    arms = {"a": "1/2", "b": "1/4", "c": "1/4"} if misfits != "strata" else ["a", "b", "c"]
    times = 3000
    hits = np.zeros((11, 3))
    for s in range(times):
        drawn = randomize(data, unit="id", arms=arms, strata="town", seed=f"seed {s}", misfits=misfits)
        hits[np.arange(11), drawn.arm_codes] += 1
    shares = np.array([float(s) for s in drawn.shares])
    error = np.sqrt(shares * (1 - shares) / times)
    assert (np.abs(hits / times - shares) < 4.5 * error).all()


@pytest.mark.parametrize("misfits", ["strata", "global", "wglobal", "missing"])
def test_redraws_follow_the_same_rule(misfits):
    """The joint distribution of arm counts per stratum is that of fresh lotteries."""
    data = firms(13, 3, seed=4)
    arms = {"a": "2/3", "b": "1/3"}
    drawn = randomize(data, unit="id", arms=arms, strata="town", seed="s", misfits=misfits)
    again = drawn.redraws(4000)
    fresh = np.array(
        [
            randomize(data, unit="id", arms=arms, strata="town", seed=f"{s}", misfits=misfits).arm_codes
            for s in range(2000)
        ]
    )

    def signature(codes):
        return tuple(int(((codes == 1) & (drawn.strata == s)).sum()) for s in range(3))

    a = Counter(map(signature, again))
    b = Counter(map(signature, fresh))
    assert set(a) == set(b)
    for key in a:
        pa, pb = a[key] / 4000, b[key] / 2000
        assert abs(pa - pb) < 4.5 * np.sqrt(0.25 / 4000 + 0.25 / 2000)
    assert np.abs((again == 1).mean(axis=0) - (fresh == 1).mean(axis=0)).max() < 0.06


def test_pairs_clusters_and_saturation_are_kept_in_redraws():
    data = form_pairs(firms(20), unit="id", on=["jobs", "sales"])
    paired = randomize(data, unit="id", arms=["a", "b"], strata="pair", seed="s")
    draws = paired.redraws(50)
    for s in range(10):
        assert (draws[:, paired.strata == s].sum(axis=1) == 1).all()
    grouped = randomize(firms(60), unit="id", arms=["a", "b"], cluster="town", seed="s")
    draws = grouped.redraws(50)
    for c in range(grouped.n_clusters):
        inside = draws[:, grouped.clusters == c]
        assert (inside == inside[:, :1]).all()
    markets = firms(90, 9)
    two = randomize_saturation(
        markets, unit="id", cluster="town", seed="s", saturations={0: "1/3", "1/2": "1/3", 1: "1/3"}
    )
    for codes in [two.arm_codes, *two.redraws(50)]:
        for c in range(two.n_clusters):
            inside = codes[two.clusters == c]
            n = len(inside)
            assert set(inside) == {0} or abs((inside == 2).sum() - n / 2) < 1 or set(inside) == {2}
    assert verify(two.certificate(), markets)


def test_form_pairs_is_greedy_and_blind_to_order():
    data = firms(31)
    one = form_pairs(data, unit="id", on=["jobs", "sales"], within="town").sort("id")
    other = form_pairs(data.reverse(), unit="id", on=["jobs", "sales"], within="town").sort("id")
    assert one["pair"].to_list() == other["pair"].to_list()
    sizes = one.group_by("pair").agg(pl.len(), pl.col("town").n_unique())
    assert sizes["len"].max() == 2 and sizes["town"].max() == 1


def test_rerandomization_is_stored_and_redrawn():
    data = firms(40)
    rule = Rerandomize(["jobs", "sales"], acceptance_share=0.1)
    drawn = randomize(data, unit="id", arms=["a", "b"], seed="s", rerandomize=rule)
    x = data.select("jobs", "sales").to_numpy()
    spread = np.linalg.inv(np.cov(x, rowvar=False))

    def mahalanobis(codes):
        gap = x[codes == 1].mean(axis=0) - x[codes == 0].mean(axis=0)
        return gap @ spread @ gap / (1 / (codes == 1).sum() + 1 / (codes == 0).sum())

    for codes in [drawn.arm_codes, *drawn.redraws(100)]:
        assert mahalanobis(codes) <= drawn.acceptance.threshold + 1e-9
        assert drawn.acceptance.imbalance(codes)[0] == pytest.approx(mahalanobis(codes))
    assert verify(drawn.certificate(), data, rerandomize=rule)
    assert not verify(drawn.certificate(), data)
    free = randomize(data, unit="id", arms=["a", "b"], seed="s").redraws(2000)
    share = np.mean([mahalanobis(c) <= drawn.acceptance.threshold for c in free])
    assert 0.06 < share < 0.15


def test_certificates_notice_every_change():
    data = firms(30)
    drawn = randomize(data, unit="id", arms=["a", "b"], strata="town", seed="s")
    paper = drawn.certificate()
    assert verify(paper, data.reverse())
    assert not verify(paper | {"seed": "S"}, data)
    back = randomize(data, unit="id", arms={"z": "1/4", "a": "3/4"}, seed="s")
    assert verify(json.loads(back.certificate_json()), data)  # the order of the arms survives JSON
    assert not verify(paper, data.with_columns(id=pl.col("id").str.replace("F0003", "F9999")))
    assert not verify(paper, data.head(29))
    with pytest.raises(CannotBeSaid):
        verify(paper | {"algorithm": "other"}, data)
    assert hash(drawn) == hash(randomize(data, unit="id", arms=["a", "b"], strata="town", seed="s"))


def test_all_outcomes_are_listed_once():
    data = firms(9, 2, seed=3)
    drawn = randomize(data, unit="id", arms=["a", "b"], strata="town", seed="s", misfits="missing")
    everything = drawn.all_outcomes()
    sizes = [int((drawn.arm_codes[drawn.strata == s] >= 0).sum()) for s in range(2)]
    assert (
        len(everything) == comb(sizes[0], sizes[0] // 2) * comb(sizes[1], sizes[1] // 2) == drawn.n_possible()
    )
    assert len(np.unique(everything, axis=0)) == len(everything)
    assert any((row == drawn.arm_codes).all() for row in everything)


def test_conditional_redraws_hold_others_fixed():
    drawn = randomize(firms(40), unit="id", arms=["a", "b", "c"], strata="town", seed="s")
    held = drawn.arm_codes == 2
    draws = drawn.redraws(30, among=("a", "b"))
    assert (draws[:, held] == 2).all() and (draws[:, ~held] != 2).all()
    for s in range(5):
        here = (drawn.strata == s) & ~held
        assert (draws[:, here].sum(axis=1) == drawn.arm_codes[here].sum()).all()
    fixed = np.arange(40) % 2 == 0
    assert (drawn.redraws(30, fixed=fixed)[:, fixed] == drawn.arm_codes[fixed]).all()


def test_masked_assignments_say_so():
    drawn = randomize(firms(40), unit="id", arms=["a", "b"], seed="s")
    stand_in = drawn.mask(1)
    assert stand_in.masked and stand_in.certificate()["masked"] and not drawn.masked
    assert (stand_in.arm_codes != drawn.arm_codes).any()


@pytest.mark.parametrize(
    ("change", "asked", "match"),
    [
        (lambda d: pl.concat([d, d.head(1)]), {}, "twice in the list"),
        (lambda d: d.with_columns(id=pl.lit(None, pl.String)), {}, "no id"),
        (lambda d: d.clear(), {}, "is empty"),
        (lambda d: d, {"arms": {"a": 0.5, "b": 0.4}}, "add up to"),
        (lambda d: d, {"arms": ["a"]}, "fewer than two"),
        (lambda d: d, {"arms": ["a", "a"]}, "twice"),
        (lambda d: d, {"arms": {"a": 1.5, "b": -0.5}}, "between 0 and 1"),
        (lambda d: d, {"seed": ""}, "seed"),
        (lambda d: d, {"strata": "nowhere"}, "not in the data"),
        (lambda d: d.with_columns(town=pl.lit(None, pl.String)), {"strata": "town"}, "missing values"),
        (lambda d: d, {"cluster": "town", "strata": "jobs"}, "several strata"),
        (lambda d: d, {"misfits": "somehow"}, "not known"),
        (lambda d: d.with_columns(k=1.0), {"rerandomize": Rerandomize(["k"])}, "do not vary"),
    ],
)
def test_bad_lists_are_refused(change, asked, match):
    with pytest.raises(BadInput, match=match):
        randomize(change(firms(12)), **({"unit": "id", "arms": ["a", "b"], "seed": "s"} | asked))


def test_reported_lotteries_need_a_source():
    data = firms(6).with_columns(arm=pl.Series(["a", "b"] * 3))
    with pytest.raises(BadInput, match="note"):
        reported_assignment(data, unit="id", arm="arm", control="a", note=" ")
    with pytest.raises(BadInput, match="several arms"):
        reported_assignment(
            data.with_columns(town=pl.lit("T")), unit="id", arm="arm", control="a", note="x", cluster="town"
        )
    with pytest.raises(BadInput, match="not one of"):
        reported_assignment(data, unit="id", arm="arm", control="z", note="x")
    with pytest.raises(CannotBeSaid):
        verify(reported_assignment(data, unit="id", arm="arm", control="a", note="x").certificate(), data)
