"""The pre-analysis plan: written in canonical form, sealed before the data, amended only by adding.

A seal is a SHA-256 over the canonical JSON of the plan, the moment, the signer and the state of the data.
Anyone can recompute it without a server; its first sixteen letters can be read aloud in a committee.

Source: Banerjee et al. 2020, NBER Working Paper 26993 (short registered plans, and a populated plan apart).
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .lottery import SEPARATOR
from .multiple import METHODS

MOST_PRIMARY = 5
ESTIMATORS = ("ancova", "difference_in_differences")


@dataclass(frozen=True)
class Hypothesis:
    """One planned comparison.

    Attributes:
        name: short and unique. family: hypotheses judged together; ``"primary"`` holds at most five.
        outcome: the column (question id); definition: how it is made, in words.
        arm: the arm compared with the first, or "" for the only one.
        baseline, controls: what is adjusted for. estimator: ``"ancova"`` or ``"difference_in_differences"``.
        settings: further keywords of the estimator, e.g. period and starts.
        smallest_effect: the smallest effect that would matter. decimals: of the printed estimate.
    """

    name: str
    outcome: str
    definition: str
    family: str = "primary"
    arm: str = ""
    baseline: str = ""
    controls: tuple[str, ...] = ()
    estimator: str = "ancova"
    settings: Mapping[str, Any] = field(default_factory=dict)
    smallest_effect: float | None = None
    decimals: int = 2

    def __post_init__(self) -> None:
        for what in ("name", "outcome", "definition"):
            if not getattr(self, what).strip():
                raise BadInput(
                    place=f"hypothesis {self.name!r}", problem=f"has no {what}", remedy="Write it."
                )
        if self.estimator not in ESTIMATORS:
            raise BadInput(
                place=f"hypothesis {self.name!r}",
                problem=f"names the estimator {self.estimator!r}",
                remedy=f"Use one of {ESTIMATORS}.",
            )
        object.__setattr__(self, "controls", tuple(self.controls))


@dataclass(frozen=True)
class Plan:
    """What will be analysed and how, before anybody has seen an outcome.

    Attributes:
        adjustment: family → method against chance findings (see :func:`adjust`); Holm if not named.
        sample_rule, attrition_rule: in words. subgroups, cost_items: named beforehand.
        lottery: the rule of the lottery (arms with shares, strata, cluster, misfits), may be partial.
        seed_commitment: from :func:`commit_to_seed`, so that the seed cannot be chosen afterwards.
        draws: re-draws per test.
    """

    title: str
    hypotheses: tuple[Hypothesis, ...]
    sample_rule: str
    attrition_rule: str
    adjustment: Mapping[str, str] = field(default_factory=dict)
    subgroups: tuple[str, ...] = ()
    cost_items: tuple[str, ...] = ()
    lottery: Mapping[str, Any] = field(default_factory=dict)
    seed_commitment: str = ""
    draws: int = 4_999

    def __post_init__(self) -> None:
        for name in ("hypotheses", "subgroups", "cost_items"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        names = [h.name for h in self.hypotheses]
        if not names or len(set(names)) < len(names):
            raise BadInput(
                place="hypotheses", problem="are none, or two share a name", remedy="Name each one once."
            )
        n_primary = sum(h.family == "primary" for h in self.hypotheses)
        if n_primary > MOST_PRIMARY:
            raise BadInput(
                place="the primary family", problem=f"holds {n_primary} hypotheses",
                remedy=f"Keep at most {MOST_PRIMARY}; move the others to a secondary family.",
            )  # fmt: skip
        for family, method in self.adjustment.items():
            if method not in METHODS:
                raise BadInput(
                    place=f"family {family!r}", problem=f"is adjusted by {method!r}", remedy=f"Use {METHODS}."
                )


@dataclass(frozen=True)
class DataState:
    """What was in the store when a plan was locked: number and digest of endline submissions."""

    n_submissions: int
    digest: str = ""


@dataclass(frozen=True)
class Amendment:
    """A change after locking: the whole new plan, why, when, by whom, and the seal that chains it."""

    plan: Plan
    reason: str
    at: datetime
    signer: str
    data: DataState
    seal: str


@dataclass(frozen=True)
class LockedPlan:
    """A sealed plan with its amendments in order."""

    plan: Plan
    at: datetime
    signer: str
    data: DataState
    seal: str
    amendments: tuple[Amendment, ...] = ()

    @property
    def current(self) -> Plan:
        """The plan as last amended."""
        return self.amendments[-1].plan if self.amendments else self.plan

    @property
    def is_after_data(self) -> bool:
        """Whether endline answers were already in the store when the plan was locked."""
        return self.data.n_submissions > 0

    @property
    def spoken_seal(self) -> str:
        """The first sixteen letters of the last seal, in fours, for reading aloud."""
        seal = (self.amendments[-1].seal if self.amendments else self.seal)[:16]
        return "-".join(seal[i : i + 4] for i in range(0, 16, 4))

    def verify(self) -> bool:
        """Whether nothing was changed since: recomputes every seal of the chain."""
        previous = _seal(self.plan, self.at, self.signer, self.data, "", "")
        if previous != self.seal:
            return False
        for a in self.amendments:
            previous = _seal(a.plan, a.at, a.signer, a.data, a.reason, previous)
            if previous != a.seal:
                return False
        return True

    def tag(self, hypothesis: Hypothesis) -> str:
        """*registered*, *amended (date)* or *exploratory*; *after data* is added where it applies."""
        late = ", after data" if self.is_after_data else ""
        if not _planned(hypothesis, self.current):
            return "exploratory"
        if _planned(hypothesis, self.plan):
            return f"registered{late}"
        for amendment in self.amendments:
            if _planned(hypothesis, amendment.plan):
                late = ", after data" if amendment.data.n_submissions else ""
                return f"amended ({amendment.at.date().isoformat()}{late})"
        return "exploratory"

    def to_json(self) -> str:
        """The whole chain as canonical JSON."""
        return canonical_json(asdict(self))


def canonical_json(value: Any) -> str:
    """One text for one meaning: sorted keys, no spaces, composed letters (NFC), ISO moments with zone.

    >>> canonical_json({"b": 1, "a": ["x", None]})
    '{"a":["x",null],"b":1}'
    """
    plain = _plain(value, "plan")
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def commit_to_seed(seed: str, salt: str) -> str:
    """A commitment to a lottery's seed: publish it with the plan, reveal seed and salt at the lottery.

    >>> commit_to_seed("4711", "a long random text")[:12]
    '10f5b7da0c52'
    """
    if len(salt) < 8:
        raise BadInput(
            place="the salt", problem="is shorter than eight letters", remedy="Use a long random text."
        )
    return hashlib.sha256(SEPARATOR.join(("nanduti-seed", salt, seed)).encode()).hexdigest()


def lock(plan: Plan, *, at: datetime, signer: str, data: DataState) -> LockedPlan:
    """Seal a plan with the moment (with time zone), the signer and the state of the data.

    >>> from datetime import timezone
    >>> plan = Plan("Mentors", (Hypothesis("profit", "q12", "weekly profit, guaraníes"),), "all", "Lee bounds")
    >>> locked = lock(plan, at=datetime(2025, 3, 7, tzinfo=timezone.utc), signer="CDA", data=DataState(0))
    >>> locked.verify(), locked.is_after_data, locked.tag(plan.hypotheses[0])
    (True, False, 'registered')
    """
    _check_signing(at, signer, data)
    return LockedPlan(plan, at, signer, data, _seal(plan, at, signer, data, "", ""))


def amend(
    locked: LockedPlan, plan: Plan, *, reason: str, at: datetime, signer: str, data: DataState
) -> LockedPlan:
    """Append a changed plan with its reason; what was locked before stays as it was."""
    _check_signing(at, signer, data)
    if not reason.strip():
        raise BadInput(place="the amendment", problem="has no reason", remedy="Say why the plan changes.")
    if not locked.verify():
        raise BadInput(
            place="the locked plan", problem="has a broken seal", remedy="Find the sealed original."
        )
    latest = locked.amendments[-1].at if locked.amendments else locked.at
    if at < latest:
        raise BadInput(
            place=f"the amendment of {at.isoformat()}",
            problem="is older than what it amends",
            remedy="Correct the clock.",
        )
    before = locked.amendments[-1].seal if locked.amendments else locked.seal
    new = Amendment(plan, reason, at, signer, data, _seal(plan, at, signer, data, reason, before))
    return replace(locked, amendments=(*locked.amendments, new))


def read_locked(text: str) -> LockedPlan:
    """A locked plan from the JSON of :meth:`LockedPlan.to_json`; refuses one whose seal is broken."""
    try:
        raw = json.loads(text)
        amendments = tuple(_amendment_of(a) for a in raw["amendments"])
        state = DataState(**raw["data"])
        locked = LockedPlan(
            _plan_of(raw["plan"]), _moment(raw["at"]), raw["signer"], state, raw["seal"], amendments
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            place="the text", problem="is not a locked plan", remedy="Use the saved JSON."
        ) from error
    if canonical_json(raw) != locked.to_json() or not locked.verify():
        raise CannotBeSaid(
            what="What was planned",
            why="the seal is broken: the text was changed",
            remedy="Find the original.",
        )
    return locked


def data_state(data: pl.DataFrame) -> DataState:
    """Number and order-free digest of the rows of a table, for :func:`lock`."""
    rows = sorted(canonical_json([str(v) if v is not None else None for v in row]) for row in data.rows())
    text = "\n".join([canonical_json(data.columns), *rows])
    return DataState(data.height, hashlib.sha256(text.encode()).hexdigest())


def _planned(hypothesis: Hypothesis, plan: Plan) -> bool:
    """Whether a plan holds this hypothesis, letter by letter of its canonical form."""
    wanted = canonical_json(asdict(hypothesis))
    return any(canonical_json(asdict(h)) == wanted for h in plan.hypotheses)


def _check_signing(at: datetime, signer: str, data: DataState) -> None:
    if at.tzinfo is None:
        raise BadInput(place=f"the moment {at}", problem="has no time zone", remedy="Give one, e.g. UTC.")
    if not signer.strip() or data.n_submissions < 0:
        raise BadInput(
            place="the signer or the state of the data", problem="is not given", remedy="Name and count them."
        )


def _seal(plan: Plan, at: datetime, signer: str, data: DataState, reason: str, before: str) -> str:
    body = {
        "plan": asdict(plan), "at": at, "signer": signer, "data": asdict(data), "reason": reason, "before": before,
    }  # fmt: skip
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()


def _plain(value: Any, place: str) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_plain(str(k), place): _plain(v, f"{place}.{k}") for k, v in value.items()}
    if isinstance(value, Sequence):
        return [_plain(v, f"{place}[{i}]") for i, v in enumerate(value)]
    return str(value)


def _plan_of(raw: Mapping[str, Any]) -> Plan:
    hypotheses = tuple(Hypothesis(**{**h, "controls": tuple(h["controls"])}) for h in raw["hypotheses"])
    return Plan(**{**raw, "hypotheses": hypotheses})


def _amendment_of(raw: Mapping[str, Any]) -> Amendment:
    state = DataState(**raw["data"])
    return Amendment(
        _plan_of(raw["plan"]), raw["reason"], _moment(raw["at"]), raw["signer"], state, raw["seal"]
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
