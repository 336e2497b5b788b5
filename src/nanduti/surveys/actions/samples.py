"""Verbs of waves and samples: open a wave, draw, assign, say how a visit went, replace, hand out coupons."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

import nanduti
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import Run, User
from nanduti.methods.values import BadInput

from .. import samples
from ..errors import NoReserveLeft, SampleUnitMovedOn, WaveCodeTaken
from ..models import Coupon, Enumerator, Instrument, Sample, SampleUnit, Submission, Wave

State = SampleUnit.State
# Letters and digits that cannot be mistaken for each other on a slip of paper.
COUPON_LETTERS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
# What asks for somebody else instead.
ASKS_FOR_ANOTHER = frozenset({State.REFUSED, State.NOT_FOUND, State.INELIGIBLE})


@action("surveys.open_wave", once=True)
def open_wave(
    *, instrument: Instrument, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Wave:
    """Begin a round of field work."""
    if Wave.objects.filter(instrument=instrument, code=values.get("code")).exists():
        raise WaveCodeTaken(code_given=values.get("code"))
    return Wave.objects.create(instrument=instrument, scope=instrument.scope, **values)


@action("surveys.edit_wave")
def edit_wave(
    *, wave: Wave, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Wave:
    """Change the days or the number of answers wanted."""
    note(fields=save_edit(wave, values, version=version))
    return wave


@action("surveys.draw_sample", once=True)
def draw_sample(
    *, wave: Wave, design: dict[str, Any], seed: str = "", by: User | str, at: datetime | None = None
) -> Sample:
    """Draw from the register; the same list, design and seed give the same sample."""
    at = at or timezone.now()
    seed = seed.strip() or f"{wave.instrument.code} {wave.code} {timezone.localdate(at).isoformat()}"
    frame = samples.frame_of(programme=wave.instrument.programme, **design.get("filter", {}))
    drawn = samples.draw(frame, design, seed)
    taken = set(SampleUnit.objects.filter(sample__wave=wave).values_list("establishment_id", flat=True))
    if any(unit.establishment_id in taken for unit in drawn.units):
        raise BadInput(
            place="the sample",
            problem="takes firms that the wave has drawn already",
            remedy="Open another wave, or narrow the list to clusters or places that were not drawn from.",
        )
    sample = Sample.objects.create(
        wave=wave, scope=wave.scope, seed=seed[:80], frame_size=drawn.frame_size, drawn_at=at,
        n_drawn=sum(not unit.is_reserve for unit in drawn.units),
        design={**design, "targets": list(drawn.targets), "note": drawn.note},
        run=_run(wave, design, seed, frame, drawn, by, at),
    )  # fmt: skip
    SampleUnit.objects.bulk_create(
        (
            SampleUnit(
                sample=sample, scope=wave.scope, establishment_id=unit.establishment_id, stratum=unit.stratum[:200],
                position=position, is_reserve=unit.is_reserve, inclusion_probability=unit.probability,
                sampling_weight=unit.weight,
            )
            for position, unit in enumerate(drawn.units, start=1)
        ),
        batch_size=500,
    )  # fmt: skip
    note(subject=sample, method=design.get("method"), n=sample.n_drawn, of=drawn.frame_size)
    return sample


def _run(
    wave: Wave,
    design: dict[str, Any],
    seed: str,
    frame: Any,
    drawn: samples.Drawn,
    by: User | str,
    at: datetime,
) -> Run:
    text = json.dumps({"design": design, "frame": frame.rows()}, sort_keys=True, default=str)
    return Run.objects.create(
        scope=wave.scope, recipe=f"surveys.sample.{design.get('method')}", recipe_version="1",
        input_digest=hashlib.sha256(text.encode()).hexdigest(), package_version=nanduti.__version__, seed=seed[:80],
        result={"certificate": drawn.certificate, "n": len(drawn.units)}, by=by if isinstance(by, User) else None,
        started_at=at,
    )  # fmt: skip


@action("surveys.assign_units")
def assign_units(
    *, units: Sequence[SampleUnit], enumerator: Enumerator | None, by: User | str, at: datetime | None = None
) -> int:
    """Give units to an enumerator, or to nobody; lists on phones follow."""
    pks = [unit.pk for unit in units]
    n = SampleUnit.objects.filter(pk__in=pks).update(enumerator=enumerator)
    if units:
        note(subject=units[0].sample, n=n, enumerator=enumerator.code if enumerator else "")
    return n


@action("surveys.assign_evenly")
def assign_evenly(
    *, sample: Sample, enumerators: Sequence[Enumerator], by: User | str, at: datetime | None = None
) -> int:
    """Share what nobody visits yet among enumerators, neighbours together, each about as many."""
    rows = SampleUnit.objects.filter(
        sample=sample, enumerator__isnull=True, is_reserve=False, state=State.TO_DO
    ).order_by("establishment__cluster", "establishment__place", "position")
    free = list(rows.select_related("establishment"))
    given = 0
    for number, enumerator in enumerate(enumerators):
        own = [u for u in free if enumerator.cluster_id in (None, u.establishment.cluster_id)]
        share = own[: -(-len(own) // (len(enumerators) - number))]
        given += SampleUnit.objects.filter(pk__in=[u.pk for u in share]).update(enumerator=enumerator)
        taken = {u.pk for u in share}
        free = [u for u in free if u.pk not in taken]
    note(subject=sample, n=given, enumerators=[e.code for e in enumerators])
    return given


@action("surveys.report_unit")
def report_unit(
    *,
    unit: SampleUnit,
    state: str,
    text: str = "",
    replace: bool = True,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> SampleUnit | None:
    """Say how a visit went. Who refuses or is not found is replaced by the next in reserve; returns that one.

    The replacement comes from the same stratum and takes over the design weight; the refusal stays on record.
    """
    if state not in State.values or state in {State.REPLACED}:
        raise SampleUnitMovedOn()
    day = timezone.localdate(at)
    save_edit(unit, {"state": state, "note": text.strip(), "changed_on": day}, version=version)
    note(subject=unit, scope=unit.scope, state=state)
    if state not in ASKS_FOR_ANOTHER or not replace:
        return None
    return _replacement(unit)


def _replacement(unit: SampleUnit) -> SampleUnit | None:
    waiting = SampleUnit.objects.filter(
        sample=unit.sample, stratum=unit.stratum, is_reserve=True, state=State.TO_DO
    ).order_by("position")
    found = waiting.first()
    if found is None:
        return None
    found.is_reserve = False
    found.replaces = unit
    found.enumerator = unit.enumerator
    found.sampling_weight = unit.sampling_weight
    found.inclusion_probability = unit.inclusion_probability
    found.version += 1
    found.save()
    return found


@action("surveys.call_reserve")
def call_reserve(*, unit: SampleUnit, by: User | str, at: datetime | None = None) -> SampleUnit:
    """Replace a unit now; refuses where its stratum has no reserve left."""
    if hasattr(unit, "replaced_by"):
        raise SampleUnitMovedOn()
    found = _replacement(unit)
    if found is None:
        raise NoReserveLeft(stratum=unit.stratum)
    note(subject=unit, scope=unit.scope)
    return found


@action("surveys.issue_coupons")
def issue_coupons(
    *, wave: Wave, n: int, given_to: Submission | None = None, by: User | str, at: datetime | None = None
) -> list[Coupon]:
    """Make slips by which one respondent sends us to the next."""
    if not 1 <= n <= 500:
        raise BadInput(
            place="n", problem="is not between 1 and 500", remedy="Print as many as are handed out."
        )
    at = at or timezone.now()
    taken = set(Coupon.objects.filter(wave=wave).values_list("code", flat=True))
    codes: list[str] = []
    while len(codes) < n:
        code = "".join(secrets.choice(COUPON_LETTERS) for _ in range(6))
        if code not in taken:
            taken.add(code)
            codes.append(code)
    note(subject=wave, n=n)
    return Coupon.objects.bulk_create(
        Coupon(wave=wave, scope=wave.scope, code=code, given_to=given_to, issued_at=at) for code in codes
    )
