"""The made-up workshops once they are in: published counts, nothing twice, no name outside the vault."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled

from nanduti.config.garments import census, field, loading
from nanduti.config.garments.files import PROGRAMME, TOWNS, rows
from nanduti.foundation.models import User
from nanduti.register.models import Establishment, ProfileFact
from nanduti.surveys.models import AnswerSet, Finding, RecordLink, Submission, Wave
from tests.examples.conftest import load

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
ADDRESS = f"/p/{PROGRAMME}/"
# Pages of the programme in every room that has some.
PAGES = (
    "", "step/3/", "selection/", "committee/", "agreements/", "conditions/", "plan/", "ledger/", "results/",
    "quality/", "twinnings/", "surveys/review/", "surveys/instruments/", "surveys/enumerators/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def as_operator(garments):
    with scopes_disabled():
        yield


def people_of(town: str) -> list[tuple[int, int, int]]:
    """(women, men, workers) of every workshop of a town, from the register and its facts."""
    firms = Establishment.objects.filter(cluster__code=TOWNS[town], n_workers__isnull=False)
    facts = {
        (f.establishment_id, f.attribute): int(f.value)
        for f in ProfileFact.objects.filter(establishment__in=firms, attribute__in=["women", "men"])
    }
    return [(facts[f.pk, "women"], facts[f.pk, "men"], f.n_workers) for f in firms]


def test_what_was_published_stands_in_the_register():
    medium = Establishment.objects.filter(cluster__code=TOWNS["pilar"], size_band="medium")
    pilar, yaguaron, mra = (people_of(town) for town in TOWNS)
    assert medium.count() == 25
    assert sum(women for women, *_ in pilar) * 100 == sum(n for *_, n in pilar) * 81
    assert len(yaguaron) == 160
    assert sum(men for _, men, _ in yaguaron) * 100 == sum(n for *_, n in yaguaron) * 55
    assert max(n for *_, n in mra) < 10 and len(mra) == 90
    assert len(pilar) + len(yaguaron) + len(mra) == 320
    mra_groups = ProfileFact.objects.filter(
        establishment__cluster__code=TOWNS["mra"], attribute="member-of"
    ).values_list("value_text", flat=True)
    assert set(mra_groups) == {"none"}


def test_every_fact_of_the_register_is_the_last_answer_that_came():
    """The plain twin: the files as they were sent, the later over the earlier, against what stands in the register."""
    said: dict[str, dict[str, str]] = {}
    keys = {row["workshop_name"]: row["workshop"] for row in rows("workbook-keys")}
    typed = [{**row, "workshop": keys[row["workshop_name"]]} for row in rows("workbook")]
    for row in [*rows("census"), *typed, *rows("corrections"), *rows("follow-up")]:
        said[row["workshop"]] = row
    form = field.asked(_programme(), field.CENSUS)
    firms = census.establishments(_programme(), form)
    assert set(firms) == set(said)
    facts = {
        (f.establishment_id, f.attribute): f.value
        for f in ProfileFact.objects.filter(attribute__in=["women", "men", "output-a-month", "under-30"])
    }
    names = {"women": "n_women", "men": "n_men", "output-a-month": "output_month", "under-30": "n_young"}
    for key, row in said.items():
        for attribute, question in names.items():
            told = facts.get((firms[key].pk, attribute))
            assert (str(int(told)) if told is not None else "") == row[question], (key, attribute)


def _programme():
    from nanduti.programme.models import Programme

    return Programme.objects.get(code=PROGRAMME)


def test_what_was_sent_was_read_reviewed_and_mapped():
    states = Counter(Submission.objects.values_list("form_id", "state", "is_current"))
    assert states == {
        ("workshop_census", "accepted", True): 336,
        ("workshop_census", "received", True): 2,
        ("workshop_census", "returned", False): 6,
        ("relation_roster", "accepted", True): 159,
    }
    assert set(Submission.objects.values_list("processing", flat=True)) == {"done"}
    assert not RecordLink.objects.exclude(problem={}).exists()
    assert not AnswerSet.objects.exclude(problems=[]).exists()
    open_ones = Finding.objects.filter(state="open", submission__is_current=True)
    assert {f.submission.state for f in open_ones} == {"received"} and open_ones.count() == 2
    assert Counter(Submission.objects.values_list("channel", flat=True))["spreadsheet"] == 24


def test_each_wave_holds_the_answers_of_its_days():
    waves = {wave.code: wave for wave in Wave.objects.all()}
    assert set(waves) == {code for _form, code, *_ in field.WAVES}
    within = {
        code: Submission.objects.filter(
            instrument=wave.instrument,
            is_current=True,
            ended_at__date__gte=wave.opens_on,
            ended_at__date__lte=wave.closes_on,
        ).count()
        for code, wave in waves.items()
    }
    assert within == {"census-2023": 323, "visit-2024": 15, "roster-2023": 159}


def test_loading_again_changes_nothing():
    def n_rows() -> dict[str, int]:
        return {
            m._meta.label: m._base_manager.count() for m in apps.get_models() if "nanduti" in m.__module__
        }

    before = n_rows()
    load()
    assert n_rows() == before


def test_names_stand_in_the_vault_alone():
    telling = {"(ficticio)", "Responsable ficticia", "+595 900", "Calle inventada"}
    for model in apps.get_models():
        if not model.__module__.startswith("nanduti.") or model.__module__.startswith("nanduti.vault"):
            continue
        for row in model._base_manager.values():
            text = json.dumps(row, default=str, ensure_ascii=False)
            assert not any(word in text for word in telling), model._meta.label


def visitor(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name), backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_says_that_the_data_are_made_up(language):
    client = visitor("coordinator")
    User.objects.filter(username="coordinator").update(language=language)
    for page in PAGES:
        answer = client.get(ADDRESS + page, headers={"Accept-Language": language})
        assert answer.status_code == 200, page
        assert 'class="page-mark"' in answer.content.decode(), page


def test_the_same_people_work_in_both_programmes():
    for name, _role, _within in loading.ACCOUNTS:
        assert PROGRAMME in visitor(name).get(ADDRESS).content.decode() or name in {
            "custodian",
            "administrator",
        }
