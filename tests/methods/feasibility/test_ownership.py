"""Paths of ownership: the oil-seal venture, and agreement found by trying every price."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.values import BadInput

FLOWS = [-20.0, 10, 40, 50, 60, 60, 60, 60]
OUTRIGHT = f.Path("outright purchase", (1.0,), (1.0,))
MAJORITY = f.Path("host majority", (0.51,), (1.0,))
SLOW = f.Path("guest majority, slow exit", (0.4, 0.4, 0.4, 0.7, 0.85, 1.0), (0.2, 0, 0, 0.3, 0.25, 0.25))
HOST = f.Side("host", (25,), 0.12, 10, least_shares=dict.fromkeys(range(8), 0.51))
GUEST = f.Side(
    "guest", (10,), 0.10, 15, side_benefits=(0, 3, 3, 3), least_shares=dict.fromkeys(range(3), 0.51),
    refuses={"outright purchase": "the company in Brazil lost all interest after one."},
)  # fmt: skip


def test_oil_seal_venture_has_no_zone():
    """UNIDO (2013), chapter 4: the host wants to buy outright or hold the majority, the guest a slow exit."""
    n = f.negotiate(FLOWS, HOST, GUEST, [OUTRIGHT, MAJORITY, SLOW])
    assert n.agreeable == () and n.sentence == "There is no zone of agreement on any of the paths."
    outright, majority, slow = n.offers
    assert outright.objections[0].startswith("guest will not enter it: the company in Brazil")
    assert majority.objections == ("guest needs 51 % in period 0 for control and would hold 49 %.",)
    assert slow.objections == ("host needs 51 % in period 0 for control and would hold 40 %.",)
    # On money alone there would be room on every path: the clash is control.
    assert all(o.gap == 0 for o in n.offers)


def test_giving_way_on_control_opens_a_zone():
    patient = replace(HOST, least_shares={5: 1.0})
    n = f.negotiate(FLOWS, patient, GUEST, [OUTRIGHT, MAJORITY, SLOW])
    assert [o.path.name for o in n.agreeable] == ["guest majority, slow exit"]
    low, high = n.agreeable[0].zone
    assert 0 <= low < high and "slow exit" in n.sentence


def worth(flows, side, shares, price, payments, sign):
    total = -side.outside
    for j, flow in enumerate(flows):
        cash = shares[min(j, len(shares) - 1)] * side.venture_factor * flow
        cash += side.side_benefits[j] if j < len(side.side_benefits) else 0
        cash -= side.contributions[j] if j < len(side.contributions) else 0
        cash += sign * price * (payments[j] if j < len(payments) else 0)
        total += cash / (1 + side.rate) ** j
    return total


amounts = st.floats(-50, 100).map(lambda x: round(x, 2))


@given(
    st.lists(amounts, min_size=2, max_size=6), st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.3),
    st.floats(0.01, 0.3), st.floats(0, 60), st.floats(0, 60),
)  # fmt: skip
def test_zone_against_trying_prices(flows, s0, s1, r0, r1, out0, out1):
    path = f.Path("p", (s0, s1), (0.5, 0.5))
    buyer, seller = f.Side("b", (5,), r0, out0), f.Side("s", (), r1, out1, venture_factor=1.2)
    offer = f.negotiate(flows, buyer, seller, [path]).offers[0]
    for price in np.linspace(0, 300, 31):
        both = (
            worth(flows, buyer, (s0, s1), price, (0.5, 0.5), -1) >= 0
            and worth(flows, seller, (1 - s0, 1 - s1), price, (0.5, 0.5), 1) >= 0
        )
        inside = offer.zone is not None and offer.zone[0] <= price <= offer.zone[1]
        edge = min(abs(price - offer.seller_least), abs(price - offer.buyer_most))
        assert both == inside or edge < 1e-6


def test_refusals():
    with pytest.raises(BadInput, match="sum to one"):
        f.negotiate(FLOWS, HOST, GUEST, [replace(SLOW, payments=(0.5,))])
    with pytest.raises(BadInput, match="between 0 and 1"):
        f.negotiate(FLOWS, HOST, GUEST, [replace(SLOW, buyer_shares=(1.2,))])
    with pytest.raises(BadInput, match="outlast"):
        f.negotiate([1.0], HOST, GUEST, [SLOW])
    with pytest.raises(BadInput, match="are none"):
        f.negotiate(FLOWS, HOST, GUEST, [])
