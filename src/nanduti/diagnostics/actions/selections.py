"""Verbs of a selection: begin it, score, weigh, decide; every one leaves its trace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

import nanduti
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import Run, User
from nanduti.methods import indices
from nanduti.programme import actions as programme_actions
from nanduti.programme.models import Candidate, Programme, Resolution

from .. import ranking as ranks
from .. import weighing
from ..errors import (
    EvidenceMissing,
    GateNotShut,
    NothingRanked,
    PairsContradict,
    PointsNotHundred,
    ReasonNeeded,
    SayWhyAgainst,
    ScoreOutsideScale,
    SelectionDecided,
    WeighedAlready,
)
from ..models import CandidateScore, MemberWeighting, Selection, SelectionCandidate
from ..queries import selections as queries

MOST_INCONSISTENT = 0.1


def _open(selection: Selection) -> Selection:
    """Refuse what would change a decided selection; what is read is what stands now."""
    hold(selection)
    selection.refresh_from_db()
    if selection.is_decided:
        raise SelectionDecided(selection=str(selection))
    return selection


@action("diagnostics.open_selection", once=True)
def open_selection(
    *,
    programme: Programme,
    kind: str,
    title: str,
    title_es: str = "",
    candidates: Sequence[Candidate] = (),
    by: User | str,
    at: datetime | None = None,
) -> Selection:
    """Begin to weigh candidates up, with the parameters that come with Nanduti."""
    selection = Selection.objects.create(
        programme=programme, scope=programme.scope, kind=kind, title=title, title_es=title_es,
        recipe=weighing.shipped_recipe(kind),
    )  # fmt: skip
    _add(selection, candidates)
    note(subject=selection, kind=kind, n=len(candidates))
    return selection


def _add(selection: Selection, candidates: Sequence[Candidate]) -> None:
    for candidate in candidates:
        SelectionCandidate.objects.get_or_create(
            selection=selection, candidate=candidate, defaults={"scope": selection.scope}
        )


@action("diagnostics.set_up_selection")
def set_up_selection(
    *,
    selection: Selection,
    values: dict[str, Any],
    candidates: Sequence[Candidate] = (),
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Selection:
    """Change how a selection weighs, or take further candidates in."""
    _open(selection)
    _add(selection, candidates)
    note(subject=selection, fields=save_edit(selection, values, version=version), n_added=len(candidates))
    return selection


@action("diagnostics.edit_parameters")
def edit_parameters(
    *, selection: Selection, text: str, version: int, by: User | str, at: datetime | None = None
) -> Selection:
    """Change what candidates are looked at for, until the first member has weighed it; scores that still fit stay."""
    _open(selection)
    document = weighing.from_text(text)
    n = MemberWeighting.objects.filter(selection=selection).values("member").distinct().count()
    if n:
        raise WeighedAlready(selection=str(selection), n=n)
    note(subject=selection, fields=save_edit(selection, {"recipe": document}, version=version))
    return selection


@action("diagnostics.score_candidate")
def score_candidate(
    *,
    entry: SelectionCandidate,
    scores: Mapping[str, Mapping[str, Any]],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> SelectionCandidate:
    """Write down what a candidate scores and what each score rests on.

    ``scores``: parameter → ``value`` (``None``: nobody could tell), ``evidence``, ``indicator``, ``source``,
    ``source_place``. A parameter left out stays as it is; one whose value is ``"unset"`` was never asked.
    """
    at = at or timezone.now()
    selection = _open(entry.selection)
    recipe = weighing.read_recipe(selection.recipe)
    there = queries.scores_of(entry=entry)
    changed = []
    for code, given in scores.items():
        parameter = recipe.parameter(code)
        if parameter is None:
            continue
        if given.get("value") == "unset":
            if code in there:
                there[code].delete()
                changed.append(code)
            continue
        _check(parameter, given)
        if _write(entry, code, given, there.get(code), by, at):
            changed.append(code)
    if changed:
        save_edit(entry, {"scored_at": at}, version=version)
    note(subject=entry, fields=sorted(changed))
    return entry


def _check(parameter: weighing.Parameter, given: Mapping[str, Any]) -> None:
    value = given.get("value")
    if value is None:
        return
    low, high = parameter.low, parameter.high
    outside = (low is not None and value < low) or (high is not None and value > high)
    if outside or value != value or (parameter.is_rubric and value != int(value)):
        raise ScoreOutsideScale(parameter=parameter.title, value=value, low=low, high=high)
    if not (str(given.get("evidence", "")).strip() or given.get("indicator") or given.get("source")):
        raise EvidenceMissing(parameter=parameter.title)


def _write(
    entry: SelectionCandidate,
    code: str,
    given: Mapping[str, Any],
    row: CandidateScore | None,
    by: User | str,
    at: datetime,
) -> bool:
    """Whether anything changed; who scored and when moves only with the score or its evidence."""
    values = {
        "value": None if given.get("value") is None else float(given["value"]),
        "evidence": str(given.get("evidence", "")).strip(),
        "indicator": str(given.get("indicator", "")).strip(),
        "source": given.get("source"),
        "source_place": str(given.get("source_place", "")).strip(),
    }
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return False
    CandidateScore.objects.update_or_create(
        entry=entry,
        parameter=code,
        defaults={
            **values,
            "scope": entry.scope,
            "by": by if isinstance(by, User) else None,
            "scored_at": at,
        },
    )
    return True


@action("diagnostics.override_gate")
def override_gate(
    *, entry: SelectionCandidate, reason: str, version: int, by: User | str, at: datetime | None = None
) -> SelectionCandidate:
    """Rank a candidate although the gate refuses it, with the reason; an empty reason shuts the gate again."""
    selection = _open(entry.selection)
    reason = reason.strip()
    table = queries.fresh_table_of(selection=selection)
    if (
        reason
        and table.gates[str(entry.pk)].verdict is not None
        and table.gates[str(entry.pk)].verdict.allows
    ):
        raise GateNotShut(candidate=str(entry))
    values = {
        "gate_override": reason,
        "gate_overridden_by": by if reason and isinstance(by, User) else None,
        "gate_overridden_at": at if reason else None,
    }
    save_edit(entry, values, version=version)
    note(subject=entry, override_reason=reason, gate="overridden" if reason else "shut again")
    return entry


@action("diagnostics.give_points")
def give_points(
    *, selection: Selection, points: Mapping[str, float], by: User, at: datetime | None = None
) -> MemberWeighting:
    """Hand out one's own 100 points over the parameters; given again, they replace the former."""
    _open(selection)
    codes = [p.code for p in weighing.read_recipe(selection.recipe).parameters]
    given = {code: float(points.get(code, 0)) for code in codes}
    total = sum(given.values())
    if min(given.values()) < 0 or not abs(total - 100) < 1e-6:
        raise PointsNotHundred(total=f"{total:g}")
    return _keep(selection, by, MemberWeighting.Method.BUDGET, given, at)


