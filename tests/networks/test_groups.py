"""Business networks: members with their days, the ladder, and the share that is registered."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent
from nanduti.methods import planning
from nanduti.networks.actions import groups as actions
from nanduti.networks.errors import NoEvidence, NotAMember, TieToNobody
from nanduti.networks.models import FormalisationStep
from nanduti.networks.queries import groups as queries
from nanduti.networks.queries import tie_frame
from tests.support.networks import AT

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
STEPS = [code for code, _title in planning.LADDER]
TODAY = date(2026, 6, 1)


def found_network(found, name="Yarn buyers", **more):
    values = {"name": name, "kind": "horizontal", "objective": "Buy yarn together", **more}
    return actions.found_network(
        programme=found.programme, cluster=found.cluster, values=values, by="test", at=AT
    )


def evidence(network, *steps):
    for step in steps:
        actions.evidence_step(
            network=network, step=step, values={"evidence": f"papers of {step}"}, by="test", at=AT
        )


def standing(found, network):
    rows = queries.standings(programme=found.programme, on=TODAY)
    return next(s for s in rows if s.network.pk == network.pk)


def test_the_step_reached_is_the_highest_without_a_gap(found):
    network = found_network(found)
    assert standing(found, network).rung.level == 0
    evidence(network, "administrative_structure", "directing_body", "registration")
    said = standing(found, network).rung
    assert (said.level, said.step, said.next_step, said.ahead) == (
        2,
        "directing_body",
        "statute",
        ("registration",),
    )
    evidence(network, "statute", "legal_form", "shared_fund")
    said = standing(found, network).rung
    assert (said.level, said.next_step, said.has_fund) == (5, None, True)


def test_two_of_three_registered_is_two_thirds(found):
    """As in Senegal: systems row 140, training kit box 1. One that wants no registration counts in neither."""
    for name in ("a", "b", "c"):
        evidence(found_network(found, name), *(STEPS if name != "c" else STEPS[:3]))
    found_network(found, "fair stand", kind="ad_hoc", seeks_registration=False)
    share = queries.registered_share(queries.standings(programme=found.programme, on=TODAY))
    assert share == pytest.approx(2 / 3) == pytest.approx(queries.REFERENCE_SHARE)


def test_without_networks_no_share_is_said(found):
    assert queries.registered_share([]) is None
    found_network(found, "fair stand", seeks_registration=False)
    assert queries.registered_share(queries.standings(programme=found.programme, on=TODAY)) is None


def test_members_come_and_go_and_are_tied_meanwhile(found):
    network = found_network(found)
    join = {"network": network, "by": "test", "at": AT}
    actions.join_network(pseudonym=found.name(0), since_on=date(2024, 1, 1), **join)
    second = actions.join_network(pseudonym=found.name(10), since_on=date(2025, 1, 1), **join)
    with pytest.raises(NotAMember):
        actions.join_network(pseudonym=found.name(0), **join)
    with pytest.raises(TieToNobody):
        actions.join_network(pseudonym="W-NOBODY", **join)
    assert standing(found, network).n_members == 2

    def tied(on: date) -> int:
        ties = tie_frame(
            programme=found.programme, cluster=found.cluster, access=None, kinds=["same_network"], at=on
        )
        return ties.frame.height

    assert [tied(date(2024, 6, 1)), tied(date(2025, 6, 1))] == [0, 1]
    actions.leave_network(member=second, until_on=date(2026, 1, 1), version=second.version, by="test", at=AT)
    assert tied(date(2026, 6, 1)) == 0 and standing(found, network).n_members == 1
    assert AuditEvent.objects.filter(action="networks.leave_network").count() == 1


def test_a_step_needs_evidence_and_the_newer_stands(found):
    network = found_network(found)
    with pytest.raises(NoEvidence):
        actions.evidence_step(network=network, step="statute", values={"evidence": "  "}, by="test", at=AT)
    evidence(network, "statute")
    actions.evidence_step(network=network, step="statute", values={"evidence": "new"}, by="test", at=AT)
    (step,) = FormalisationStep.objects.all()
    assert step.evidence == "new"
    actions.take_back_step(step=step, by="test", at=AT)
    assert not FormalisationStep.objects.exists()


def test_the_second_of_two_editors_is_told(found):
    network = found_network(found)
    other = type(network).objects.get(pk=network.pk)
    actions.edit_network(network=network, values={"name": "One"}, version=1, by="test", at=AT)
    with pytest.raises(EditedMeanwhile):
        actions.edit_network(network=other, values={"name": "Two"}, version=1, by="test", at=AT)


def test_two_networks_of_one_name_have_two_codes(found):
    assert found_network(found).code != found_network(found).code
    assert found_network(found, "!!!").code.startswith("network")


def test_the_second_of_two_who_write_evidence_for_a_step_is_told(found):
    """Both looked at a step without evidence; and then at the same evidence."""
    network = found_network(found)
    said = {"network": network, "step": "statute", "by": "test", "at": AT}
    actions.evidence_step(**said, values={"evidence": "minutes of May"}, version=0)
    with pytest.raises(EditedMeanwhile):
        actions.evidence_step(**said, values={"evidence": "minutes of June"}, version=0)
    actions.evidence_step(**said, values={"evidence": "minutes of 3 May"}, version=1)
    with pytest.raises(EditedMeanwhile):
        actions.evidence_step(**said, values={"evidence": "minutes of 4 May"}, version=1)
    step = network.steps.get(step="statute")
    assert (step.evidence, step.version) == ("minutes of 3 May", 2)
