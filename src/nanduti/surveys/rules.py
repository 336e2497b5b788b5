"""Rules of field work, each with its reason and source; a programme says whether they warn or refuse."""

from __future__ import annotations

from nanduti.methods.values import Reason, RuleSource, Verdict, mark, no, yes

FOUR_EYES = "four_eyes"
SOURCE = RuleSource("World Bank, DIME Analytics, Development Research in Practice (2021)", "chapter 4")


def four_eyes(*, collected_by: str, reviewed_by: str) -> Verdict:
    """Whether somebody may review a submission: not what they themselves collected.

    >>> four_eyes(collected_by="ana", reviewed_by="ana").decision
    'no'
    >>> four_eyes(collected_by="", reviewed_by="ana").decision
    'yes'
    """
    if collected_by and collected_by == reviewed_by:
        return no(
            Reason(
                "own_work", mark("You collected these answers yourself; a second pair of eyes finds more.")
            ),
            source=SOURCE,
            remedy=mark("Let another supervisor look at it."),
        )
    return yes(Reason("other_eyes", mark("Somebody else collected these answers.")), source=SOURCE)
