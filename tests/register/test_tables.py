"""What comes in by files: whole or not at all, and never an identity outside the vault."""

from __future__ import annotations

import json

import pytest
from django_scopes import scopes_disabled

from nanduti.foundation.imports import import_sheets, preview_sheets, undo_import
from nanduti.foundation.imports.reading import _read_csv
from nanduti.foundation.models import ImportChange
from nanduti.register.models import (
    Cluster,
    ClusterMembership,
    Establishment,
    Organisation,
    Person,
    ProfileFact,
)
from nanduti.vault.keeping import open_rows
from nanduti.vault.models import IdentityField

FILES = {
    "sources": "code,title\nsurvey-2008,Survey of tanneries\n",
    "places": "code,name,kind,country_code,parent,latitude,longitude\n"
    "india,India,country,in,,,\nchennai,Chennai,city,in,india,13.083333333,80.27\n",
    "clusters": "code,name,name_es,place,trade,source,source_place\n"
    "chennai-leather,Chennai leather,Cuero de Chennai,chennai,leather,survey-2008,p. 1\n",
    "organisations": "code,name,kind,public,cluster\n"
    "central-institute,Central Institute,support_institution,yes,\n"
    "firm-01,Zafiro Tanners,enterprise,no,chennai-leather\n",
    "establishments": "code,organisation,place,n_workers,name,phone,address,latitude,longitude\n"
    "site-01,firm-01,chennai,24,Zafiro Tanners works,+91 44 5550 1234,Seventh Lane 9,13.0123,80.0456\n",
    "people": "code,name,organisation,position,since\n"
    "expert-finishing,Ottavia Quillfeather,central-institute,Finishing expert,March 2009\n",
    "stakeholders": "organisation,cluster,role,since\n"
    "central-institute,chennai-leather,technical_institution,2007\n",
    "profile_facts": "subject_kind,subject,attribute,value,value_text,unit,qualifier,as_of,source,source_place\n"
    "cluster,chennai-leather,n_units,650,,units,about,2008,survey-2008,p. 3\n"
    "cluster,chennai-leather,n_units,620,,units,exactly,2008,survey-2008,p. 9\n",
}
SECRETS = ["Zafiro", "5550", "Seventh", "13.0123", "Ottavia", "Quillfeather"]


def sheets(**changed: str):
    return [_read_csv(f"{name}.csv", text.encode()) for name, text in (FILES | changed).items() if text]


def load(**changed: str):
    return import_sheets(sheets=sheets(**changed), name="example", access=None, by="import")


def kept(pseudonym: str) -> dict[str, str]:
    return open_rows(IdentityField.objects.filter(identity=pseudonym, is_current=True)).get(pseudonym, {})


@pytest.fixture(autouse=True)
def everywhere(db):
    with scopes_disabled():
        yield


def test_the_whole_register_comes_in():
    load()
    cluster = Cluster.objects.get()
    assert cluster.scope.code == "chennai-leather"
    institute = Organisation.objects.get(code="central-institute")
    assert (institute.public_name, institute.scope.code) == ("Central Institute", "*")
    firm = Organisation.objects.get(code="firm-01")
    assert firm.public_name == "" and kept(firm.pseudonym) == {"name": "Zafiro Tanners"}
    assert firm.search_text == f"{firm.pseudonym.lower()} chennai leather cuero de chennai"
    assert ClusterMembership.objects.get().organisation == firm
    site = Establishment.objects.get()
    assert (site.size_band, site.cluster, site.scope) == ("small", cluster, cluster.scope)
    assert kept(site.pseudonym)["latitude"] == "13.012300"
    person = Person.objects.get()
    assert kept(person.pseudonym) == {"name": "Ottavia Quillfeather"}
    assert str(person.positions.get().since_on) == "2009-03-01"
    assert sorted(f.value for f in cluster.facts.all()) == [620, 650]


def test_nothing_identifying_stands_in_the_records_of_the_import():
    batch = load()
    told = json.dumps([batch.report, list(ImportChange.objects.values_list("before", "after"))])
    assert not [secret for secret in SECRETS if secret in told]


def test_the_same_files_change_nothing():
    load()
    again = load()
    assert (again.n_created, again.n_changed) == (0, 0)
    assert IdentityField.objects.count() == 7


def test_a_preview_keeps_nothing_in_either_database():
    report = preview_sheets(sheets(), access=None, by="import")
    assert report["n_created"] and not report["errors"]
    assert not Organisation.objects.exists() and not IdentityField.objects.exists()


def test_a_new_name_is_reported_without_being_told():
    load()
    batch = load(organisations=FILES["organisations"].replace("Zafiro", "Turquesa"))
    firm = Organisation.objects.get(code="firm-01")
    assert firm.identity_version == 2 and kept(firm.pseudonym)["name"] == "Turquesa Tanners"
    assert batch.n_changed == 1 and "Turquesa" not in json.dumps(batch.report)
    assert IdentityField.objects.filter(identity=firm.pseudonym, is_current=False).count() == 1


def test_undo_takes_the_identities_along():
    batch = load()
    undo_import(batch=batch, by="import")
    assert not Organisation.objects.exists() and not Establishment.objects.exists()
    assert not IdentityField.objects.exists()


@pytest.mark.parametrize(
    ("table", "text", "column"),
    [
        ("organisations", "code,name,kind,public\nzafiro-1,Zafiro Tanners,enterprise,no\n", "code"),
        ("establishments", "code,organisation,n_workers\nsite-2,firm-01,+91 44 5550 1234\n", "n_workers"),
        ("establishments", "code,organisation,place\nsite-2,firm-01,Seventh Lane 9\n", "place"),
        ("establishments", "code,organisation,latitude,longitude\nsite-2,firm-01,13.0123N,80\n", "latitude"),
        ("establishments", "code,organisation,latitude\nsite-2,firm-01,13.0123\n", "longitude"),
        ("people", "code,name,organisation\nquillfeather,Ottavia Quillfeather,\n", "code"),
        ("profile_facts", "subject_kind,subject,attribute\ncluster,chennai-leather,n_units\n", "value"),
        ("profile_facts", "subject_kind,subject,attribute,value\nprogramme,nowhere,n_units,3\n", "subject"),
    ],
)
def test_errors_name_the_cell_and_never_what_stands_in_a_table_of_identities(table, text, column):
    report = preview_sheets(sheets(**{table: text}), access=None, by="import")
    mine = [e for e in report["errors"] if e["table"] == table]
    assert mine and mine[0]["column"] == column and mine[0]["remedy"]
    assert not [secret for secret in SECRETS if secret in json.dumps(report)]
    assert not ProfileFact.objects.exists()
