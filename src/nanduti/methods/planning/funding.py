"""Conditions that come with money: who bears which share of a start, and what must stay open in return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from nanduti.methods.values import (
    BadInput,
    Money,
    Reason,
    RuleSource,
    Share,
    Verdict,
    flag,
    joined,
    mark,
    no,
    yes,
)

SOURCE = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "recycling and diffusion")
#: What the state asked to be open in return for its money.
OPEN_RECORDS = ("documents", "minutes", "profiles")
# Shares are kept to five decimals, so that two thirds are 0.66667: what lies within half a step is the same share.
HALF_STEP = Fraction(1, 200_000)


@dataclass(frozen=True)
class Funder:
    """Who pays for a start.

    Attributes:
        name: as it is read out.
        share: what was agreed, as a part of the cost from 0 to 1, exactly or as "2/3"; ``None`` where nobody said. A
            list of several agreements adds up, even beyond the whole: the verdict then says so.
        given: each sum that was given, in whatever currency; empty where nothing with a value is written down.
        n_unvalued: how often something was given that nobody has valued; it is in none of the sums.
    """

    name: str
    share: Decimal | Fraction | str | Sequence[Decimal | Fraction | str] | None = None
    given: tuple[Money, ...] = ()
    n_unvalued: int = 0

    @property
    def agreed(self) -> Fraction | None:
        """The agreed share as an exact number; above one where several agreements together exceed the whole."""
        if self.share is None:
            return None
        is_several = isinstance(self.share, Sequence) and not isinstance(self.share, str)
        several = self.share if is_several else [self.share]
        return sum((self._share(one) for one in several), Fraction(0))

    def _share(self, said: Decimal | Fraction | str) -> Fraction:
        try:
            found = Fraction(said)
        except (ValueError, ZeroDivisionError, OverflowError):
            found = Fraction(-1)
        if not 0 <= found <= 1:
            raise BadInput(
                place=f"the share of {self.name}",
                problem=mark("is not a part of the whole"),
                remedy=mark("Enter a share from 0 to 1, such as 0.66667 or 2/3."),
            )
        return found


@dataclass(frozen=True)
class FundedPart:
    """One funder's part: what was agreed and what has come. ``None`` means not known and is never zero.

    Attributes:
        agreed: the share that was agreed; ``due`` the same in money.
        given: what was given in the currency of the cost, or in the one currency it came in where the cost is not
            known; ``given_share`` its part of the cost.
        n_uncounted: gifts without a value or in another currency, which are in none of the sums.
    """

    name: str
    agreed: Share | None
    due: Money | None
    given: Money | None
    given_share: Share | None
    n_uncounted: int


@dataclass(frozen=True)
class Funding:
    """Who bears which share of a start.

    Attributes:
        parts: one for each funder, in the order given.
        missing: what nobody has given yet; ``None`` where cost or gifts are not known.
        verdict: yes when all of it is agreed and given; no when more is agreed or given than there is.
    """

    parts: tuple[FundedPart, ...]
    missing: Money | None
    verdict: Verdict


def funding_conditions(
    cost: Money | None, funders: Sequence[Funder], *, source: RuleSource = SOURCE
) -> Funding:
    """Who was to pay which share of a start, and who has paid what.

    The state of Jalisco paid two thirds of the start of a programme; the rest came from those who gained by it.

    Args:
        cost: of the start; ``None`` where nobody knows it: then no share of what was given can be worked out.
        funders: with the shares agreed and the sums given, each funder once.
        source: where the shares are laid down.

    >>> usd = lambda n: Money(n, "USD")
    >>> f = funding_conditions(usd(90), [Funder("state", "2/3", (usd(60),)), Funder("firms", "1/3", (usd(30),))])
    >>> round(f.parts[0].given_share, 2), f.missing.amount, f.verdict.decision
    (0.67, Decimal('0'), 'yes')
    >>> funding_conditions(None, [Funder("state", "2/3")]).verdict.reasons[0].code
    'cost_not_known'
    """
    if cost is not None and cost.amount <= 0:
        raise BadInput(
            place="cost", problem=mark("is not above zero"), remedy=mark("Enter what the start costs.")
        )
    parts = tuple(_part(cost, funder) for funder in funders)
    given = [part.given for part in parts if part.given is not None]
    missing = None
    if cost is not None and given:
        missing = sum((-1 * m.amount for m in given), cost.amount)
        missing = Money(max(missing, Decimal(0)), cost.currency, cost.price_year)
    broken = [*_over_agreed(cost, funders, parts), *_over_all(cost, funders, given)]
    if broken:
        remedy = mark("Correct the figures, or agree anew who pays what.")
        return Funding(parts, missing, no(*broken, source=source, remedy=remedy))
    soft = [*_not_known(cost, funders, parts), *_still_to_come(funders, parts, missing)]
    if soft:
        return Funding(parts, missing, flag(*soft, source=source))
    met = Reason("met", mark("The whole cost is agreed and given."))
    return Funding(parts, missing, yes(met, source=source))


def _part(cost: Money | None, funder: Funder) -> FundedPart:
    agreed = funder.agreed
    if any(m.amount < 0 for m in funder.given):
        raise BadInput(place="money given", problem=mark("is negative"), remedy=mark("Enter zero or more."))
    currencies = {m.currency for m in funder.given}
    currency = cost.currency if cost else currencies.pop() if len(currencies) == 1 else ""
    counted = [m for m in funder.given if m.currency == currency]
    total = Money(sum((m.amount for m in counted), Decimal(0)), currency) if counted else None
    # More than the whole is no share; the verdict says so.
    if agreed is not None and agreed > 1:
        agreed = None
    due = Money(_of(cost, agreed), cost.currency) if cost and agreed is not None else None
    is_part = cost is not None and total is not None and total.amount <= cost.amount
    return FundedPart(
        name=funder.name,
        agreed=None if agreed is None else Share(float(agreed)),
        due=due,
        given=total,
        given_share=Share(float(total.amount / cost.amount)) if is_part else None,
        n_uncounted=funder.n_unvalued + len(funder.given) - len(counted),
    )


def _of(cost: Money, part: Fraction) -> Decimal:
    """A part of the cost to the cent."""
    exact = Fraction(cost.amount) * part
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"))


def _over_agreed(cost: Money | None, funders: Sequence[Funder], parts: Sequence[FundedPart]) -> list[Reason]:
    """Funders that gave more than their share, by more than the rounding of the share."""
    text = mark("{funder} has given {share:.1f} per cent of the cost; its share ends at {most:.1f}.")
    found = []
    for funder, part in zip(funders, parts, strict=True):
        agreed = funder.agreed
        if cost is None or part.given is None or agreed is None:
            continue
        real = Fraction(part.given.amount) / Fraction(cost.amount)
        cent = Fraction(1, 100) / Fraction(cost.amount)
        if real > agreed + HALF_STEP + cent:
            details = {"funder": part.name, "share": _per_cent(real), "most": _per_cent(agreed)}
            found.append(Reason("over_share", text, details))
    return found


def _over_all(cost: Money | None, funders: Sequence[Funder], given: Sequence[Money]) -> list[Reason]:
    found = []
    agreed = sum((f.agreed or Fraction(0) for f in funders), Fraction(0))
    if agreed > 1 + HALF_STEP * len(funders):
        text = mark("The agreed shares add up to {share:.1f} per cent of the cost.")
        found.append(Reason("agreed_over_whole", text, {"share": _per_cent(agreed)}))
    total = sum((m.amount for m in given), Decimal(0))
    if cost is not None and total > cost.amount:
        text = mark("{share:.1f} per cent of the cost have been given: more than there is to pay.")
        real = Fraction(total) / Fraction(cost.amount)
        found.append(Reason("given_over_cost", text, {"share": _per_cent(real)}))
    return found


def _not_known(cost: Money | None, funders: Sequence[Funder], parts: Sequence[FundedPart]) -> list[Reason]:
    found = []
    if cost is None:
        text = mark("What the start costs is not written down, so what was given cannot be compared with it.")
        found.append(Reason("cost_not_known", text))
    names = [f.name for f in funders if f.agreed is None]
    if names:
        text = mark("Which share was agreed is not written down: {funders}.")
        found.append(Reason("share_not_known", text, {"funders": joined(names)}))
    n = sum(part.n_uncounted for part in parts) if cost is not None else 0
    if n:
        text = mark("{n} of what was given has no value in the currency of the cost and is not counted.")
        found.append(Reason("not_counted", text, {"n": n}))
    return found


def _still_to_come(
    funders: Sequence[Funder], parts: Sequence[FundedPart], missing: Money | None
) -> list[Reason]:
    found = []
    agreed = [f.agreed for f in funders]
    known = [a for a in agreed if a is not None]
    rest = 1 - sum(known, Fraction(0))
    if len(known) == len(agreed) and rest > HALF_STEP * max(1, len(funders)):
        text = mark("{share:.1f} per cent of the cost have no funder yet.")
        found.append(Reason("unfunded", text, {"share": _per_cent(rest)}))
    silent = [p.name for p in parts if p.given is None and not p.n_uncounted]
    if silent:
        text = mark("Nothing is written down as given: {funders}.")
        found.append(Reason("nothing_given", text, {"funders": joined(silent)}))
    if missing is not None and missing.amount > 0:
        text = mark("{amount:,.2f} {currency} of the cost are not written down as given.")
        details = {"amount": float(missing.amount), "currency": missing.currency}
        found.append(Reason("not_given_yet", text, details))
    return found


def _per_cent(part: Fraction) -> float:
    """A part of the cost in per cent; it may lie above the whole."""
    return float(part) * 100


@dataclass(frozen=True)
class Opening:
    """Whether one kind of record is open to a funder.

    Attributes:
        is_open: ``None`` where it is not known.
        missing: records that should be there and are not, such as meetings of which nothing is written down.
    """

    is_open: bool | None
    missing: tuple[str, ...] = ()


def access_check(
    funder: str,
    opens: Mapping[str, Opening],
    *,
    is_kept: bool | None = None,
    source: RuleSource = SOURCE,
) -> Verdict:
    """Whether what a funder made a condition of is kept: the records it asked for are open to it.

    What a person has seen answers where the platform cannot know (papers that were handed over, a condition about
    something else than records); it does not outweigh a record that is known to be closed or missing.

    Args:
        funder: as it is read out.
        opens: kind of record, as it is read out → whether it is open; empty for a condition about other things.
        is_kept: whether somebody has seen that the condition is kept; ``None`` where nobody has looked.
        source: where the condition is laid down.

    >>> access_check("state", {"minutes": Opening(False), "documents": Opening(True)}).say().partition(" (")[0]
    'Closed to state: minutes.'
    >>> access_check("state", dict.fromkeys(OPEN_RECORDS, Opening(None))).decision
    'flag'
    >>> access_check("state", dict.fromkeys(OPEN_RECORDS, Opening(None)), is_kept=True).decision
    'yes'
    """
    closed = _closed(funder, opens)
    seen = [Reason("seen_broken", mark("Somebody has seen that it is not kept."))] if is_kept is False else []
    if closed or seen:
        return no(*closed, *seen, source=source, remedy=_REMEDIES[(closed or seen)[0].code])
    unknown = [kind for kind, found in opens.items() if found.is_open is None]
    if is_kept:
        return yes(Reason("seen_kept", mark("Somebody has seen that it is kept.")), source=source)
    if unknown:
        text = mark("Whether it is open to {funder} is not known: {records}.")
        reason = Reason("not_known", text, {"funder": funder, "records": joined(unknown)})
        return flag(reason, source=source, remedy=_SEE)
    if not opens:
        reason = Reason("not_seen", mark("Nobody has written down whether it is kept."))
        return flag(reason, source=source, remedy=_SEE)
    text = mark("Open to {funder}: {records}.")
    return yes(Reason("open", text, {"funder": funder, "records": joined(opens)}), source=source)


_REMEDIES = {
    "closed": mark("Give the funder an account that may read it."),
    "nothing_written": mark("Write down what was said there and who came."),
    "seen_broken": mark("Put it right with the funder, and write down what you see then."),
}
_SEE = mark("Look whether it is kept, and write down what you saw.")


def _closed(funder: str, opens: Mapping[str, Opening]) -> list[Reason]:
    found = []
    closed = [kind for kind, o in opens.items() if o.is_open is False and not o.missing]
    if closed:
        details = {"funder": funder, "records": joined(closed)}
        found.append(Reason("closed", mark("Closed to {funder}: {records}."), details))
    for kind, opening in opens.items():
        if opening.is_open is False and opening.missing:
            details = {"records": kind, "what": joined(opening.missing)}
            text = mark("Nothing is written down of {what} ({records}).")
            found.append(Reason("nothing_written", text, details))
    return found
