"""Answers become records: found or created, changed with the answer, told once however often they are told."""

from __future__ import annotations

import pytest
import yaml

from nanduti.foundation.models import AuditEvent
from nanduti.programme.models import Component, Coverage
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Establishment, Organisation, ProfileFact
from nanduti.surveys import reading
from nanduti.surveys.actions import mappings, reviews
from nanduti.surveys.errors import MappingRefused, NotAMapping
from nanduti.surveys.jobs.mappings import tell_anew
from nanduti.surveys.mapping import writing
from nanduti.surveys.mapping.targets import Slot, Target, offer
from nanduti.surveys.mapping.targets import _targets as offered
from nanduti.surveys.models import RecordLink, Submission
from nanduti.surveys.queries import mappings as queries
from nanduti.vault.keeping import open_rows
from nanduti.vault.models import IdentityField
from tests.surveys.answered import OWNER, PHONE, answers_xml, instance_id, waiting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

SPEC = """
mapping: 1
source: Visits of 2026
subject:
  create: true
  values: {activity: product, n_workers: workers}
  identity: {name: owner_name, phone: phone, latitude: {point: place, part: latitude}}
facts:
  - {attribute: rent, question: rent_per_month, unit: guaraníes a month}
  - {attribute: tools, question: tools}
  - {attribute: machines, count: machine}
"""


def keep(made, text=SPEC, **more):
    spec = writing.understood(text=text, definition=writing.definition_for(made.instrument))
    return mappings.keep_mapping(instrument=made.instrument, spec=spec, by="test", **more)


def read():
    n = reading.read_waiting()
    failed = list(Submission.objects.filter(processing="failed").values_list("processing_note", flat=True))
    assert not failed
    return n


def facts():
    rows = ProfileFact.objects.exclude(source=None).order_by("establishment_id", "attribute")
    return {(f.establishment_id, f.attribute): f.value_text or float(f.value) for f in rows}


def test_a_visit_becomes_a_firm_with_facts_and_its_owner_goes_to_the_vault(answered):
    keep(answered)
    row = waiting(answered, 1)
    before = Establishment.objects.count()
    read()
    row.refresh_from_db()
    found = row.establishment
    assert Establishment.objects.count() == before + 1 and found.cluster == answered.world.cluster
    assert (found.activity, found.n_workers, found.size_band) == ("trousers", 4, "micro")
    opened = open_rows(IdentityField.objects.filter(identity=found.pseudonym))[found.pseudonym]
    assert opened == {"name": OWNER, "phone": PHONE, "latitude": "-25.3871"}
    assert facts() == {
        (found.pk, "rent"): 107.5, (found.pk, "tools"): "sewing; overlock", (found.pk, "machines"): 2.0
    }  # fmt: skip
    fact = ProfileFact.objects.get(attribute="rent", establishment=found)
    assert fact.source.title == "Visits of 2026" and fact.as_of == "2026-03-02"
    link = RecordLink.objects.get(record_kind="register.profilefact", record_id=str(fact.pk))
    assert link.submission == row and link.question == "fact:rent"


def test_telling_it_again_changes_nothing(answered):
    keep(answered)
    for n in range(3):
        waiting(answered, n)
    read()
    state = (facts(), Organisation.objects.count(), list(RecordLink.objects.order_by("pk").values()))
    Submission.objects.update(processing="waiting")
    read()
    assert state == (facts(), Organisation.objects.count(), list(RecordLink.objects.order_by("pk").values()))
    versions = set(Establishment.objects.values_list("version", flat=True))
    assert versions == {1}


def test_a_corrected_answer_corrects_the_record_and_doubles_nothing(answered):
    keep(answered)
    first = waiting(answered, 1)
    read()
    first.refresh_from_db()
    xml = answers_xml(2, rent_per_month="99", tools="", workers="12", phone="0982 555 7788")
    first.is_current = False
    first.save()
    second = waiting(answered, 2, xml, corrects=first, deprecated_id=instance_id(1))
    read()
    second.refresh_from_db()
    firm = second.establishment
    assert firm == first.establishment and firm.n_workers == 12 and firm.size_band == "small"
    assert facts() == {(firm.pk, "rent"): 99.0, (firm.pk, "machines"): 1.0}
    opened = open_rows(IdentityField.objects.filter(identity=firm.pseudonym, is_current=True))
    assert opened[firm.pseudonym]["phone"] == "0982 555 7788"
    assert not RecordLink.objects.filter(submission=first).exists()


