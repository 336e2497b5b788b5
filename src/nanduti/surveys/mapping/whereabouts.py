"""Which place of the register an answer means: its code, or its name as people type it.

Accents, capitals and doubled blanks make no difference. Of several places of that name the one is meant that shares
most of its way up (quarter, town, region, country) with the place of the cluster; where that leaves two, none is.
"""

from __future__ import annotations

from collections.abc import Sequence

from nanduti.register.folding import fold
from nanduti.register.models import Place

from ..errors import PlaceNotClear, PlaceNotKnown


class Whereabouts:
    """The places of the register, read once for a batch of answers and only if one names any."""

    def __init__(self) -> None:
        self._by_code: dict[str, Place] | None = None
        self._by_name: dict[str, list[Place]] = {}
        self._by_pk: dict[int, Place] = {}

    def place(self, text: str, *, home: Place | None, question: str) -> Place:
        """The place that the text names.

        Raises:
            PlaceNotKnown: no place has that code or name.
            PlaceNotClear: several have that name and none is nearer to ``home`` than the others.
        """
        self._read()
        if text in self._by_code:  # type: ignore[operator]
            return self._by_code[text]  # type: ignore[index]
        named = self._of_country(self._by_name.get(fold(text), []), home)
        if not named:
            raise PlaceNotKnown(question=question)
        way = self._way_up(home)
        shared = [len(way & self._way_up(one)) for one in named]
        nearest = [one for one, n in zip(named, shared, strict=True) if n == max(shared)]
        if len(nearest) > 1:
            raise PlaceNotClear(question=question)
        return nearest[0]

    def _read(self) -> None:
        if self._by_code is not None:
            return
        places = list(Place.objects.order_by("id"))
        self._by_code = {one.code: one for one in places}
        self._by_pk = {one.pk: one for one in places}
        for one in places:
            self._by_name.setdefault(fold(one.name), []).append(one)

    @staticmethod
    def _of_country(named: Sequence[Place], home: Place | None) -> list[Place]:
        country = home.country_code if home else ""
        return [one for one in named if not country or one.country_code in ("", country)]

    def _way_up(self, place: Place | None) -> set[int]:
        """The place and all that it is part of."""
        way: set[int] = set()
        while place is not None and place.pk not in way:
            way.add(place.pk)
            place = self._by_pk.get(place.parent_id) if place.parent_id else None
        return way
