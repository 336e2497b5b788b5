"""Questions about selections: who is considered, what is known of each, how the committee weighs, who leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language

from nanduti.foundation.errors import NotFound
from nanduti.foundation.kept import kept
from nanduti.foundation.models import User
from nanduti.interface.saying import fill, say_verdict
from nanduti.methods.values import RuleSource, Verdict, mark
from nanduti.programme.models import Candidate, Programme
from nanduti.programme.queries import candidates

from .. import ranking as ranks
from .. import weighing
from ..models import CandidateScore, MemberWeighting, Selection, SelectionCandidate

Scores = dict[str, dict[str, float | None]]


def selections(*, programme: Programme) -> QuerySet[Selection]:
    """The weighings-up of a programme, newest first, with how many candidates each has."""
    rows = Selection.objects.filter(programme=programme).select_related("resolution", "run")
    return rows.annotate(
        n_entries=Count("entries"), n_chosen=Count("entries", filter=Q(entries__outcome="chosen"))
    )


def selection_by_pk(*, programme: Programme, pk: int) -> Selection:
    """One weighing-up; raises ``NotFound``."""
    found = selections(programme=programme).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="selection", code_given=pk)
    found.programme = programme
    return found


def entries(*, selection: Selection) -> QuerySet[SelectionCandidate]:
    """The candidates of a selection."""
    rows = SelectionCandidate.objects.filter(selection=selection)
    return rows.select_related("candidate__cluster__place", "gate_overridden_by")


def entry_by_pk(*, selection: Selection, pk: int) -> SelectionCandidate:
    """One candidate of a selection; raises ``NotFound``."""
    found = entries(selection=selection).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="candidate", code_given=pk)
    found.selection = selection
    return found


def free_candidates(*, selection: Selection) -> QuerySet[Candidate]:
    """Candidates of the programme that are not in the selection yet."""
    inside = SelectionCandidate.objects.filter(selection=selection).values("candidate")
    return candidates(programme=selection.programme).exclude(pk__in=inside)


def scores_of(*, entry: SelectionCandidate) -> dict[str, CandidateScore]:
    """What one candidate scores, by parameter."""
    rows = CandidateScore.objects.filter(entry=entry).select_related("by", "source")
    return {row.parameter: row for row in rows}


def weighting_of(*, selection: Selection, member: User, method: str) -> MemberWeighting | None:
    """How one member weighs; ``None`` before they have said."""
    return MemberWeighting.objects.filter(selection=selection, member=member, method=method).first()


@dataclass(frozen=True)
class GateState:
    """Whether a candidate passes the gate; ``verdict`` is ``None`` while what it asks for is not known."""

    verdict: Verdict | None
    override: str = ""

    @property
    def passes(self) -> bool:
        return bool(self.override) or (self.verdict is not None and self.verdict.allows)


@dataclass
class Table:
    """Everything a page of a selection shows, read in a handful of statements."""

    selection: Selection
    entries: list[SelectionCandidate]
    weighing: weighing.Weighing
    scores: Scores
    gates: dict[str, GateState]
    weightings: Mapping[str, weighing.CommitteeWeights]
    notes: list[MemberWeighting] = field(default_factory=list)

    def entry(self, key: str) -> SelectionCandidate:
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> dict[str, SelectionCandidate]:
        return {str(e.pk): e for e in self.entries}

    @property
    def n_unknown(self) -> int:
        """Scores that are still missing, over all candidates and parameters."""
        codes = [p.code for p in self.weighing.parameters]
        return sum(own.get(c) is None for own in self.scores.values() for c in codes)

    @cached_property
    def ranking(self) -> ranks.Ranking:
        """The ranking by the weights in force."""
        return self.ranked_by(self.selection.weighting)

    def ranked_by(self, chosen: str, n: int = ranks.REPLICATIONS) -> ranks.Ranking:
        """The ranking by one of the weightings there are."""
        return ranks.rank(
            self.weighing,
            self.scores,
            kept_out={key: self.why_out(key) for key, gate in self.gates.items() if not gate.passes},
            weightings=self.weightings,
            chosen=chosen,
            aggregation=self.selection.aggregation,
            has_veto=self.selection.has_veto,
            n=n,
        )

    def why_out(self, key: str) -> str:
        """Why the gate keeps a candidate out, in the reader's words."""
        verdict = self.gates[key].verdict
        if verdict is None:
            return fill(GATE_UNKNOWN, {})
        return " ".join(say_verdict(verdict).reasons)


GATE_UNKNOWN = mark("What the gate asks for is not known yet.")


def fresh_table_of(*, selection: Selection) -> Table:
    """The same, read now, for an action."""
    return _table_of(selection)


def table_of(*, selection: Selection) -> Table:
    """Everything a page of a selection shows: four statements; kept until somebody does something."""
    return kept(("selection", selection.pk, selection.version, get_language()), lambda: _table_of(selection))


def _table_of(selection: Selection) -> Table:
    recipe = weighing.read_recipe(selection.recipe)
    rows = list(entries(selection=selection))
    scores: Scores = {str(e.pk): {} for e in rows}
    for entry, parameter, value in CandidateScore.objects.filter(entry__selection=selection).values_list(
        "entry_id", "parameter", "value"
    ):
        scores[str(entry)][parameter] = value
    source = RuleSource(recipe.source)
    gates = {
        str(e.pk): GateState(weighing.gate_verdict(recipe, scores[str(e.pk)], source), e.gate_override)
        for e in rows
    }
    given = list(MemberWeighting.objects.filter(selection=selection).select_related("member"))
    by_method = {m: [w.given for w in given if w.method == m] for m in ("budget", "pairs")}
    weightings = weighing.committee_weights(recipe, by_method["budget"], by_method["pairs"])
    return Table(selection, rows, recipe, scores, gates, weightings, given)
