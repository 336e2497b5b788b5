"""What an estimator gives back: a value, how sure it is, and on what it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from nanduti.methods.values import BadInput, Reason


@dataclass(frozen=True)
class Estimate:
    """An estimate with its sampling error.

    Attributes:
        what: what was estimated, in words.
        value: the estimate, in the unit of the answers.
        se: standard error, same unit; ``None`` where it cannot be said.
        df: degrees of freedom of the interval (infinity for a normal interval).
        low, high: limits of the interval; ``None`` where they cannot be said.
        level: confidence of the interval, 0.95 unless asked otherwise.
        method: how error and interval were made.
        n: answers used.
        n_missing: rows of the domain without an answer, left out on request.
        n_psus: primary sampling units with an answer.
        warnings: what a reader must know before quoting the figure.
    """

    what: str
    value: float
    se: float | None
    df: float
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    n_missing: int = 0
    n_psus: int | None = None
    warnings: tuple[Reason, ...] = ()

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """Lower and upper limit."""
        return self.low, self.high

    @property
    def cv(self) -> float | None:
        """Coefficient of variation: error as a share of the value; ``None`` where there is none."""
        return None if self.se is None or self.value == 0 else self.se / abs(self.value)

    def say(self, places: int = 2) -> str:
        """One sentence for a report.

        >>> Estimate("mean of jobs", 6.5, 0.5, 9, 5.37, 7.63, 0.95, "t", n=40, n_psus=10).say()
        'mean of jobs: 6.50 (95 % interval 5.37 to 7.63; 40 answers in 10 primary sampling units).'
        """
        if self.low is None or self.high is None:
            sure = "no interval can be said"
        else:
            sure = f"{100 * self.level:g} % interval {self.low:.{places}f} to {self.high:.{places}f}"
        units = "" if self.n_psus is None else f" in {self.n_psus} primary sampling units"
        notes = "".join(" " + warning.say() for warning in self.warnings)
        return f"{self.what}: {self.value:.{places}f} ({sure}; {self.n} answers{units}).{notes}"


def check_level(level: float) -> float:
    """A confidence level strictly between 0 and 1."""
    if not 0 < level < 1:
        raise BadInput(
            place=f"level {level}", problem="is not between 0 and 1", remedy="Write 0.95 for 95 per cent."
        )
    return level


def critical(level: float, df: float) -> float:
    """Two-sided critical value of Student's t; of the normal where ``df`` is infinite.

    >>> round(critical(0.95, 14), 4), round(critical(0.95, math.inf), 4)
    (2.1448, 1.96)
    """
    upper = 0.5 + check_level(level) / 2
    return float(special.ndtri(upper) if math.isinf(df) else special.stdtrit(df, upper))


def symmetric(value: float, se: float | None, df: float, level: float) -> tuple[float | None, float | None]:
    """Value plus and minus its critical multiple; nothing where error or degrees of freedom lack."""
    check_level(level)
    if se is None or not df > 0:
        return None, None
    half = critical(level, df) * se
    return value - half, value + half
