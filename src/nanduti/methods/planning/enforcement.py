"""The enforcement ladder of a group: passive breaches are met with help, only blatant ones with leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nanduti.methods.values import Reason, RuleSource, Verdict, flag, mark, no
from nanduti.methods.values.guards import one_of

SOURCE = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "Free riding")

#: Breaches of trust for which a firm may be asked to withdraw.
BLATANT = frozenset({"design_theft", "client_poaching"})
#: Signs of frustration or of a struggle for control, which are met with help.
PASSIVE = frozenset({"absence", "no_sign_up", "unfinished_task", "withheld_critique", "control_struggle"})
#: What is done about passive breaches, one after the other.
STEPS = ("private_conversation", "group_support", "factory_visit", "group_discussion")


@dataclass(frozen=True)
class NextStep:
    """What to do about an incident: the step, and why; ``step`` is ``None`` when all have been taken."""

    step: str | None
    verdict: Verdict


def enforcement_step(incident: str, taken: Sequence[str] = (), *, is_proven: bool = True) -> NextStep:
    """The next step after a breach of the group's rules.

    Passive breaches are read as frustration: talk in private, let the group help, visit the factory, speak of
    it in the group. Blatant theft of designs or clients, if it is proven, may end in the firm being asked to
    withdraw. The order among the steps is Nanduti's proposal.

    Args:
        incident: one of ``BLATANT`` or ``PASSIVE``.
        taken: steps already taken about this firm's incidents.
        is_proven: whether a blatant breach is shown and not only told.

    >>> enforcement_step("absence", ["private_conversation"]).step
    'group_support'
    >>> enforcement_step("design_theft").step, enforcement_step("design_theft", is_proven=False).step
    ('ask_to_withdraw', 'private_conversation')
    """
    one_of(incident, sorted(BLATANT | PASSIVE), "incident")
    for step in taken:
        one_of(step, (*STEPS, "ask_to_withdraw"), "step")
    if incident in BLATANT and is_proven:
        text = mark("Designs or clients of another member were taken.")
        remedy = mark("The group decides; the firm may be asked to withdraw.")
        return NextStep("ask_to_withdraw", no(Reason(incident, text), source=SOURCE, remedy=remedy))
    step = next((s for s in STEPS if s not in taken), None)
    if incident in BLATANT:
        text = mark("It is told, not shown: look into it before anybody is blamed.")
        return NextStep(step, flag(Reason("not_proven", text), source=SOURCE))
    text = (
        mark("A passive breach is taken for frustration; its cause is looked for first.")
        if step
        else mark("Every step has been taken and the breach goes on; the group decides.")
    )
    return NextStep(step, flag(Reason("passive" if step else "steps_taken", text), source=SOURCE))
