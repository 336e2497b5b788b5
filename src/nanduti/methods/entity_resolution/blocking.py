"""Which pairs are worth comparing: those that meet under some key. Everything else is never looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark

from .records import TidyRecords

#: Keys under which records may meet, in the order they are told.
KEYS = ("tax_id", "phone", "name", "rare_word", "two_words", "word_start_place", "person", "address_place")


@dataclass(frozen=True)
class Candidates:
    """Pairs worth comparing.

    Attributes:
        pairs: ``one``, ``other`` (rows of the tidy frame, ``one`` before ``other``) and ``keys`` under which they met.
        n_all: how many pairs there would be in all.
        left_out: ``key``, ``value``, ``n``: keys that too many records share (their pairs were not made under it).
    """

    pairs: pl.DataFrame
    n_all: int
    left_out: pl.DataFrame

    @property
    def reduction(self) -> float | None:
        """Share of all pairs that need not be compared; ``None`` for fewer than two records."""
        return 1 - self.pairs.height / self.n_all if self.n_all else None


def candidate_pairs(tidy: TidyRecords, *, most: int = 60, keys: tuple[str, ...] = KEYS) -> Candidates:
    """Pairs that share a telephone, a tax number, the sound of a name or of a rare word, the beginning of a word in one
    place, a person, or an address in one place.

    ``most`` is the greatest number of records under one key value: a word that more records share tells nothing, and
    its pairs would be too many; such values are listed in ``left_out``. Words that sound alike meet, whatever the
    spelling; empty values never meet.

    >>> from nanduti.methods.entity_resolution import tidy_records
    >>> names = ["Zapatos Ruiz", "Zapatos Ruis", "Panadería Luz"]
    >>> tidy = tidy_records(pl.DataFrame({"record": ["1", "2", "3"], "name": names}))
    >>> candidate_pairs(tidy).pairs.rows()
    [(0, 1, ['name', 'rare_word', 'two_words', 'word_start_place'])]
    """
    if most < 2 or set(keys) - set(KEYS):
        raise BadInput(
            place=f"most={most}, keys={keys}",
            problem=mark("cannot be"),
            remedy="Let 2 or more records meet under keys of " + ", ".join(KEYS) + ".",
        )
    frame = tidy.frame.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    tables = [_values(frame, key).with_columns(pl.lit(key).alias("key")) for key in keys]
    values = pl.concat(tables).unique()
    counts = values.group_by("key", "value").agg(pl.len().alias("n"))
    left_out = counts.filter(pl.col("n") > most).sort("key", "value").with_columns(pl.col("n").cast(pl.Int64))
    kept = values.join(counts.filter(pl.col("n").is_between(2, most)), on=["key", "value"]).select(
        "key", "value", "row"
    )
    pairs = kept.join(kept, on=["key", "value"], suffix="_other").filter(pl.col("row") < pl.col("row_other"))
    order = pl.DataFrame({"key": list(KEYS), "place": range(len(KEYS))})
    met = (
        pairs.select(pl.col("row").alias("one"), pl.col("row_other").alias("other"), "key")
        .unique()
        .join(order, on="key")
        .sort("one", "other", "place")
        .group_by("one", "other", maintain_order=True)
        .agg(pl.col("key").alias("keys"))
    )
    n = frame.height
    return Candidates(met, n * (n - 1) // 2, left_out.select("key", "value", "n"))


def _values(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Rows with their values of a key; none for empty fields."""
    place = pl.col("place").fill_null("")
    words = frame.select("row", "sounds", place.alias("place")).drop_nulls("sounds")
    each = words.explode("sounds").filter(pl.col("sounds").str.len_chars() >= 3)
    if key in ("tax_id", "person"):
        found = frame.select("row", pl.col(key).alias("value"))
    elif key == "phone":
        found = frame.select("row", pl.col("phones").alias("value")).explode("value")
    elif key == "name":
        found = words.select("row", pl.col("sounds").list.join(" ").alias("value"))
    elif key == "rare_word":
        found = each.select("row", pl.col("sounds").alias("value"))
    elif key == "two_words":
        both = each.join(each, on="row", suffix="_b").filter(pl.col("sounds") < pl.col("sounds_b"))
        found = both.select("row", pl.format("{} {}", "sounds", "sounds_b").alias("value"))
    elif key == "word_start_place":
        ends = pl.concat(
            [
                each.select("row", pl.format("{}… {}", pl.col("sounds").str.head(4), "place").alias("value")),
                each.select("row", pl.format("…{} {}", pl.col("sounds").str.tail(4), "place").alias("value")),
            ]
        )
        found = ends
    else:
        street = frame.drop_nulls("address").filter(pl.col("address").str.contains(r"\d"))
        found = street.select("row", pl.format("{} {}", "address", place).alias("value"))
    return found.drop_nulls("value").filter(pl.col("value") != "").select("row", "value")


def pair_quality(pairs: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float | int | None]:
    """Recall and precision of pairs (``one``, ``other``) against the true ones; shares ``None`` without a whole.

    >>> found = pl.DataFrame({"one": [0, 1], "other": [1, 2]})
    >>> pair_quality(found, pl.DataFrame({"one": [1, 4], "other": [0, 5]}))
    {'n_found': 2, 'n_true': 2, 'n_both': 1, 'recall': 0.5, 'precision': 0.5}
    """
    ordered = [
        t.select(
            pl.min_horizontal("one", "other").alias("one"), pl.max_horizontal("one", "other").alias("other")
        ).unique()
        for t in (pairs, truth)
    ]
    both = ordered[0].join(ordered[1], on=["one", "other"], how="inner").height
    n_found, n_true = ordered[0].height, ordered[1].height
    return {
        "n_found": n_found,
        "n_true": n_true,
        "n_both": both,
        "recall": both / n_true if n_true else None,
        "precision": both / n_found if n_found else None,
    }


def true_pairs(firm_of: np.ndarray | pl.Series) -> pl.DataFrame:
    """All pairs of rows that belong to one firm, where that is known (made data, or a register cleaned by hand).

    >>> true_pairs(pl.Series(["a", "b", "a", "a"])).rows()
    [(0, 2), (0, 3), (2, 3)]
    """
    frame = pl.DataFrame({"firm": pl.Series(firm_of), "row": np.arange(len(firm_of), dtype=np.int64)})
    pairs = frame.join(frame, on="firm", suffix="_b").filter(pl.col("row") < pl.col("row_b"))
    return pairs.select(pl.col("row").alias("one"), pl.col("row_b").alias("other")).sort("one", "other")
