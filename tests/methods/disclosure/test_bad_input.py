"""Bad input is refused by name and place, with a remedy; what cannot be said is not said."""

import numpy as np
import polars as pl
import pytest

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Hierarchy, Policy, Rules
from nanduti.methods.values import BadInput, CannotBeSaid

DATA = pl.DataFrame(
    {
        "t": ["a", "a", "b", None],
        "p": ["x", "y", "x", "y"],
        "n": [1.0, 2.0, None, -4.0],
        "w": [1.0, 0.5, 2.0, 3.0],
    }
)
EMPTY = DATA.head(0)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: disclosure.k_anonymity(EMPTY, keys=["t"]), "no rows"),
        (lambda: disclosure.k_anonymity(DATA, keys=[]), "at least one column"),
        (lambda: disclosure.k_anonymity(DATA, keys=["nope"]), "'nope' is not in the data"),
        (lambda: disclosure.k_anonymity(DATA, keys=["t", "t"]), "twice"),
        (lambda: disclosure.l_diversity(DATA, keys=["t"], sensitive="t"), "both key and sensitive"),
        (lambda: disclosure.l_diversity(DATA, keys=["t"], sensitive="p", kind="x"), "distinct, entropy"),
        (lambda: disclosure.l_diversity(DATA, keys=["t"], sensitive="p", kind="recursive", c=-1), "c is -1"),
        (lambda: disclosure.measures(DATA, keys=["t"], sensitive=["t"]), "both key and sensitive"),
        (lambda: disclosure.individual_risk(DATA, keys=["t"], weights="w"), "row 1 is 0.5"),
        (lambda: disclosure.individual_risk(DATA, keys=["p"], household="t"), "row 3 is missing"),
        (lambda: disclosure.suda2(DATA, keys=["t"], sampling_fraction=0), "sampling_fraction"),
        (lambda: disclosure.local_suppression(DATA, keys=["t"], k=9), "more than the 4 records"),
        (lambda: disclosure.local_suppression(DATA, keys=["t"], k=1), "at least 2"),
        (lambda: disclosure.local_suppression(DATA, keys=["t"], k=2, importance={"x": 1}), "no key"),
        (lambda: disclosure.microaggregate(DATA, columns=["n"], k=2), "column 'n', row 2"),
        (lambda: disclosure.microaggregate(DATA, columns=["t"], k=2), "not a number"),
        (lambda: disclosure.recode(DATA, column="t", groups={"a": "A"}), "no group names: b"),
        (lambda: disclosure.recode(DATA, column="n", breaks=[0, 5]), "goes down to -4"),
        (lambda: disclosure.recode(DATA, column="n", breaks=[5, 0]), "do not rise"),
        (lambda: disclosure.top_bottom_code(DATA, column="w", top_n=2), "at least 3"),
        (lambda: disclosure.top_bottom_code(DATA, column="w"), "not given"),
        (lambda: disclosure.pram(DATA, column="t", seed=1, keep_share=2), "keep_share"),
        (lambda: disclosure.pram(DATA, column="t", seed=1, matrix=np.ones((2, 2))), "rows adding to 1"),
        (lambda: disclosure.delta_presence(DATA, DATA.head(1), keys=["t"]), "does not have"),
        (lambda: disclosure.numeric_loss(DATA, DATA.head(2), columns=["w"]), "2 rows"),
        (lambda: disclosure.count_table(DATA, dims=["t"]), "column 't', row 3 is missing"),
        (lambda: disclosure.count_table(DATA, dims=["p"], hierarchies={"p": Hierarchy.flat("z")}), "outside"),
        (lambda: disclosure.magnitude_table(DATA, dims=["p"], measure="n"), "row 2 is None"),
        (lambda: disclosure.magnitude_table(DATA.tail(1), dims=["p"], measure="n"), "row 0 is -4.0"),
        (lambda: Hierarchy.from_parents({"a": "b", "b": "a"}), "0 tops"),
        (lambda: Hierarchy.from_parents({"a": "T", "b": "U"}), "2 tops"),
        (lambda: Hierarchy.from_parents({"a": "T", "b": "c", "c": "b"}), "do not lead to the total"),
        (lambda: Rules(threshold=0), "threshold"),
        (lambda: Rules(dominance=(0, 50)), "dominance"),
        (lambda: Rules(p_percent=0), "p_percent"),
        (lambda: disclosure.round_random(np.array([0.5]), base=5, seed=1), "cell 0 is 0.5"),
        (lambda: disclosure.round_random(np.array([5.0]), base=1, seed=1), "at least 2"),
        (lambda: disclosure.record_keys(["a"], secret=b""), "empty"),
        (lambda: disclosure.perturbation_table(most=0), "most"),
        (lambda: disclosure.read_jj("rubbish"), "cannot be read"),
        (lambda: disclosure.link([disclosure.count_table(DATA, dims=["p"])]), "fewer than two"),
        (lambda: disclosure.gate(DATA, Policy(keys=["t"], k=1)), "at least 2"),
        (lambda: disclosure.frequencies(DATA, keys=["t"], missing="maybe"), "'category'"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(BadInput, match=said) as error:
        call()
    assert error.value.details["remedy"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: disclosure.t_closeness(DATA, keys=["p"], sensitive="n"),
        lambda: disclosure.population_uniques(DATA, keys=["t"]),
        lambda: disclosure.pram(DATA.head(2), column="t", seed=1),
        lambda: disclosure.add_noise(DATA.head(1), columns=["w"], seed=1),
        lambda: disclosure.microaggregate(pl.DataFrame({"x": [1.0] * 5}), columns=["x"], k=2),
        lambda: disclosure.minimal_recoding(DATA, ladders={"t": [], "p": []}, k=2),
        lambda: disclosure.perturbation_table(most=1, variance=3.0),
        lambda: disclosure.top_bottom_code(DATA, column="w", top=3.0),
    ],
)
def test_what_cannot_be_said_is_not_said(call):
    with pytest.raises(CannotBeSaid) as error:
        call()
    assert error.value.details["remedy"]