@action("diagnostics.compare_pairs")
def compare_pairs(
    *,
    selection: Selection,
    pairs: Mapping[str, float],
    note_why: str = "",
    by: User,
    at: datetime | None = None,
) -> MemberWeighting:
    """Say of every pair of parameters which matters more and how many times; contradictions ask for a reason."""
    _open(selection)
    recipe = weighing.read_recipe(selection.recipe)
    codes = [p.code for p in recipe.parameters]
    ratio = weighing.pair_weights(codes, pairs).consistency_ratio
    if ratio is not None and ratio > MOST_INCONSISTENT and not note_why.strip():
        raise _contradiction(recipe, codes, pairs, ratio)
    row = _keep(selection, by, MemberWeighting.Method.PAIRS, dict(pairs), at, note_why.strip(), ratio)
    note(ratio=None if ratio is None else round(ratio, 3))
    return row


def _contradiction(
    recipe: weighing.Weighing, codes: list[str], pairs: Mapping[str, float], ratio: float
) -> PairsContradict:
    worst = indices.clashing_judgments(weighing.pair_matrix(codes, pairs), codes).row(0, named=True)
    titles = {p.code: p.title for p in recipe.parameters}
    return PairsContradict(
        ratio=f"{ratio:.2f}",
        first=titles[worst["first"]],
        second=titles[worst["second"]],
        agreeing=weighing.ratio_in_words(worst["agreeing"]),
    )


def _keep(
    selection: Selection,
    member: User,
    method: str,
    given: dict[str, float],
    at: datetime | None,
    why: str = "",
    ratio: float | None = None,
) -> MemberWeighting:
    row, _made = MemberWeighting.objects.update_or_create(
        selection=selection, member=member, method=method,
        defaults={"given": given, "given_at": at or timezone.now(), "scope": selection.scope, "note": why,
                  "consistency_ratio": ratio},
    )  # fmt: skip
    note(subject=selection, method=method)
    return row


