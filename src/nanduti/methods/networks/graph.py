"""A network: actors, the ties of one kind between them, and what is not known about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, Reason, mark

from .errors import BadStrength, MissingGroups, NotComparable, RepeatedActors, SelfTies, TooLarge, some

MOST_FOR_A_MATRIX = 12_000


@dataclass(frozen=True, eq=False)
class Network:
    """Actors and the ties of one kind between them, at one time.

    Three states are kept apart for each ordered pair: a tie (with its strength), no tie, and unknown. Unknown
    are the ties of an actor who did not answer, unless somebody else stated them, and single pairs marked so.

    Attributes:
        actors: the actors, in the order of rows and columns.
        ties: strengths as a compressed sparse matrix, row names column; no diagonal, no stored zeros. An
            undirected network holds each tie in both directions.
        directed: whether "A names B" differs from "B names A".
        answered: for each actor, whether it was asked and answered.
        stated: pairs of actors who did not answer of which the state is known all the same (True stored).
        unknown_pairs: single pairs that are not known although the actor answered (True stored).
        kind: the kind of tie, in the programme's words.
        wave: the round of field work.
        attributes: what is known of each actor, one row each in the order of ``actors``; may be None.
        notes: what was done to the data on the way here, as sentences.
    """

    actors: tuple[object, ...]
    ties: sparse.csr_array
    directed: bool = True
    answered: np.ndarray = field(default=None)  # type: ignore[assignment]
    stated: sparse.csr_array | None = None
    unknown_pairs: sparse.csr_array | None = None
    kind: str = ""
    wave: object = None
    attributes: pl.DataFrame | None = None
    notes: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if self.answered is None:
            object.__setattr__(self, "answered", np.ones(len(self.actors), dtype=bool))

    # --- counts

    @property
    def n(self) -> int:
        """Number of actors."""
        return len(self.actors)

    @property
    def n_arcs(self) -> int:
        """Number of ordered pairs with a tie (an undirected tie counts twice)."""
        return int(self.ties.nnz)

    @property
    def n_ties(self) -> int:
        """Number of ties: arcs of a directed network, edges of an undirected one."""
        return self.n_arcs if self.directed else self.n_arcs // 2

    @property
    def is_complete(self) -> bool:
        """Whether the state of every pair is known."""
        return self.n_unknown == 0

    @cached_property
    def n_unknown(self) -> int:
        """Number of ordered pairs of which nothing is known."""
        silent = ~self.answered
        if self.directed:
            open_rows = int(silent.sum()) * (self.n - 1)
        else:
            open_rows = int(silent.sum()) * (int(silent.sum()) - 1)
        known = 0 if self.stated is None else int(self.stated.nnz)
        single = 0 if self.unknown_pairs is None else int(self.unknown_pairs.nnz)
        return open_rows - known + single

    @property
    def n_known(self) -> int:
        """Number of ordered pairs of which the state is known."""
        return self.n * (self.n - 1) - self.n_unknown

    @property
    def is_binary(self) -> bool:
        """Whether all ties have the strength 1."""
        return bool((self.ties.data == 1).all())

    # --- forms

    @cached_property
    def pattern(self) -> sparse.csr_array:
        """The ties without their strengths: 1 where there is one."""
        return sparse.csr_array(
            (np.ones(self.n_arcs), self.ties.indices, self.ties.indptr), shape=self.ties.shape
        )

    @cached_property
    def either(self) -> sparse.csr_array:
        """1 where a tie stands in at least one direction."""
        if not self.directed:
            return self.pattern
        both = (self.pattern + self.pattern.T).tocsr()
        both.sort_indices()
        both.data[:] = 1
        return both

    @cached_property
    def mutual(self) -> sparse.csr_array:
        """1 where a tie stands in both directions."""
        if not self.directed:
            return self.pattern
        both = self.pattern.multiply(self.pattern.T).tocsr()
        both.sort_indices()
        return both

    def matrix(self) -> np.ndarray:
        """The strengths as a full matrix, 0 where there is no tie or nothing is known."""
        self.fits("A matrix")
        return self.ties.toarray()

    def unknown_matrix(self) -> np.ndarray:
        """True where nothing is known of the ordered pair."""
        self.fits("A matrix")
        silent = ~self.answered
        unknown = np.repeat(silent[:, None], self.n, axis=1)
        if not self.directed:
            unknown &= silent[None, :]
        if self.stated is not None:
            unknown &= ~self.stated.toarray().astype(bool)
        if self.unknown_pairs is not None:
            unknown |= self.unknown_pairs.toarray().astype(bool)
        np.fill_diagonal(unknown, False)
        return unknown

    def frame(self) -> pl.DataFrame:
        """The ties as a table: source, target, strength; each edge of an undirected network once."""
        coo = self.ties.tocoo()
        keep = np.ones(coo.nnz, dtype=bool) if self.directed else coo.row < coo.col
        names = pl.Series("actor", list(self.actors))
        return pl.DataFrame(
            {
                "source": names.gather(coo.row[keep]),
                "target": names.gather(coo.col[keep]),
                "strength": coo.data[keep],
            }
        )

    def table(self, **columns: object) -> pl.DataFrame:
        """A table with one row for each actor."""
        return pl.DataFrame({"actor": list(self.actors), **columns})

    def index(self, actor: object) -> int:
        """The row of an actor."""
        try:
            return self._rows[actor]
        except KeyError:
            raise BadInput(
                place=f"actor {actor!r}",
                problem=mark("is not in the network"),
                remedy=mark("Use a name from the list of actors."),
            ) from None

    @cached_property
    def _rows(self) -> dict[object, int]:
        return {actor: row for row, actor in enumerate(self.actors)}

    # --- changes

    def binary(self, cutoff: float = 0.0) -> Network:
        """Ties stronger than the cutoff, all with strength 1."""
        kept = self.ties.copy()
        kept.data = (kept.data > cutoff).astype(float)
        kept.eliminate_zeros()
        return replace(self, ties=kept)

    def symmetrised(self, rule: str = "either") -> Network:
        """The undirected network.

        Args:
            rule: "either" keeps the stronger direction (UCINET's maximum), "both" the weaker one (a tie only
                where both name each other), "sum" and "mean" add up or average the directions.
        """
        if not self.directed:
            return self
        if rule == "either":
            ties = self.ties.maximum(self.ties.T)
        elif rule == "both":
            ties = self.ties.minimum(self.ties.T)
        elif rule in ("sum", "mean"):
            ties = (self.ties + self.ties.T) * (1.0 if rule == "sum" else 0.5)
        else:
            raise BadInput(
                place=f"rule {rule!r}",
                problem=mark("is not a way to make ties undirected"),
                remedy="either, both, sum, mean",
            )
        return replace(self, ties=tidy(ties), directed=False, **_symmetric_unknowns(self))

    def without_unknowns(self) -> Network:
        """The same ties, with all that is not known taken for no tie."""
        return replace(self, answered=np.ones(self.n, dtype=bool), stated=None, unknown_pairs=None)

    def part(self, actors: Iterable[object]) -> Network:
        """The network among some of the actors, in the order given."""
        return self.rows(np.array([self.index(actor) for actor in actors], dtype=np.int64))

    def rows(self, rows: np.ndarray) -> Network:
        """The network among the actors in some rows."""
        rows = np.asarray(rows, dtype=np.int64)

        def cut(matrix: sparse.csr_array | None) -> sparse.csr_array | None:
            return None if matrix is None else tidy(matrix[rows][:, rows])

        return replace(
            self,
            actors=tuple(self.actors[row] for row in rows),
            ties=cut(self.ties),
            answered=self.answered[rows],
            stated=cut(self.stated),
            unknown_pairs=cut(self.unknown_pairs),
            attributes=None if self.attributes is None else self.attributes[rows],
        )

    # --- groups

    def codes(
        self, groups: str | Mapping[object, object] | Sequence[object]
    ) -> tuple[np.ndarray, list[object]]:
        """Group numbers and labels of all actors, labels in ascending order.

        Args:
            groups: a column of the attributes, a mapping from actor to group, or one group for each actor.
        """
        values = self.values(groups)
        without = [actor for actor, value in zip(self.actors, values) if value is None or value != value]
        if without:
            raise MissingGroups(n=len(without), some=some(without))
        labels = sorted(set(values), key=lambda value: (str(type(value)), value))
        places = {label: place for place, label in enumerate(labels)}
        return np.array([places[value] for value in values], dtype=np.int64), labels

    def values(self, given: str | Mapping[object, object] | Sequence[object]) -> list[object]:
        """One value for each actor, from a column of the attributes, a mapping or a sequence."""
        if isinstance(given, str):
            if self.attributes is None or given not in self.attributes.columns:
                raise BadInput(
                    place=f"attribute {given!r}",
                    problem=mark("is not known for the actors"),
                    remedy=mark("Give a table of actors with this column when the network is built."),
                )
            return self.attributes[given].to_list()
        if isinstance(given, Mapping):
            return [given.get(actor) for actor in self.actors]
        values = given.to_list() if isinstance(given, pl.Series) else list(np.asarray(given, dtype=object))
        if len(values) != self.n:
            raise NotComparable(what=mark("Groups and network"), some=f"{len(values)} ≠ {self.n}")
        return values

    def fits(self, what: str, most: int = MOST_FOR_A_MATRIX) -> None:
        """Refuse to fill a table of all pairs that is too large."""
        if self.n > most:
            raise TooLarge(what=what, most=most, n=self.n)


def tidy(matrix: object) -> sparse.csr_array:
    """Rows compressed, sorted, no zeros, no diagonal."""
    tied = sparse.csr_array(matrix, dtype=float)
    tied.setdiag(0)
    tied.eliminate_zeros()
    tied.sum_duplicates()
    tied.sort_indices()
    if max(tied.nnz, tied.shape[0]) < 2**31:
        # Half the bytes to read: loops over ties wait for memory more than for arithmetic.
        tied.indices, tied.indptr = tied.indices.astype(np.int32), tied.indptr.astype(np.int32)
    return tied


def _symmetric_unknowns(network: Network) -> dict[str, object]:
    """What stays unknown when direction is dropped: pairs unknown in both directions."""
    if network.is_complete:
        return {"stated": None, "unknown_pairs": None}
    if network.stated is None and network.unknown_pairs is None:
        return {}
    unknown = network.unknown_matrix()
    return {
        "answered": np.ones(network.n, dtype=bool),
        "stated": None,
        "unknown_pairs": sparse.csr_array(unknown & unknown.T),
    }


def from_matrix(
    matrix: np.ndarray | sparse.sparray,
    actors: Sequence[object] | None = None,
    *,
    directed: bool | None = None,
    attributes: pl.DataFrame | None = None,
    kind: str = "",
    wave: object = None,
    self_ties: str = "refuse",
) -> Network:
    """A network from a square matrix of strengths; a cell that is not a number is unknown.

    Args:
        matrix: rows name columns; 0 is no tie, NaN is unknown.
        actors: names in the order of the rows; 1, 2, … if not given.
        directed: found from the matrix if not given (a symmetric one is undirected).
        attributes: one row for each actor, in the order of the rows.
        kind: the kind of tie.
        wave: the round of field work.
        self_ties: "refuse" or "drop" what stands on the diagonal.

    Raises:
        BadInput: the matrix is not square.
        BadStrength: a strength is negative or infinite.
        SelfTies: the diagonal is not empty and self-ties are refused.

    >>> import numpy as np
    >>> network = from_matrix(np.array([[0, 1, 1], [0, 0, 1], [0, np.nan, 0]]), ["Ana", "Beto", "Celia"])
    >>> network.n_ties, network.n_unknown, network.directed
    (3, 1, True)
    """
    full = matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix, dtype=float)
    if full.ndim != 2 or full.shape[0] != full.shape[1]:
        raise BadInput(
            place=f"matrix {full.shape}",
            problem=mark("is not square"),
            remedy=mark("Give one row and one column for each actor."),
        )
    names = tuple(actors) if actors is not None else tuple(range(1, len(full) + 1))
    if len(names) != len(full):
        raise NotComparable(what=mark("Names and matrix"), some=f"{len(names)} ≠ {len(full)}")
    if len(set(names)) != len(names):
        twice = [name for name in names if names.count(name) > 1]
        raise RepeatedActors(n=len(set(twice)), some=some(twice))
    unknown = np.isnan(full)
    np.fill_diagonal(unknown, False)
    values = np.where(np.isnan(full), 0.0, full)
    _check_matrix(values, names, self_ties)
    np.fill_diagonal(values, 0.0)
    if directed is None:
        directed = not (np.array_equal(values, values.T) and np.array_equal(unknown, unknown.T))
    elif not directed and not np.array_equal(values, values.T):
        raise BadInput(
            place=mark("matrix"),
            problem=mark("is not symmetric"),
            remedy=mark("Build it as directed and make it undirected by a rule."),
        )
    return Network(
        actors=names,
        ties=tidy(values),
        directed=directed,
        unknown_pairs=sparse.csr_array(unknown) if unknown.any() else None,
        kind=kind,
        wave=wave,
        attributes=attributes,
    )


def _check_matrix(values: np.ndarray, names: tuple[object, ...], self_ties: str) -> None:
    wrong = np.argwhere((values < 0) | np.isinf(values))
    if len(wrong):
        row, column = wrong[0]
        raise BadStrength(
            strength=values[row, column],
            source=names[row],
            target=names[column],
            problem=mark("negative or without end"),
        )
    loops = np.flatnonzero(np.diag(values))
    if len(loops) and self_ties != "drop":
        raise SelfTies(n=len(loops), some=some(names[row] for row in loops))
