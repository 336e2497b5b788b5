"""Every sentence of a plan, a share and a clash is one that translators are shown, and none is put together unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl
import pytest

from nanduti.interface import messages
from nanduti.methods import allocation, grouping
from nanduti.methods.grouping.brief import make_brief
from nanduti.methods.grouping.clashing import rule_sentences
from nanduti.methods.values import Reason


@pytest.fixture(scope="module")
def marked() -> set[str]:
    """The texts that ``nanduti messages`` collects of the methods."""
    room = next(folder for folder in messages.rooms() if folder.name == "methods")
    return {text for _context, text in messages.texts_of(room)}


def templates(reasons: Iterable[Reason]) -> Iterator[str]:
    for reason in reasons:
        yield reason.sentence
        yield from templates(part for part in reason.details.values() if isinstance(part, Reason))


def unmarked(reasons: Iterable[Reason], marked: set[str]) -> set[str]:
    """Templates with words of ours that no translator is shown."""
    return {text for text in templates(reasons) if re.search("[A-Za-z]", re.sub(r"{.*?}", "", text))} - marked


def circles(n: int = 12, **recipe):
    firms = pl.DataFrame({
        "firm": [f"f{k}" for k in range(n)], "trade": ["shirts", "jeans", "hats"] * (n // 3),
        "skill": [k % 5 + 1 for k in range(n)], "x_km": [float(k) for k in range(n)], "y_km": [0.0] * n,
        "words": [["a"], ["b"]] * (n // 2),
    })  # fmt: skip
    return firms, {"circle": {"least": 2, "most": 4}, **recipe}


RULES = [
    {"rule": "quota", "code": "range", "column": "skill", "from": 9, "least": 3, "most_share": 0.1},
    {"rule": "quota", "code": "either", "column": "trade", "is": ["shirts", "caps"], "least_share": 0.9},
    {"rule": "not_alone", "code": "alone", "column": "trade", "is": "hats"},
    {"rule": "mean", "column": "skill", "least": 6, "most": 7},
    {"rule": "rivals", "columns": ["trade", "skill"], "most": 1},
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["rule"] + str(rule.get("code", "")))
def test_rules_of_circles(marked, rule):
    firms, recipe = circles(rules=[rule], waiting={"allowed": False})
    brief = make_brief(firms, None, recipe, apart=[("f0", "f1")], together=[("f2", "f3")])
    reasons = [said.reason for said in rule_sentences(brief, []).values()]
    assert len(reasons) >= 4 and not unmarked(reasons, marked)
    assert all(reason.say() for reason in reasons)


def test_a_plan_and_why(marked):
    firms, recipe = circles(criteria=[{"criterion": "travel", "points": 100, "reach_km": 10}])
    options = pl.DataFrame({"option": ["east", "west"], "x_km": [11.0, 0.0], "y_km": [0.0, 0.0]})
    plan = grouping.form_circles(firms, options, recipe, gap=0)
    firm, other = plan.circles[0].firms[0], plan.circles[1].name
    for said in (plan, grouping.explain_firm(plan, firm), grouping.what_if(plan, {firm: other})):
        assert not unmarked(said.sentences, marked) and said.say() == " ".join(map(str, said.sentences))


def test_a_clash_of_circles(marked):
    firms, recipe = circles(rules=[RULES[0]], waiting={"allowed": False})
    plan = grouping.form_circles(firms, None, recipe, time_limit=10)
    assert plan.status == "none" and not unmarked(plan.sentences, marked)
    assert plan.say().startswith("Th") and "skill from 9 to …" in plan.say()


def test_a_list_that_cannot_be_made(marked):
    firms = pl.DataFrame({"firm": list("abcd"), "trade": ["shirts"] * 4, "score": [1, 2, 3, 4]})
    recipe = {
        "places": 2, "score": [{"column": "score", "low": 0, "high": 5}],
        "quotas": [{"column": "trade", "is": "hats", "least": 1}, {"column": "trade", "is": "hats", "least_share": 0.5},
                   {"column": "trade", "most_each": 1}],
    }  # fmt: skip
    found = grouping.shortlist(firms, recipe)
    assert found.clash.rules and not unmarked(found.clash.sentences, marked)


def shared(quantity: int, rules: list, **more):
    order = pl.DataFrame({"product": ["polo"], "quantity": [quantity]})
    makers = pl.DataFrame({"firm": ["ana", "luz"], "kind": ["micro", "small"], "free_capacity": [60.0, 40.0]})
    offers = pl.DataFrame({
        "firm": ["ana", "luz"], "product": ["polo"] * 2, "unit_cost": [5.0, 4.0], "defect_rate": [0.1, 0.2],
    })  # fmt: skip
    return allocation.allocate_order(order, makers, offers, rules=rules, **more)


SHARES = [
    {"rule": "least_share", "code": "micro", "column": "kind", "is": ["micro", "home"], "share": 0.9},
    {"rule": "most_share", "share": 0.5}, {"rule": "most_defects", "rate": 0.01}, {"rule": "most_firms", "firms": 1},
    {"rule": "least_firms", "firms": 2}, {"rule": "claim_multiple", "times": 1.2}, {"rule": "single_source"},
]  # fmt: skip


@pytest.mark.parametrize("rule", SHARES, ids=lambda rule: rule["rule"])
@pytest.mark.parametrize("quantity", [50, 500])
def test_shares_of_an_order(marked, rule, quantity):
    found = shared(quantity, [rule])
    assert not unmarked(found.sentences, marked), found.say()
    for share in found.shares:
        assert not unmarked(share.sentences, marked), share.say()
    assert found.say() == " ".join(map(str, found.sentences))
