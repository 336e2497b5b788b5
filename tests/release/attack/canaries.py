"""Figures of single firms, planted so oddly that they cannot stand anywhere by chance, and the nose that finds them.

One workshop is alone with its size in its town; another holds nearly all of what is paid in its own. Each has answered
with a number of its own. A programme has published about them, for everybody and for some, has withdrawn one thing,
and has asked for another that nobody has decided about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nanduti.release.models import Publication, ReleaseRequest
from nanduti.surveys.models import AnswerSet, Instrument
from tests.support.release import AT, Door, census, table

# Workers of the workshop that is alone; rent of the one that pays nearly all; and the sum in whose cell it stands.
ALONE, DOMINANT = 4867, 74219
# Words that stand only in what is not for everybody.
RESTRICTED, UNDECIDED = "Quillfeather", "Thistledown"


@dataclass(frozen=True)
class Planted:
    """What was planted: the canaries as numbers, and what speaks of them."""

    door: Door
    asked: Instrument
    numbers: tuple[int, ...]
    restricted: Publication
    withdrawn: Publication
    undecided: ReleaseRequest

    @property
    def submission(self) -> int:
        """The answer of the workshop that is alone."""
        rows = AnswerSet._base_manager.filter(answers__workers=ALONE)
        return rows.values_list("submission_id", flat=True).get()


def plant(door: Door) -> Planted:
    """Answers, publications and a request, in one programme."""
    asked = census(door)
    cells = _answer(door)
    door.publish()
    door.publish(
        code="rents", title="Rents by town",
        material={"source": "instrument:visit", "wave": "", "clusters": [], "dims": ["place", "product"],
                  "measure": "rent_per_month"},
    )  # fmt: skip
    door.publish(
        kind="sheet", audience="respondents", code="sheets",
        material={"source": "instrument:visit", "wave": "", "clusters": [], "questions": ["product"]},
    )  # fmt: skip
    restricted = door.publish(code="for-the-town", title=RESTRICTED, title_es=RESTRICTED, audience="municipality",
                              material=table("place"))  # fmt: skip
    withdrawn = door.publish(code="gone", title="Gone", material=table("size_class"))
    _withdraw(door, withdrawn)
    undecided = door.ask(code="undecided", title=UNDECIDED, title_es=UNDECIDED, material=table("place"))
    door.check(undecided)
    return Planted(door, asked, (ALONE, DOMINANT, *cells), restricted, withdrawn, undecided)


def _answer(door: Door) -> list[int]:
    """Write the odd numbers into the answers; returns the sums of rent in whose cells the dominant one stands."""
    alone = next(f for f in door.firms if (f.place.code, f.size_band) == ("town-a", "medium"))
    dominant = next(f for f in door.firms if (f.place.code, f.size_band) == ("town-b", "medium"))
    for firm, name, value in ((alone, "workers", ALONE), (dominant, "rent_per_month", DOMINANT)):
        row = AnswerSet._base_manager.get(submission__establishment=firm)
        row.answers = {**row.answers, name: value}
        row.save()
    rows = AnswerSet._base_manager.select_related("submission__establishment__place")
    product = next(r.answers["product"] for r in rows if r.submission.establishment_id == dominant.pk)
    here = [r for r in rows if r.submission.establishment.place_id == dominant.place_id]
    cell = sum(r.answers.get("rent_per_month", 0) for r in here if r.answers["product"] == product)
    return [cell, sum(r.answers.get("rent_per_month", 0) for r in here)]


def _withdraw(door: Door, publication: Publication) -> None:
    from nanduti.release.actions import publications

    publications.withdraw_release(
        publication=publication, reason="a mistake was made", by=door.user("coordinator"), at=AT
    )
    publication.refresh_from_db()


def sniff(text: str, numbers: Iterable[int], words: Iterable[str] = ()) -> list[str]:
    """The canaries that stand in a text, however their digits are parted.

    >>> sniff("4,867 and 4.867 and 4867.0, not 14867 nor 48670", [4867])
    ['4,867', '4.867', '4867']
    """
    shapes = []
    for number in numbers:
        digits = str(number)
        shapes.append(r"(?<!\d)" + r"[\s.,\u00a0\u202f']?".join([digits[:-3], digits[-3:]]) + r"(?!\d)")
    shapes += [re.escape(word) for word in words]
    return re.findall("|".join(shapes), text, re.IGNORECASE)
