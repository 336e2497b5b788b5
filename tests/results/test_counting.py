"""Every figure equals what a slow count gives; unknown stays unknown; a figure opens to its records."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from nanduti.plans import queries as plans
from nanduti.plans.kinds import KINDS
from nanduti.plans.models import ActionPlan, Activity, Milestone, Participation
from nanduti.programme.models import CooperationAgreement
from nanduti.programme.queries import clusters
from nanduti.results import actions, queries
from nanduti.results.counting import Facts, Question, records_behind
from nanduti.results.errors import FigureThere
from nanduti.results.frameworks import INDICATORS
from nanduti.results.models import StatedFigure
from nanduti.twinning.models import Linkage, Twinning

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)


def year_of(end):
    return (end - timedelta(days=1)).year if end else None


class Slow:
    """The same figures, counted one record after another in Python."""

    def __init__(self, programme, day) -> None:
        self.programme, self.day = programme, day
        lines = plans.ledger(plans.activities(programme=programme), as_of=day)
        self.done = [line.activity for line in lines if line.state == "closed"]
        covered = {c.pk for c in clusters(programme=programme)}
        self.homes = {}
        for agreement in CooperationAgreement.objects.filter(programme=programme):
            inside = [p.cluster_id for p in agreement.parties.order_by("id") if p.cluster_id in covered]
            self.homes[agreement.pk] = inside[0] if inside else None

    def count(self, indicator):
        """(cluster, year) → [value, records, unknown, other units, money, undated]."""
        cells = defaultdict(lambda: [0, 0, 0, Counter(), Counter(), 0])
        getattr(self, f"of_{indicator.count}")(indicator, cells)
        return cells

    def of_activities(self, indicator, cells):
        for row in self.done:
            if indicator.code in KINDS[row.kind].counts_as:
                cell = cells[row.cluster_id, year_of(row.date_text_end)]
                cell[0] += 1
                cell[1] += 1

    def of_participants_of_activities(self, indicator, cells):
        self.people(lambda kind: indicator.code in kind.counts_as, cells)

    def of_persons_trained(self, indicator, cells):
        self.people(lambda kind: kind.is_training, cells)

    def people(self, counts, cells):
        for row in self.done:
            if not counts(KINDS[row.kind]):
                continue
            cell = cells[row.cluster_id, year_of(row.date_text_end)]
            cell[1] += 1
            kept = [p for p in row.participations.all() if p.role == "participant" and not p.is_in_group]
            said = [(p.unit, p.count) for p in kept]
            if not kept and row.n_participants is None:
                cell[2] += 1
            elif not kept:
                said = [(row.participant_unit or "persons", row.n_participants)]
            for unit, n in said:
                if unit == "persons":
                    cell[0] += n
                elif n:
                    cell[3][unit] += n

    def of_milestones(self, indicator, cells, alone=False):
        for row in Milestone.objects.filter(programme=self.programme):
            is_reached = self.happened(row.reached_on_start)
            if row.kind != indicator.milestone or is_reached is False or (alone and row.activity_id):
                continue
            cell = cells[row.cluster_id, year_of(row.reached_on_end)]
            if is_reached is None:
                cell[5] += 1
            else:
                cell[0] += row.count
                cell[1] += 1

    def happened(self, start):
        """``None``: nobody can tell. The lists of the example report to July 2011; all was there by then."""
        if start is None:
            return True if self.day >= JULY else None
        return start <= self.day

    def of_activities_and_milestones(self, indicator, cells):
        self.of_activities(indicator, cells)
        self.of_milestones(indicator, cells, alone=True)

    def of_agreements(self, indicator, cells, any_level=False):
        for row in CooperationAgreement.objects.filter(programme=self.programme):
            fits = row.kind in indicator.kinds and (any_level or row.level in indicator.level_of_parties)
            if fits and row.status == "signed" and self.happened(row.signed_start) is not False:
                self.deal(cells[self.homes[row.pk], year_of(row.signed_end)], row)

    def of_deals(self, indicator, cells):
        self.of_agreements(indicator, cells, any_level=True)
        for row in Linkage.objects.filter(programme=self.programme):
            is_signed = self.happened(row.signed_start) is not False
            if row.kind in indicator.kinds and row.stage in {"agreed", "closed"} and is_signed:
                self.deal(cells[row.from_cluster_id, year_of(row.signed_end)], row)

    def deal(self, cell, row):
        if self.happened(row.signed_start) is None:
            cell[5] += 1
            return
        cell[0] += 1
        cell[1] += 1
        if row.amount is not None:
            cell[4][row.currency] += row.amount


@pytest.fixture
def fuller(example):
    """The example, with what it lacks: deals with and without money, firms counted, lists and no lists."""
    plan = ActionPlan.objects.get(code="leather")
    pair = Twinning.objects.get(emerging=plan.cluster)
    common = {"programme": example, "scope": plan.scope, "from_type": "firm", "to_type": "firm", "label": "x"}
    sides = {"from_cluster": pair.emerging, "to_cluster": pair.advanced}
    deals = [
        ("outsourcing", "closed", Decimal("1000.50"), "May 2010"),
        ("outsourcing", "agreed", None, ""),
        ("outsourcing", "negotiation", Decimal(9), ""),
        ("investment", "closed", Decimal(7), "2012"),
        ("technology_transfer", "closed", Decimal(5), "June 2009"),
    ]
    for n, (kind, stage, amount, signed) in enumerate(deals):
        money = {"amount": amount, "currency": "EUR" if amount else ""}
        Linkage.objects.create(
            **common, **sides, **money, code=f"t{n}", kind=kind, stage=stage, signed=signed
        )
    held = [("training_onsite", 12, "firms"), ("training_onsite", None, ""), ("visit", 4, "")]
    for n, (kind, number, unit) in enumerate([*held, ("training_abroad", 0, "persons")]):
        said = {"n_participants": number, "participant_unit": unit, "date_text": "31 Dec 2009", "label": "x"}
        cluster = plan.cluster if n else None
        row = Activity.objects.create(
            plan=plan, scope=plan.scope, cluster=cluster, number=900 + n, kind=kind, **said
        )
        if n == 2:
            for role, count in (("trainer", 3), ("participant", 2), ("participant", 5)):
                Participation.objects.create(
                    activity=row, scope=plan.scope, group_label="x", role=role, count=count
                )
    return example


@pytest.mark.parametrize(
    "day", [JULY, date(2009, 12, 30), date(2009, 12, 31), date(2006, 1, 1), date(2030, 1, 1)]
)
def test_every_cell_is_what_a_slow_count_gives(fuller, day):
    table, slow = queries.result_table(programme=fuller, as_of=day), Slow(fuller, day)
    for row in table.rows:
        expected = slow.count(row.indicator)
        found = {
            key: [t.value, t.n_records, t.n_unknown, Counter(t.others), Counter(t.money), t.n_undated]
            for key, t in row.by_both.items()
        }
        assert found == dict(expected), row.indicator.code
        assert row.total.value == sum(cell[0] for cell in expected.values())
        assert row.total.n_records == sum(cell[1] for cell in expected.values())


@pytest.mark.parametrize("cluster", [None, "chennai-leather", "chennai-footwear", "chennai-auto"])
def test_a_figure_opens_to_as_many_records_as_it_says(fuller, cluster):
    chosen = next((c for c in clusters(programme=fuller) if c.code == cluster), None)
    table = queries.result_table(programme=fuller, as_of=JULY, cluster=chosen)
    for row in table.rows:
        question = Question(row.indicator, fuller, JULY, Facts(fuller, JULY))
        opened = sum(rows.count() for rows in records_behind(question, chosen))
        assert opened == row.total.n_records, row.indicator.code


def test_clusters_and_years_add_up_to_the_total(fuller):
    for row in queries.result_table(programme=fuller, as_of=JULY).rows:
        for cells in (row.by_cluster, row.by_year, row.by_both):
            assert sum(t.value for t in cells.values()) == row.total.value
            assert sum(t.n_records for t in cells.values()) == row.total.n_records


def test_unknown_is_not_zero(fuller):
    said = queries.table_as_dict(queries.result_table(programme=fuller, as_of=JULY))
    trained = next(row for row in said["outputs"] if row["code"] == "persons_trained_output")
    assert trained["total"]["n_unknown"] >= 1 and trained["total"]["also"]["firms"] >= 12


def test_who_is_named_within_a_counted_group_is_counted_once(example):
    """Table 2 of the paper: 20 and 31 tanneries; chapter 4: 28 firms; some of them are named elsewhere (box 1)."""
    table = queries.result_table(programme=example, as_of=JULY)
    trained = next(row for row in table.rows if row.indicator.code == "persons_trained_output")
    firms = {
        c.code: trained.by_cluster[c.pk].others.get("firms")
        for c in clusters(programme=example)
        if c.pk in trained.by_cluster
    }
    assert firms["chennai-leather"] == 20 + 31 and firms["chennai-auto"] == 28


def test_a_list_of_members_alone_leaves_the_number_that_was_noted(example):
    row = Activity.objects.filter(kind="training_onsite", participations__is_in_group=True).first()
    row.participations.filter(role="participant", is_in_group=False).delete()

    def firms():
        said = queries.table_as_dict(queries.result_table(programme=example, as_of=JULY))
        return next(r for r in said["outputs"] if r["code"] == "persons_trained_output")["total"]["also"][
            "firms"
        ]

    before = firms()
    Activity.objects.filter(pk=row.pk).update(n_participants=row.n_participants + 9)
    assert firms() == before + 9


def test_an_agreement_counts_once_however_many_sign(fuller):
    from nanduti.programme.models import AgreementParty
    from nanduti.register.models import Organisation

    def mous():
        table = queries.result_table(programme=fuller, as_of=JULY)
        return next(row for row in table.rows if row.indicator.code == "mous").total.value

    before, agreement = mous(), CooperationAgreement.objects.get(code="leather-ca")
    there = agreement.parties.values_list("organisation_id", flat=True)
    for body in Organisation.objects.exclude(pk__in=list(there))[:5]:
        AgreementParty.objects.create(
            agreement=agreement, scope=agreement.scope, organisation=body, party_type="association",
            cluster=ActionPlan.objects.get(code="footwear").cluster,
        )  # fmt: skip
    assert mous() == before > 0


def test_what_documents_state_stands_beside_and_never_in_place(example):
    before = queries.result_table(programme=example, as_of=JULY)
    row = next(r for r in before.rows if r.indicator.code == "mous")
    assert row.stated
    values = {"indicator": "mous", "value": Decimal(500), "label": "Five hundred", "period_text": ""}
    actions.keep_stated_figure(programme=example, cluster=None, values=values, by="test")
    after = next(
        r for r in queries.result_table(programme=example, as_of=JULY).rows if r.indicator.code == "mous"
    )
    assert after.total.value == row.total.value and len(after.stated) == len(row.stated) + 1
    with pytest.raises(FigureThere):
        actions.keep_stated_figure(programme=example, cluster=None, values=dict(values), by="test")
    assert StatedFigure.objects.filter(label="Five hundred").count() == 1


def test_without_the_right_to_amounts_deals_are_counted_all_the_same(fuller):
    open_, closed = (
        queries.table_as_dict(queries.result_table(programme=fuller, as_of=JULY, money=flag))["outcomes"]
        for flag in ("all", "none")
    )
    assert [r["total"]["value"] for r in open_] == [r["total"]["value"] for r in closed]
    assert "1000.50" in str(open_) and "money" not in str(closed)


def test_the_table_takes_few_queries(fuller, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        queries.table_as_dict(queries.result_table(programme=fuller, as_of=JULY))


def test_every_indicator_names_a_rule_and_a_level():
    assert {i.level for i in INDICATORS.values()} == {"output", "outcome"} and len(INDICATORS) == 16
