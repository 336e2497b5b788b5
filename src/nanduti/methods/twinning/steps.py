"""The eight steps, their gates and the evidence each gate wants; the list itself is data in ``steps.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

from .kinds import source


@dataclass(frozen=True)
class Evidence:
    """A kind of evidence that a gate wants; ``is_required`` holds the gate, otherwise it only helps."""

    code: str
    label: str
    label_es: str
    is_required: bool
    needs_partner: bool


@dataclass(frozen=True)
class Step:
    """One of the eight steps, with its gate."""

    number: int
    code: str
    name: str
    name_es: str
    needs_partner: bool
    evidence: tuple[Evidence, ...]
    source: RuleSource

    def wanted(self, *, has_partner: bool = True) -> tuple[Evidence, ...]:
        """The evidence that applies; without a foreign partner some does not."""
        if self.needs_partner and not has_partner:
            return ()
        return tuple(e for e in self.evidence if has_partner or not e.needs_partner)


@cache
def eight_steps() -> tuple[Step, ...]:
    """The eight steps in order.

    >>> [step.code for step in eight_steps()]
    ['select', 'agents', 'diagnose', 'diagnose_partners', 'trust', 'plan', 'implement', 'evaluate']
    """
    text = files(__package__).joinpath("steps.yaml").read_text(encoding="utf-8")
    return tuple(_step(row) for row in yaml.safe_load(text)["steps"])


def _step(row: Mapping) -> Step:
    evidence = tuple(
        Evidence(e["code"], e["label"], e["label_es"], e["required"], e.get("needs_partner", False))
        for e in row["evidence"]
    )
    return Step(
        number=row["number"],
        code=row["code"],
        name=row["name"],
        name_es=row["name_es"],
        needs_partner=row.get("needs_partner", False),
        evidence=evidence,
        source=source(row["source"]),
    )


def gate_verdict(number: int, evidence: Collection[str], *, has_partner: bool = True) -> Verdict:
    """Whether the gate of a step opens on the evidence there is.

    Yes if all that is wanted is there; flag if only what helps is missing; no if something required is.
    Kinds of evidence that the step does not know are ignored: a programme may keep more.

    >>> gate_verdict(2, {"agent_appointed"}, has_partner=False).say()
    'Missing: The agent is trained. Missing, and would help: A coordinator sits in the emerging cluster. (UNIDO (2013), Cluster Twinning, chapter 5, step 2; table 11)'
    >>> gate_verdict(4, set(), has_partner=False).decision
    'yes'
    """  # noqa: E501
    step = _numbered(number)
    wanted = step.wanted(has_partner=has_partner)
    missing = [e for e in wanted if e.code not in evidence]
    if not wanted:
        reason = Reason("left_out", mark("A programme without a foreign partner leaves this step out."))
        return yes(reason, source=step.source)
    if not missing:
        return yes(Reason("complete", mark("All evidence is there.")), source=step.source)
    required = [e for e in missing if e.is_required]
    reasons = [Reason(e.code, mark("Missing: {label}."), {"label": e.label}) for e in required]
    helpful = [e for e in missing if not e.is_required]
    reasons += [
        Reason(e.code, mark("Missing, and would help: {label}."), {"label": e.label}) for e in helpful
    ]
    verdict = no if required else flag
    return verdict(*reasons, source=step.source)


def step_reached(evidence: Mapping[int, Collection[str]], *, has_partner: bool = True) -> int:
    """The first step whose gate does not open; 9 when all do. Steps can run side by side; this is the next to close.

    >>> step_reached({1: {"cluster_selected", "selection_reasons", "value_chain_links"}})
    2
    """
    for step in eight_steps():
        if not gate_verdict(step.number, evidence.get(step.number, ()), has_partner=has_partner).allows:
            return step.number
    return len(eight_steps()) + 1


def _numbered(number: int) -> Step:
    for step in eight_steps():
        if step.number == number:
            return step
    raise BadInput(place=f"step {number}", problem="does not exist", remedy="Use a number from 1 to 8.")
