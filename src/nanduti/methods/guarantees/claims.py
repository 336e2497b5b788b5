"""Who bears a loss: splits between bank and fund, the life of a claim, and calls on members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import polars as pl

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import amount, one_of, share

SPLITS = ("pari_passu", "after_collateral", "first_loss")


@dataclass(frozen=True)
class LossSplit:
    """A loss borne by fund and bank after what was recovered."""

    fund: float
    bank: float
    recovered: float


def split_loss(
    *,
    outstanding: float,
    recovered: float,
    cover_share: float,
    split: str = "pari_passu",
    first_loss_cap: float | None = None,
) -> LossSplit:
    """What fund and bank lose on a loan in default.

    ``pari_passu``: every recovery is shared by cover, so that each bears its share of the final loss.
    ``after_collateral``: the bank keeps recoveries for its own part first; only the rest lowers the fund's.
    ``first_loss``: the fund bears the whole loss up to ``first_loss_cap`` (by default its cover of what was
    outstanding), the bank the rest.

    >>> split_loss(outstanding=100, recovered=40, cover_share=0.5)
    LossSplit(fund=30.0, bank=30.0, recovered=40.0)
    >>> split_loss(outstanding=100, recovered=40, cover_share=0.5, split="first_loss").fund
    50.0
    >>> split_loss(outstanding=100, recovered=40, cover_share=0.5, split="after_collateral").bank
    10.0
    """
    owed, back = amount(outstanding, "outstanding"), amount(recovered, "recovered")
    cover = share(cover_share, "cover share")
    one_of(split, SPLITS, "split")
    if back > owed:
        raise BadInput(
            place=f"recovered {back:g} of {owed:g}",
            problem=mark("is more than was owed"),
            remedy=mark("Enter recoveries of principal up to what was outstanding."),
        )
    loss = owed - back
    if split == "pari_passu":
        fund = cover * loss
    elif split == "after_collateral":
        fund = loss - max(0.0, (1 - cover) * owed - back)
    else:
        cap = cover * owed if first_loss_cap is None else amount(first_loss_cap, "first-loss cap")
        fund = min(loss, cap)
    return LossSplit(fund, loss - fund, back)


def portfolio_payout(losses: float, *, loans: float, cover_share: float, cap_share: float = 1.0) -> float:
    """Payout of a portfolio guarantee: cover of each loss, up to the capped share of the portfolio.

    >>> portfolio_payout(300, loans=1000, cover_share=0.5, cap_share=0.2)
    100.0
    """
    lost, all_loans = amount(losses, "losses"), amount(loans, "loans")
    if lost > all_loans:
        raise BadInput(
            place=f"losses {lost:g} on loans of {all_loans:g}",
            problem=mark("are more than was lent"),
            remedy=mark("Enter losses of principal."),
        )
    cover = share(cover_share, "cover share")
    return cover * min(lost, share(cap_share, "cap share") * all_loans)


def claim_cash(
    *,
    at_default: float,
    at_claim: float,
    cover_share: float,
    first_share: float,
    recoveries: tuple[tuple[int, float], ...] = (),
    first_month: int = 3,
    final_month: int = 36,
) -> pl.DataFrame:
    """Cash of the fund over the life of one claim: first instalment, recoveries shared, final instalment.

    The amount in default is the lower of outstanding at default and at claim. The first instalment is
    ``first_share`` of the cover; recoveries up to the final month lower the loss, and the final instalment
    brings the fund to its cover of what is then lost (a negative one is paid back by the bank). Later
    recoveries are shared by cover.

    Source: CGTMSE scheme document (first instalment, amount in default); months are the caller's.

    >>> claim_cash(at_default=100, at_claim=110, cover_share=0.75, first_share=0.75,
    ...            recoveries=((12, 20.0),)).rows()
    [(3, 'first instalment', -56.25), (36, 'final instalment', -3.75)]
    """
    owed = min(amount(at_default, "outstanding at default"), amount(at_claim, "outstanding at claim"))
    cover, first = share(cover_share, "cover share"), share(first_share, "first share")
    if any(month < 0 for month, _ in recoveries) or not 0 <= first_month <= final_month:
        raise BadInput(
            place=f"instalments in months {first_month} and {final_month}, or a recovery,",
            problem=mark("are out of order or before the default"),
            remedy=mark("Count months from the default, the first instalment before the final one."),
        )
    total = sum(amount(v, "recovery") for _, v in recoveries)
    if total > owed:
        raise BadInput(
            place=f"recoveries {total:g} of {owed:g}",
            problem=mark("are more than was owed"),
            remedy=mark("Enter recoveries of principal up to the amount in default."),
        )
    early = sum(v for month, v in recoveries if month <= final_month)
    paid = cover * first * owed
    rows = [(first_month, mark("first instalment"), -paid)]
    rows.append((final_month, mark("final instalment"), -(cover * (owed - early) - paid)))
    rows += [(m, mark("share of recovery"), cover * v) for m, v in sorted(recoveries) if m > final_month]
    return pl.DataFrame(rows, schema=["month", "event", "cash"], orient="row")


@dataclass(frozen=True)
class MemberCalls:
    """A loss met from reserves, then from members: the calls to the cent, and what nobody covers."""

    from_reserves: Decimal
    calls: Mapping[str, Decimal]
    uncovered: Decimal


def member_calls(
    loss: Decimal | str | int,
    *,
    reserves: Decimal | str | int,
    contributions: Mapping[str, Decimal | str | int],
    limit_share: Decimal | str | int | None = None,
) -> MemberCalls:
    """Calls on members pro rata to their contributions, after the reserves, to the cent.

    Largest remainders get the odd cents (ties by name), so that calls sum exactly. ``limit_share`` is the
    most a member can be called for as a share of the contribution (1: the contribution again); what lies
    beyond is ``uncovered`` and said, not spread.

    >>> member_calls("100", reserves="40", contributions={"a": 1, "b": 1, "c": 1}).calls
    {'a': Decimal('20.00'), 'b': Decimal('20.00'), 'c': Decimal('20.00')}
    >>> member_calls("10", reserves=0, contributions={"a": 1, "b": 1, "c": 1}, limit_share=1).uncovered
    Decimal('7.00')
    """
    lost, held = _money(loss, "loss"), _money(reserves, "reserves")
    for name, value in (("loss", lost), ("reserves", held)):
        if value != _cents(value):
            raise BadInput(
                place=f"{name} {value}",
                problem=mark("has parts of a cent"),
                remedy=mark("Round it to cents."),
            )
    paid_in = {k: _money(v, f"contribution of {k!r}") for k, v in contributions.items()}
    total = sum(paid_in.values(), Decimal(0))
    from_reserves = min(lost, held)
    rest = lost - from_reserves
    callable_ = rest
    if limit_share is not None:
        callable_ = min(rest, total * _money(limit_share, "limit share"))
    if total == 0:
        callable_ = Decimal(0)
    cents = int((callable_ * 100).to_integral_value(ROUND_DOWN))
    calls = _pro_rata(cents, paid_in, total)
    asked = Decimal(cents) / 100
    return MemberCalls(_cents(from_reserves), calls, _cents(rest - asked))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def _pro_rata(cents: int, parts: Mapping[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    if total == 0:
        return dict.fromkeys(parts, Decimal("0.00"))
    exact = {k: cents * v / total for k, v in parts.items()}
    whole = {k: int(v) for k, v in exact.items()}
    order = sorted(parts, key=lambda k: (whole[k] - exact[k], k))
    for k in order[: cents - sum(whole.values())]:
        whole[k] += 1
    return {k: (Decimal(v) / 100).quantize(Decimal("0.01")) for k, v in whole.items()}


def _money(value: Decimal | str | int, place: str) -> Decimal:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise BadInput(
            place=f"{place} {value!r}",
            problem=mark("is negative or not a number"),
            remedy=mark("Enter digits such as 1500.50."),
        )
    return number
