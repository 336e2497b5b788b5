"""What every page of ties starts from: which round and kinds the reader has chosen, and what they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from nanduti.interface import words
from nanduti.programme.frames import Frame
from nanduti.register.names import names_for, organisations_named, public_names
from nanduti.register.pseudonyms import is_well_formed, tidy

from ..kinds import Kind
from ..models import TieWave
from ..queries.kinds import kinds_of
from ..queries.latest import ALL, LATEST, RECORDS, is_partial
from ..queries.ties import Ties, tie_frame, waves_of

EDIT = "edit_diagnostics"
# Names are opened one by one and each look is written down: only for a map that somebody can read.
MOST_NAMED = 400


@dataclass(frozen=True)
class Chosen:
    """What the address asks for; what cannot be understood is as if nothing had been asked."""

    waves: list[TieWave]
    wave: TieWave | None
    before: TieWave | None
    only_records: bool
    is_latest: bool
    known: Mapping[str, Kind]
    kinds: tuple[str, ...]
    colour: str
    shape: str
    find: str
    with_names: bool
    sees_all: bool

    def args(self) -> dict[str, Any]:
        """As the address says it, for links to pages about the same ties."""
        said: dict[str, Any] = {"kind": list(self.kinds)}
        said["wave"] = self.round_code
        return {name: value for name, value in said.items() if value}

    @property
    def round_code(self) -> str:
        """The round, or what is meant in place of one, as the address and a drawing in the background say it."""
        if self.only_records:
            return RECORDS
        if self.is_latest:
            return LATEST
        return self.wave.code if self.wave else ALL if self.waves else ""

    @property
    def title(self) -> str:
        """The round in words."""
        if self.only_records:
            return _("from records")
        if self.wave:
            return str(self.wave)
        if self.is_latest:
            return _latest_in_words(self.waves)
        return _("all rounds together") if self.waves else _("all that is written down")


def _latest_in_words(waves: list[TieWave]) -> str:
    """Over which rounds the latest answers come, and between which days."""
    said = _("latest answer of everybody in %(n)s rounds") % {"n": words.number(len(waves))}
    days = [day for wave in waves for day in (wave.from_on, wave.until_on) if day]
    if not days:
        return said
    return _("%(said)s, %(first)s to %(last)s") % {
        "said": said,
        "first": words.day(min(days)),
        "last": words.day(max(days)),
    }


def chosen(request: HttpRequest, frame: Frame) -> Chosen:
    """Read the address; without any choice every kind is meant, as the latest round tells of it.

    Where the latest round heard a part alone (one town, some firms again), everybody's latest answer is meant instead.
    A comparison is one of two rounds.
    """
    waves = list(waves_of(programme=frame.programme, cluster=frame.cluster))
    by_code = {wave.code: wave for wave in waves}
    asked = _arg(request, "wave")
    before = by_code.get(_arg(request, "before"))
    wave = by_code.get(asked)
    if before is not None and wave is None:
        wave = _counterpart(before, waves)
    elif wave is None and asked not in (ALL, LATEST, RECORDS) and waves and not is_partial(waves):
        wave = waves[-1]
    only_records = wave is None and asked == RECORDS
    is_latest = wave is None and asked not in (ALL, RECORDS) and len(waves) > 1
    known = kinds_of(frame.programme)
    kinds = tuple(dict.fromkeys(code for code in request.GET.getlist("kind") if code in known))
    return Chosen(
        waves=waves,
        wave=wave,
        before=before if before and wave and before.pk != wave.pk else None,
        only_records=only_records,
        is_latest=is_latest,
        known=known,
        kinds=kinds,
        colour=_arg(request, "colour"),
        shape=_arg(request, "shape"),
        find=_arg(request, "find"),
        with_names=_arg(request, "names") == "1",
        sees_all=frame.sees_money(),
    )


def _counterpart(before: TieWave, waves: list[TieWave]) -> TieWave:
    """The round that an earlier one is compared with: the last of the same place, else the last."""
    others = [wave for wave in waves if wave.pk != before.pk] or [before]
    near = [wave for wave in others if wave.cluster_id == before.cluster_id]
    return (near or others)[-1]


def _arg(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:80]


def ties_of(frame: Frame, choice: Chosen, *, wave: TieWave | None = None, as_operator: bool = False) -> Ties:
    """The ties that the address asks for, of all kinds; ``wave``: of another round than the one chosen.

    ``as_operator``: also those told in confidence, for figures of the whole that single nobody out.
    """
    records = [code for code, kind in choice.known.items() if kind.is_record]
    return tie_frame(
        programme=frame.programme,
        cluster=frame.cluster,
        access=None if as_operator else frame.access,
        wave=wave or choice.wave or (LATEST if choice.is_latest else None),
        kinds=records if choice.only_records else None,
        at=frame.asked_as_of,
    )


def kinds_meant(choice: Chosen, ties: Ties) -> tuple[str, ...]:
    """The kinds to draw and to measure: those chosen; else all of the round, or, without any, all from records.

    Rivalry is no cooperation: it is drawn only where it is asked for.
    """
    if choice.kinds:
        return tuple(code for code in choice.kinds if code in ties.kinds)
    present = [code for code in ties.kinds if ties.kinds[code].group != "rivalry"]
    from_people = [code for code in present if not ties.kinds[code].is_record]
    return tuple(from_people or present)


def names_of(frame: Frame, pseudonyms: list[str], *, with_kept: bool = False) -> dict[str, str]:
    """What to call actors: public names for everybody; ``with_kept``: also those that the reader may look at.

    Each look at a kept name is written down.
    """
    known = [p for p in pseudonyms if is_well_formed(p)]
    if with_kept and len(known) <= MOST_NAMED:
        return names_for(access=frame.access, pseudonyms=known)
    found: dict[str, str] = {}
    for start in range(0, len(known), 900):
        found |= public_names(known[start : start + 900])
    return found


def found_by(frame: Frame, text: str, pseudonyms: list[str]) -> list[str]:
    """The actors that somebody looks for: by pseudonym or a part of it, else by a name that the reader may see."""
    if not text:
        return []
    code = tidy(text)
    by_code = [p for p in pseudonyms if code in p.upper()]
    if by_code:
        return by_code[:20]
    firms = organisations_named(access=frame.access, text=text)
    if not firms:
        return []
    from nanduti.register.models import Establishment, Organisation

    here = set(pseudonyms)
    sites = Establishment._base_manager.filter(organisation__in=firms[:200]).values_list(
        "pseudonym", flat=True
    )
    bodies = Organisation._base_manager.filter(pk__in=firms[:200]).values_list("pseudonym", flat=True)
    return [p for p in (*sites, *bodies) if p in here][:20]


def register_url(pseudonym: str) -> str:
    """The page of the register about an actor; empty for somebody who is not in it."""
    return reverse("register:actor", args=[pseudonym]) if is_well_formed(pseudonym) else ""
