"""Audits, reviews, suggestions, plans, transfer, change and providers."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from nanduti.methods import upgrading as u
from nanduti.methods.values import BadInput, CannotBeSaid, Money, Period, RuleSource


def test_five_s_template():
    """A printed audit: sort 68, set 55, shine 40, standardise 56, sustain 60 per cent: 55.8, poor."""
    printed = {"sort": 68, "set": 55, "shine": 40, "standardise": 56, "sustain": 60}
    audit = u.five_s({k: [v / 20] for k, v in printed.items()})
    assert {k: round(v) for k, v in audit.by_s.items()} == printed
    assert (round(audit.total, 1), audit.band, audit.weakest) == (55.8, "poor", "shine")
    empty = u.five_s({})
    assert empty.total is None and empty.band is None and empty.weakest is None
    with pytest.raises(BadInput, match="more points"):
        u.five_s({"sort": [6]})
    with pytest.raises(BadInput, match="is not known"):
        u.five_s({"safety": [1]})


def test_zed():
    names = [f"p{n}" for n in range(50)]
    levels = dict.fromkeys(names[:30], 5)
    assert u.zed_rating(levels, essential=names[:20]).band == "platinum"
    assert u.zed_rating(dict.fromkeys(names[:29], 5), essential=names[:20]).rating is None
    assert u.zed_rating(levels, essential=names[30:31]).rating is None
    assert u.zed_rating(dict.fromkeys(names[:30], 1), essential=[]).band is None
    mixed = {n: 2 if k % 2 else 3 for k, n in enumerate(names[:30])}
    assert u.zed_rating(mixed, essential=[]).rating == pytest.approx(2.5)
    assert u.zed_rating(mixed, essential=[]).band == "silver"
    with pytest.raises(BadInput):
        u.zed_rating(dict.fromkeys(names, 6), essential=[])


def test_bands_of_zed_are_a_proposal_until_the_programme_gives_its_own():
    levels = {f"p{n}": 3 for n in range(30)}
    assert u.zed_rating(levels, essential=[]).is_band_proposed
    own = u.zed_rating(levels, essential=[], bands=[(3.0, "high"), (2.0, "low")])
    assert (own.band, own.is_band_proposed) == ("low", False), "the highest begins above its mark"
    for wrong in ([], [(2.0, "low"), (3.0, "high")], [(2.0, "a"), (2.0, "b")], [("much", "high")]):
        with pytest.raises(BadInput):
            u.zed_rating(levels, essential=[], bands=wrong)


@pytest.mark.parametrize("is_registered", [True, False, None])
def test_limits_of_a_lean_cluster_are_a_proposal_until_their_source_is_named(is_registered):
    firms = {f"f{n}": "small" for n in range(9)}
    verdict = u.lean_cluster(firms, is_registered=is_registered)
    assert verdict.reasons[-1].code == "proposed"
    rules = u.LeanRules(source=RuleSource("The scheme", "section 4"))
    named = u.lean_cluster(firms, is_registered=is_registered, rules=rules)
    assert named.decision == verdict.decision and named.source == rules.source
    assert "proposed" not in [reason.code for reason in named.reasons]


def test_websites_and_modules():
    c = u.checklist({"own domain": True, "maintained": False, "title": False}, weights={"maintained": 3})
    assert c.score == pytest.approx(0.2) and c.lacking == ("maintained", "title")
    assert u.checklist({"a": None}).score is None
    assert u.module_progress(5, 5, 5) is None
    assert u.module_progress(10, 4, 2) == 75 and u.module_progress(10, 1, 2) == 100
    assert u.programme_progress({"x": (1, None, 2)}).score is None


months = ["2010-01", "2010-02", "2010-03", "2010-04", "2010-05"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(months), st.floats(0, 100)),
                min_size=1, max_size=15, unique_by=lambda r: r[:2]), st.sampled_from([1, -1]))  # fmt: skip
def test_review_against_slow_loops(rows, sign):
    data = pl.DataFrame(
        [(f, m, "k", v) for f, m, v in rows], schema=["firm", "month", "figure", "value"], orient="row"
    )
    last = max(m for _, m, _ in rows)
    review = u.monthly_review(data, month=last, directions={"k": sign}, targets={"k": 50})
    seen = sorted({m for _, m, _ in rows})
    for row in review.figures.to_dicts():
        mine = {m: v for f, m, v in rows if f == row["firm"]}
        assert row["value"] == mine.get(last)
        if last in mine:
            better = sum(sign * v > sign * mine[last] for f, m, v in rows if m == last)
            assert row["rank"] == better + 1 and row["is_met"] == (sign * mine[last] >= sign * 50)
        else:
            assert (row["firm"], "k") in review.not_reported and row["rank"] is None
        if len(mine) >= 3:
            slope = theilslopes(list(mine.values()), [seen.index(m) for m in mine])[0]
            assert row["trend"] == pytest.approx(sign * slope)
        else:
            assert row["trend"] is None


def test_review_places_only_whole_reports():
    rows = [("a", "ppm", 1.0), ("a", "5s", 80.0), ("b", "ppm", 2.0), ("b", "5s", 90.0), ("c", "ppm", 0.5)]
    data = pl.DataFrame([(f, "2010-03", k, v) for f, k, v in rows],
                        schema=["firm", "month", "figure", "value"], orient="row")  # fmt: skip
    review = u.monthly_review(data, month="2010-03", directions={"ppm": -1, "5s": 1})
    assert review.not_reported == (("c", "5s"),)
    assert dict(review.ranking.select("firm", "place").iter_rows()) == {"a": 1, "b": 1, "c": None}
    with pytest.raises(BadInput, match="has no direction"):
        u.monthly_review(data, month="2010-03", directions={"ppm": -1})
    with pytest.raises(BadInput, match="is not in the table"):
        u.monthly_review(data, month="2010-04", directions={"ppm": -1, "5s": 1})


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=4, max_size=4), min_size=1, max_size=4
    )
)
def test_ambassadors_against_every_way(table):
    firms = "abcd"
    scores = {f"m{i}": dict(zip(firms, row, strict=True)) for i, row in enumerate(table)}
    found = u.brand_ambassadors(scores)
    named = [f for f in found.by_module.values() if f]
    assert len(named) == len(set(named))
    # Every way to give each module a firm or none; most places filled first, then most points.
    ways = [
        (sum(row[j] is not None for row, j in zip(table, order, strict=False)),
         sum(row[j] or 0 for row, j in zip(table, order, strict=False)))
        for order in permutations(range(4))
    ]  # fmt: skip
    assert (len(named), found.total) == max(ways)
    assert found.total <= found.best_without_rule
    backwards = u.brand_ambassadors({m: dict(reversed(s.items())) for m, s in reversed(scores.items())})
    assert backwards.by_module == found.by_module


def test_suggestion_scheme():
    march = Period(date(2010, 3, 1), date(2010, 4, 1))
    ideas = [
        u.Suggestion("1", "a", made_on=date(2010, 3, 2), answered_on=date(2010, 3, 12), status="verified",
                     yearly_saving=Money(100, "INR")),
        u.Suggestion("2", "b", made_on=date(2010, 3, 5), status="implemented", yearly_saving=Money(50, "INR")),
        u.Suggestion("3", "b", made_on=date(2010, 5, 5)),
        u.Suggestion("4", status="verified"),
    ]  # fmt: skip
    s = u.suggestion_scheme(ideas, employees=181, months=1, period=march)
    assert (s.n, s.n_undated, s.open, s.adopted) == (2, 1, (), 1)
    assert s.per_employee_month == pytest.approx(2 / 181)
    assert s.saving["INR"].amount == 100 and s.median_days_to_answer == 10
    assert u.suggestion_scheme([], employees=5, months=1).adopted is None
    with pytest.raises(BadInput, match="twice"):
        u.suggestion_scheme([ideas[0], ideas[0]], employees=5, months=1)
    with pytest.raises(BadInput, match="more than there is"):
        u.suggestion_scheme(ideas, employees=1, months=1)
    with pytest.raises(BadInput, match="answered before"):
        u.Suggestion("x", made_on=date(2010, 3, 2), answered_on=date(2010, 3, 1))


def test_steps_of_a_suggestion():
    s = u.Suggestion("1")
    for step in ("reviewed", "accepted", "implemented"):
        assert u.step_verdict(s, step).decision == "yes"
        s = replace(s, status=step)
    assert u.step_verdict(s, "verified").reasons[0].code == "no_evidence"
    assert u.step_verdict(s, "declined").decision == "no"
    assert u.step_verdict(replace(s, status="declined"), "reviewed").decision == "no"
    assert u.step_verdict(replace(s, status="received"), "declined").decision == "yes"
    late = u.Suggestion("2", made_on=date(2010, 3, 1), answered_on=date(2010, 4, 1))
    assert u.answer_verdict(late, on=date(2010, 6, 1)).reasons[0].details["days"] == 31
    assert u.answer_verdict(late, on=date(2010, 3, 10)).decision == "yes"
    assert u.answer_verdict(u.Suggestion("3"), on=date(2010, 3, 10)).decision == "flag"


def test_competition_names_everybody():
    done = {"status": "implemented", "has_before_after": True}
    ideas = [u.Suggestion("a", **done), u.Suggestion("b", **done), u.Suggestion("c", is_own_duty=True, **done),
             u.Suggestion("d", **done)]  # fmt: skip
    points = {"a": {"x": 5}, "b": {"x": 5}, "c": {"x": 9}}
    entries = u.competition(ideas, points, weights={"x": 1})
    assert [(e.suggestion.code, e.place) for e in entries] == [("a", 1), ("b", 1), ("c", None), ("d", None)]
    assert [e.verdict.reasons[0].code for e in entries[2:]] == ["own_duty", "no_points"]
    assert u.reward(Money(1000, "INR"), share="0.1").amount == 100


def test_quorum_of_ten():
    assert [u.transfer_quorum(n).verdict.decision for n in (9, 10, 11)] == ["no", "yes", "yes"]
    q = u.transfer_quorum(12, cost=Money(700_000, "INR"))
    assert q.gap.amount == 100_000 and q.verdict.decision == "flag"
    assert u.transfer_quorum(12, cost=Money(500_000, "INR")).gap.amount == 0
    assert u.transfer_quorum(12, n_paid=3).verdict.reasons[0].code == "not_paid"
    with pytest.raises(BadInput):
        u.transfer_quorum(-1)


def test_reach_and_cascade():
    data = pl.DataFrame(
        {"kind": ["do_how", "know_how"], "days": [43, None], "firms": [20, 31], "participants": [None, 60]}
    )
    reach = u.training_reach(data)
    assert (reach.unit_days, reach.do_how_share, reach.days_per_unit, reach.n_unknown) == (860, 1, None, 2)
    assert u.training_reach(data.filter(pl.col("days") > 50)).do_how_share is None
    assert u.multiplier(by_local_trainers=20, by_foreign_experts=0) is None
    chain = u.retraining_cascade(4, become_trainers=[1, 0.1], courses_each=[5, 2], trainees_per_course=[10, 10],
                                 kept=[0.8, 0.5], most=250)  # fmt: skip
    assert [g.trainees for g in chain] == [4, 200, 46] and chain[-1].reached == 250
    assert chain[-1].content_kept == pytest.approx(0.4)
    with pytest.raises(BadInput):
        u.retraining_cascade(4, become_trainers=[1], courses_each=[], trainees_per_course=[1])


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_adoption_lies_between_its_bounds(done, not_done, unknown):
    a = u.adoption(recommended=done + not_done + unknown, implemented=done, not_implemented=not_done)
    if a.share is not None:
        assert a.least - 1e-12 <= a.share <= a.most + 1e-12
    assert a.n_unknown == unknown


def test_box_2():
    counts = {"tool life": 4, "100 ppm": 7, "die exchange": 4, "floor": 1, "stores": 1, "handling": 1}
    rows = [(f"unit {k}", practice) for practice, n in counts.items() for k in range(n)]
    table = u.practices_adopted(pl.DataFrame(rows, schema=["unit", "practice"], orient="row"), n_units=28)
    assert dict(table.select("practice", "n_units").iter_rows()) == counts
    assert table["share"][0] == pytest.approx(0.25)


def test_improvement_plans():
    whole = [
        u.Action(a, a, "eva", date(2023, 3, 1)) for a in ("productivity", "decent_work", "associativity")
    ]
    assert u.plan_verdict(whole).decision == "yes"
    assert u.plan_verdict(whole[:2]).reasons[0].details["areas"] == "associativity"
    assert u.plan_verdict([]).decision == "no"
    assert u.plan_verdict([replace(whole[0], owner="", due_on=None)]).say().startswith("Nobody answers")
    state = u.improvement_plan([replace(a, status="done") for a in whole], on=date(2024, 1, 1))
    assert state.completion == 0 and len(state.done_without_evidence) == 3 and state.overdue == ()
    assert u.improvement_plan([], on=date(2024, 1, 1)).completion is None
    with pytest.raises(BadInput, match="twice"):
        u.improvement_plan([whole[0], whole[0]], on=date(2024, 1, 1))
    with pytest.raises(BadInput, match="is not known"):
        u.Action("x", "beauty")


def test_ratified_matrix_and_lean_cluster():
    cells = {("5S", "workshop"), ("5S", "review")}
    assert u.planned_against_ratified(cells, cells).verdict.decision == "yes"
    change = u.planned_against_ratified(cells, {("5S", "workshop"), ("CAD", "workshop")})
    assert change.added == (("CAD", "workshop"),) and change.dropped == (("5S", "review"),)
    with pytest.raises(BadInput):
        u.planned_against_ratified({("5S", "talk")}, set())
    nine = {f"f{n}": "small" for n in range(9)}
    assert u.lean_cluster(nine, is_registered=None).decision == "flag"
    assert u.lean_cluster({f"f{n}": "small" for n in range(20)}, is_registered=True).decision == "no"


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30), st.randoms())
def test_before_after_against_slow_counts(pairs, random):
    data = pl.DataFrame([(f"f{k}", float(a), float(b)) for k, (a, b) in enumerate(pairs)],
                        schema=["firm", "before", "after"], orient="row")  # fmt: skip
    b = u.before_after(data)
    changes = [y - x for x, y in pairs]
    assert (b.improved, b.worse) == (sum(c > 0 for c in changes), sum(c < 0 for c in changes))
    assert b.median_change == np.median(changes)
    assert b.improved + b.unchanged + b.worse == b.n == len(pairs)
    if len(pairs) >= 6:
        assert b.low <= b.median_change <= b.high and b.confidence >= 0.95
    else:
        assert b.low is None
    turned = u.before_after(data.rename({"before": "after", "after": "before"}))
    assert turned.p_value == b.p_value
    assert u.before_after(data.sample(fraction=1, shuffle=True, seed=random.randint(0, 99))) == b


def test_before_after_interval_really_covers():
    """Seeded study of 400 samples of 15; the sampling error of the share is 0.011."""
    rng = np.random.default_rng(115)
    hits = 0
    for _ in range(400):
        x = rng.exponential(size=15)
        b = u.before_after(
            pl.DataFrame({"firm": [str(k) for k in range(15)], "before": np.zeros(15), "after": x})
        )
        hits += b.low <= np.log(2) <= b.high
    assert hits / 400 > 0.94


def test_before_after_refuses_nothing_known():
    with pytest.raises(CannotBeSaid):
        u.before_after(pl.DataFrame({"firm": ["a"], "before": [None], "after": [1.0]}))


def test_upgrading_profile():
    events = pl.DataFrame({"firm": ["a", "b", "b"], "kind": ["process", "institutional", "product"]})
    profile = u.upgrading_profile(events)
    assert dict(profile.firms.select("firm", "highest").iter_rows()) == {"a": "process", "b": "institutional"}
    assert profile.shares["functional"] == 0
    with pytest.raises(BadInput, match="is not known"):
        u.upgrading_profile(events.with_columns(kind=pl.lit("magic")))


def test_providers():
    offers = pl.DataFrame({"provider": ["a", "b", "c"], "price": [100.0, 80.0, None],
                           "facilities": [9, 6, 9], "quality": [8, 7, 9]})  # fmt: skip
    c = u.choose_provider(offers)
    assert c.chosen == "a" and c.verdict.decision == "flag" and c.offers["score"].to_list()[2] is None
    level = u.choose_provider(
        pl.DataFrame({"provider": ["a", "b"], "price": [1.0, 1.0]}), weights={"price": 1}
    )
    assert level.chosen is None and level.verdict.reasons[0].code == "level"
    assert u.choose_provider(offers.head(0)).verdict.decision == "no"
    assert u.choose_provider(offers.head(1)).verdict.reasons[0].code == "single"
    with pytest.raises(BadInput, match="more points"):
        u.choose_provider(offers.with_columns(quality=pl.lit(11)))
    with pytest.raises(BadInput, match="above zero"):
        u.choose_provider(offers.with_columns(price=pl.lit(0.0)))


def test_sign_test_against_statsmodels():
    from statsmodels.stats.descriptivestats import sign_test

    rng = np.random.default_rng(8)
    before, after = rng.integers(0, 9, 25).astype(float), rng.integers(0, 9, 25).astype(float)
    data = pl.DataFrame({"firm": [str(k) for k in range(25)], "before": before, "after": after})
    assert u.before_after(data).p_value == pytest.approx(sign_test(after - before)[1])
