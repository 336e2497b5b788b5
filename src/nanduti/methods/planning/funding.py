"""Conditions that come with money: who bears which share of a start, and what must stay open in return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nanduti.methods.values import BadInput, Money, Reason, RuleSource, Share, Verdict, flag, mark, no, yes

SOURCE = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "recycling and diffusion")
#: What the state asked to be open in return for its money.
OPEN_RECORDS = ("documents", "minutes", "profiles")


@dataclass(frozen=True)
class Funding:
    """Shares of the funders, what is not funded, and whether the conditions are met."""

    shares: dict[str, Share]
    missing: Money
    verdict: Verdict


def funding_conditions(
    cost: Money,
    given: Mapping[str, Money],
    *,
    state: str = "state",
    state_share: Decimal | str = "2/3",
    is_open: Mapping[str, bool | None] | None = None,
) -> Funding:
    """Who pays which share, and whether what must be open in return is open.

    The state of Jalisco paid two thirds of the start on condition of open access to documents, minutes and
    profiles, so that others could use the model again.

    Args:
        cost: of the start.
        given: funder → money, in the currency of the cost.
        state: which funder is the state; ``state_share`` the most it pays, ``"2/3"`` or a decimal.
        is_open: record → open, closed, or ``None`` for not known, of ``OPEN_RECORDS``.

    >>> f = funding_conditions(Money(90, "USD"), {"state": Money(60, "USD"), "firms": Money(30, "USD")},
    ...                        is_open=dict.fromkeys(OPEN_RECORDS, True))
    >>> round(f.shares["state"], 2), f.missing.amount, f.verdict.decision
    (0.67, Decimal('0'), 'yes')
    """
    if cost.amount <= 0:
        raise BadInput(
            place="cost", problem=mark("is not above zero"), remedy=mark("Enter what the start costs.")
        )
    total = sum(given.values(), Money(0, cost.currency, cost.price_year))
    if any(m.amount < 0 for m in given.values()):
        raise BadInput(place="money given", problem=mark("is negative"), remedy=mark("Enter zero or more."))
    missing = cost - total
    if missing.amount < 0:
        raise BadInput(
            place=f"{total.amount} given for a cost of {cost.amount}",
            problem=mark("is more than there is"),
            remedy=mark("Correct the cost or what was given."),
        )
    shares = {k: Share(float(m.amount / cost.amount)) for k, m in given.items()}
    top, _, bottom = str(state_share).partition("/")
    most = Decimal(top) / Decimal(bottom or 1)
    reasons = []
    if state in given and given[state].amount > most * cost.amount:
        text = mark("The state would bear {share} of the cost; its share ends at {most}.")
        details = {"share": shares[state].percent(), "most": Share(float(most)).percent()}
        reasons.append(Reason("state_share", text, details))
    records = {r: (is_open or {}).get(r) for r in OPEN_RECORDS}
    closed = [r for r, v in records.items() if v is False]
    if closed and state in given:
        text = mark("Closed although the state pays: {records}.")
        reasons.append(Reason("closed", text, {"records": ", ".join(closed)}))
    if reasons:
        verdict = no(*reasons, source=SOURCE, remedy=mark("Open the records, or find other money."))
    elif missing.amount or (state in given and None in records.values()):
        soft = []
        if missing.amount:
            text = mark("{amount} {currency} of the cost have no funder yet.")
            details = {"amount": missing.amount, "currency": cost.currency}
            soft.append(Reason("unfunded", text, details))
        if state in given and None in records.values():
            soft.append(Reason("not_known", mark("Whether all records are open is not known.")))
        verdict = flag(*soft, source=SOURCE)
    else:
        verdict = yes(Reason("met", mark("The cost is funded and the conditions are met.")), source=SOURCE)
    return Funding(shares, missing, verdict)
