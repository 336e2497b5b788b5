"""Enforcement, formalisation and agents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import planning as p
from nanduti.methods.planning.enforcement import BLATANT, PASSIVE, STEPS
from nanduti.methods.values import BadInput

CODES = [code for code, _ in p.LADDER]


@given(st.sampled_from(sorted(PASSIVE)), st.lists(st.sampled_from(STEPS), max_size=4))
def test_passive_breaches_never_end_in_leaving(incident, taken):
    found = p.enforcement_step(incident, taken)
    assert found.verdict.decision == "flag" and found.step != "ask_to_withdraw"
    assert found.step not in taken


@given(st.sampled_from(sorted(BLATANT)), st.booleans())
def test_blatant_breaches_only_when_shown(incident, proven):
    found = p.enforcement_step(incident, is_proven=proven)
    assert (found.step == "ask_to_withdraw") == proven and found.verdict.allows == (not proven)


def test_enforcement_refuses_unknown_words():
    with pytest.raises(BadInput, match="incident 'gossip'"):
        p.enforcement_step("gossip")
    with pytest.raises(BadInput, match="step 'shouting'"):
        p.enforcement_step("absence", ["shouting"])


@given(st.sets(st.sampled_from(CODES)))
def test_level_is_the_unbroken_run(there):
    found = p.formalisation(there)
    run = 0
    while run < 5 and CODES[run] in there:
        run += 1
    assert found.level == run and len(found.ahead) == len(there) - run


def test_two_thirds_of_senegal():
    networks = {str(k): CODES if k < 10 else CODES[:2] for k in range(15)}
    assert p.registered_share(networks) == pytest.approx(2 / 3)
    assert p.registered_share({}) is None
    with pytest.raises(BadInput):
        p.formalisation({"logo"})


def test_agents():
    assert p.agent_verdict("emerging", is_technical=True, is_trained=True).decision == "yes"
    assert p.agent_verdict("emerging", is_technical=True, is_trained=False).decision == "no"
    assert p.agent_verdict("advanced", is_technical=False, is_trained=True).decision == "flag"
    v = p.agent_verdict("advanced", is_technical=None, is_trained=True, workload=1.0, share_of_time=0.4)
    assert [r.code for r in v.reasons] == ["too_little_time", "not_known"]
    assert "100%" in v.say()
    with pytest.raises(BadInput):
        p.agent_verdict("middle", is_technical=True, is_trained=True)
