"""Exports: the same answers in every format, with labels where the format knows them, and nothing that runs."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl
import polars as pl
import pyreadstat
import pytest

from nanduti.surveys import exporting, reading
from nanduti.surveys.errors import ExportRefused
from nanduti.surveys.queries import tables
from tests.surveys.answered import FORM, OWNER, PHONE, answers_xml, publish, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(answered):
    for n in range(1, 5):
        waiting(answered, n)
    waiting(answered, 5, answers_xml(5, product="=cmd|' /C calc'!A0", rent_per_month=""))
    reading.read_waiting()
    return tables.frame(instrument=answered.instrument, access=None)


def files(made, kind: str, language: str = "en") -> dict[str, bytes]:
    return {f.name: f.content for f in exporting.make(made, kind, name="visit", language=language)}


def test_csv_holds_every_answer_and_no_formula(made):
    out = files(made, "csv")
    assert list(out) == ["visit.csv", "visit-machine.csv", "visit-codebook.csv"]
    rows = pl.read_csv(io.BytesIO(out["visit.csv"]))
    assert rows["workers"].to_list() == [4, 5, 6, 7, 8]
    assert rows["tools"].to_list()[0] == "sewing overlock"
    assert rows["product"].to_list()[4].startswith("'=cmd")
    assert rows["_received_at"].to_list()[0].endswith("Z")
    assert pl.read_csv(io.BytesIO(out["visit-machine.csv"])).height == 8
    words = out["visit-codebook.csv"].decode()
    assert "How many people work here?" in words and "shirts = Shirts | trousers = Trousers" in words


@pytest.mark.parametrize("kind", [k for k in exporting.FORMATS if k != "geojson"])
def test_no_format_tells_who_it_is(made, kind):
    for content in files(made, kind).values():
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = b"".join(archive.read(n) for n in archive.namelist())
        assert OWNER.encode() not in content and PHONE.encode() not in content and b"25.38" not in content


def test_a_workbook_has_a_sheet_for_each_table_and_the_codebook(made):
    book = openpyxl.load_workbook(io.BytesIO(files(made, "xlsx")["visit.xlsx"]))
    assert book.sheetnames == ["visit", "machine", "codebook"]
    rows = list(book["visit"].iter_rows(values_only=True))
    at = rows[0].index("product")
    assert rows[5][at] == "=cmd|' /C calc'!A0" and book["visit"].cell(6, at + 1).data_type == "s"
    assert rows[1][rows[0].index("rent_per_month")] == 107.5


def test_parquet_keeps_types(made):
    frame = pl.read_parquet(io.BytesIO(files(made, "parquet")["visit.parquet"]))
    assert frame.equals(made.root)


@pytest.mark.parametrize(("kind", "read"), [("sav", pyreadstat.read_sav), ("dta", pyreadstat.read_dta)])
def test_spss_and_stata_have_labels_and_missing_values(made, tmp_path, kind, read):
    out = files(made, kind, "es")
    path = tmp_path / f"visit.{kind}"
    path.write_bytes(out[f"visit.{kind}"])
    frame, about = read(str(path), output_format="polars")
    assert frame["workers"].to_list() == [4.0, 5.0, 6.0, 7.0, 8.0]
    assert frame["rent_per_month"].to_list()[4] is None
    assert about.column_names_to_labels["workers"] == "¿Cuántas personas trabajan aquí?"
    assert about.variable_value_labels["product"][1.0] == "Camisas"
    assert frame["product"].to_list()[:2] == [2.0, 1.0]
    assert frame["tools_overlock"].to_list()[:2] == [1.0, 0.0]
    assert about.column_names_to_labels["tools_overlock"].endswith("Overlock")
    codebook = pl.read_csv(io.BytesIO(out["visit-codebook.csv"]))
    assert "tools_overlock" in codebook["short_name"].to_list()


def test_the_zip_reads_like_that_of_odk_central(made):
    with zipfile.ZipFile(io.BytesIO(files(made, "zip")["visit.zip"])) as archive:
        assert archive.namelist() == ["visit.csv", "visit-machine.csv"]
        root = pl.read_csv(archive.read("visit.csv"))
        rows = pl.read_csv(archive.read("visit-machine.csv"))
    assert {"SubmissionDate", "workers", "meta-instanceID", "KEY", "ReviewState", "FormVersion"} <= set(
        root.columns
    )
    first = rows.row(0, named=True)
    assert first["PARENT_KEY"] == root["KEY"][0] and first["KEY"] == f"{root['KEY'][0]}/machine[1]"
    assert first["machine-brand"] == "Juki"


def test_places_are_exported_only_where_the_form_declares_them_open(made, answered):
    with pytest.raises(ExportRefused):
        files(made, "geojson")
    xform = FORM.replace('nodeset="/data/place" type="geopoint"', 'nodeset="/data/place" type="geopoint" '
                         'nanduti:sensitivity="open"')  # fmt: skip
    version = publish(answered.instrument, "2", xform)
    waiting(answered, 9, answers_xml(9, version="2", place="-25.3 -57.6 0 0"), instrument_version=version)
    reading.read_waiting()
    only = tables.frame(instrument=answered.instrument, access=None, choice=tables.Choice(version=version.pk))
    told = json.loads(files(only, "geojson")["visit.geojson"])
    (feature,) = told["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [-57.6, -25.3]}
    assert feature["properties"]["workers"] == 5 and "place" not in feature["properties"]


def test_an_instrument_without_answers_is_exported_with_its_headings(answered):
    empty = tables.frame(instrument=answered.instrument, access=None)
    for kind in exporting.FORMATS:
        if kind != "geojson":
            assert files(empty, kind)
    assert b"workers" in files(empty, "csv")["visit.csv"]
