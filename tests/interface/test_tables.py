"""Tables: filters, sorting, paging, exports, and addresses that mean harm."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.test import RequestFactory

from nanduti.foundation.models import AuditEvent
from nanduti.interface import exports, tables
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import Money, Period

KINDS = {"fair": "Fair", "visit": "Visit"}


class EventTable(DataTable):
    name = "events"
    search = ("action", "by_label")
    order = "-at"
    page_size = 10
    columns = (
        Col("action", "Action", "code", sortable=True, filter="text", phone=True),
        Col("by_label", "By", sortable=True, filter="choice", choices={"lucia": "Lucía", "pedro": "Pedro"}),
        Col("at", "At", "moment", sortable=True, filter="days"),
        Col("id", "No.", "number", filter="range", sortable=True),
    )


def rows_of(n: int = 40) -> list[dict]:
    return [
        {
            "n": i,
            "kind": ("fair", "visit")[i % 2],
            "on": date(2009, 1, 1) + timedelta(days=i) if i % 4 else None,
            "cost": Money(i * 10, "EUR") if i % 3 else None,
            "ok": (True, False, None)[i % 3],
            "label": f"Row {i}",
        }
        for i in range(n)
    ]


COLUMNS = (
    Col("n", "N", "number", sortable=True, filter="range"),
    Col("label", "Label", sortable=True, filter="text"),
    Col("kind", "Kind", "choice", choices=KINDS, filter="choice"),
    Col("on", "On", "day", sortable=True, filter="days"),
    Col("cost", "Cost", "money", sortable=True, filter="range"),
    Col("ok", "OK", "bool", filter="bool", shown=False),
)


def table_of(query: str = "", rows=None, **settings) -> DataTable:
    request = RequestFactory().get(f"/t/?{query}")
    return DataTable(rows_of() if rows is None else rows, request, **{"columns": COLUMNS, **settings})


def shown(table: DataTable) -> list[int]:
    return [row.row["n"] for row in table.page_rows]


@pytest.fixture
def events(db) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action=f"room.verb_{n % 7}", by_label=("lucia", "pedro")[n % 2], at=at + timedelta(hours=n)
        )
        for n in range(65)
    )


def event_table(query: str = "") -> EventTable:
    return EventTable(AuditEvent.objects.all(), RequestFactory().get(f"/t/?{query}"))


class TestLists:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("kind=fair&n.to=6", [0, 2, 4, 6]),
            ("n.from=3&n.to=5", [3, 4, 5]),
            ("n.from=3,0&n.to=4.0", [3, 4]),
            ("label=row+3&n.to=9", [3]),
            ("on.from=2009-01-10&on.to=2009-01-12", [9, 10, 11]),
            ("cost.from=340&cost.to=380", [34, 35, 37, 38]),
            ("ok=yes&n.to=6", [0, 3, 6]),
            ("kind=fair&kind=visit&n.to=2", [1]),  # the last one counts
            ("q=row+12", [12]),
        ],
    )
    def test_filters(self, query, expected):
        assert shown(table_of(query, search=("label",))) == expected

    def test_sorting_both_ways_with_the_unknown_last(self):
        assert shown(table_of("sort=-on&n.to=8")) == [7, 6, 5, 3, 2, 1, 0, 4, 8]
        assert shown(table_of("sort=on&n.to=8")) == [1, 2, 3, 5, 6, 7, 0, 4, 8]

    def test_paging(self):
        table = table_of("page=2", page_size=15)
        assert shown(table) == list(range(15, 30))
        assert table.summary == "16–30 of 40"
        assert table.previous_url == "?page=1"
        assert table.next_url == "?page=3"

    def test_chips_lead_to_the_table_without_them(self):
        table = table_of("kind=fair&n.from=3&sort=-n")
        assert [(chip.label, chip.without) for chip in table.chips] == [
            ("N ≥ 3", "?kind=fair&sort=-n"),
            ("Kind: Fair", "?n.from=3&sort=-n"),
        ]
        assert table.bare_url == "?sort=-n"

    def test_columns_are_chosen_in_the_address(self):
        assert [c.key for c in table_of("cols=n&cols=ok&cols=none").shown_cols] == ["n", "ok"]
        assert [c.key for c in table_of("").shown_cols] == ["n", "label", "kind", "on", "cost"]

    def test_two_tables_share_a_page(self):
        one = table_of("a.kind=fair&kind=visit", prefix="a.")
        assert {row.row["kind"] for row in one.page_rows} == {"fair"}
        assert one.kept_args() == [("kind", "visit")]
        assert table_of("a.q=row&q=other", prefix="a.", search=("label",)).words == "row"

    def test_nothing_at_all(self):
        table = table_of(rows=[])
        assert (table.n, table.summary, table.page_rows) == (0, "No rows", [])


HOSTILE = [
    "page=0",
    "page=-1",
    "page=999999999999999999999",
    "page=%00",
    "page=%D9%A1",
    "sort=none",
    "sort=--n",
    "sort=password",
    "sort=__class__",
    "n.from=NaN",
    "n.from=Infinity&n.to=1e400",
    "n.from=99999999999999999999999",
    "id.from=99999999999999999999999",
    "id.from=1e14",
    "id.from=0.5",
    "on.from=2009-13-45",
    "on.from=%00",
    "kind=%00",
    "kind=' OR 1=1 --",
    "action=%25%5F%5C",
    "q=%F0%9F%98%80+%00",
    "q=%ED%A0%80",
    "q=" + "a" * 5000,
    "q=" + "+".join(["x"] * 500),
    "cols=%00&cols=__dict__",
    "export=exe",
    "export=%00",
    "&".join(f"x{i}=1" for i in range(900)),
    "=&&&=",
]


class TestCards:
    """On a phone a row is a card with a title."""

    NAME = Col("name", "Name", phone=True)
    WHY = Col("why", "Why", phone=True)
    STATE = Col("state", "State", "chip", phone=True)
    ROW = {
        "name": "Chennai leather",
        "why": "No tannery of the cluster has a partner abroad yet.",
        "state": "kept",
    }

    def css(self, *columns: Col, row: dict | None = None) -> list[str]:
        [shown_row] = table_of(rows=[row or self.ROW], columns=columns).page_rows
        return [cell.css for cell in shown_row.cells]

    def test_the_first_words_are_the_title_and_a_sentence_stands_below_its_heading(self):
        assert self.css(self.STATE, self.NAME, self.WHY) == ["k-chip", "lead k-text", "long k-text"]

    def test_what_leads_somewhere_is_the_title(self):
        linked = Col("why", "Why", phone=True, url=lambda row: "/somewhere/")
        assert self.css(self.NAME, linked) == ["k-text", "lead k-text"]

    def test_what_can_be_done_with_a_row_is_no_title(self):
        deed = Col("end", "", phone=True, value=lambda row: "End it", url=lambda row: "/somewhere/")
        assert self.css(self.NAME, deed) == ["lead k-text", "k-text"]

    def test_what_says_nothing_is_no_title(self):
        assert self.css(self.NAME, self.WHY, row={**self.ROW, "name": ""}) == ["k-text", "lead k-text"]

    def test_columns_that_a_phone_leaves_out_are_no_title(self):
        assert self.css(Col("name", "Name"), self.WHY) == ["wide k-text", "lead k-text"]

    def test_chosen_columns_are_told_apart(self):
        assert not table_of().is_chosen
        assert table_of("cols=n&cols=kind").is_chosen
        assert not table_of("cols=nothing").is_chosen


class TestHostileAddresses:
    @pytest.mark.parametrize("query", HOSTILE)
    def test_a_list_survives(self, query):
        table = table_of(query, search=("label",))
        assert table.n <= 40
        table.headings(), table.page_rows, table.chips, table.fields, table.kept_args()

    @pytest.mark.parametrize("query", HOSTILE)
    def test_a_query_survives(self, query, events):
        table = event_table(query)
        assert len(table.page_rows) <= 10
        table.headings(), table.chips, table.fields, table.summary

    @pytest.mark.parametrize("query", HOSTILE)
    def test_the_page_survives(self, query, client, db):
        assert client.get(f"/style/page/?{query}").status_code == 200

    def test_markup_is_shown_not_run(self, client, db):
        page = client.get("/style/page/", {"q": "<script>alert(1)</script>", "note": '"><img src=x>'}).content
        assert b"<script>alert" not in page
        assert b"<img src=x" not in page


class TestQueries:
    def test_filter_sort_and_page(self, events):
        table = event_table("by_label=pedro&sort=action&page=2")
        assert table.n == 32
        actions = [row.row.action for row in table.page_rows]
        assert actions == sorted(actions)
        assert table.summary == "11–20 of 32"

    def test_the_last_day_asked_for_counts_to_its_end(self, events):
        """The 65 events lie an hour apart, from the first midnight of the year."""
        table = event_table("at.from=2026-01-02&at.to=2026-01-02")
        assert table.n == 24 and event_table("at.to=2026-01-01").n == 24

    def test_the_given_order_holds_without_asking(self, events):
        moments = [row.row.at for row in event_table().page_rows]
        assert moments == sorted(moments, reverse=True)

    def test_every_row_is_on_exactly_one_page(self, events):
        seen = [r.row.pk for page in range(1, 8) for r in event_table(f"sort=by_label&page={page}").page_rows]
        assert len(seen) == len(set(seen)) == 65

    def test_search_needs_every_word(self, events):
        assert event_table("q=verb_3+lucia").n == event_table("by_label=lucia&action=verb_3").n > 0

    def test_two_queries_a_page_however_long(self, events, django_assert_num_queries):
        with django_assert_num_queries(2):
            table = event_table("q=verb&sort=action")
            assert len(table.page_rows) == 10
            assert table.summary and table.chips and table.next_url

    def test_long_tables_are_not_counted_to_the_end(self, events, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(tables, "COUNT_TO", 30)
        with django_assert_num_queries(1) as seen:
            table = event_table()
            assert table.n == 31
        assert "LIMIT 31" in seen.captured_queries[0]["sql"]
        assert table.summary == "1–10 of more than 30"
        assert event_table("page=99").page == 3


class TestExports:
    TRAPS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "plain", "ñandutí")

    def test_csv_holds_every_filtered_row(self):
        table = table_of("kind=visit&export=csv&page=2", page_size=5)
        assert table.wants_export
        text = b"".join(table.export().streaming_content).decode("utf-8-sig")
        read = list(csv.DictReader(io.StringIO(text)))
        assert [int(r["N"]) for r in read] == list(range(1, 40, 2))
        assert read[0]["Kind"] == "Visit"
        assert (read[0]["Cost"], read[0]["Cost (currency)"]) == ("10", "EUR")
        assert "OK" not in read[0]

    def test_xlsx_has_types(self):
        book = self.open_xlsx(table_of("export=xlsx&cols=n&cols=label&cols=on&cols=cost&cols=ok"))
        head, zero, one = list(book.active.iter_rows(values_only=True))[:3]
        assert head == ("N", "Label", "On", "Cost", "Cost (currency)", "OK")
        assert zero == (0, "Row 0", None, None, None, True)
        assert one == (1, "Row 1", datetime(2009, 1, 2), 10, "EUR", False)

    def test_no_cell_is_a_formula(self):
        rows = [{"n": i, "label": trap} for i, trap in enumerate(self.TRAPS)]
        text = b"".join(table_of("export=csv&cols=label", rows=rows).export().streaming_content).decode(
            "utf-8-sig"
        )
        cells = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
        assert all(not cell.startswith(exports.DANGEROUS) for cell in cells)
        assert cells[0] == "'=1+1"
        assert cells[-1] == "ñandutí"
        sheet = self.open_xlsx(table_of("export=xlsx&cols=label", rows=rows)).active
        assert [cell.data_type for (cell,) in sheet.iter_rows(min_row=2)] == ["s"] * len(self.TRAPS)
        assert sheet["A2"].value == "=1+1"

    def test_negative_numbers_stay_numbers(self):
        rows = [{"n": -5, "cost": Money("-2.50", "EUR")}]
        text = b"".join(
            table_of("export=csv&cols=n&cols=cost", rows=rows).export().streaming_content
        ).decode()
        assert text.splitlines()[1] == "-5,-2.50,EUR"

    def test_headings_cannot_be_formulas_either(self):
        columns = (Col("n", "=1+1"),)
        table = DataTable([{"n": 1}], RequestFactory().get("/?export=csv"), columns=columns)
        assert b"".join(table.export().streaming_content).decode("utf-8-sig").startswith("'=1+1")

    def test_odd_values(self):
        rows = [{"n": Decimal("1e-7"), "label": "a\x00b\x0b<&>\ud800", "on": date(1, 1, 1)}]
        sheet = self.open_xlsx(table_of("export=xlsx", rows=rows)).active
        assert sheet["B2"].value == "ab<&>"
        assert sheet["D2"].value == "0001-01-01"
        assert b"0001-01-01" in b"".join(
            table_of("export=csv", rows=rows[:0] or [{"on": date(1, 1, 1)}]).export()
        )

    def test_file_name_carries_the_day(self):
        response = table_of("export=csv", name="ledger").export()
        assert f'filename="ledger-{date.today().year}' in response["Content-Disposition"]
        assert "no-store" in response["Cache-Control"]

    def test_the_byte_order_mark_can_be_left_out(self):
        with_it = b"".join(table_of("export=csv").export().streaming_content)
        without = b"".join(table_of("export=csv&bom=0").export().streaming_content)
        assert with_it == b"\xef\xbb\xbf" + without

    def test_a_large_sheet_is_streamed(self):
        rows = ([n, f"Firm {n}", date(2020, 1, 1)] for n in range(5000))
        chunks = list(exports.xlsx_chunks(["N", "Firm", "On"], rows, title="Firms: [all]"))
        assert len(chunks) > 3
        with zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as archive:
            assert archive.testzip() is None
        book = openpyxl.load_workbook(io.BytesIO(b"".join(chunks)), read_only=True)
        assert sum(1 for _ in book.active.iter_rows()) == 5001

    def test_rows_of_the_database_stream_in_their_scope(self, events):
        table = event_table("export=csv&by_label=lucia")
        lines = b"".join(table.export().streaming_content).decode().splitlines()
        assert len(lines) == 34

    @staticmethod
    def open_xlsx(table: DataTable) -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(b"".join(table.export().streaming_content)))


def test_spans_of_days_leave_in_words():
    assert exports.plain(Period(date(2009, 3, 1), date(2009, 3, 2))) == "1 March 2009"
