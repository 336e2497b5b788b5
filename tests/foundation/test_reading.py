"""Files from outside become text cells, or are refused with their place and a remedy; nothing else happens."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.foundation import archives
from nanduti.foundation.errors import FileRefused, UnknownTable
from nanduti.foundation.imports import TABLES, read_content, read_sheets, reading
from nanduti.methods.values import PersonError

ROWS = [{"code": "a", "title": "Tannery survey"}, {"code": "b", "title": "Ñandutí, “lace”; web"}]
PLAIN = 'code,title\na,Tannery survey\nb,"Ñandutí, “lace”; web"\n'


def told(name: str, content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read_content(name, content)
    assert refused.value.details["what_to_do"]
    return f"{refused.value.details['name']}: {refused.value.details['problem']}"


def workbook(*rows, title="sources") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def archive(**files) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return kept.getvalue()


def rows_of(sheets) -> list[dict[str, str]]:
    return [row for sheet in sheets for _number, row in sheet.rows]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-be").join([b"\xfe\xff", b""]),
        PLAIN.replace("\n", "\r\n").encode(),
        b"\n\n" + PLAIN.encode(),
        'code;title\na;Tannery survey\nb;"Ñandutí, “lace”; web"\n'.encode(),
        "code\ttitle\na\tTannery survey\nb\tÑandutí, “lace”; web\n".encode(),
        'code,title,,\na,Tannery survey,,\n,,,\nb,"Ñandutí, “lace”; web",,\n'.encode(),
    ],
    ids=[
        "plain",
        "bom",
        "utf-16-le",
        "utf-16-be",
        "windows-lines",
        "blank-start",
        "semicolons",
        "tabs",
        "empty-cells",
    ],
)
def test_the_same_rows_come_out_of_every_spelling_of_a_csv(content):
    assert rows_of(read_content("sources.csv", content)) == ROWS


def test_the_same_rows_come_out_of_workbook_yaml_and_archive():
    cells = [["code", "title"], *(list(row.values()) for row in ROWS)]
    assert rows_of(read_content("any.xlsx", workbook(*cells))) == ROWS
    block = "".join(f"- code: {row['code']}\n  title: '{row['title']}'\n" for row in ROWS)
    assert rows_of(read_content("sources.yaml", block.encode())) == ROWS
    assert rows_of(read_content("any.zip", archive(**{"folder/sources.csv": PLAIN}))) == ROWS


def test_rows_are_numbered_as_in_the_file():
    (sheet,) = read_content("sources.csv", b'code,title\n\na,"two\nlines"\nb,x\n')
    assert [number for number, _row in sheet.rows] == [4, 5]


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"code,title\na,x\nb,Caf\xe9\n", "row 3", "is not UTF-8 text (byte 0xE9"),
        (b"\xff\xfec\x00o\x00", "row", "lacks the columns: code, title"),
        (b"\xff\xfec\x00o\x00d", "row", "is not UTF-16 text"),
        (b"code\na\n", "row 1", "lacks the columns: title"),
        (b"", "row 1", "lacks the columns: code, title"),
        (b"code,title,colour\na,b,c\n", "row 1", "does not know: colour"),
        (b"code,title,title\na,b,c\n", "row 1", "names a column twice: title"),
        (b"code,title\na,b,c\n", "row 2", "more cells than the header"),
        (b'code,title\na,"b\n', "row", "cannot be read as CSV"),
        (b'code,title\na,"b"c\n', "row 2", "cannot be read as CSV"),
        (b"code,title\na," + b"x" * 200_000 + b"\n", "row 2", "cannot be read as CSV"),
    ],
)
def test_a_csv_that_cannot_be_taken_is_refused_with_its_place(content, place, problem):
    said = told("sources.csv", content)
    assert place in said and problem in said, said


def test_a_file_of_an_unknown_table_names_those_that_are_known():
    with pytest.raises(UnknownTable) as refused:
        read_content("colours.csv", PLAIN.encode())
    assert "activities" in refused.value.details["known"]


@pytest.mark.parametrize("name", ["sources.txt", "sources", "sources.exe", ".csv.gz"])
def test_a_kind_that_is_not_read_is_refused(name):
    assert "of a kind we do not read" in told(name, PLAIN.encode())


def test_a_formula_is_not_taken_for_its_value():
    assert "cell B2: holds a formula" in told("x.xlsx", workbook(["code", "title"], ["a", "=1+1"]))


def test_numbers_dates_and_truths_of_a_workbook_become_text():
    from datetime import date, datetime

    row = [7, datetime(2008, 6, 1), date(2009, 2, 3), True, 1.5, 2.0]
    (sheet,) = read_content(
        "sources.xlsx", workbook(["code", "title", "author", "year", "publisher", "url"], row)
    )
    assert list(sheet.rows[0][1].values()) == ["7", "2008-06-01", "2009-02-03", "yes", "1.5", "2"]


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 damaged", archive(a="b")])
def test_what_is_no_workbook_is_refused(content):
    assert told("sources.xlsx", content)


def test_a_workbook_with_a_broken_page_is_refused():
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["code", "title"]))) as old, zipfile.ZipFile(kept, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, b"<worksheet><sheetData><row>" if "sheet1" in entry else old.read(entry))
    assert "is not a workbook we can open" in told("sources.xlsx", kept.getvalue())


def test_a_page_that_claims_a_million_rows_costs_only_those_it_has():
    book = openpyxl.Workbook()
    book.active.title = "sources"
    book.active.append(["code", "title"])
    book.active["A60000"], book.active["B60000"] = "a", "x"
    book.active["XFD60000"] = None
    (sheet,) = read_content("x.xlsx", saved(book))
    assert sheet.rows == [(60_000, {"code": "a", "title": "x"})]


def test_an_archive_that_would_fill_the_disk_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(reading, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = archive(**{"sources.csv": b"0" * 1_000_001})
    assert len(bomb) < 2_000
    assert "would unpack to more than" in told("bomb.zip", bomb)
    assert "would unpack to more than" in told("bomb.xlsx", bomb)


def test_a_workbook_that_would_fill_the_memory_is_refused_before_its_words_are_read(monkeypatch):
    parts = {"xl/sharedStrings.xml": b"<si><t>a</t></si>" * 300_000}
    assert "would fill the memory" in told("bomb.xlsx", archive(**parts))
    monkeypatch.setattr(archives, "LARGEST_PART_BYTES", archives.HARMLESS_BYTES)
    monkeypatch.setattr(archives, "GREATEST_SWELLING", 10_000)
    assert "would fill the memory" in told("bomb.xlsx", archive(**parts))
    assert "is not a workbook" in told(
        "x.xlsx", archive(**{"xl/worksheets/a.xml": parts["xl/sharedStrings.xml"]})
    )


def test_merged_cells_are_told_because_the_rows_below_would_lack_their_value():
    book = openpyxl.Workbook()
    for row in (["code", "title", "year"], ["a", "x", 2001], ["b", "y", None]):
        book.active.append(row)
    book.active.merge_cells("C2:C3")
    assert "cell C2:C3: holds merged cells" in told("sources.xlsx", saved(book))
    with pytest.raises(FileRefused, match="merged cells"):
        reading.read_grids("x.xlsx", saved(book))


def test_a_hidden_sheet_is_not_taken_in_unseen():
    book = openpyxl.load_workbook(io.BytesIO(workbook(["code", "title"], ["a", "x"])))
    hidden = book.create_sheet("places")
    hidden.sheet_state = "hidden"
    assert len(read_content("x.xlsx", saved(book))) == 1, "an empty one is in nobody's way"
    hidden.append(["code", "name", "kind"])
    assert "sheet places: is hidden" in told("x.xlsx", saved(book))


def test_a_text_without_the_mark_of_its_encoding_is_named_as_such():
    assert "zero bytes between the letters" in told("sources.csv", PLAIN.encode("utf-16-le"))


def test_a_file_of_too_many_cells_is_refused_while_it_is_read(monkeypatch):
    monkeypatch.setattr(reading, "MAX_CELLS", 100)
    seen = []
    monkeypatch.setattr(reading, "_filled", lambda rows: (seen.append(row) or row for row in rows))
    assert "is too large" in told("sources.csv", b"code,title\n" + b"a,b\n" * 5_000)
    assert len(seen) < 60


def damaged(packing: int, seed: int) -> bytes:
    """An archive of two tables of which a few bytes have changed, most of them in its list of entries."""
    kept, chance = io.BytesIO(), random.Random(seed)
    with zipfile.ZipFile(kept, "w", packing) as made:
        made.writestr("sources.csv", "code,title\n" + "a,é\n" * 40)
        made.writestr("señal.csv", "code,title\nb,x\n")
    content = bytearray(kept.getvalue())
    first = 0 if chance.random() < 0.4 else len(content) - 130
    for _ in range(chance.randint(1, 4)):
        content[chance.randrange(first, len(content))] = chance.randrange(256)
    return bytes(content)


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_archive_is_read_or_refused(packing):
    """Python's zipfile lets seven kinds of errors out, besides its own; a person hears of none of them."""
    met = set()
    for seed in range(1_500):
        content = damaged(packing, seed)
        with suppress(PersonError):
            read_content("tables.zip", content)
        try:
            opened = archives.open_archive(content)
            for entry in opened.infolist():
                archives.unpack(opened, entry)
        except archives.Unreadable as told_:
            met.add(type(told_.__cause__))
    assert {zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError} <= met


