"""Who pays which share on which condition, and which institution may do what."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import planning as p
from nanduti.methods.planning import Doer, Funder, LabourTerm, Opening
from nanduti.methods.values import BadInput, Money

COST = Money(90, "USD")


def usd(*amounts):
    return tuple(Money(n, "USD") for n in amounts)


def codes(verdict):
    return [reason.code for reason in verdict.reasons]


def test_two_thirds_and_one_third_are_the_whole():
    """Lowe (2003), "recycling and diffusion": the state pays two thirds of the start."""
    found = p.funding_conditions(COST, [Funder("state", "2/3", usd(40, 20)), Funder("firms", "1/3", usd(30))])
    assert found.verdict.decision == "yes" and found.missing.amount == 0
    assert [part.due.amount for part in found.parts] == [60, 30]
    assert [round(part.given_share, 4) for part in found.parts] == [0.6667, 0.3333]


def test_a_share_kept_to_five_decimals_is_still_two_thirds():
    rounded = Funder("state", Decimal("0.66667"), usd(60))
    rest = Funder("firms", Decimal("0.33333"), usd(30))
    assert p.funding_conditions(COST, [rounded, rest]).verdict.decision == "yes"
    third = Funder("state", Decimal("0.33333"), (Money("333333.33", "USD"),))
    assert codes(p.funding_conditions(Money(10**6, "USD"), [third]).verdict) == ["unfunded", "not_given_yet"]


@pytest.mark.parametrize(
    ("funders", "expected"),
    [
        ([Funder("state", "2/3", usd(61))], ["over_share"]),
        ([Funder("state", "2/3"), Funder("firms", "1/2")], ["agreed_over_whole"]),
        ([Funder("state", ["2/3", "1/2"], usd(60))], ["agreed_over_whole"]),
        ([Funder("state", None, usd(60)), Funder("firms", None, usd(31))], ["given_over_cost"]),
    ],
)
def test_more_than_there_is_to_pay_is_refused(funders, expected):
    verdict = p.funding_conditions(COST, funders).verdict
    assert (verdict.decision, codes(verdict)) == ("no", expected)


@pytest.mark.parametrize(
    ("cost", "funders", "expected"),
    [
        (None, [Funder("state", "2/3", usd(60)), Funder("firms", "1/3", usd(30))], ["cost_not_known"]),
        (COST, [Funder("state", "2/3", usd(60))], ["unfunded", "not_given_yet"]),
        (COST, [Funder("state", 1)], ["nothing_given"]),
        (COST, [Funder("state", None, usd(90))], ["share_not_known"]),
        (COST, [Funder("state", 1, usd(90), 1)], ["not_counted"]),
        (COST, [Funder("state", 1, (*usd(90), Money(5, "EUR")))], ["not_counted"]),
        (COST, [Funder("state", 1, (), 1)], ["not_counted"]),
        (COST, [Funder("state", "2/3", usd(60)), Funder("firms", "1/3")], ["nothing_given", "not_given_yet"]),
    ],
)
def test_what_is_not_known_is_pointed_out_and_never_zero(cost, funders, expected):
    found = p.funding_conditions(cost, funders)
    assert (found.verdict.decision, codes(found.verdict)) == ("flag", expected)


def test_several_agreements_of_one_funder_add_up():
    (part,) = p.funding_conditions(COST, [Funder("state", ("1/3", Decimal("0.5")))]).parts
    assert part.due == Money(75, "USD")
    (part,) = p.funding_conditions(COST, [Funder("state", ("2/3", "1/2"), usd(60))]).parts
    assert (part.agreed, part.due, part.given) == (None, None, Money(60, "USD"))
    with pytest.raises(BadInput):
        p.funding_conditions(COST, [Funder("state", ("1/3", "4/3"))])


def test_nothing_known_stays_unknown():
    (part,) = p.funding_conditions(None, [Funder("state", None)]).parts
    assert (part.agreed, part.due, part.given, part.given_share) == (None,) * 4
    assert p.funding_conditions(COST, [Funder("state", 1)]).missing is None


@pytest.mark.parametrize("share", ["two thirds", "5/4", -1, "1/0", Decimal("NaN"), Decimal("Infinity")])
def test_no_share_is_refused_in_words(share):
    with pytest.raises(BadInput, match="share of state"):
        p.funding_conditions(COST, [Funder("state", share)])


def test_no_cost_and_no_gift_below_zero():
    for cost, gifts in ((Money(0, "USD"), ()), (COST, usd(-1))):
        with pytest.raises(BadInput):
            p.funding_conditions(cost, [Funder("state", "2/3", gifts)])


AMOUNTS = st.lists(st.integers(0, 400), max_size=3)


@given(st.integers(1, 400), st.lists(st.tuples(st.fractions(0, 1), AMOUNTS), min_size=1, max_size=4))
def test_the_sums_are_those_of_a_plain_count(cost, rows):
    """The plain twin: exact fractions, one at a time."""
    funders = [Funder(f"f{i}", share, usd(*gifts)) for i, (share, gifts) in enumerate(rows)]
    found = p.funding_conditions(Money(cost, "USD"), funders)
    total = sum(sum(gifts) for _share, gifts in rows)
    if any(gifts for _share, gifts in rows):
        assert found.missing.amount == max(0, cost - total)
    too_much = total > cost or sum(share for share, _gifts in rows) > 1
    over_own = any(Fraction(sum(gifts), cost) > share for share, gifts in rows if gifts)
    whole = total == cost and sum(share for share, _gifts in rows) == 1
    if found.verdict.decision == "no":
        assert too_much or over_own
    if found.verdict.decision == "yes":
        assert total <= cost
    if whole and not over_own and all(gifts for _share, gifts in rows):
        assert found.verdict.decision == "yes"


def check(is_kept=None, **opens):
    return p.access_check("the state", opens, is_kept=is_kept)


@pytest.mark.parametrize(
    ("said", "decision", "expected"),
    [
        (check(documents=Opening(True), minutes=Opening(True)), "yes", ["open"]),
        (check(documents=Opening(True), minutes=Opening(False)), "no", ["closed"]),
        (check(documents=Opening(True), minutes=Opening(None)), "flag", ["not_known"]),
        (check(minutes=Opening(False, ("meeting 3",))), "no", ["nothing_written"]),
        (check(), "flag", ["not_seen"]),
        (check(is_kept=True), "yes", ["seen_kept"]),
        (check(is_kept=False), "no", ["seen_broken"]),
        (check(is_kept=True, minutes=Opening(None)), "yes", ["seen_kept"]),
        (check(is_kept=True, minutes=Opening(False)), "no", ["closed"]),
        (check(is_kept=False, minutes=Opening(True)), "no", ["seen_broken"]),
    ],
)
def test_what_a_person_saw_answers_only_where_the_records_are_silent(said, decision, expected):
    assert (said.decision, codes(said)) == (decision, expected)


def test_meetings_of_which_nothing_is_written_are_named():
    said = check(minutes=Opening(False, ("meeting 1", "meeting 3"))).reasons[0].say()
    assert said == "Nothing is written down of meeting 1, meeting 3 (minutes)."


TERMS = [
    LabourTerm("university", "may", "It belongs to no party"),
    LabourTerm("association", "may_not", "Firms remember an earlier board"),
    LabourTerm("ministry", "supports", "It lobbies"),
]
ITESO = Doer("ITESO", frozenset({"university"}))
CHAMBER = Doer("the chamber", frozenset({"association"}))
MINISTRY = Doer("the ministry", frozenset({"ministry"}))
TOWN = Doer("the town", frozenset({"municipality"}))
MAYBE = Doer("the centre", frozenset({"support"}), frozenset({"university"}))


@pytest.mark.parametrize(
    ("doers", "decision", "expected"),
    [
        ([ITESO], "yes", ["may"]),
        ([CHAMBER], "no", ["may_not"]),
        ([ITESO, CHAMBER], "no", ["may_not"]),
        ([MINISTRY], "flag", ["supports_alone"]),
        ([ITESO, MINISTRY], "yes", ["may"]),
        ([TOWN], "flag", ["given_to_others"]),
        ([ITESO, TOWN], "yes", ["may"]),
        ([MAYBE], "flag", ["kind_not_known"]),
        ([Doer("somebody")], "flag", ["kind_not_known"]),
        ([Doer("it", frozenset({"x"}), frozenset({"association"}))], "flag", ["kind_not_known"]),
        ([], "flag", ["nobody_named"]),
    ],
)
def test_the_division_of_labour_answers(doers, decision, expected):
    said = p.labour_verdict("first contact", doers, TERMS)
    assert (said.decision, codes(said)) == (decision, expected)


def test_silence_about_a_task_refuses_nobody():
    for doers in ([], [CHAMBER], [Doer("somebody")]):
        assert codes(p.labour_verdict("lobbying", doers, [])) == ["nothing_laid_down"]


def test_only_a_refusal_laid_down_keeps_others_free():
    only_no = [TERMS[1]]
    assert p.labour_verdict("first contact", [TOWN], only_no).decision == "yes"
    assert p.labour_verdict("first contact", [CHAMBER], only_no).remedy.startswith("Write down")


def test_the_reason_and_source_of_the_line_are_read_out():
    source = p.labour.RuleSource("Statutes of the board", "§ 3")
    line = LabourTerm("association", "may_not", "It sells to them", source)
    said = p.labour_verdict("first contact", [CHAMBER], [line])
    assert said.say() == (
        "the chamber (association) is kept from it: first contact. It sells to them. (Statutes of the board, § 3)"
    )


def test_an_answer_that_is_none_is_refused():
    with pytest.raises(BadInput, match="perhaps"):
        LabourTerm("university", "perhaps")
