"""Whether a programme is a twinning one: the six rows of table 11, as far as the records of a programme tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from nanduti.methods import twinning as rules
from nanduti.methods.values import Verdict
from nanduti.plans import queries as plan_queries
from nanduti.programme.dating import Cut, cut_of
from nanduti.programme.models import Programme
from nanduti.programme.queries import agreements

from . import queries

#: What tells that the cluster was chosen by its scope to trade outside, and who the two agents are.
CHOSEN = frozenset({"value_chain_links", "selection_reasons"})
AGENTS = frozenset({"agent_appointed", "advanced_agent_appointed"})


@dataclass(frozen=True)
class Told:
    """A row of table 11 with what the records tell of it: how many, of how many where that is meant."""

    row: rules.ComparedRow
    n: int
    of: int | None = None


@dataclass(frozen=True)
class Comparison:
    """The six rows and what they make of the programme."""

    told: tuple[Told, ...]
    verdict: Verdict


def comparison(*, programme: Programme, on: date) -> Comparison:
    """The six rows of table 11 at a day, and whether they make a twinning programme: a bounded number of queries."""
    cut = cut_of(programme, on)
    shown = _shown(programme, cut)
    counts = _counts(programme, cut, shown)
    met: dict[str, bool | None] = {name: n > 0 for name, (n, _of) in counts.items()}
    # What nobody has written down of how clusters were chosen may still have been so.
    met["selection"] = True if shown >= CHOSEN else None
    met["agents"] = _has_agents(shown)
    rows = rules.compare_programme(met)
    return Comparison(tuple(Told(row, *counts[row.code]) for row in rows), rules.is_really_twinning(met))


def _has_agents(shown: set[str]) -> bool | None:
    """No only where agents are written down, and none of them works in the advanced cluster."""
    if shown >= AGENTS:
        return True
    return False if shown & AGENTS == {"agent_appointed"} else None


def _shown(programme: Programme, cut: Cut) -> set[str]:
    """The kinds of evidence that had certainly come together by the day, ticked or told by records."""
    written = queries.step_evidence(programme=programme).filter(cut.counted("when_text"))
    pairs = queries.twinnings(programme=programme)
    told = [
        *queries.from_appointments(programme, None, pairs, cut),
        *queries.from_selection(programme, None),
    ]
    return {f.code for f in told if f.is_placed} | set(written.values_list("evidence_kind", flat=True))


def _counts(programme: Programme, cut: Cut, shown: set[str]) -> dict[str, tuple[int, int | None]]:
    pairs = queries.twinnings(programme=programme).filter(cut.counted("started"))
    done = plan_queries.with_status(plan_queries.activities(programme=programme), as_of=cut.day).filter(
        status_now="closed"
    )
    across = done.filter(activity_class__in=rules.sequence.TWINNING_CLASSES)
    agreed = agreements(programme=programme).filter(cut.counted("signed"), status="signed")
    deals = queries.linkages(programme=programme).filter(
        cut.counted("signed"), stage__in=("agreed", "closed")
    )
    return {
        "clusters": (pairs.count(), None),
        "selection": (len(CHOSEN & shown), len(CHOSEN)),
        "agents": (len(AGENTS & shown), len(AGENTS)),
        "trust": (agreed.filter(parties__cluster__isnull=False).distinct().count(), None),
        "activities": (across.count(), done.count()),
        "outcomes": (deals.count(), None),
    }


def as_dict(found: Comparison) -> dict[str, Any]:
    """The comparison for machines."""
    return {
        "decision": found.verdict.decision,
        "rows": [
            {
                "row": told.row.code,
                "standard": told.row.standard,
                "twinning": told.row.twinning,
                "is_essential": told.row.is_essential,
                "is_met": told.row.is_met,
                "n": told.n,
                "of": told.of,
            }
            for told in found.told
        ],
    }
