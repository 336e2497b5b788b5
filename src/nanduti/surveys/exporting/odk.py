"""Comma-separated tables as ODK Central gives them, so that scripts written for it go on working."""

from __future__ import annotations

import polars as pl

from nanduti.methods.instruments.frames import KEY, PARENT_ROW, ROW, Table, Tables

STATES = {"accepted": "approved", "returned": "hasIssues", "rejected": "rejected", "received": ""}


def frames(tables: Tables, form_id: str) -> dict[str, pl.DataFrame]:
    """File name (without suffix) → table: questions by their path with dashes, keys as Central writes them."""
    ids = tables.root.frame.select(KEY, "_instance_id")
    made = {form_id: _root(tables.root)}
    for repeat, table in tables.by_repeat.items():
        if repeat:
            made[f"{form_id}-{repeat.rpartition('/')[2]}"] = _repeat(repeat, table, ids)
    return made


def _answers(table: Table) -> list[pl.Expr]:
    return [pl.col(c.name).alias(_heading(c.path)) for c in table.columns if c.role == "answer"]


def _heading(path: str) -> str:
    return path.replace("/", "-")


def _root(table: Table) -> pl.DataFrame:
    frame = table.frame
    return frame.select(
        pl.col("_received_at").alias("SubmissionDate"),
        *(e for e in _answers(table) if e.meta.output_name() != "meta-instanceID"),
        pl.col("_instance_id").alias("meta-instanceID"),
        pl.col("_instance_id").alias("KEY"),
        pl.col("_enumerator").alias("SubmitterID"),
        pl.col("_files_arrived").alias("AttachmentsPresent"),
        pl.col("_files_expected").alias("AttachmentsExpected"),
        pl.col("_state").replace_strict(STATES, default="").alias("ReviewState"),
        pl.col("_version").alias("FormVersion"),
    )


def _repeat(repeat: str, table: Table, ids: pl.DataFrame) -> pl.DataFrame:
    """Keys such as ``uuid:…/machine[1]``; of a repeat within a repeat ``uuid:…/hall[2]/machine[1]``."""
    frame = table.frame.join(ids, on=KEY, how="left", maintain_order="left")
    names = repeat.split("/")
    own = pl.col(ROW).str.split("/").list.last()
    if PARENT_ROW in frame.columns:
        above = pl.concat_str(pl.col("_instance_id"), pl.lit("/"), pl.lit(names[-2] if len(names) > 1 else ""),
                              pl.lit("["), pl.col(PARENT_ROW), pl.lit("]"))  # fmt: skip
    else:
        above = pl.col("_instance_id")
    key = pl.concat_str(above, pl.lit(f"/{names[-1]}["), own, pl.lit("]"))
    return frame.select(*_answers(table), above.alias("PARENT_KEY"), key.alias("KEY"))