def test_an_archive_with_a_password_or_from_a_later_time_is_refused():
    content = bytearray(archive(**{"sources.csv": "code,title\na,b\n"}))
    listed = content.index(b"PK\x01\x02")
    content[listed + 8] |= 1  # closed with a password
    content[6] |= 1
    assert "cannot be unpacked" in told("x.zip", bytes(content))
    content = bytearray(archive(**{"sources.csv": "code,title\na,b\n"}))
    content[listed + 6] = 99  # a version of the format that nobody knows yet
    assert told("x.zip", bytes(content)) and told("x.xlsx", bytes(content))


@pytest.mark.parametrize(
    "name", ["../../sources.csv", "/etc/sources.csv", "C:\\x\\..\\sources.csv", "a/b/sources.csv"]
)
def test_names_within_an_archive_lead_nowhere(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = archive(**{name: PLAIN})
    try:
        (sheet,) = read_content("x.zip", content)
        assert "/" not in sheet.file
    except (UnknownTable, FileRefused):
        pass
    assert not list(tmp_path.iterdir())


def test_an_archive_within_an_archive_is_left_out():
    assert "holds no table" in told("x.zip", archive(**{"inner.zip": archive(**{"sources.csv": PLAIN})}))


def test_what_spreadsheets_leave_in_an_archive_is_left_out():
    content = archive(**{"__MACOSX/._sources.csv": b"\x00", "sources.csv": PLAIN, "read me.txt": "x"})
    assert rows_of(read_content("x.zip", content)) == ROWS


def test_a_damaged_entry_is_told():
    content = bytearray(archive(**{"sources.csv": PLAIN * 50}))
    content[60] ^= 0xFF
    assert told("x.zip", bytes(content))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "cannot be read as YAML"),
        ("- code: 2008-99-99\n  title: x", "cannot be read as YAML"),
        ("- code: !!python/object/apply:os.system ['true']\n  title: x", "cannot be read as YAML"),
        ("[" * 5_000, "cannot be read as YAML"),
        ("code: a", "is not a list of rows"),
        ("- a\n- b", "is not a list of rows"),
        ("", "is not a list of rows"),
        ("- code: a", "lacks the columns: title"),
        ("- code: a\n  title: x\n  colour: red", "does not know: colour"),
        ("- code: a\n  title: {b: c}", "holds a list within a cell"),
        ("- code: &a [*a]\n  title: x", "holds a list within a cell"),
        ("- code: a\n  title: [[b]]", "holds a list within a cell"),
    ],
)
def test_a_yaml_that_cannot_be_taken_is_refused(text, problem):
    assert problem in told("sources.yaml", text.encode())


