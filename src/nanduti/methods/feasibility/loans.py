"""Debt service of a loan, period by period, from its events by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative
from .axis import Axis
from .study import Loan

KINDS = ("annuity", "constant_principal", "profile")


@dataclass(frozen=True)
class DebtService:
    """Flows of a loan over the periods of a study, in the loan's currency.

    ``interest`` is what accrues in the period, ``capitalised`` the part of it added to the debt, ``fees``
    all other financial costs, ``closing`` the debt at the end of the period.
    """

    drawn: np.ndarray
    repaid: np.ndarray
    interest: np.ndarray
    capitalised: np.ndarray
    fees: np.ndarray
    closing: np.ndarray


def debt_service(loan: Loan, axis: Axis) -> DebtService:
    """Debt service of one loan: interest on the balance by months of 30 days, instalments as agreed.

    Annuity ``A = DB·i(1+i)^n/((1+i)^n − 1)`` with ``i = I·LP/12``; constant principal ``DB/n``; profile as
    given. A balance left after the last period of the study stays as ``closing`` debt.

    Source: COMFAR III reference manual, loans.

    Raises:
        BadInput: unknown kind, negative amounts, a month outside the study, money drawn after the first
            instalment of an annuity or constant principal, or a profile that repays more than was drawn.
    """
    place = f"loan {loan.name!r}"
    _check(loan, place)
    drawn = _by_month(loan.disbursements, axis, place)
    profile = _by_month(loan.repayments, axis, place) if loan.kind == "profile" else {}
    dues = _due_months(loan, axis, max(drawn, default=0), place)
    return _run(loan, axis, drawn, profile, dues)


def _run(loan: Loan, axis: Axis, drawn: dict, profile: dict, dues: dict[int, int]) -> DebtService:
    ends = axis.ends.astype(int)
    total = sum(drawn.values())
    shapes = (np.asarray(total), np.asarray(loan.rate), np.asarray(loan.opening), np.zeros(1))
    width = np.broadcast(*shapes).size
    out = {k: np.zeros((axis.n, width)) for k in ("drawn", "repaid", "interest", "capitalised", "fees")}
    closing = np.zeros((axis.n, width))
    balance, undrawn, instalment, at = np.zeros(width) + loan.opening, np.zeros(width) + total, None, 0
    last_draw, first_draw = max(drawn, default=0), min(drawn, default=0)
    accrued = np.zeros(width)
    for month in sorted({*drawn, *profile, *dues, *ends.tolist()}):
        j = int(np.searchsorted(ends, month))
        span = (month - at) / 12
        interest = balance * loan.rate * span
        out["interest"][j] += interest
        accrued = accrued + interest
        out["fees"][j] += balance * loan.guarantee_fee * span
        if month <= last_draw:
            out["fees"][j] += undrawn * loan.commitment_fee * span
        if month in dues:
            if instalment is None:
                instalment = _instalment(loan, balance)
            part = _principal(loan, instalment, balance, last=dues[month] == loan.instalments)
            out["repaid"][j] += part
            balance = balance - part
        if month in profile:
            out["repaid"][j] += profile[month]
            balance = balance - profile[month]
            _check_profile(balance, total + loan.opening, f"loan {loan.name!r}")
        if month in drawn:
            out["drawn"][j] += drawn[month]
            balance, undrawn = balance + drawn[month], undrawn - drawn[month]
            if month == first_draw:
                out["fees"][j] += loan.agency_fee * total + loan.other_fee
        if month == ends[j]:
            if loan.capitalise_interest and j < axis.n_construction:
                out["capitalised"][j] += accrued
                balance = balance + accrued
            accrued = np.zeros(width)
            closing[j] = balance
        at = month
    if axis.has_residual:
        # The residual year is the day of settlement: nothing accrues in it.
        out["interest"][-1], out["fees"][-1] = 0.0, 0.0
    closing[np.abs(closing) < 1e-9 * (1 + np.max(np.abs(closing)))] = 0.0
    return DebtService(closing=closing, **out)


def _instalment(loan: Loan, balance: np.ndarray) -> np.ndarray:
    if loan.kind == "constant_principal":
        return balance / loan.instalments
    i = np.asarray(loan.rate * loan.every_months / 12.0, dtype=float)
    # A nearly free loan is repaid in equal parts: the formula would divide nil by nil.
    free = i < 1e-12
    safe = np.where(free, 1.0, i)
    annuity = balance * safe / -np.expm1(-loan.instalments * np.log1p(safe))
    return np.where(free, balance / loan.instalments, annuity)


def _principal(loan: Loan, instalment: np.ndarray, balance: np.ndarray, *, last: bool) -> np.ndarray:
    if last:
        return balance
    if loan.kind == "annuity":
        return instalment - balance * loan.rate * loan.every_months / 12.0
    return instalment


def _by_month(schedule, axis: Axis, place: str) -> dict[int, np.ndarray]:
    out: dict[int, np.ndarray] = {}
    for key, amount in schedule.items():
        not_negative(amount, f"{place}, {key}")
        at = axis.month_end(key, place)
        if axis.has_residual and at > axis.ends[-2]:
            raise BadInput(
                place=f"{place}, month {key}",
                problem=mark("lies in the residual year, when debts are settled"),
                remedy=mark("End the loan while the study produces, or leave the rest to be settled."),
            )
        out[at] = out.get(at, 0.0) + np.asarray(amount, dtype=float)
    return out


def _due_months(loan: Loan, axis: Axis, last_draw: int, place: str) -> dict[int, int]:
    if loan.kind == "profile":
        return {}
    start = int(axis.months[: axis.n_construction].sum())
    first = max(last_draw, start) + loan.every_months
    if loan.first_repayment is not None:
        first = axis.month_end(loan.first_repayment, place)
    if first < last_draw:
        raise BadInput(
            place=place,
            problem=mark("is repaid before it is fully drawn"),
            remedy=mark(
                "Move the first instalment, split the loan in two, or give the repayments as a profile."
            ),
        )
    end = int(axis.ends[-1]) - (12 if axis.has_residual else 0)
    months = ((first + k * loan.every_months, k + 1) for k in range(loan.instalments))
    return {month: k for month, k in months if month <= end}


def _check(loan: Loan, place: str) -> None:
    one_of(loan.kind, KINDS, f"{place}, kind")
    not_negative(loan.opening, f"{place}, opening balance")
    if not loan.disbursements and not np.any(loan.opening):
        raise BadInput(
            place=place,
            problem=mark("is never drawn"),
            remedy=mark("Give month and amount, or leave it out."),
        )
    for name in ("rate", "agency_fee", "commitment_fee", "guarantee_fee", "other_fee"):
        not_negative(getattr(loan, name), f"{place}, {name}")
    if loan.kind == "profile":
        if not loan.repayments:
            raise BadInput(
                place=place, problem=mark("has no repayments"), remedy=mark("Give month and amount of each.")
            )
    elif loan.instalments < 1 or loan.every_months < 1:
        raise BadInput(
            place=place,
            problem=mark("has no instalment, or no time between instalments"),
            remedy=mark("Give at least one instalment and one month."),
        )


def _check_profile(balance: np.ndarray, total: np.ndarray, place: str) -> None:
    if np.any(balance < -1e-9 * (1 + np.max(total))):
        raise BadInput(
            place=place,
            problem=mark("is repaid beyond what was drawn"),
            remedy=mark("Lower the repayments of the profile, or add what they repay."),
        )
