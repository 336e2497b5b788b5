"""What was returned to whom: rounds of answers, the communities that answered, sheets and meetings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db.models import Max, Min
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.indicators.units import unit_frame
from nanduti.methods.values import Verdict
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster, Establishment
from nanduti.surveys.models import Instrument, Submission, Wave

from .. import rules
from ..materials.sheets import COMMUNITY
from ..materials.spec import as_dimension, info_of, with_ids
from ..models import Publication, ReleaseRequest, Returning


@dataclass(frozen=True)
class Dataset:
    """A round of answers, and where its return stands."""

    instrument: Instrument
    wave: Wave | None
    clusters: list[Cluster]
    sheets: list[Publication]
    meetings: list[Returning]
    verdict: Verdict

    @property
    def title(self) -> str:
        return f"{self.instrument} · {self.wave}" if self.wave else str(self.instrument)


def datasets(*, programme: Programme) -> list[Dataset]:
    """Every round that somebody answered; a bounded number of queries."""
    instruments = {i.pk: i for i in Instrument.objects.filter(programme=programme).order_by("title")[:300]}
    answered = _answered(instruments)
    waves: dict[int, list[Wave]] = {}
    for wave in Wave.objects.filter(instrument__in=list(instruments)).order_by("id")[:500]:
        waves.setdefault(wave.instrument_id, []).append(wave)
    clusters = {
        c.pk: c for c in Cluster.objects.filter(pk__in={pk for ids in answered.values() for pk in ids})
    }
    sheets = list(_sheets(programme))
    meetings = list(
        Returning.objects.filter(programme=programme).select_related("cluster", "wave", "recorded_by")
    )
    found = []
    for pk, instrument in instruments.items():
        if pk not in answered:
            continue
        here = {clusters[c]: days for c, days in sorted(answered[pk].items()) if c in clusters}
        for wave in waves.get(pk) or [None]:  # type: ignore[list-item]
            asked = [c for c, days in here.items() if wave is None or _meets(wave, *days)]
            found.append(_dataset(instrument, wave, asked, sheets, meetings))
    return found


def _meets(wave: Wave, first: datetime, last: datetime) -> bool:
    """Whether a community answered within the days of a wave: a round held in one town owes nothing to the others."""
    begins_in_time = wave.closes_on is None or timezone.localdate(first) <= wave.closes_on
    return begins_in_time and (wave.opens_on is None or timezone.localdate(last) >= wave.opens_on)


def _answered(instruments: dict[int, Instrument]) -> dict[int, dict[int, tuple[datetime, datetime]]]:
    """Instrument → clusters from which answers came, with when the first and the last was filled in."""
    filled = Coalesce("started_at", "received_at")
    rows = (
        Submission.objects.filter(instrument__in=list(instruments), is_current=True, is_trial=False)
        .exclude(state=Submission.State.REJECTED)
        .order_by()
        .values("instrument", "cluster")
        .annotate(first=Min(filled), last=Max(filled))
    )
    found: dict[int, dict[int, tuple[datetime, datetime]]] = {}
    for row in rows:
        clusters = found.setdefault(row["instrument"], {})
        if row["cluster"]:
            clusters[row["cluster"]] = (row["first"], row["last"])
    return found


def _sheets(programme: Programme) -> Sequence[Publication]:
    rows = Publication.objects.filter(
        programme=programme, kind=ReleaseRequest.Kind.SHEET, state=Publication.State.PUBLISHED
    )
    return rows.select_related("of_check__request").defer("ledger", "of_check__sealed").order_by("-id")[:500]


def _dataset(
    instrument: Instrument,
    wave: Wave | None,
    clusters: list[Cluster],
    sheets: Sequence[Publication],
    meetings: Sequence[Returning],
) -> Dataset:
    mine = [s for s in sheets if _is_about(s.of_check.request.material, instrument, wave)]
    met = [
        m for m in meetings if m.instrument_id == instrument.pk and m.wave_id == (wave.pk if wave else None)
    ]
    told = {code for s in mine for code in s.contents["columns"].get(COMMUNITY, {}).get("codes", {})}
    communities = [
        rules.Community(
            name=str(c),
            has_sheet=c.code in told,
            n_meetings=sum(m.cluster_id == c.pk for m in met),
            n_open_corrections=sum(
                m.cluster_id == c.pk and bool(m.corrections.strip()) and not m.corrections_done.strip()
                for m in met
            ),
        )
        for c in clusters
    ]
    verdict = rules.is_closed(communities, is_still_open=_takes_answers(instrument, wave))
    return Dataset(instrument, wave, clusters, mine, met, verdict)


def _takes_answers(instrument: Instrument, wave: Wave | None) -> bool:
    """Whether answers filled in today would belong to the round: a wave ends with its last day, its form goes on."""
    ended = wave is not None and wave.closes_on is not None and wave.closes_on < timezone.localdate()
    return instrument.is_open and not ended


def _is_about(material: dict[str, Any], instrument: Instrument, wave: Wave | None) -> bool:
    return material.get("source") == f"instrument:{instrument.code}" and (material.get("wave") or "") == (
        wave.code if wave else ""
    )


def dataset(*, programme: Programme, instrument: int, wave: str) -> Dataset:
    """One round, or :class:`NotFound`."""
    for found in datasets(programme=programme):
        if found.instrument.pk == instrument and (found.wave.code if found.wave else "") == wave:
            return found
    raise NotFound(kind=_("round of answers"), code_given=instrument)


def meeting_by_pk(*, programme: Programme, pk: int) -> Returning:
    """A meeting, or :class:`NotFound`."""
    rows = Returning.objects.filter(programme=programme, pk=pk)
    found = rows.select_related("cluster", "wave", "instrument", "scope", "publication").first()
    if found is None:
        raise NotFound(kind=_("meeting"), code_given=pk)
    return found


# --- whose sheet


def firm_by_pseudonym(*, access: Access, pseudonym: str) -> Establishment:
    """The establishment whose sheet the viewer may see: an agent's with rights there, or the owner's own."""
    text = pseudonym.replace("\x00", "")[:12]
    found = Establishment.objects.filter(pseudonym=text).select_related("organisation", "cluster").first()
    if found is None or not may_see_firm(access, found):
        raise NotFound(kind=_("establishment"), code_given=text)
    return found


def may_see_firm(access: Access, firm: Establishment) -> bool:
    """Whoever may read what was told in confidence there, and the firm itself."""
    if access.may("read_sensitive", firm.scope_id):
        return True
    own = access.user.organisation_pseudonym if access.user else ""
    return bool(own) and firm.organisation.pseudonym == own and access.may("read_own", firm.scope_id)


def own_answers(
    *, publication: Publication, cluster: str, firms: Sequence[Establishment] | None = None
) -> dict[str, dict[str, Any]]:
    """Pseudonym → the firm's own answers to the questions of the sheets; the caller has asked who may see them."""
    material = publication.of_check.request.material
    questions = list(material.get("questions", []))
    programme = publication.programme
    code = str(material["source"]).partition(":")[2]
    wave = material.get("wave") or None
    asked: dict[str, Any] = {}
    if material["source"] != "register":
        asked = {"wave": _wave(programme, code, wave)} if wave else {"instrument": code}
    units = unit_frame(
        programme=programme, access=None, clusters=[cluster], columns=questions,
        firms=None if firms is None else [f.pk for f in firms], **asked,
    )  # fmt: skip
    frame = with_ids(units)
    recode = material.get("recode") or {}
    for name in questions:
        if name not in units.columns:
            continue
        info = info_of(units, name)
        if info.kind != "number" or recode.get(name):
            frame, _info = as_dimension(frame, info, recode.get(name))
    kept = [q for q in questions if q in frame.columns]
    rows = frame.filter(pl.col("pseudonym").is_not_null()).sort("pseudonym").select("pseudonym", *kept)
    return {row["pseudonym"]: {q: row[q] for q in kept} for row in rows.iter_rows(named=True)}


def _wave(programme: Programme, instrument: str, code: str) -> Wave | None:
    rows = Wave._base_manager.filter(instrument__programme=programme, instrument__code=instrument, code=code)
    return rows.select_related("instrument__programme").first()
