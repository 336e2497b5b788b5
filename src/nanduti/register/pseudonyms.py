"""Pseudonyms: short codes that people can read out over a telephone and that mean nothing.

A prefix tells an organisation (E), an establishment (W, a workshop or works) and a person (P) apart. Six
random characters follow, then a check character. No O, I, L, S or U, which look like digits or each other.
The alphabet has a prime number of characters, so the check finds every wrong character and every swapped pair.

>>> make("E", "7K3QDX")
'E-7K3QDXK'
>>> is_well_formed("E-7K3QDXK"), is_well_formed("E-7K3DQXC")
(True, False)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
N_RANDOM = 6
ORGANISATION, ESTABLISHMENT, PERSON = "E", "W", "P"
PREFIXES = (ORGANISATION, ESTABLISHMENT, PERSON)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def make(prefix: str, body: str) -> str:
    """The pseudonym with this prefix and these random characters."""
    return f"{prefix}-{body}{_check(prefix, body)}"


def draw(prefix: str) -> str:
    """A pseudonym by chance. It may be taken: :class:`Mint` asks, a unique column decides."""
    return make(prefix, "".join(secrets.choice(ALPHABET) for _ in range(N_RANDOM)))


def tidy(text: str) -> str:
    """What somebody typed, in the spelling we keep: upper case, without blanks."""
    return "".join(text.split()).upper()


def is_well_formed(text: str) -> bool:
    """Whether this is a pseudonym that could have been drawn; a slip of the pen is found here."""
    prefix, dash, rest = text.partition("-")
    if not dash or prefix not in PREFIXES or len(rest) != N_RANDOM + 1:
        return False
    return all(c in _VALUE for c in rest) and rest[-1] == _check(prefix, rest[:-1])


def _check(prefix: str, body: str) -> str:
    # Weights differ by position and none is a multiple of the modulus: substitutions and swaps always show.
    total = PREFIXES.index(prefix) + sum(weight * _VALUE[c] for weight, c in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


class Mint:
    """Draws pseudonyms that nobody has, asking the database once for many."""

    def __init__(
        self, prefix: str, taken_among: Callable[[list[str]], Iterable[str]], *, batch: int = 500
    ) -> None:
        self._prefix, self._taken_among, self._batch = prefix, taken_among, batch
        self._given: set[str] = set()
        self._ready: list[str] = []

    def next(self) -> str:
        """One that is free and has not been given before by this mint."""
        while not self._ready:
            drawn = {draw(self._prefix) for _ in range(self._batch)} - self._given
            self._ready = sorted(drawn - set(self._taken_among(sorted(drawn))))
            self._given.update(self._ready)
        # Sorted rows would be given in alphabetical order: that is no secret, but let chance decide.
        return self._ready.pop(secrets.randbelow(len(self._ready)))


def organisation_pseudonym() -> str:
    return draw(ORGANISATION)


def establishment_pseudonym() -> str:
    return draw(ESTABLISHMENT)


def person_pseudonym() -> str:
    return draw(PERSON)
