"""What several pages of the room say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from nanduti.foundation.languages import tongue
from nanduti.foundation.models import Job
from nanduti.foundation.work import present
from nanduti.interface.pictures import bars, spark
from nanduti.programme.frames import Frame
from nanduti.programme.models import Programme

from ..changes import changes_of
from ..definitions import IndicatorDefinition
from ..queries import Told
from ..reckoning import Cell

EDIT = "edit_diagnostics"
ITEM, STEP = "indicators", 3


def running(programme: Programme) -> Any:
    """The work that is going on for a programme, or ``None``."""
    rows = Job.objects.filter(
        kind="indicators.compute", state__in=["queued", "running"], scope=programme.scope_id
    )
    job = rows.order_by("-id").first()
    return present(job) if job else None


def of_place(told: Sequence[Told], frame: Frame) -> list[Told]:
    """The measurements of the cluster chosen, or of all together, by wave; all answers so far first."""
    wanted = frame.cluster.pk if frame.cluster else None
    mine = [t for t in told if t.measurement.cluster_id == wanted]
    return sorted(
        mine,
        key=lambda t: (
            t.wave is not None,
            t.wave and (t.wave.opens_on is not None, t.wave.opens_on),
            t.measurement.pk,
        ),
    )


def wave_spark(told: Sequence[Told]) -> Any:
    """How the value ran over the waves; a gap where nothing can be said."""
    waves = [t for t in told if t.wave is not None]
    if len([t for t in waves if t.cell.value is not None]) < 2:
        return ""
    if not all(change.verdict.allows for change in changes_of(waves)):
        return ""  # a line would say that one can be compared with the other
    is_share = waves[0].measurement.indicator_version.said.is_share
    values = [None if t.cell.value is None else t.cell.value * (100 if is_share else 1) for t in waves]
    return spark.line(values, [str(t.wave) for t in waves])


def bar_of(cell: Cell, definition: IndicatorDefinition, whole: float) -> Any:
    """A bar as long as the value, the longest of its table the whole width; a share fills its part of 100 %."""
    if cell.value is None:
        return ""
    made = bars.bar(max(cell.value, 0.0), whole=1.0 if definition.is_share else whole or 1.0)
    # The bar's own words are a bare number; the value stands beside it with its unit.
    return format_html('<span aria-hidden="true">{}</span>', made)


def longest(cells: Sequence[Cell]) -> float:
    """The greatest value, to draw bars against."""
    return max((c.value for c in cells if c.value is not None), default=0.0)


def source_words(told: Told | None) -> str:
    """What a value was worked out from: the forms and days, as the run wrote them (earlier runs in one language)."""
    if told is None:
        return ""
    kept = told.measurement.run.result.get("sources", [])
    return "; ".join(one if isinstance(one, str) else one.get(tongue()) or one.get("en", "") for one in kept)


def sees(frame: Frame) -> dict[str, Any]:
    """The mark that says who sees the page."""
    if frame.may("read_sensitive"):
        return {
            "level": "sensitive",
            "to": _("those who may read answers; others see no figure of a few firms"),
        }
    return {"level": "open", "to": _("everybody in the programme; figures of a few firms are hidden")}