def test_a_yaml_that_grows_when_written_out_is_refused():
    lines = ["- code: &a0 [x, x, x, x, x, x, x, x, x]\n  title: x"]
    lines += [f"- code: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n  title: x" for n in range(1, 12)]
    assert "holds a list within a cell" in told("sources.yaml", "\n".join(lines).encode())


def test_a_list_in_a_yaml_cell_stands_as_it_would_in_a_csv():
    (sheet,) = read_content("sources.yaml", b"- code: a\n  title: [b, c]")
    assert sheet.rows[0][1]["title"] == "b; c"


def test_a_folder_is_read_file_by_file(tmp_path):
    (tmp_path / "sources.csv").write_text(PLAIN)
    (tmp_path / "notes.txt").write_text("x")
    assert rows_of(read_sheets(tmp_path)) == ROWS


def test_an_empty_folder_and_one_that_is_not_there_are_told(tmp_path):
    for path, problem in ((tmp_path, "holds no table"), (tmp_path / "gone", "is not there")):
        with pytest.raises(FileRefused) as refused:
            read_sheets(path)
        assert refused.value.details["problem"] == problem


@given(
    content=st.binary(max_size=300),
    name=st.sampled_from(["sources.csv", "sources.xlsx", "sources.yaml", "x.zip"]),
)
def test_no_bytes_make_the_reading_fail_otherwise(content, name):
    with suppress(PersonError):
        read_content(name, content)


