"""Loans for second-hand machines: the term of the loan against what is left of the machine's life."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.methods.values import Reason, RuleSource, Verdict, counted, flag, mark, no, yes
from nanduti.methods.values.guards import amount, share

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 4, section 4, step 7 (twinning credit line)")


@dataclass(frozen=True)
class LenderRules:
    """What a lender asks; every figure is the programme's to set.

    Attributes:
        most_age_years: oldest machine lent on.
        life_share: part of the remaining life that the term may use.
        most_term_years: longest term.
        least_share_above: part of the balance that the machine's value should cover at all times.
    """

    most_age_years: float = 15.0
    life_share: float = 0.8
    most_term_years: float = 10.0
    least_share_above: float = 0.0


@dataclass(frozen=True)
class MachineLoan:
    """Longest term, and the verdict on the term asked for."""

    remaining_life_years: float
    longest_term_years: float
    verdict: Verdict


def machine_loan(
    *,
    age_years: float,
    technical_life_years: float,
    term_years: float,
    rules: LenderRules | None = None,
    price: float | None = None,
    loan: float | None = None,
) -> MachineLoan:
    """Whether a loan for a used machine ends while the machine still works.

    Remaining life is technical life less age. The loan may last ``life_share`` of it. With price and loan
    the balance (equal yearly repayments) is held against the machine's value (straight line to nil over the
    remaining life) and flagged where the value covers too little.

    Source: the question is the twinning credit line of UNIDO (2013); the limits are the programme's.

    >>> machine_loan(age_years=6, technical_life_years=15, term_years=5).verdict.decision
    'yes'
    >>> m = machine_loan(age_years=12, technical_life_years=15, term_years=5)
    >>> m.verdict.decision, round(m.longest_term_years, 2)
    ('no', 2.4)
    """
    rules = rules or LenderRules()
    age, life = amount(age_years, "age"), amount(technical_life_years, "technical life")
    term = amount(term_years, "term")
    share(rules.life_share, "life share")
    share(rules.least_share_above, "least cover by the machine's value")
    left = max(0.0, life - age)
    longest = min(rules.most_term_years, rules.life_share * left)
    verdict = _verdict(age, left, term, longest, rules)
    if verdict.decision == "yes" and price is not None and loan is not None:
        thin = _value_verdict(amount(price, "price"), amount(loan, "loan"), left, term, rules)
        verdict = verdict if thin is None else thin
    return MachineLoan(left, longest if age <= rules.most_age_years else 0.0, verdict)


def _verdict(age: float, left: float, term: float, longest: float, rules: LenderRules) -> Verdict:
    if left == 0:
        text = counted(
            age,
            mark("The machine is one year old: nothing is left of its technical life."),
            mark("The machine is {age:g} years old: nothing is left of its technical life."),
        )
        return no(Reason("worn_out", text, {"age": age}), source=SOURCE)
    if age > rules.most_age_years:
        text = counted(
            age,
            mark("The machine is one year old; the lender takes younger machines only."),
            mark("The machine is {age:g} years old; the lender takes machines of up to {most:g} years."),
        )
        return no(Reason("too_old", text, {"age": age, "most": rules.most_age_years}), source=SOURCE)
    if term == 0:
        text = mark("No term is asked for.")
        return no(Reason("no_term", text), source=SOURCE, remedy=mark("Ask for a term in years."))
    if term > longest + 1e-9:
        text = counted(
            term,
            mark("A term of one year outlasts what the machine allows, {longest:.1f} years."),
            mark("A term of {term:g} years outlasts what the machine allows, {longest:.1f} years."),
        )
        return no(
            Reason("too_long", text, {"term": term, "longest": longest}),
            source=SOURCE,
            remedy=mark("Shorten the term or choose a younger machine."),
        )
    text = counted(
        term,
        mark("The loan ends after one year; of the machine's life are left, in years: {left:g}."),
        mark("The loan ends after {term:g} years; of the machine's life are left, in years: {left:g}."),
    )
    return yes(Reason("fits", text, {"term": term, "left": left}), source=SOURCE)


def _value_verdict(price: float, loan: float, left: float, term: float, rules: LenderRules) -> Verdict | None:
    for year in range(int(term) + 1):
        balance, value = loan * (1 - year / term), price * (1 - year / left)
        if balance > 0 and value < rules.least_share_above * balance - 1e-9:
            text = counted(
                year,
                mark("After one year the machine is worth {value:,.0f} against a balance of {balance:,.0f}."),
                mark(
                    "After {year} years the machine is worth {value:,.0f} against a balance of {balance:,.0f}."
                ),
            )
            return flag(
                Reason("thin_value", text, {"year": year, "value": value, "balance": balance}),
                source=SOURCE,
                remedy=mark("Ask for more own money or a guarantee."),
            )
    return None
