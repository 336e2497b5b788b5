"""The import tables that foundation itself offers."""

from .imports import Column, Context, Row, table
from .models import SourceDocument


@table(
    "sources",
    order=0,
    columns=[
        Column("code", required=True),
        Column("title", required=True),
        Column("author"),
        Column("year", "int"),
        Column("publisher"),
        Column("url"),
    ],
)
def load_source(row: Row, into: Context) -> None:
    """Documents, surveys and registers that facts are taken from."""
    into.upsert(SourceDocument, key={"code": row["code"]}, values=row.pick("title author year publisher url"))
