"""Prime movers: the firms with which twinning begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, mark

from .kinds import source

SOURCE = source("step 7; chapter 4, section 4")
SIZES = ("micro", "small", "larger_small", "medium", "large")
FITTING_SIZES = frozenset({"larger_small", "medium"})


@dataclass(frozen=True)
class Candidate:
    """A firm that might go first; ``None`` means not known. Specialisation and willingness run from 0 to 1."""

    code: str
    size: str
    has_vision: bool | None
    has_targets: bool | None
    has_finance: bool | None
    specialisation: float | None = None
    willingness: float | None = None


@dataclass(frozen=True)
class Placed:
    """A candidate with its rank (``None``: did not pass the gate) and the reasons."""

    candidate: Candidate
    rank: int | None
    reasons: tuple[Reason, ...]


def prime_movers(candidates: Iterable[Candidate], *, sizes: frozenset[str] = FITTING_SIZES) -> list[Placed]:
    """Gate and rank: vision and targets and finance and a fitting size; then by specialisation and willingness.

    Every candidate comes back, those left out with the reason; ties share a rank. A missing specialisation
    or willingness ranks below every known one.

    >>> firms = [Candidate("seals", "medium", True, True, True, 0.9, 0.5),
    ...          Candidate("pumps", "medium", True, True, True, 0.9, 0.8),
    ...          Candidate("bolts", "small", True, None, True)]
    >>> [(p.candidate.code, p.rank, [r.code for r in p.reasons]) for p in prime_movers(firms)]
    [('pumps', 1, []), ('seals', 2, []), ('bolts', None, ['size', 'targets_unknown'])]
    """
    judged = [(c, _failures(c, sizes)) for c in candidates]
    passed = sorted((c for c, why in judged if not why), key=_key)
    first_of: dict[tuple[float, ...], int] = {}
    for rank, candidate in enumerate(passed, start=1):
        first_of.setdefault(_score(candidate), rank)
    placed = [Placed(c, first_of[_score(c)], ()) for c in passed]
    left = sorted(((c, why) for c, why in judged if why), key=lambda pair: pair[0].code)
    return placed + [Placed(c, None, why) for c, why in left]


def _failures(candidate: Candidate, sizes: frozenset[str]) -> tuple[Reason, ...]:
    for name in ("specialisation", "willingness"):
        value = getattr(candidate, name)
        if value is not None and not 0 <= value <= 1:
            raise BadInput(
                place=f"{name} of {candidate.code}",
                problem=f"is {value}",
                remedy="Give a number from 0 to 1.",
            )
    if candidate.size not in SIZES:
        raise BadInput(
            place=f"size of {candidate.code}",
            problem=f"is {candidate.size!r}",
            remedy=f"Use {', '.join(SIZES)}.",
        )
    reasons = []
    if candidate.size not in sizes:
        sentence = mark("Its size ({size}) is not one with which twinning begins.")
        reasons.append(Reason("size", sentence, {"size": candidate.size}))
    for code, value in (
        ("vision", candidate.has_vision),
        ("targets", candidate.has_targets),
        ("finance", candidate.has_finance),
    ):
        if value is None:
            reasons.append(
                Reason(f"{code}_unknown", mark("Whether it has {what} is not known."), {"what": code})
            )
        elif not value:
            reasons.append(Reason(f"no_{code}", mark("It has no {what}."), {"what": code}))
    return tuple(reasons)


def _score(candidate: Candidate) -> tuple[float, float]:
    known = (candidate.specialisation, candidate.willingness)
    return tuple(-1.0 if value is None else float(value) for value in known)


def _key(candidate: Candidate) -> tuple:
    specialisation, willingness = _score(candidate)
    return -specialisation, -willingness, candidate.code