@given(
    text=st.text(max_size=200),
    name=st.sampled_from(["sources.csv", "sources.yaml"]),
    codec=st.sampled_from(["utf-8", "utf-16"]),
)
def test_no_text_makes_the_reading_fail_otherwise(text, name, codec):
    with suppress(PersonError):
        read_content(name, text.encode(codec, "surrogatepass"))


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_what_was_written_is_what_is_read(pairs):
    import csv

    kept = io.StringIO()
    csv.writer(kept).writerows([("code", "title"), *pairs])
    found = [tuple(row.values()) for row in rows_of(read_content("sources.csv", kept.getvalue().encode()))]
    assert found == [pair for pair in pairs if any(cell.strip() for cell in pair)]


@pytest.mark.parametrize("kind", ["int", "decimal", "share", "date", "bool", "choice", "list", "text"])
@given(raw=st.text(max_size=30))
def test_no_cell_makes_a_column_fail_otherwise(kind, raw):
    from nanduti.foundation.imports import Column, RowProblem

    column = Column("x", kind, choices=("a", "b"))
    try:
        column.read(raw)
    except RowProblem as problem:
        assert problem.problem and problem.remedy


@pytest.mark.parametrize(
    ("kind", "raw", "problem"),
    [
        ("int", "12.5", "is not a whole number"),
        ("int", "9" * 40, "is too large"),
        ("decimal", "1,500.50", "is not a number"),
        ("decimal", "NaN", "is not a number"),
        ("decimal", "1e400", "is not a number"),
        ("share", "50", "is not between 0 and 1"),
        ("date", "31/12/2008", "is not a date"),
        ("date", "2008-02-30", "is not a date"),
        ("bool", "perhaps", "is neither yes nor no"),
        ("choice", "c", "is not one of the known codes"),
        ("text", "=HYPERLINK(1)", "holds a formula"),
        ("text", "a\x00b", "contains a zero byte"),
        ("text", "a\ud800b", "contains half a character"),
        ("text", "#N/A", "holds an error of the spreadsheet"),
        ("decimal", " #¡valor! ", "holds an error of the spreadsheet"),
        ("text", "x" * 5_001, "is longer than 5000 characters"),
        ("text", "  ", "is empty"),
    ],
)
def test_a_wrong_cell_says_what_is_wrong(kind, raw, problem):
    from nanduti.foundation.imports import Column, RowProblem

    with pytest.raises(RowProblem) as found:
        Column("x", kind, required=True, choices=("a", "b")).read(raw)
    assert problem in found.value.problem


def test_every_table_says_what_a_row_of_it_is():
    assert all(table.about for table in TABLES.values())
