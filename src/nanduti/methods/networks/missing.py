"""Missing ties, openly: how many, what rules would fill them with, and how much hangs on the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid, PersonError, Reason, mark

from .graph import Network, tidy

POLICIES = ("complete", "none", "reconstruct", "modal", "impute")

POLICY_MEANS = {
    "complete": mark("leave out all actors who did not answer"),
    "none": mark("take what is not known for no tie"),
    "reconstruct": mark("take the other side's word for a tie; no tie where both are silent"),
    "modal": mark("take the other side's word; where both are silent, what most others say of that actor"),
    "impute": mark(
        "take the other side's word; where both are silent, draw ties with the density that is known"
    ),
}


@dataclass(frozen=True)
class Filled:
    """A network without unknown pairs and how it came about.

    Attributes:
        network: the filled network.
        policy: the rule.
        n_unknown: ordered pairs that were not known.
        n_from_other: filled by the word of the other side.
        n_drawn: filled by draw or by what most say.
        n_as_none: taken for no tie without anything to go by.
        left_out: actors left out.
        notes: the rule in words.
    """

    network: Network
    policy: str
    n_unknown: int
    n_from_other: int
    n_drawn: int
    n_as_none: int
    left_out: tuple[object, ...]
    notes: tuple[Reason, ...]


def missing_ties(network: Network, policy: str = "reconstruct", *, seed: int = 1) -> Filled:
    """Fill what is not known by a stated rule. Ties that were observed are never touched.

    Args:
        network: a network.
        policy: "complete" (leave silent actors out; single unknown pairs become no tie), "none", "reconstruct" (Stork
            and Richards 1992), "modal", "impute" (draws).
        seed: draws for "impute".

    Raises:
        BadInput: the rule is not known.
        CannotBeSaid: nothing is known at all.

    Source: Huisman 2009; Žnidaršič, Ferligoj and Doreian 2012.

    >>> import numpy as np
    >>> from nanduti.methods.networks import from_matrix
    >>> network = from_matrix(np.array([[0, 1, 0], [np.nan, 0, np.nan], [0, 1, 0]]))
    >>> filled = missing_ties(network, "reconstruct")
    >>> filled.network.n_ties, filled.n_from_other
    (4, 2)
    """
    if policy not in POLICIES:
        raise BadInput(
            place=f"policy {policy!r}",
            problem=mark("is not a rule for missing ties"),
            remedy=", ".join(POLICIES),
        )
    note = Reason(f"missing_{policy}", POLICY_MEANS[policy], {})
    if policy == "complete":
        return _complete(network, note)
    if network.is_complete:
        return Filled(network, policy, 0, 0, 0, 0, (), ())
    values, unknown = network.matrix(), network.unknown_matrix()
    other_known = unknown & ~unknown.T
    if policy == "none":
        other_known = np.zeros_like(unknown)
    filled = np.where(other_known, values.T, values)
    silent = unknown & ~other_known
    drawn = np.zeros_like(filled)
    if policy == "modal":
        drawn = _modal(values, unknown, silent)
    elif policy == "impute":
        drawn = _drawn(values, unknown, silent, network.directed, seed)
    filled = np.where(silent, drawn, filled)
    n_silent = int(silent.sum())
    return Filled(
        network=replace(
            network,
            ties=tidy(sparse.csr_array(filled)),
            answered=np.ones(network.n, dtype=bool),
            stated=None,
            unknown_pairs=None,
            notes=(*network.notes, note),
        ),
        policy=policy,
        n_unknown=int(unknown.sum()),
        n_from_other=int(other_known.sum()),
        n_drawn=n_silent if policy in ("modal", "impute") else 0,
        n_as_none=n_silent if policy in ("none", "reconstruct") else 0,
        left_out=(),
        notes=(note,),
    )


def _complete(network: Network, note: Reason) -> Filled:
    kept = network.rows(np.flatnonzero(network.answered))
    left = tuple(actor for actor, answered in zip(network.actors, network.answered) if not answered)
    return Filled(
        network=replace(kept.without_unknowns(), notes=(*network.notes, note)),
        policy="complete",
        n_unknown=network.n_unknown,
        n_from_other=0,
        n_drawn=0,
        n_as_none=kept.n_unknown,
        left_out=left,
        notes=(note,),
    )


def _modal(values: np.ndarray, unknown: np.ndarray, silent: np.ndarray) -> np.ndarray:
    """The commonest of what is known of ties to the same actor (no tie where it is even)."""
    drawn = np.zeros_like(values)
    off = ~np.eye(len(values), dtype=bool)
    for column in np.flatnonzero(silent.any(axis=0)):
        said = values[off[:, column] & ~unknown[:, column], column]
        if len(said):
            options, counts = np.unique(said, return_counts=True)
            drawn[:, column] = options[np.argmax(counts)]
    joint = silent & silent.T
    return np.where(joint & (drawn != drawn.T), np.minimum(drawn, drawn.T), drawn) if _even(values) else drawn


def _even(values: np.ndarray) -> bool:
    return bool(np.array_equal(values, values.T))


def _drawn(
    values: np.ndarray, unknown: np.ndarray, silent: np.ndarray, directed: bool, seed: int
) -> np.ndarray:
    """Draws from the pairs that are known, ties and no ties alike."""
    known = values[~unknown & ~np.eye(len(values), dtype=bool)]
    if not len(known):
        raise CannotBeSaid(
            what=mark("What the missing ties are"),
            why=mark("nothing is known of any pair"),
            remedy=mark("Ask at least some of the actors."),
        )
    rng = np.random.default_rng([seed, 9])
    drawn = np.zeros_like(values)
    drawn[silent] = rng.choice(known, size=int(silent.sum()))
    if not directed:
        drawn = np.tril(drawn, -1)
        drawn = drawn + drawn.T
    return drawn


def sensitivity(
    network: Network,
    measure: Callable[[Network], float],
    *,
    policies: Sequence[str] = POLICIES,
    cutoffs: Sequence[float] = (),
    draws: int = 20,
    seed: int = 1,
) -> pl.DataFrame:
    """How much a measure hangs on the rule for missing ties and on what strength counts as a tie.

    Args:
        network: a network.
        measure: a function from network to number.
        policies: rules to try; "impute" is drawn several times and gives a range.
        cutoffs: strengths above which a tie counts, each tried with the first rule.
        draws: how often "impute" draws.
        seed: draws.

    Returns:
        Columns ``policy``, ``cutoff`` (null: all ties), ``value`` (mean over draws), ``lowest``, ``highest``,
        ``why_not`` (sentence where there is no value).

    >>> import numpy as np
    >>> from nanduti.methods.networks import density, from_matrix
    >>> network = from_matrix(np.array([[0, 1, 0], [np.nan, 0, np.nan], [0, 1, 0]]))
    >>> sensitivity(network, lambda n: density(n).value, policies=["none", "reconstruct"])["value"].round(3).to_list()
    [0.333, 0.667]
    """
    rows = []
    tried: list[tuple[str, float | None]] = [(policy, None) for policy in policies]
    tried += [(policies[0], cutoff) for cutoff in cutoffs]
    for policy, cutoff in tried:
        start = network if cutoff is None else network.binary(cutoff)
        values, why_not = [], None
        for draw in range(draws if policy == "impute" else 1):
            try:
                values.append(float(measure(missing_ties(start, policy, seed=seed + draw).network)))
            except PersonError as trouble:
                why_not = trouble.say()
        found = [value for value in values if value == value]
        rows.append(
            {
                "policy": policy,
                "cutoff": cutoff,
                "value": float(np.mean(found)) if found else None,
                "lowest": min(found) if found else None,
                "highest": max(found) if found else None,
                "why_not": why_not,
            }
        )
    schema = {
        "policy": pl.String, "cutoff": pl.Float64, "value": pl.Float64,
        "lowest": pl.Float64, "highest": pl.Float64, "why_not": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)
