"""Productivity against a benchmark, and the six things about an advanced cluster, in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from nanduti.interface import saying, words
from nanduti.methods.upgrading import Span
from nanduti.programme.models.programmes import in_language

from .. import pictures, wording
from ..models import OutputRate
from ..queries import partners as queries
from ..queries.partners import RateGap
from ..queries.sections import Material
from .blocks import Block, Grid, Picture, Words


def span_said(span: Span | None, places: int = 2) -> str:
    """A figure or a range in words: "5.83 to 8.18"."""
    if span is None:
        return ""
    low, high = words.number(span.low, places), words.number(span.high, places)
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def rate_said(rate: OutputRate) -> str:
    """What was stated: "350 to 450 pairs with 55 to 60 workers"."""
    output = span_said(Span(float(rate.output_low), float(rate.output_high or rate.output_low)), 0)
    people = span_said(Span(float(rate.workers_low), float(rate.workers_high or rate.workers_low)), 0)
    return _("%(output)s %(unit)s with %(workers)s workers") % {
        "output": output,
        "unit": in_language(rate, "unit"),
        "workers": people,
    }


def gap_said(gap: RateGap) -> str:
    """How far the benchmark is ahead, or why that cannot be said."""
    if gap.gap is None:
        return wording.reason(gap.reason)
    return saying.fill(gap.gap.sentence, gap.gap.details)


def productivity_blocks(given: Material) -> Iterable[Block]:
    """Output for each worker and day, here and elsewhere, and the gap as a range."""
    found = queries.gaps(given.rates)
    if not found:
        return
    rows = [
        pictures.Range(_who(rate), span.low, span.high, span_said(span), is_own=rate.is_own)
        for rate in given.rates
        for span in [queries.per_worker_day(rate)]
    ]
    title = _("Output for each worker and day")
    yield Picture(title, pictures.ranges(title, rows), "; ".join(f"{r.label}: {r.said}" for r in rows))
    yield Grid(
        title,
        (_("Process"), _("Stated"), _("For each worker and day"), _("Benchmark"), _("Gap"), _("Source")),
        tuple(
            (
                in_language(g.own, "process"),
                rate_said(g.own),
                span_said(g.per_day),
                _benchmark(g),
                gap_said(g),
                "; ".join(dict.fromkeys(r.cite() for r in (g.own, g.benchmark) if r and r.cite())),
            )
            for g in found
        ),
    )


def _who(rate: OutputRate) -> str:
    who = in_language(rate, "who") or (_("this cluster") if rate.is_own else _("elsewhere"))
    return f"{in_language(rate, 'process')}, {who}"


def _benchmark(gap: RateGap) -> str:
    if gap.benchmark is None:
        return ""
    return f"{span_said(gap.benchmark_per_day)} ({in_language(gap.benchmark, 'who')})"


def unsaid(rates: Sequence[OutputRate]) -> Iterable[str]:
    """Rates that cannot be compared."""
    for gap in queries.gaps(rates):
        if gap.gap is None:
            what = in_language(gap.own, "process")
            yield _("%(what)s: %(why)s.") % {"what": what, "why": wording.reason(gap.reason)}


def partner_blocks(given: Material) -> Iterable[Block]:
    """The six things to find out about an advanced cluster, and the likely partners, the most willing first."""
    things = queries.six_things(given.prospects)
    yield Grid(
        _("Six things to find out"),
        (_("What"), _("Known of")),
        tuple(
            (
                str(wording.SIX[t.code]),
                _("%(n)s of %(all)s") % {"n": words.number(t.n_known), "all": words.number(t.n)}
                if t.n
                else wording.reason("not_known"),
            )
            for t in things
        ),
    )
    yield Words(saying.say_source(queries.SIX_SOURCE), is_note=True)
    if given.prospects:
        yield Grid(
            _("Likely partners, the most willing first"),
            (_("Who"), _("Kind"), _("Need"), _("Areas"), _("Willingness"), _("Conditions"), _("Between")),
            tuple(
                (
                    str(p),
                    p.get_party_kind_display(),
                    in_language(p, "need"),
                    in_language(p, "areas"),
                    words.share(p.willingness, 0) if p.willingness is not None else _("nobody asked"),
                    in_language(p, "conditions"),
                    words.yes_no(p.is_intermediary),
                )
                for p in given.prospects
            ),
        )