def _cells(values) -> pl.DataFrame:
    return pl.DataFrame({"p": ["Total", "x", "y"], "v": values})


def test_tables_that_do_not_add_up_or_were_suppressed_are_refused():
    hs = {"p": Hierarchy.flat("xy")}
    table = disclosure.table_from_cells(_cells([9.0, 5.0, 3.0]), dims=["p"], value="v", hierarchies=hs)
    with pytest.raises(BadInput, match="does not add up"):
        disclosure.problem_of(table)
    with pytest.raises(BadInput, match=r"column 'v', row 2 is missing.*already suppressed"):
        disclosure.table_from_cells(_cells([9.0, 5.0, None]), dims=["p"], value="v", hierarchies=hs)
    with pytest.raises(BadInput, match="cell y is missing"):
        disclosure.table_from_cells(_cells([9.0, 5.0, 4.0]).head(2), dims=["p"], value="v", hierarchies=hs)
    with pytest.raises(BadInput, match="given twice"):
        disclosure.table_from_cells(
            pl.concat([_cells([9.0, 5.0, 4.0]), _cells([9.0, 5.0, 4.0])]),
            dims=["p"],
            value="v",
            hierarchies=hs,
        )


def test_a_cell_that_cannot_be_protected_is_named():
    table = disclosure.count_table(pl.DataFrame({"p": ["x"] * 2 + ["y"] * 9}), dims=["p"])
    fixed = disclosure.problem_of(table)
    status = np.where(fixed.status == disclosure.OPEN, disclosure.FIXED, fixed.status)
    with pytest.raises(CannotBeSaid, match="p x"):
        disclosure.suppress(fixed.with_status(status))


def test_one_contributor_alone_cannot_be_released():
    table = disclosure.count_table(pl.DataFrame({"p": ["x"]}), dims=["p"])
    problem = disclosure.problem_of(table)
    found = disclosure.suppress(problem)
    assert found.suppressed.all()


def test_missing_among_sensitive_values_is_a_value_of_its_own():
    data = pl.DataFrame({"k": [1] * 4, "s": [1.0, None, None, None]})
    assert disclosure.alpha_k(data, keys=["k"], sensitive="s") == (0.75, 4)  # pyCANON says 0.25
    assert disclosure.l_diversity(data, keys=["k"], sensitive="s") == 2


def test_a_table_without_anything_sensitive_is_left_alone():
    data = pl.DataFrame({"p": ["x"] * 30 + ["y"] * 40})
    safe = disclosure.protect_table(data, dims=["p"])
    assert safe.frame["value"].null_count() == 0
    assert safe.suppression.is_optimal


def test_a_sensitive_cell_must_ask_for_some_protection():
    good = disclosure.problem_of(
        disclosure.count_table(pl.DataFrame({"p": ["x"] * 2 + ["y"] * 9}), dims=["p"])
    )
    none = np.zeros(good.n_cells)
    with pytest.raises(BadInput, match="asks for no protection"):
        disclosure.Problem(
            good.value, good.cost, good.status, good.lower, good.upper, none, none, good.equations, good.grid
        )
