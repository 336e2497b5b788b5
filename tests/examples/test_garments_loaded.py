"""The made-up workshops once they are in: published counts, nothing twice, no name in clear, and what follows."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django_scopes import scopes_disabled

from nanduti.config import cli
from nanduti.config.garments import census, field, loading
from nanduti.config.garments.files import PROGRAMME, TOWNS, rows
from nanduti.diagnostics.models import Assessment, Challenge, DiagnosticStudy, Selection
from nanduti.foundation.models import Job, User
from nanduti.indicators import queries as indicators
from nanduti.networks.models import BusinessNetwork, TieActor, TieRespondent
from nanduti.programme.models import Programme
from nanduti.register.models import Establishment, ProfileFact
from nanduti.release.models import Publication, ReleaseRequest, Returning
from nanduti.surveys.models import AnswerSet, Finding, RecordLink, Submission, Wave
from tests.examples.conftest import load
from tests.support.clients import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
ROOT = Path(__file__).resolve().parents[2]
ADDRESS = f"/p/{PROGRAMME}/"
# Pages of the programme in every room that has some.
PAGES = (
    "", "step/3/", "selection/", "committee/", "agreements/", "conditions/", "plan/", "ledger/", "results/",
    "quality/", "twinnings/", "surveys/review/", "surveys/instruments/", "surveys/enumerators/",
)  # fmt: skip


# Pages of the rooms that stand on the answers, each with something that must be on it.
PAGES_ABOVE = {
    "indicators/": "",
    "indicators/one/women_share/": "",
    "weighing/": "",
    "studies/": "",
    "studies/diagnostic-study-of-yaguaron/": "",
    "studies/diagnostic-study-of-yaguaron/operations/": "Jeans",
    "studies/diagnostic-study-of-yaguaron/routing/": "",
    "challenges/": "",
    "comparison/": "",
    "assessments/": "",
    "networks/": "",
    "networks/?cluster=yaguaron-garments": "",
    "networks/measures/?cluster=yaguaron-garments": "",
    "networks/left-out/?cluster=yaguaron-garments": "",
    "networks/named/": "",
    "networks/groups/": "",
    "release/": "",
    "release/returns/": "",
}


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
    form = field.asked(Programme.objects.get(code=PROGRAMME), field.CENSUS)
    firms = census.establishments(Programme.objects.get(code=PROGRAMME), form)
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
    assert within == {
        "census-2023": 323, "visit-2024": 15, "roster-pilar-2023": 48, "roster-yaguaron-2023": 75,
        "roster-mra-2023": 36,
    }  # fmt: skip


def test_loading_again_changes_nothing():
    def n_rows() -> dict[str, int]:
        return {
            m._meta.label: m._base_manager.count() for m in apps.get_models() if "nanduti" in m.__module__
        }

    before = n_rows()
    load()
    assert n_rows() == before
    # And part by part, as after a load that was killed at its very end.
    loading.load_answers()
    loading.load_diagnosis()
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
    return signed_in(User.objects.get(username=name))


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


# --- what follows from the answers


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.get(code=PROGRAMME)


def census_of(town: str) -> list[dict[str, str]]:
    """The last answers to the census of a town, as they were sent."""
    keys = {row["workshop_name"]: row["workshop"] for row in rows("workbook-keys")}
    typed = [{**row, "town": "mra", "workshop": keys[row["workshop_name"]]} for row in rows("workbook")]
    said = {row["workshop"]: row for row in [*rows("census"), *typed, *rows("corrections")]}
    return [row for row in said.values() if row["town"] == town and row["consent"] == "yes"]


def share(some: list[dict[str, str]], of: str, whole: str = "n_workers") -> float:
    return sum(int(row[of]) for row in some) / sum(int(row[whole]) for row in some)


def test_indicators_are_what_the_answers_come_to(programme):
    """The plain twin: added up from the files, against what the room keeps."""
    codes = ["women_share", "worker_formality", "firm_formality", "beyond_smartphone"]
    found = indicators.values(programme=programme, access=None, codes=codes, wave="census-2023")
    value = {(row["code"], row["cluster"]): row["value"] for row in found.to_dicts() if row["group"] == ""}
    for town, cluster in TOWNS.items():
        census = census_of(town)
        assert value["women_share", cluster] == pytest.approx(share(census, "n_women"))
        assert value["worker_formality", cluster] == pytest.approx(share(census, "n_insured"))
    assert value["women_share", TOWNS["pilar"]] == pytest.approx(0.81)
    assert value["women_share", TOWNS["yaguaron"]] == pytest.approx(0.45)


def test_the_committee_decided_against_the_ranking_and_said_why(programme):
    selection = Selection.objects.get(programme=programme)
    chosen = {e.candidate.cluster.code for e in selection.entries.filter(outcome="chosen")}
    assert selection.is_decided and chosen == set(TOWNS.values()) and selection.against_reason
    assert selection.run.result["placed"]


def test_studies_challenges_and_networks_stand(programme):
    states = dict(DiagnosticStudy.objects.filter(programme=programme).values_list("cluster__code", "status"))
    assert states == {TOWNS["yaguaron"]: "agreed", TOWNS["pilar"]: "draft", TOWNS["mra"]: "draft"}
    kinds = list(Challenge.objects.filter(programme=programme).values_list("kind", flat=True))
    assert (kinds.count("initial"), kinds.count("emergent")) == (4, 5)
    assert BusinessNetwork.objects.get(programme=programme).members.count() == 7
    silent = TieRespondent.objects.filter(wave__programme=programme, state="silent")
    assert silent.count() == 17 == len(rows("silent"))
    assert TieActor.objects.filter(programme=programme, state="named").exists()


def test_each_town_is_told_what_to_begin_with(programme):
    towns = Assessment.objects.filter(programme=programme, recipe__code="associativity-readiness")
    said = {a.cluster.code: next(band for band, n in a.summary["bands"].items() if n) for a in towns}
    assert said == {
        TOWNS["pilar"]: "promote",
        TOWNS["yaguaron"]: "strengthen_first",
        TOWNS["mra"]: "strengthen_first",
    }
    before, after = Assessment.objects.filter(recipe__code="firm-associativity").order_by("id")
    assert (before.n_units, after.n_units, after.before) == (320, 15, before)


def test_two_left_one_waits_and_one_town_was_not_met_yet(programme):
    states = dict(ReleaseRequest.objects.filter(programme=programme).values_list("code", "state"))
    assert sorted(states.values()) == ["open", "published", "published"]
    waiting = ReleaseRequest.objects.get(state="open")
    assert waiting.checks.get().is_safe and waiting.checks.get().n_hidden > 0
    for publication in Publication.objects.all():
        approvals = publication.of_check.approvals.all()
        asked_by = publication.of_check.request.requested_by
        assert len({a.by_id for a in approvals} - {asked_by.pk}) == 2
        assert "synthetic" in publication.programme_title
    assert set(Returning.objects.values_list("cluster__code", flat=True)) == {
        TOWNS["pilar"],
        TOWNS["yaguaron"],
    }
    assert not Job.objects.exclude(state="done").exists()


def test_everybody_reads_what_was_let_out_and_nothing_else():
    client = Client()
    page = client.get(f"/open/{PROGRAMME}/workshops-by-town-and-size/")
    assert page.status_code == 200 and "synthetic" in page.content.decode()
    for address in ("workshops-by-owner-size-and-town", "sheets-for-workshops-2023"):
        assert client.get(f"/open/{PROGRAMME}/{address}/").status_code == 404
    assert client.get(ADDRESS).status_code == 302


@pytest.mark.parametrize("who", ["coordinator", "cda-garments", "committee", "researcher"])
def test_every_page_opens_and_says_that_it_is_made_up(who):
    client = visitor(who)
    for page, word in PAGES_ABOVE.items():
        answer = client.get(ADDRESS + page)
        if who == "coordinator":
            assert answer.status_code == 200, page
        assert answer.status_code in (200, 403), f"{page} {who}"
        if answer.status_code == 200:
            text = answer.content.decode()
            assert 'class="page-mark"' in text and word in text, page


# --- the tutorial


def tutorial_commands() -> list[list[str]]:
    """The commands that the tutorial shows, without the program's name."""
    text = (ROOT / "docs" / "tutorial" / "from-answers-to-a-diagnosis.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines() if line.strip()]


def test_the_commands_of_the_tutorial_do_what_it_says(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = []
    for words in tutorial_commands():
        options = cli.build_parser().parse_args(words)
        assert not options.verb(options), words
        said.append(capsys.readouterr().out)
    assert len(said) == 3
    assert len(said[0].splitlines()) == 5
    assert "67.3" in said[1] or "0.67" in said[1]
    written = "".join(path.read_text(encoding="utf-8-sig") for path in (tmp_path / "answers").glob("*.csv"))
    assert "n_women" in written and "ficticio" not in written
