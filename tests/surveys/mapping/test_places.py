"""Which place an answer means: by code, by its name as people type it; and who is entered where none can be told."""

from __future__ import annotations

import pytest

from nanduti.register.models import Place
from nanduti.surveys import reading
from nanduti.surveys.actions import mappings
from nanduti.surveys.mapping import writing
from nanduti.surveys.models import RecordLink
from nanduti.surveys.queries import mappings as queries
from tests.surveys.answered import waiting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

SPEC = """
mapping: 1
subject:
  create: true
  values: {{n_workers: workers, place: {{question: product, map: {{trousers: "{named}"}}}}}}
"""


@pytest.fixture
def towns(answered):
    """Two countries, a town of one name in each, and two quarters of one name in two towns of one region."""

    def town(code, name, parent=None, country="PY", kind="city"):
        return Place.objects.create(code=code, name=name, kind=kind, parent=parent, country_code=country)

    home = answered.world.cluster.place
    region = town("py-sur", "Sur", kind="region")
    near = town("py-pilar", "Pilar", region)
    far = town("ar-pilar", "Pilar", country="AR")
    quarters = [town(f"{parent.code}-centro", "Centro Histórico", parent) for parent in (home, near)]
    twins = [town(f"py-san-juan-{n}", "San Juan", region) for n in (1, 2)]
    return {"home": home, "near": near, "far": far, "quarters": quarters, "twins": twins}


def told(answered, named, n=1):
    """The firm that an answer with this place made."""
    spec = writing.understood(
        text=SPEC.format(named=named), definition=writing.definition_for(answered.instrument)
    )
    mappings.keep_mapping(instrument=answered.instrument, spec=spec, by="test")
    row = waiting(answered, n)
    reading.read_waiting()
    row.refresh_from_db()
    return row.establishment


@pytest.mark.parametrize(
    ("named", "code"),
    [("py-pilar", "py-pilar"), ("ar-pilar", "ar-pilar"), ("  PILAR ", "py-pilar"), ("sur", "py-sur")],
)
def test_a_place_is_known_by_its_code_or_by_its_name_in_the_country(answered, towns, named, code):
    assert told(answered, named).place.code == code
    assert not queries.problems(instrument=answered.instrument)


def test_of_two_of_one_name_the_one_nearer_to_the_cluster_is_meant(answered, towns):
    assert told(answered, "centro historico").place == towns["quarters"][0]


@pytest.mark.parametrize(
    ("named", "problem"),
    [("San Juan", "surveys.place_not_clear"), ("Pilár del Este", "surveys.place_not_known")],
)
def test_a_place_that_cannot_be_told_keeps_nobody_out(answered, towns, named, problem):
    firm = told(answered, named)
    assert firm is not None and firm.place is None and firm.n_workers == 4
    (link,) = queries.problems(instrument=answered.instrument)
    assert link.problem["code"] == problem and named not in str(link.problem)
    # Told again once the register knows better, the firm gets its place and nobody is entered twice.
    towns["twins"][1].delete()
    Place.objects.create(code="py-este", name="Pilar del Este", kind="city", country_code="PY")
    tell_again(answered)
    firm.refresh_from_db()
    assert firm.place is not None and not queries.problems(instrument=answered.instrument)
    assert RecordLink.objects.filter(target="register.establishment").count() == 1


def tell_again(answered):
    from nanduti.surveys.models import Submission

    Submission.objects.update(processing=Submission.Processing.WAITING)
    reading.read_waiting()
