"""What a study finds, against a plain recount of the answers; what cannot be said is said so."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from nanduti.diagnostics.findings import LEAST, from_json, keep_small_back, safe
from nanduti.diagnostics.queries.profile import findings
from nanduti.foundation.access import access_of
from nanduti.register.models import ProfileFact
from tests.support.census import AT, answered, establishment
from tests.support.studies import WORKSHOPS

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def figure(found, code, basis="answers"):
    return next(f for f in found.figures if f.code == code and f.basis == basis)


def parts(found, code):
    return {p.code: p.n for p in found.distribution(code).parts}


def test_figures_are_a_plain_recount_of_the_answers(study):
    found = findings(study=study, access=None, at=AT)
    # The register's own firm of the test world stands in the cluster too.
    assert (found.n_register, found.n_answered) == (18, 16)
    people = sum(row["n_workers"] for row in WORKSHOPS)
    women = sum(row["n_women"] for row in WORKSHOPS)
    assert figure(found, "employment").value == people
    assert figure(found, "women_share").value == pytest.approx(women / people)
    assert figure(found, "own_brand").value == pytest.approx(7 / 15) and figure(found, "own_brand").n == 15
    assert figure(found, "units", "register").value == 18
    assert all(f.source for f in found.figures if f.value is not None)


def test_what_nobody_said_is_unknown_and_never_nil(study):
    found = findings(study=study, access=None, at=AT)
    turnover = next(f for f in found.figures if f.code == "turnover")
    assert turnover.value is None and turnover.reason == "not_known"
    abroad = next(f for f in found.figures if f.code == "export_share")
    assert abroad.value is None and abroad.n == 0 and abroad.reason == "no_answer"
    assert not [f for f in found.figures if f.code == "associations" and f.value == 0]


def test_two_sources_that_differ_stand_side_by_side(study):
    for value in (40, 60):
        ProfileFact._base_manager.create(
            subject_kind="cluster",
            cluster=study.cluster,
            attribute="n_units",
            value=value,
            scope=study.cluster.scope,
        )
    found = findings(study=study, access=None, at=AT)
    assert [f.value for f in found.figures if f.code == "units"] == [40, 60, 18]


def test_divisions_count_firms_and_say_who_is_unknown(study):
    found = findings(study=study, access=None, at=AT)
    assert parts(found, "size") == {"micro": 13, "small": 2, "medium": 1}
    assert parts(found, "product") == {"shoes": 9, "bags": 7, "boots": 2}
    product = found.distribution("product")
    assert product.is_multiple and product.n == 16 and {p.label for p in product.parts} >= {"Boots"}
    assert found.distribution("tier") is None  # the form does not ask for it


def test_coverage_tells_the_product_and_size_that_nobody_heard(study, counted):
    listed = establishment(counted, size_band="medium")
    ProfileFact._base_manager.bulk_create(
        ProfileFact(subject_kind="establishment", establishment=site, attribute="products", value_text=text,
                    scope=study.cluster.scope)
        for site, text in [(listed, "boots; bags"), *((s.establishment, "shoes") for s in counted_submissions(counted))]
    )  # fmt: skip
    coverage = findings(study=study, access=None, at=AT).coverage
    cells = {(c.product, c.size): (c.n_listed, c.n_sampled, c.n_short) for c in coverage.cells}
    assert cells["boots", "medium"] == (1, 0, 1) and cells["bags", "medium"] == (1, 0, 1)
    assert cells["shoes", "micro"] == (13, 13, 0)
    assert coverage.n_short == 2 and coverage.n_heard == 16


def counted_submissions(counted):
    from nanduti.surveys.models import Submission

    return Submission._base_manager.filter(programme=counted.programme).select_related("establishment")


def test_without_a_questionnaire_nobody_was_asked(study):
    study.instrument = None
    found = findings(study=study, access=None, at=AT)
    assert found.n_answered is None and found.coverage.reason == "nobody_asked"
    assert parts(found, "size")["micro"] == 14 and found.distribution("customers") is None


def test_an_empty_cluster_is_no_row_of_noughts(census):
    from nanduti.diagnostics.actions import studies
    from nanduti.register.models import Establishment

    Establishment._base_manager.filter(cluster=census.other).delete()
    row = studies.begin_study(
        programme=census.programme, cluster=census.other, values={"title": "Empty"}, by="test", at=AT
    )
    found = findings(study=row, access=None, at=AT)
    assert found.n_register == 0 and found.distributions == ()
    assert all(f.value is None for f in found.figures if f.code != "units" and f.basis != "register")


def test_small_groups_are_kept_back_with_the_one_that_would_give_them_away(study):
    whole = findings(study=study, access=None, at=AT)
    kept = safe(whole)
    size = {p.code: (p.n, p.is_kept_back) for p in kept.distribution("size").parts}
    # Two small and one medium are fewer than five together: the next smallest goes with them.
    assert size == {"micro": (None, True), "small": (None, True), "medium": (None, True)}
    product = {p.code: p.n for p in kept.distribution("product").parts}
    assert product == {"shoes": 9, "bags": None, "boots": None}
    assert kept == safe(kept) and kept.is_safe
    hidden = [c for c in kept.coverage.cells if c.is_kept_back]
    assert hidden and all(c.n_listed is None for c in hidden)


@pytest.mark.parametrize(
    ("counts", "back"),
    [
        ([], []),
        ([0, 0], [False, False]),
        ([100], [False]),
        ([LEAST - 1], [True]),
        ([100, 1, 50], [False, True, True]),
        ([100, 4, 4], [False, True, True]),
        ([None, 2, 9], [False, True, True]),
    ],
)
def test_what_is_kept_back(counts, back):
    assert keep_small_back(counts) == back


def test_findings_survive_being_frozen(study):
    found = findings(study=study, access=None, at=AT)
    assert from_json(found.as_json()) == found
    assert from_json({}) is None


def test_answers_need_the_right_to_read_them(study, counted):
    committee = access_of(counted.user("committee_member"), on=date(2026, 3, 3))
    with committee.within():
        found = findings(study=study, access=committee, at=AT)
    assert found.n_answered in (None, 0)
    assert not [f for f in found.figures if f.basis == "answers" and f.value is not None]


def test_statements_do_not_grow_with_the_firms(study, counted):
    def n_statements():
        with CaptureQueriesContext(connections["default"]) as seen:
            findings(study=study, access=None, at=AT)
        return len(seen)

    n_statements()
    before = n_statements()
    for _ in range(20):
        answered(counted, dict(WORKSHOPS[0]), of=establishment(counted, size_band="micro"))
    assert n_statements() == before <= 25
