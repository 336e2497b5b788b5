"""Several kinds of tie between the same actors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, Reason, mark

from .errors import NotComparable, some
from .graph import Network


@dataclass(frozen=True)
class Multiplexity:
    """How kinds of tie lie on top of each other, direction apart.

    Attributes:
        n_pairs: pairs tied by any kind.
        by_number: ``kinds`` (how many), ``n_pairs``.
        mean_kinds: kinds for each tied pair; None without ties.
        multiplex_share: share of the tied pairs tied by two kinds or more; None without ties.
        overlap: for each two kinds: ``first``, ``second``, ``both``, ``either``, ``jaccard``, ``share_of_first``,
            ``share_of_second`` (null where there is nothing to share).
        actors: ``actor``, ``contacts``, ``kinds_per_contact`` (null without contacts).
        notes: sentences.
    """

    n_pairs: int
    by_number: pl.DataFrame
    mean_kinds: float | None
    multiplex_share: float | None
    overlap: pl.DataFrame
    actors: pl.DataFrame
    notes: tuple[Reason, ...]


def multiplexity(layers: Mapping[str, Network]) -> Multiplexity:
    """Do the same pairs trade, advise and trust each other, or different ones?

    Args:
        layers: kind of tie → network, all with the same actors in the same order.

    Raises:
        NotComparable: the layers speak of different actors.

    Source: Wasserman and Faust 1994, section 16; Jaccard 1901.

    >>> from nanduti.methods.networks import from_matrix
    >>> sells = from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    >>> trusts = from_matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    >>> found = multiplexity({"sells to": sells, "trusts": trusts})
    >>> found.n_pairs, found.mean_kinds, found.overlap["jaccard"].to_list()
    (2, 1.5, [0.5])
    """
    if not layers:
        raise BadInput(
            place=mark("layers"), problem=mark("are empty"), remedy=mark("Give at least one kind of tie.")
        )
    kinds = list(layers)
    first = layers[kinds[0]]
    same_actors(*layers.values())
    upper = {kind: sparse.csr_array(sparse.triu(layer.either, 1)) for kind, layer in layers.items()}
    count = sum(upper.values(), start=sparse.csr_array(first.ties.shape)).tocsr()
    number, pairs = np.unique(count.data.astype(np.int64), return_counts=True)
    total = int(count.nnz)
    full = count + count.T
    contacts = np.diff(full.tocsr().indptr)
    ties = np.asarray(full.sum(axis=1)).ravel()
    return Multiplexity(
        n_pairs=total,
        by_number=pl.DataFrame({"kinds": number, "n_pairs": pairs}),
        mean_kinds=float(count.data.mean()) if total else None,
        multiplex_share=float((count.data > 1).mean()) if total else None,
        overlap=_overlap(kinds, upper),
        actors=first.table(
            contacts=contacts,
            kinds_per_contact=pl.Series(
                np.divide(ties, contacts, out=np.full(first.n, np.nan), where=contacts > 0)
            ).fill_nan(None),
        ),
        notes=tuple(note for layer in layers.values() for note in layer.notes),
    )


def _overlap(kinds: list[str], upper: dict[str, sparse.csr_array]) -> pl.DataFrame:
    rows = []
    for place, a in enumerate(kinds):
        for b in kinds[place + 1 :]:
            both = int(upper[a].multiply(upper[b]).nnz)
            one, two = int(upper[a].nnz), int(upper[b].nnz)
            either = one + two - both
            rows.append(
                {
                    "first": a,
                    "second": b,
                    "both": both,
                    "either": either,
                    "jaccard": both / either if either else None,
                    "share_of_first": both / one if one else None,
                    "share_of_second": both / two if two else None,
                }
            )
    schema = {
        "first": pl.String, "second": pl.String, "both": pl.Int64, "either": pl.Int64,
        "jaccard": pl.Float64, "share_of_first": pl.Float64, "share_of_second": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def same_actors(*networks: Network) -> None:
    """Refuse networks that do not speak of the same actors in the same order."""
    first = networks[0]
    for other in networks[1:]:
        if other.actors != first.actors:
            odd = set(first.actors) ^ set(other.actors)
            raise NotComparable(what=mark("Two networks"), some=some(odd or first.actors))


@dataclass(frozen=True)
class Views:
    """What two sides say of the same ties.

    Attributes:
        n_both: ties that both sides tell.
        n_first, n_second: ties that only one side tells, the other having answered and not told them.
        n_unknown: ties told by one side of which the other side is not known.
        confirmed_share: ties told by both over ties told by either and known of both (None without such ties).
        disputed: ``source``, ``target``, ``told_by`` ("first" or "second"), one row for each disputed tie.
    """

    n_both: int
    n_first: int
    n_second: int
    n_unknown: int
    confirmed_share: float | None
    disputed: pl.DataFrame


def contrast_views(first: Network, second: Network) -> Views:
    """Lay what one side says beside what the other side says: "sells to" beside "buys from" turned round.

    Args:
        first: ties as told by their source ("A sells to B").
        second: the mirrored kind as told by its source ("B buys from A"); it is turned round here. For a kind that
            needs no turning, such as "works with", give the same network twice.

    Raises:
        NotComparable: the networks speak of different actors.

    Source: snowball interviews with contrasted views (Lowe 2003); Krackhardt 1987 for the union and intersection of
    both sides.

    >>> from nanduti.methods.networks import from_matrix
    >>> sells = from_matrix([[0, 1, 1], [0, 0, 0], [0, 0, 0]], ["Ana", "Beto", "Celia"])
    >>> buys = from_matrix([[0, 0, 0], [1, 0, 0], [0, 1, 0]], ["Ana", "Beto", "Celia"])
    >>> found = contrast_views(sells, buys)
    >>> found.n_both, found.n_first, found.n_second, found.confirmed_share
    (1, 1, 1, 0.3333333333333333)
    """
    same_actors(first, second)
    told, turned = first.pattern, second.pattern.T.tocsr()
    both = told.multiply(turned).tocsr()
    only_first, only_second = (told - both).tocoo(), (turned - both).tocoo()
    keep = [cells.data != 0 for cells in (only_first, only_second)]
    ends = [(c.row[k], c.col[k]) for c, k in zip((only_first, only_second), keep)]
    n_unknown = 0
    if not (first.is_complete and second.is_complete):
        blank = (second.unknown_matrix().T, first.unknown_matrix())
        open_ = [matrix[rows, columns] for matrix, (rows, columns) in zip(blank, ends)]
        n_unknown = int(sum(o.sum() for o in open_))
        ends = [(rows[~o], columns[~o]) for (rows, columns), o in zip(ends, open_)]
    names = pl.Series("actor", list(first.actors))
    n_both, n_first, n_second = int(both.nnz), len(ends[0][0]), len(ends[1][0])
    total = n_both + n_first + n_second
    return Views(
        n_both=n_both,
        n_first=n_first,
        n_second=n_second,
        n_unknown=n_unknown,
        confirmed_share=n_both / total if total else None,
        disputed=pl.DataFrame(
            {
                "source": names.gather(np.concatenate([rows for rows, _ in ends])),
                "target": names.gather(np.concatenate([columns for _, columns in ends])),
                "told_by": ["first"] * n_first + ["second"] * n_second,
            }
        ),
    )
