"""Published tables: Jalisco's as they were printed, what the text says otherwise, quotients only with a reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from nanduti.diagnostics.models import DiagnosticStudy, Issue, SectorTable
from nanduti.diagnostics.queries import partners, sectors
from nanduti.diagnostics.queries.comparison import comparison
from nanduti.foundation import imports
from nanduti.foundation.errors import ImportRefused
from nanduti.indicators import actions as indicator_actions
from nanduti.indicators import computing
from nanduti.programme.models import Programme
from tests.support.census import AT, answered

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture
def jalisco(db):
    imports.import_sheets(
        sheets=imports.read_sheets(EXAMPLES / "jalisco-apparel"), name="jalisco", access=None, by="test"
    )
    with scopes_disabled():
        yield Programme.objects.get(code="jalisco-agrem")


def read(programme, code):
    return sectors.read(table=sectors.table_by_code(programme=programme, code=code))


def test_table_1_adds_up_and_has_the_shares_of_the_paper(jalisco):
    found = read(jalisco, "jalisco-sectors-1998")
    assert {c: s.verdict.reasons[0].code for c, s in found.splits.items()} == {
        ("employment", "here"): "adds_up",
        ("owners", "here"): "adds_up",
    }
    apparel = next(r for r in found.rows if r.category == "apparel")
    assert round(100 * apparel.shares["employment", "here"], 2) == 6.83
    assert round(100 * apparel.shares["owners", "here"], 2) == 9.58
    assert round(apparel.mean_size, 1) == 15.9 and apparel.quotient is None
    assert found.quotient_reason == "no_reference"


def test_the_two_contradictions_are_flagged_side_by_side(jalisco):
    (flag,) = read(jalisco, "jalisco-sectors-1998").flags
    assert flag.verdict.decision == "flag"
    assert "20398 (October 1998) and 26926 (1997)" in flag.verdict.say()
    (sizes,) = read(jalisco, "apparel-sizes").flags
    assert sizes.verdict.reasons[0].code == "other_classes" and "79" in sizes.verdict.say()


def test_shoes_have_a_joint_figure_and_destinations_a_rest(jalisco):
    shoes = read(jalisco, "shoe-sizes")
    assert shoes.splits["percent", "here"].verdict.reasons[0].code == "rounding"
    assert shoes.splits["percent", "reference"].verdict.reasons[0].code == "adds_up"
    assert shoes.flags[0].verdict.decision == "no"  # the text says 90, the table 96
    exports = read(jalisco, "apparel-exports").splits["percent", "here"]
    assert exports.residual == 9 and exports.verdict.decision == "flag"
    assert read(jalisco, "apparel-orders").splits["percent", "here"].residual == 0


def test_the_example_of_the_twinning_paper_is_read(db):
    sheets = imports.read_sheets(EXAMPLES / "india-italy-twinning")
    imports.import_sheets(sheets=sheets, name="x", access=None, by="test")
    with scopes_disabled():
        programme = Programme.objects.get(code="india-italy-twinning")
        tiers = read(programme, "aiema-tiers")
        assert tiers.splits["establishments", "here"].verdict.decision == "yes"
        assert [round(r.shares["establishments", "here"], 3) for r in tiers.rows] == [
            0.317,
            0.194,
            0.272,
            0.128,
            0.089,
        ]
        study = DiagnosticStudy.objects.get(code="footwear-lines")
        (gap,) = partners.gaps(list(partners.rates(study=study)))
        assert (round(gap.gap.factor.low, 2), round(gap.gap.factor.high, 2)) == (3.26, 4.57)
        assert Issue.objects.filter(study__code="leather-operations").count() == 6


def load(programme, **tables):
    made = [rows_of(name, [{"programme": programme, **row} for row in rows]) for name, rows in tables.items()]
    return imports.import_sheets(sheets=made, name="x", access=None, by="test")


def rows_of(name, rows):
    columns = list(dict.fromkeys(k for row in rows for k in row))
    content = "\n".join(
        [",".join(columns), *(",".join(str(row.get(c, "")) for c in columns) for row in rows)]
    )
    (made,) = imports.read_content(name=f"{name}.csv", content=content.encode())
    return made


TABLE = {"code": "t", "kind": "sectors", "title": "T", "region": "Here"}


def figure(category, value, **more):
    return {
        "table": "t",
        "category": category,
        "label": category,
        "measure": "employment",
        "value": value,
        **more,
    }


def test_with_a_reference_area_quotients_are_plain_quotients(census):
    load("weaving", sector_tables=[{**TABLE, "reference": "Country"}],
         sector_figures=[figure("shoes", 30), figure("rest", 70), figure("shoes", 40, area="reference"),
                         figure("rest", 960, area="reference")])  # fmt: skip
    found = read(census.programme, "t")
    assert [round(r.quotient, 3) for r in found.rows] == [
        round((30 / 100) / (40 / 1000), 3),
        round(0.7 / 0.96, 3),
    ]


def test_a_missing_cell_is_said_and_never_nil(census):
    load("weaving", sector_tables=[{**TABLE, "reference": "Country"}],
         sector_figures=[figure("shoes", 30), figure("rest", ""), figure("shoes", 40, area="reference"),
                         figure("total", 100, is_total="yes")])  # fmt: skip
    found = read(census.programme, "t")
    assert found.quotient_reason == "incomplete"
    assert found.splits["employment", "here"].verdict.reasons[0].code == "unknown_parts"
    assert [r.shares["employment", "here"] for r in found.rows] == [0.3, None]
    assert [r.quotient for r in found.rows] == [None, None]


def test_a_table_without_figures_and_one_that_is_too_full(census):
    load("weaving", sector_tables=[TABLE])
    empty = read(census.programme, "t")
    assert empty.rows == () and empty.columns == () and empty.flags == ()
    load("weaving", sector_figures=[figure("a", 80), figure("b", 40), figure("total", 100, is_total="yes")])
    assert read(census.programme, "t").splits["employment", "here"].verdict.decision == "no"


@pytest.mark.parametrize(
    "row",
    [figure("a", -1), figure("a", "many"), figure("a", 1, lower=9, upper=2), figure("a", 1, table="none"),
     figure("a", 1, measure="kilos")],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused_whole(census, row):
    load("weaving", sector_tables=[TABLE])
    with pytest.raises(ImportRefused):
        load("weaving", sector_figures=[row])
    assert SectorTable.objects.get().figures.count() == 0


def test_importing_again_changes_nothing_and_an_agreed_study_takes_nothing(census):
    tables = {
        "studies": [{"code": "s", "cluster": "itaugua-garments", "title": "S"}],
        "issues": [{"study": "s", "number": 1, "product_group": "Shoes", "item": "skill", "label": "L"}],
        "challenges": [{"number": 1, "kind": "initial", "label": "C"}],
    }
    load("weaving", **tables)
    batch = load("weaving", **tables)
    assert (batch.n_created, batch.n_changed) == (0, 0)
    assert DiagnosticStudy.objects.count() == Issue.objects.count() == 1
    DiagnosticStudy.objects.update(status="agreed")
    with pytest.raises(ImportRefused):
        load("weaving", issues=[{**tables["issues"][0], "label": "Other"}])


# --- clusters side by side


def test_clusters_side_by_side_are_what_the_indicators_say(census):
    for _n in range(6):
        answered(census, {"n_women": 8, "n_men": 2, "n_workers": 10, "head_sex": "woman"})
        answered(census, {"n_women": 45, "n_men": 55, "n_workers": 100}, cluster=census.other)
    indicator_actions.take_from_library(
        programme=census.programme, codes=["women_share", "persons_engaged", "accidents"], by="test", at=AT
    )
    computing.compute(programme=census.programme, by="test", at=AT)
    clusters = [census.cluster, census.other]
    lines = {
        line.code: line for line in comparison(programme=census.programme, access=None, clusters=clusters)
    }
    women = lines["women_share"]
    assert [round(p.value, 2) for p in women.places] == [0.8, 0.45]
    assert [p.standing for p in women.places] == ["highest", "lowest"] and women.differs is True
    assert lines["accidents"].differs is None
    assert {p.standing for p in lines["accidents"].places} == {"unknown"} and lines["accidents"].places[
        0
    ].reason
    assert comparison(programme=census.programme, access=None, clusters=[]) == []


def test_few_firms_are_not_set_side_by_side_for_everybody(census):
    answered(census, {"n_women": 8, "n_men": 2, "n_workers": 10})
    for _ in range(6):
        answered(census, {"n_women": 5, "n_men": 5, "n_workers": 10}, cluster=census.other)
    indicator_actions.take_from_library(programme=census.programme, codes=["women_share"], by="test", at=AT)
    computing.compute(programme=census.programme, by="test", at=AT)
    from datetime import date

    from nanduti.foundation.access import access_of

    access = access_of(census.user("coordinator"), on=date(2026, 3, 5))
    only_read = {k: v - {"read_sensitive"} for k, v in access.may_by_scope.items()}
    from dataclasses import replace

    with access.within():
        (line,) = comparison(
            programme=census.programme, access=replace(access, may_by_scope=only_read),
            clusters=[census.cluster, census.other],
        )  # fmt: skip
    assert line.places[0].value is None and "fewer than" in line.places[0].reason