def test_what_is_rejected_is_taken_back_and_comes_again_when_it_is_taken_up(answered):
    keep(answered)
    row = waiting(answered, 1)
    read()
    row.refresh_from_db()
    told = facts()
    reviews.review_submission(submission=row, to_state="rejected", comment="invented", by="supervisor")
    assert facts() == {} and Establishment.objects.filter(pk=row.establishment_id).exists()
    reviews.review_submission(submission=row, to_state="received", by="supervisor")
    assert facts() == told


def test_only_accepted_answers_speak_where_the_mapping_says_so(answered):
    keep(answered, SPEC.replace("source:", "applies: accepted\nsource:"))
    row = waiting(answered, 1)
    read()
    assert facts() == {}
    row.refresh_from_db()
    reviews.review_submission(submission=row, to_state="accepted", by="supervisor")
    assert len(facts()) == 3


def test_trials_say_nothing(answered):
    keep(answered)
    waiting(answered, 1, is_trial=True)
    read()
    assert facts() == {} and not RecordLink.objects.exists()


FIND = """
mapping: 1
subject: {find: [{pseudonym: owner_name}], create: true, values: {n_workers: workers}}
facts: [{attribute: rent, question: rent_per_month}]
"""


def test_a_firm_that_is_named_is_found_and_nobody_else_is_made(answered):
    keep(answered, FIND)
    site = answered.world.site
    waiting(answered, 1, answers_xml(1, owner_name=site.pseudonym.lower(), workers="40"))
    n = Establishment.objects.count()
    read()
    site.refresh_from_db()
    assert Establishment.objects.count() == n and site.n_workers == 40 and (site.pk, "rent") in facts()


def test_what_is_handed_in_for_the_work_in_a_cluster_is_of_that_cluster(answered):
    """A workbook has no enumerator: where a programme covers several clusters, the scope tells which."""
    keep(answered)
    part = Component.objects.create(
        programme=answered.programme, scope=answered.programme.scope, code="F", name="Field"
    )
    for cluster in (answered.world.cluster, answered.world.other):
        Coverage.objects.create(
            programme=answered.programme,
            component=part,
            cluster=cluster,
            scope=work_scope(answered.programme, cluster),
        )
    there = work_scope(answered.programme, answered.world.other)
    told = waiting(answered, 1, enumerator=None, scope=there, channel="spreadsheet")
    untold = waiting(answered, 2, enumerator=None, scope=answered.programme.scope, channel="spreadsheet")
    read()
    for row in (told, untold):
        row.refresh_from_db()
    assert told.establishment.cluster == answered.world.other and untold.establishment is None
    (link,) = queries.problems(instrument=answered.instrument)
    assert link.problem["code"] == "surveys.cluster_not_known"


@pytest.mark.parametrize("who", ["W-NOBODY22", "foreign"])
def test_who_is_not_there_or_not_within_reach_is_a_problem_that_can_be_tried_again(answered, who):
    keep(answered, FIND)
    foreign = Establishment.objects.create(
        organisation=answered.world.foreign_firm,
        cluster=answered.world.other,
        scope=answered.world.other.scope,
    )
    named = foreign.pseudonym if who == "foreign" else who
    row = waiting(answered, 1, answers_xml(1, owner_name=named))
    read()
    (link,) = queries.problems(instrument=answered.instrument)
    assert link.problem["code"] == "surveys.nobody_found" and facts() == {}
    row.refresh_from_db()
    assert row.processing == "done" and row.establishment is None


def test_an_answer_that_does_not_fit_is_told_and_never_quoted(answered):
    keep(answered, SPEC.replace("n_workers: workers", "n_workers: owner_name"))
    waiting(answered, 1)
    read()
    (link,) = queries.problems(instrument=answered.instrument)
    assert link.problem["code"] == "surveys.answer_does_not_fit" and OWNER not in str(link.problem)


