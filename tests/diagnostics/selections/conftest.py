from __future__ import annotations

import pytest


@pytest.fixture
def score():
    """``score(entry, values)``: write scores down, each with a sentence; ``None``: asked, nobody could tell."""
    from nanduti.diagnostics.actions import selections as actions

    def score(entry, values, by="test"):
        entry.refresh_from_db()
        scores = {code: {"value": v, "evidence": f"Said of {code}"} for code, v in values.items()}
        return actions.score_candidate(entry=entry, scores=scores, version=entry.version, by=by)

    return score


@pytest.fixture
def selection(example, score):
    """Leather, footwear and auto components, gate open, scored as a committee may do."""
    from nanduti.diagnostics import weighing
    from nanduti.diagnostics.actions import selections as actions
    from nanduti.diagnostics.queries import selections as queries
    from nanduti.programme.models import Candidate

    codes = [p["code"] for p in weighing.shipped_recipe("emerging")["parameters"]]
    gate = {"buyers_abroad": 3, "technology_abroad": 2, "tradable": 3}
    given = {
        "chennai-leather": (4, 4, 2, 3, 4, 4, 2, 3),
        "chennai-footwear": (3, 2, 4, 3, 2, 4, 2, 4),
        "chennai-auto": (2, 2, None, 3, 3, 2, 1, 2),
    }
    rows = Candidate.objects.filter(programme=example, cluster__code__in=given)
    made = actions.open_selection(
        programme=example, kind="emerging", title="First clusters", candidates=list(rows), by="test"
    )
    found = {e.candidate.cluster.code: e for e in queries.entries(selection=made)}
    for code, values in given.items():
        score(found[code], {**gate, **dict(zip(codes, values, strict=True))})
    return made


@pytest.fixture
def entries(selection):
    """Cluster code → candidate in the selection."""
    from nanduti.diagnostics.queries import selections as queries

    return {e.candidate.cluster.code: e for e in queries.entries(selection=selection)}
