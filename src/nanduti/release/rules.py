"""The rules of the door: the safe default, who may decide, when a check counts, when a dataset is closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nanduti.methods.values import Reason, RuleSource, Verdict, counted, flag, mark, no, yes

# Hundepool et al. (2012) and the Centre for Humanitarian Data (2019); see docs/methods/disclosure.md.
DEFAULTS: dict[str, Any] = {
    "method": "suppress",
    "threshold": 3,
    "p_percent": 10.0,
    "protect_zeros": False,
    "k": 5,
    "l": 2,
    "most_global_risk": 0.03,
}
METHODS = ("suppress", "noise")
# What protects more: a greater or a smaller number.
GREATER_IS_SAFER = {"threshold": True, "p_percent": True, "k": True, "l": True, "most_global_risk": False}
BOUNDS = {
    "threshold": (2, 1000),
    "p_percent": (1.0, 100.0),
    "k": (2, 1000),
    "l": (1, 100),
    "most_global_risk": (0.0, 1.0),
}
APPROVALS = 2

SAFE_DEFAULT = RuleSource("Nanduti, the only door out", "the safe default")
FOUR_EYES = RuleSource("Nanduti, the only door out", "two people who did not ask for it")
RETURNED = RuleSource("UNDP Accelerator Lab Paraguay", "results always go back to the surveyed community")


def protection_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The default with what was asked for; whatever cannot be understood is the default."""
    found = dict(DEFAULTS)
    if asked.get("method") in METHODS:
        found["method"] = asked["method"]
    found["protect_zeros"] = bool(asked.get("protect_zeros", False))
    for name, (low, high) in BOUNDS.items():
        value = asked.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            found[name] = type(DEFAULTS[name])(value)
    return found


def looser(protection: Mapping[str, Any]) -> list[str]:
    """The parameters that protect less than the default."""
    return [
        name
        for name, greater in GREATER_IS_SAFER.items()
        if (protection[name] < DEFAULTS[name] if greater else protection[name] > DEFAULTS[name])
    ]


def may_protect_so(protection: Mapping[str, Any]) -> Verdict:
    """Whether the protection is the safe default or more.

    >>> may_protect_so(protection_of({"threshold": 5})).decision
    'yes'
    >>> may_protect_so(protection_of({"k": 3})).say()
    'k is 3; the safe default is 5. (Nanduti, the only door out, the safe default)'
    """
    found = looser(protection)
    if not found:
        told = Reason("release.protection.enough", mark("It protects as the safe default does, or more."))
        return yes(told, source=SAFE_DEFAULT)
    reasons = [
        Reason(
            f"release.protection.{name}",
            mark("{parameter} is {asked}; the safe default is {default}."),
            {"parameter": name, "asked": protection[name], "default": DEFAULTS[name]},
        )
        for name in found
    ]
    remedy = mark("A coordinator may allow it with a reason, which stays on record.")
    return no(*reasons, source=SAFE_DEFAULT, remedy=remedy)


def may_decide(
    *,
    person: int,
    requested_by: int,
    decided: Collection[int],
    is_open: bool,
    is_checked: bool,
    is_safe: bool,
) -> Verdict:
    """Whether somebody may approve or refuse a checked result. People are numbers here.

    >>> may_decide(person=1, requested_by=1, decided=[], is_open=True, is_checked=True, is_safe=True).decision
    'no'
    """
    refusals = (
        (not is_open, "closed", mark("The request is decided already.")),
        (person == requested_by, "own", mark("Whoever asked for a release does not approve it.")),
        (not is_checked, "unchecked", mark("There is no finished disclosure check to decide about.")),
        (
            person in decided,
            "again",
            mark("You have decided about this result already; somebody else is needed."),
        ),
        (is_checked and not is_safe, "unsafe", mark("The disclosure check says that this must not leave.")),
    )
    reasons = [Reason(f"release.decide.{code}", text) for holds, code, text in refusals if holds]
    if reasons:
        return no(*reasons, source=FOUR_EYES)
    n = APPROVALS - len(decided)
    said = counted(
        n,
        mark("{n} approval is still needed; yours would be the one."),
        mark("{n} approvals are still needed; yours would be one of them."),
    )
    told = Reason("release.decide.may", said, {"n": n})
    return yes(told, source=FOUR_EYES)


def still_holds(*, input_digest: str, now: str, stamp: str, stamp_now: str) -> Verdict:
    """Whether what was checked is what would leave now, beside the same earlier releases."""
    reasons = []
    if input_digest != now:
        told = mark("The records have changed since the check.")
        reasons.append(Reason("release.outdated.records", told))
    if stamp != stamp_now:
        told = mark("Something else was published since the check, and could be held against it.")
        reasons.append(Reason("release.outdated.ledger", told))
    if reasons:
        return no(*reasons, source=FOUR_EYES, remedy=mark("Run the check again."))
    return yes(Reason("release.current", mark("It is what was checked.")), source=FOUR_EYES)


@dataclass(frozen=True)
class Community:
    """What is known of the return of results to one community: by name, and what is still missing."""

    name: str
    has_sheet: bool
    n_meetings: int
    n_open_corrections: int


STILL_OPEN = mark("The round still takes answers: a wave ends with its last day, or when its form is closed.")


def is_closed(communities: Sequence[Community], *, is_still_open: bool = False) -> Verdict:
    """Whether a round of answers may be called closed: returned to every community that answered.

    >>> is_closed([Community("Pilar", True, 1, 0)]).decision
    'yes'
    >>> is_closed([Community("Pilar", True, 0, 0)]).reasons[0].say()
    'Pilar: no meeting where the results were discussed.'
    """
    reasons = []
    if not communities:
        told = mark("Nobody has answered yet, so there is nothing to return.")
        return flag(Reason("release.returned.nobody", told), source=RETURNED)
    if is_still_open:
        reasons.append(Reason("release.returned.open", STILL_OPEN))
    for one in communities:
        name = {"community": one.name}
        if not one.has_sheet:
            reasons.append(
                Reason(
                    "release.returned.sheet",
                    mark("{community}: no sheet has been released to hand out."),
                    name,
                )
            )
        if not one.n_meetings:
            text = mark("{community}: no meeting where the results were discussed.")
            reasons.append(Reason("release.returned.meeting", text, name))
        if one.n_open_corrections:
            text = mark(
                "{community}: corrections were asked for, and nothing is written about what was done."
            )
            reasons.append(Reason("release.returned.corrections", text, name))
    if reasons:
        return no(
            *reasons, source=RETURNED, remedy=mark("Hand out the sheets, meet, and write down what was said.")
        )
    told = Reason(
        "release.returned.all",
        mark("Every community that answered has its results back (communities: {n})."),
        {"n": len(communities)},
    )
    return yes(told, source=RETURNED)
