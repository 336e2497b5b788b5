"""Tables that come in: described once by the room they belong to, previewed, imported whole or not at all, undone.

A room offers a table in its ``tables.py``::

    @table("places", order=10, key="code", columns=[Column("code", required=True), Column("name", required=True)])
    def load_place(row, into):
        into.upsert(Place, key={"code": row["code"]}, values=row.pick("name"))

Whoever imports needs no knowledge of rooms: a folder, a ZIP, a workbook or a single file of rows is read,
every cell is checked, every row is loaded inside one transaction, and the first error keeps all of it out.
"""

from ..errors import ImportRefused
from .context import Context
from .reading import Grid, Sheet, read_content, read_grids, read_sheets
from .running import digest_of, fill_report, import_sheets, preview_sheets, undo_import
from .spec import TABLES, Column, Row, RowProblem, Table, table

__all__ = [
    "TABLES",
    "Column",
    "Context",
    "Grid",
    "ImportRefused",
    "Row",
    "RowProblem",
    "Sheet",
    "Table",
    "digest_of",
    "fill_report",
    "import_sheets",
    "preview_sheets",
    "read_content",
    "read_grids",
    "read_sheets",
    "table",
    "undo_import",
]
