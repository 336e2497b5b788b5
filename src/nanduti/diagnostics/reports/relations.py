"""Who works with whom, in blocks: what the relation map says of the whole, and its picture without a single name."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.interface import saying, words
from nanduti.methods.networks import draw
from nanduti.methods.values import PersonError
from nanduti.networks.drawing import drawn
from nanduti.networks.queries.left_out import singles_nobody_out
from nanduti.networks.queries.measures import measured, network_of
from nanduti.networks.queries.ties import Ties, tie_frame

from ..models import DiagnosticStudy
from .blocks import Block, Grid, Picture, Words

# Of fewer actors sentences on the whole, and of fewer still a picture, could point at somebody.
LEAST_SAID, LEAST_DRAWN, MOST_DRAWN = 10, 30, 1_500
RIVALRY = "rivalry"


def relation_blocks(study: DiagnosticStudy, access: Access | None) -> Iterable[Block]:
    """Nothing where no ties are known; a sentence where they are too few to be told outside."""
    ties = tie_frame(programme=study.programme, cluster=study.cluster, access=access)
    kinds = _kinds(ties)
    if not ties.n or not kinds:
        return
    if ties.n < LEAST_SAID:
        yield Words(_("So few take part that nothing is told of them here."))
        return
    try:
        found = measured(ties, kinds=kinds)
    except PersonError as error:
        yield Words(saying.say(error).sentence)
        return
    if found.why_not is not None:
        yield Words(saying.say(found.why_not).sentence)
        return
    yield Words(
        _("Kinds of tie: %(kinds)s; %(n)s actors.")
        % {"kinds": ", ".join(str(ties.kinds[code].said) for code in kinds), "n": words.number(ties.n)},
        is_note=True,
    )
    if LEAST_DRAWN <= ties.n <= MOST_DRAWN:
        yield _picture(ties, kinds)
    yield Grid(
        _("What the relation map says"),
        (_("What it says"),),
        tuple(
            (saying.fill(s.sentence.sentence, s.sentence.details),)
            for s in found.statements
            if singles_nobody_out(s)
        ),
    )
    for warning in found.warnings:
        yield Words(saying.fill(warning.sentence, warning.details), is_note=True)


def _kinds(ties: Ties) -> tuple[str, ...]:
    """What people told of each other, else what records show; rivalry is no cooperation."""
    present = [code for code, kind in ties.kinds.items() if kind.group != RIVALRY]
    return tuple([code for code in present if not ties.kinds[code].is_record] or present)


def _picture(ties: Ties, kinds: tuple[str, ...]) -> Picture:
    network = network_of(ties, kinds=kinds)
    title = _("The relation map")
    said = _("%(actors)s actors as points, %(ties)s ties as lines; nobody is named.") % {
        "actors": words.number(network.n),
        "ties": words.number(network.n_ties),
    }
    return Picture(title, draw(network, drawn=drawn(network), labels=False, title=title), said)
