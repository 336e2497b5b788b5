"""Full re-runs: a batch says what single runs say; risk has known answers where the model is linear."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nanduti.methods import feasibility as f
from nanduti.methods.feasibility.variation import irr_many, outcomes, run_many
from nanduti.methods.values import BadInput, CannotBeSaid

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
FACTORY = f.read_study(TEXT)
ADDRESSES = [
    "products.garments", "products.garments.use", "products.*.capacity", "costs.material A", "costs.labour",
    "investments.*", "investments.civil_works", "loans.*", "loans.local loan.disbursements", "equity.owners",
    "tax.rates", "working_capital.receivables_days",
]  # fmt: skip


@pytest.mark.parametrize("deficit", ["show", "cover"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_batch_equals_single_runs(address, deficit):
    study = replace(FACTORY, deficit=deficit, overdraft_rate=0.12)
    factors = np.array([0.7, 1.0, 1.3])
    got = run_many(study, {address: factors})
    for k, factor in enumerate(factors):
        one = f.appraise(f.evaluate(f.vary(study, {address: float(factor)})))
        assert got["npv_total"][k] == pytest.approx(one.total.npv)
        assert got["npv_equity"][k] == pytest.approx(one.equity.npv)
        if not np.isnan(got["irr_total"][k]):
            assert got["irr_total"][k] == pytest.approx(one.total.irr.rate, abs=1e-9)


def test_sensitivity_tornado_and_scenarios():
    frame = f.sensitivity(FACTORY, ["products.garments", "costs.*"], [-0.1, 0, 0.1])
    assert frame["npv_total"][1] == pytest.approx(3856.27, abs=0.01)
    assert frame["npv_total"][2] > frame["npv_total"][1] > frame["npv_total"][0]
    assert frame["npv_total"][3] > frame["npv_total"][5]
    wide = f.tornado(FACTORY, {"costs.supplies": (-0.1, 0.1), "products.garments": (-0.1, 0.1)})
    assert wide["address"].to_list() == ["products.garments", "costs.supplies"]
    cases = f.scenarios(FACTORY, {"dear leather": {"costs.raw_materials": 0.2}})
    assert cases["npv_total"][1] < cases["npv_total"][0]


def test_goal_seek_meets_its_target_to_the_last_digit():
    found = f.goal_seek(FACTORY, "products.garments")
    assert len(found.factors) == 1 and 0.8 < found.factors[0] < 1
    again = outcomes(f.evaluate(f.vary(FACTORY, {"products.garments": found.factors[0]})))
    assert again["npv_total"][0] == pytest.approx(0, abs=1e-6)
    assert f.goal_seek(FACTORY, "costs.supplies", target=1e9).reason.startswith("No factor")


def test_irr_of_many_against_irr_of_one():
    rng = np.random.default_rng(4)
    flows = rng.normal(100, 80, (10, 300))
    flows[0] = -300
    months = np.array([3.0, 3, 6, *[12] * 7])
    for k, rate in enumerate(irr_many(flows, months)):
        one = f.irr(flows[:, k], months=months)
        if not np.isnan(rate):
            assert any(abs(rate - root) < 1e-8 for root in one.roots)
        else:
            assert one.rate is None or len(one.roots) <= 1


def test_risk_is_seeded_and_known_where_it_can_be():
    sure = [f.Uncertain("costs.labour", "uniform", low=0.9, high=1.1)]
    a, b = (f.monte_carlo(FACTORY, sure, n_runs=1500, seed=8) for _ in range(2))
    assert a.runs.equals(b.runs)
    # Labour is linear in the value as long as tax stays on one slice: the mean is the study's own.
    assert a.quantiles["mean"][0] == pytest.approx(3856, rel=0.01) and a.risk_of_loss == 0
    price = [f.Uncertain("products.garments", "normal", sd=0.2), f.Uncertain("costs.*", "lognormal", sd=0.1)]
    r = f.monte_carlo(FACTORY, price, n_runs=2000, seed=8)
    assert 0 < r.risk_of_loss < 1 and r.drivers["address"][0] == "products.garments"
    assert r.risk_of_loss == (r.runs["npv_total"] < 0).mean()


def test_correlation_reaches_the_factors():
    two = [f.Uncertain("products.garments"), f.Uncertain("costs.material A")]
    pair = {("products.garments", "costs.material A"): 0.8}
    r = f.monte_carlo(FACTORY, two, n_runs=4000, seed=1, correlations=pair)
    x = r.runs.select("factor products.garments", "factor costs.material A").to_numpy()
    assert np.corrcoef(x.T)[0, 1] == pytest.approx(0.79, abs=0.03)
    assert x.min() >= 0.8 and x.max() <= 1.2 and x.mean() == pytest.approx(1, abs=0.01)


def test_refusals():
    with pytest.raises(BadInput, match="names nothing"):
        f.vary(FACTORY, {"costs.gold": 1.1})
    with pytest.raises(BadInput):
        f.sensitivity(FACTORY, ["costs.*"], [-2])
    with pytest.raises(BadInput):
        f.monte_carlo(FACTORY, [], seed=1)
    with pytest.raises(BadInput):
        f.monte_carlo(FACTORY, [f.Uncertain("costs.*", low=2, high=1)], seed=1)
    three = [f.Uncertain(a) for a in ("costs.labour", "costs.supplies", "costs.repair")]
    names = [u.address for u in three]
    clash = {(names[0], names[1]): 0.9, (names[1], names[2]): 0.9, (names[0], names[2]): -0.9}
    with pytest.raises(CannotBeSaid, match="contradict"):
        f.monte_carlo(FACTORY, three, seed=1, n_runs=10, correlations=clash)