@action("diagnostics.decide_selection")
def decide_selection(
    *,
    selection: Selection,
    chosen: Sequence[SelectionCandidate],
    reason: str,
    against_reason: str = "",
    resolution: Resolution | None = None,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Selection:
    """Record which candidates are chosen and why, with the ranking as it stood; candidates move to their stage."""
    at = at or timezone.now()
    _open(selection)
    if not reason.strip() or not chosen:
        raise ReasonNeeded()
    table = queries.fresh_table_of(selection=selection)
    against = _check_against(table, chosen, against_reason.strip())
    keys = {e.pk for e in chosen}
    for entry in table.entries:
        entry.outcome = "chosen" if entry.pk in keys else "not_chosen"
        SelectionCandidate.objects.filter(pk=entry.pk).update(outcome=entry.outcome)
    for entry in chosen:
        programme_actions.judge_candidate(
            candidate=entry.candidate, stage=Candidate.Stage.SELECTED, reason=reason.strip(),
            reason_es=entry.candidate.reason_es, version=entry.candidate.version, by=by, at=at,
        )  # fmt: skip
    values = {
        "outcome_reason": reason.strip(),
        "against_reason": against_reason.strip() if against else "",
        "decided_at": at,
        "decided_by": by if isinstance(by, User) else None,
        "resolution": resolution,
        "run": _keep_run(table, by, at),
    }
    save_edit(selection, values, version=version)
    note(subject=selection, chosen=[str(e.candidate.cluster.code) for e in chosen],
         override_reason=against_reason.strip() if against else "")  # fmt: skip
    return selection


def _check_against(table: queries.Table, chosen: Sequence[SelectionCandidate], why: str) -> bool:
    """Whether the decision goes against the ranking: somebody stands before, or aside; that needs its reason."""
    ranking = table.ranking
    if not ranking.ranked:
        raise NothingRanked()
    first = [table.entry(p.key) for p in ranking.ranked[: len(chosen)]]
    last = ranking.ranked[min(len(chosen), len(ranking.ranked)) - 1].rank
    ranks = {p.key: p.rank for p in ranking.ranked}
    astray = [e for e in chosen if (ranks.get(str(e.pk)) or 10**6) > (last or 0)]
    if astray and not why:
        before = next((e for e in first if e.pk not in {c.pk for c in chosen}), first[0])
        raise SayWhyAgainst(chosen=str(astray[0]), leader=str(before))
    return bool(astray)


def _keep_run(table: queries.Table, by: User | str, at: datetime) -> Run:
    """The ranking as it stood, so that it can be woven again."""
    selection, ranking = table.selection, table.ranking
    inputs = {
        "recipe": selection.recipe, "scores": table.scores, "weighting": selection.weighting,
        "weights": {k: dict(w.shares) for k, w in table.weightings.items()}, "aggregation": selection.aggregation,
        "veto": selection.has_veto, "overrides": {k: g.override for k, g in table.gates.items() if g.override},
    }  # fmt: skip
    text = json.dumps(inputs, sort_keys=True)
    placed = [
        {
            "cluster": table.entry(p.key).candidate.cluster.code, "rank": p.rank, "score": p.score,
            "lead_share": p.lead_share, "low": p.low, "high": p.high, "reason": p.reason,
        }
        for p in ranking.placed
    ]  # fmt: skip
    return Run.objects.create(
        scope=selection.scope, recipe=f"diagnostics.selection.{selection.recipe.get('selection', '')}",
        recipe_version=table.weighing.version, input_digest=hashlib.sha256(text.encode()).hexdigest(),
        package_version=nanduti.__version__, seed=str(ranks.SEED),
        result={"placed": placed, "n": ranking.n, "drivers": dict(ranking.drivers), "weights": dict(ranking.weights),
                "inputs": inputs},
        by=by if isinstance(by, User) else None, started_at=at,
    )  # fmt: skip


@action("diagnostics.reopen_selection")
def reopen_selection(
    *, selection: Selection, reason: str, version: int, by: User | str, at: datetime | None = None
) -> Selection:
    """Open a decided selection again, with the reason; the ranking that was decided on stays with its run."""
    if not reason.strip():
        raise ReasonNeeded()
    SelectionCandidate.objects.filter(selection=selection).update(outcome="")
    values = {
        "decided_at": None,
        "decided_by": None,
        "outcome_reason": "",
        "against_reason": "",
        "resolution": None,
    }
    note(
        subject=selection,
        override_reason=reason.strip(),
        fields=save_edit(selection, values, version=version),
    )
    return selection
