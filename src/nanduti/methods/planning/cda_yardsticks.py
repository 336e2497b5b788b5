"""Four yardsticks for the work of the cluster development agent, one score each, never one mark for all."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, RuleSource, Share, counted, mark

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 4")


@dataclass(frozen=True)
class Yardstick:
    """One score from 0 to 1, or ``None`` with the reason why it cannot be said."""

    code: str
    score: Share | None
    reason: Reason


@dataclass(frozen=True)
class Yardsticks:
    """The four, in the order of the source."""

    vision_focus: Yardstick
    joint_benefit: Yardstick
    breadth: Yardstick
    cost_share: Yardstick


def cda_yardsticks(
    *,
    n_activities: int,
    n_linked_to_vision: int,
    n_collective: int,
    n_benefit_known: int,
    n_newcomers: int,
    n_participants: int,
    local_share: float | None,
) -> Yardsticks:
    """The four guiding principles as scores for a period.

    The principles are the source's; the measures are Nanduti's proposal: activities that serve a priority of
    the vision ÷ all; activities of collective benefit ÷ those whose benefit is known; organisations that
    took part for the first time ÷ all that took part; the local share of contributions.

    >>> y = cda_yardsticks(n_activities=10, n_linked_to_vision=8, n_collective=6, n_benefit_known=8,
    ...                    n_newcomers=5, n_participants=20, local_share=None)
    >>> y.vision_focus.score, y.joint_benefit.score, y.breadth.score, y.cost_share.score
    (Share(0.8), Share(0.75), Share(0.25), None)
    >>> y.cost_share.reason.say()
    'No contribution has been valued.'
    """
    return Yardsticks(
        _ratio(
            "vision_focus",
            n_linked_to_vision,
            n_activities,
            counted(
                n_linked_to_vision,
                mark("{part} of {whole} activities serves the vision."),
                mark("{part} of {whole} activities serve the vision."),
            ),
        ),
        _ratio(
            "joint_benefit",
            n_collective,
            n_benefit_known,
            counted(
                n_collective,
                mark("{part} of {whole} activities is of collective benefit."),
                mark("{part} of {whole} activities are of collective benefit."),
            ),
        ),
        _ratio(
            "breadth",
            n_newcomers,
            n_participants,
            mark("{part} of {whole} participants came for the first time."),
        ),
        _cost_share(local_share),
    )


def _ratio(code: str, part: int, whole: int, sentence: str) -> Yardstick:
    if not 0 <= part <= whole:
        raise BadInput(
            place=f"{code}: {part} of {whole}",
            problem="is not a part of a whole",
            remedy="Count the part within the whole.",
        )
    if not whole:
        return Yardstick(code, None, Reason("nothing_counted", mark("There is nothing to count.")))
    return Yardstick(code, Share(part / whole), Reason(code, sentence, {"part": part, "whole": whole}))


def _cost_share(local_share: float | None) -> Yardstick:
    if local_share is None:
        return Yardstick("cost_share", None, Reason("not_valued", mark("No contribution has been valued.")))
    share = Share(local_share)
    sentence = mark("Local stakeholders bore {share} of the valued contributions.")
    return Yardstick("cost_share", share, Reason("cost_share", sentence, {"share": share.percent()}))
