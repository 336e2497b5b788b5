"""The role of the cluster development agent: a catalyst, who neither sells, builds, supplies nor pays."""

from __future__ import annotations

from collections.abc import Collection

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "introduction")

#: What the agent does: four catalytic roles, with their plain forms.
CATALYTIC = frozenset(
    {"raise_awareness", "inform", "convene", "broker_linkage", "introduce", "mobilise_resources"}
    | {"bridge_services", "build_institutions", "coordinate_skills", "survey", "monitor"}
)
#: What the agent does not do, with the sentence that is read out.
REFUSED: dict[str, str] = {
    "provide_service": mark("The agent would provide the service himself."),
    "sell": mark("The agent would sell to stakeholders."),
    "build": mark("The agent would build facilities or infrastructure."),
    "supply_equipment": mark("The agent would supply equipment."),
    "market_products": mark("The agent would market the products of the cluster."),
    "pay_stakeholders": mark("The agent would pay out resources to stakeholders."),
}
_REMEDIES = {
    "provide_service": mark("Find a provider and help the firms to contract it."),
    "sell": mark("Let a provider sell, and help the two to meet."),
    "build": mark("Help the stakeholders to find finance and to build it themselves."),
    "supply_equipment": mark("Help the firms to buy or share it."),
    "market_products": mark("Let an association or a network of firms do it."),
    "pay_stakeholders": mark("Let the funder pay the provider or the association directly."),
}
_SEVERAL = mark("Let others provide and pay, and help them to find each other.")


def cda_guard(
    role: str = "",
    *,
    agent: str = "cda",
    payer: str | None = None,
    provider: str | None = None,
    provides: Collection[str] = ("provide_service",),
) -> Verdict | None:
    """Whether the agent may take this role in an activity.

    Args:
        role: what the agent would do: one of ``CATALYTIC`` or ``REFUSED``; empty where nobody has said.
        agent: code of the agent.
        payer: code of who pays; the agent must not. ``None`` where nobody has said.
        provider: code of who provides the service or good; the agent must not. ``None`` where nobody has said.
        provides: what the provider of such an activity does, of ``REFUSED``: a service, a building, equipment …

    Returns:
        yes; no with every reason that applies; flag for a role that is in neither list; ``None`` where neither the role
        nor anything against it is known: what nobody has said points at nobody.

    >>> cda_guard("broker_linkage", payer="isf", provider="clri").decision
    'yes'
    >>> v = cda_guard("convene", payer="cda", provider="cda")
    >>> v.decision, [r.code for r in v.reasons]
    ('no', ['pay_stakeholders', 'provide_service'])
    >>> cda_guard("convene", provider="cda", provides=["supply_equipment"]).reasons[0].code
    'supply_equipment'
    >>> cda_guard(payer="isf") is None
    True
    """
    if unknown := sorted(set(provides) - set(REFUSED)):
        raise BadInput(
            place=f"{unknown[0]!r}",
            problem="is not what an agent leaves to others",
            remedy="Use a code of REFUSED.",
        )
    codes = [role] if role in REFUSED else []
    if payer == agent and "pay_stakeholders" not in codes:
        codes.append("pay_stakeholders")
    if provider == agent:
        codes += [code for code in provides if code not in codes]
    if codes:
        reasons = [Reason(code, REFUSED[code]) for code in codes]
        return no(*reasons, source=SOURCE, remedy=_REMEDIES[codes[0]] if len(codes) == 1 else _SEVERAL)
    if not role:
        return None
    if role in CATALYTIC:
        sentence = mark("The agent acts as a catalyst and others provide and pay.")
        return yes(Reason("catalyst", sentence), source=SOURCE)
    sentence = mark("“{role}” is not a known role of the agent.")
    return flag(
        Reason("unknown_role", sentence, {"role": role}),
        source=SOURCE,
        remedy=mark("Say whether the agent provides, pays, builds, supplies or sells."),
    )
