"""What a study must satisfy before it is computed, said by the place where it does not."""

from __future__ import annotations

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative, rate_above_minus_one
from .rules import check_brackets
from .study import GROUPS, Study

MOST_PERIODS = 600


def check_study(study: Study) -> None:
    """Refuse what cannot be: no product, names used twice, amounts below nil, shares above one, …"""
    if not study.products:
        raise BadInput(
            place=f"study {study.name!r}", problem=mark("has no product"), remedy=mark("Add at least one.")
        )
    h = study.horizon
    if h.construction_periods + h.startup_periods + h.production_years > MOST_PERIODS:
        raise BadInput(
            place=f"horizon of {h.construction_periods} construction periods and {h.production_years} years",
            problem=f"has more than {MOST_PERIODS} periods",
            remedy=mark("Plan a shorter time."),
        )
    _check_names(study)
    _check_rates(study)
    _check_items(study)


def _check_names(study: Study) -> None:
    for kind, items in (("product", study.products), ("investment", study.investments),
                        ("loan", study.loans), ("source of equity", study.equity),
                        ("opening asset", study.opening.assets)):  # fmt: skip
        names = [item.name for item in items]
        for name in names:
            if names.count(name) > 1:
                raise BadInput(
                    place=f"{kind} {name!r}",
                    problem=mark("stands twice in the study"),
                    remedy=mark("Give each its own name."),
                )


def _check_rates(study: Study) -> None:
    d = study.discounting
    for name in ("rate", "equity_rate", "reinvestment", "borrowing"):
        if getattr(d, name) is not None:
            rate_above_minus_one(getattr(d, name), f"discounting, {name}")
    for rate in study.tax.rates:
        not_negative(rate, "tax rate")
    check_brackets(study.tax.limits, study.tax.rates)
    not_negative(study.tax.holiday_years, "holiday years")
    not_negative(study.overdraft_rate, "overdraft rate")
    not_negative(study.working_capital.deposit_rate, "deposit rate")
    _share(study.working_capital.deposit_share, "deposit share")
    _share(study.dividends.payout_share, "payout share of the dividends")
    for label, amount in study.dividends.amounts.items():
        not_negative(amount, f"dividends, {label}")
    for kind in ("investment_allowance", "depreciation_allowance"):
        for key, part in getattr(study.tax, kind).items():
            not_negative(part, f"tax, {kind} of {key!r}")
            known = {x.name for x in (*study.investments, *study.opening.assets)} | set(GROUPS)
            if key not in known:
                raise BadInput(
                    place=f"tax, {kind} of {key!r}",
                    problem=mark("belongs to no investment of the study"),
                    remedy=mark("Use the name or the group of an investment."),
                )
    for group in study.revaluation.groups:
        one_of(group, GROUPS, "revaluation, group")


def _check_items(study: Study) -> None:
    for e in study.equity:
        not_negative(e.dividend_rate, f"source of equity {e.name!r}, dividend rate")
        not_negative(e.dividend_amount, f"source of equity {e.name!r}, dividend amount")
    for p in study.products:
        _share(p.sales_tax, f"product {p.name!r}, sales tax")
        not_negative(p.finished_days or 0.0, f"product {p.name!r}, days of finished products")
    for item in study.investments:
        if item.residual_share is not None:
            not_negative(item.residual_share, f"investment {item.name!r}, residual share")
    for c in study.costs:
        for label, factor in c.adjust.items():
            not_negative(factor, f"cost {c.name!r}, adjustment of {label}")
    for name, schedule in study.working_capital.initial.items():
        for label, amount in schedule.items():
            not_negative(amount, f"initial stock of {name!r}, {label}")


def _share(value, place: str) -> None:
    not_negative(value, place)
    if np.any(np.asarray(value) > 1):
        raise BadInput(
            place=f"{place} {value}",
            problem=mark("is not between 0 and 1"),
            remedy=mark("Give 0.4 for 40 %."),
        )