def test_two_programmes_share_no_mapping_and_no_trace_stands_in_clear(answered):
    keep(answered)
    waiting(answered, 1)
    read()
    texts = str(list(RecordLink.objects.values())) + str(list(AuditEvent.objects.values()))
    texts += str(list(ProfileFact.objects.values())) + str(list(Establishment.objects.values()))
    assert OWNER not in texts and PHONE not in texts and "25.387" not in texts


@pytest.fixture
def attendance():
    kept = {}

    def write(told):
        for one in told:
            one.record_kind, one.record_id = "test.attendance", one.record_id or str(len(kept) + 1)
            kept[one.record_id] = dict(one.values)

    def withdraw(links):
        for link in links:
            kept.pop(link.record_id)

    slots = (Slot("brand", is_required=True), Slot("age", "integer"))
    offer(Target("test.attendance", "attendance", slots, write, withdraw))
    yield kept
    offered.pop("test.attendance")


ROWS = """
mapping: 1
subject: {create: true}
records:
  - {target: test.attendance, key: machines, each: machine, values: {brand: machine/brand, age: machine/age}}
"""


def test_each_row_of_a_repeat_is_a_record_for_a_room_above(answered, attendance):
    keep(answered, ROWS)
    first = waiting(answered, 1)
    read()
    assert attendance == {"1": {"brand": "Juki", "age": 1}, "2": {"brand": "Juki", "age": 2}}
    Submission.objects.filter(pk=first.pk).update(is_current=False)
    waiting(answered, 2, answers_xml(2), corrects=first)
    read()
    assert attendance == {"1": {"brand": "Juki", "age": 1}}


def test_everything_can_be_told_anew_after_the_mapping_changed(answered):
    for n in range(5):
        waiting(answered, n)
    read()
    assert facts() == {}
    keep(answered)

    class Said:
        def say(self, *args):
            self.last = args

    said = Said()
    assert tell_anew(said, instrument=answered.instrument.pk) == {"n_submissions": 5, "n_problems": 0}
    assert len(facts()) == 15 and said.last == (5, 5)
    tell_anew(said, instrument=answered.instrument.pk)
    assert Establishment.objects.exclude(source=None).count() == 5


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("mapping: 1", "mapping: 2", "mapping"),
        ("source:", "sauce:", "sauce"),
        ("create: true", "create: perhaps", "subject.create"),
        ("question: rent_per_month", "question: rent", "facts[0]"),
        ("question: tools}", "question: owner_name}", "facts[1]"),
        ("attribute: rent", "attribute: 'a b'", "facts[0].attribute"),
        ("count: machine", "count: tools", "facts[2]"),
        ("name: owner_name", "nome: owner_name", "subject.identity.nome"),
        ("part: latitude", "part: height", "subject.identity.latitude"),
        ("workers}", "{sum: [workers], value: 3}}", "subject.values.n_workers"),
        ("facts:", "records: [{target: nowhere}]\nfacts:", "records[0].target"),
        ("source:", "applies: never\nsource:", "applies"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(answered, old, new, place):
    with pytest.raises(MappingRefused) as refused:
        keep(answered, SPEC.replace(old, new, 1))
    assert refused.value.details["place"] == place


@pytest.mark.parametrize("text", ["a: [", "- :\n\t-", "&a [*a, *a", "\x00", "!!python/object:os.system {}"])
def test_what_is_no_yaml_is_refused(answered, text):
    with pytest.raises((NotAMapping, MappingRefused)):
        writing.understood(text=text, definition=None)


def test_the_number_of_queries_does_not_grow_with_the_batch(answered, django_assert_max_num_queries):
    keep(answered)
    for n in range(20):
        waiting(answered, n)
    with django_assert_max_num_queries(75):
        reading.read_waiting()


def test_the_reference_shows_a_mapping_that_is_accepted():
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs/reference/mappings.md").read_text()
    example = text.split("```yaml\n")[1].split("```")[0]
    from nanduti.surveys.mapping.spec import read_spec

    assert read_spec(yaml.safe_load(example)).entries
