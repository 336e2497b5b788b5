"""A visit that was drawn is done when its answers arrive; a coupon that comes back tells who sent whom."""

from __future__ import annotations

from django.utils import timezone

from ..models import Coupon, SampleUnit, Wave
from ..reading import Reading, step

State = SampleUnit.State
# Questions of these names hold the coupon somebody came with, and those they were given.
OWN, GIVEN = "coupon", "coupon_given"


@step("samples", order=70, in_bulk=True)
def settle(readings: list[Reading]) -> None:
    """After the mappings, which say whom the answers are about."""
    rows = [r for r in readings if not r.submission.is_trial and r.submission.is_current]
    instruments = {r.submission.instrument_id for r in rows}
    waves = list(Wave._base_manager.filter(instrument__in=instruments).order_by("-id"))
    if not waves:
        return
    _done(rows)
    by_instrument: dict[int, list[Wave]] = {}
    for wave in waves:
        by_instrument.setdefault(wave.instrument_id, []).append(wave)
    for reading in rows:
        _coupons(reading, by_instrument.get(reading.submission.instrument_id or 0, []))


def _done(readings: list[Reading]) -> None:
    about = {
        (r.submission.instrument_id, r.submission.establishment_id): r.submission
        for r in readings
        if r.submission.establishment_id
    }
    units = SampleUnit._base_manager.filter(
        establishment__in={key[1] for key in about}, sample__wave__instrument__in={key[0] for key in about}
    ).select_related("sample__wave")
    changed = []
    for unit in units:
        found = about.get((unit.sample.wave.instrument_id, unit.establishment_id))
        if found is None or not _in_time(unit.sample.wave, found):
            continue
        is_same = unit.submission_id == found.pk and unit.state == State.DONE
        if is_same or (
            unit.submission_id and unit.submission_id != found.corrects_id and unit.submission_id != found.pk
        ):
            continue
        unit.submission, unit.state = found, State.DONE
        unit.changed_on = timezone.localdate(found.received_at)
        changed.append(unit)
    SampleUnit._base_manager.bulk_update(changed, ["submission", "state", "changed_on"])


def _in_time(wave: Wave, submission: object) -> bool:
    day = timezone.localdate(getattr(submission, "ended_at", None) or submission.received_at)  # type: ignore[attr-defined]
    return (wave.opens_on is None or day >= wave.opens_on) and (
        wave.closes_on is None or day <= wave.closes_on
    )


def _coupons(reading: Reading, waves: list[Wave]) -> None:
    named = {
        path.rpartition("/")[2]: value for path, value in reading.values.items() if isinstance(value, str)
    }
    own = named.get(OWN, "").strip().upper()
    given = [v.strip().upper() for n, v in named.items() if n.startswith(GIVEN) and v.strip()]
    if not waves or not (own or given):
        return
    submission = reading.submission
    rows = Coupon._base_manager.filter(wave__in=waves, code__in=[own, *given])
    for coupon in rows:
        if coupon.code == own and coupon.used_by_id is None:
            taken = Coupon._base_manager.filter(used_by=submission).exists()
            if not taken:
                coupon.used_by, coupon.used_at = submission, submission.received_at
        if coupon.code in given and coupon.given_to_id is None:
            coupon.given_to = submission
        coupon.save()
