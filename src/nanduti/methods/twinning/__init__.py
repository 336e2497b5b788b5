"""Twinning: the rules by which two clusters learn from and trade with each other across their difference.

Advanced against emerging, the scope of cooperation and how agreements move it, classes of linkage, mutual
gain and rivalry, agendas, sequence, the split between developmental and commercial work, the eight steps
with their gates. Every answer carries its reason and the place in the paper it follows.

>>> from nanduti.methods import twinning
>>> twinning.linkage_class("association", "firm")
'C2B'
"""

from .agenda import Agenda, Topic, agenda_alignment
from .comparison import ComparedRow, compare_programme, is_really_twinning
from .expert_fit import Expert, FirmNeed, expert_fit
from .issues import Advanced, AdvancedChoice, Route, choose_advanced, has_twinning_issue, route_issue
from .kinds import KINDS
from .linkages import TimeToBusiness, linkage_class, time_to_b2b
from .mutual_gain import Interest, MutualGain, mutual_gain, preferred_partners
from .prime_movers import Candidate, Placed, prime_movers
from .relation import ClusterMeasures, Criterion, Relation, advanced_emerging
from .scope import Agreement, ScopeCell, ScopeChange, ScopeMatrix, scope_history, scope_of_cooperation
from .sequence import TrustEntry, implementation_order, next_step, sequence_verdict
from .signature import Span, TimeToSignature, time_to_signature
from .split import developmental_commercial
from .steps import Evidence, Step, eight_steps, gate_verdict, step_reached

__all__ = [
    "KINDS",
    "Advanced",
    "AdvancedChoice",
    "Agenda",
    "Agreement",
    "Candidate",
    "ClusterMeasures",
    "ComparedRow",
    "Criterion",
    "Evidence",
    "Expert",
    "FirmNeed",
    "Interest",
    "MutualGain",
    "Placed",
    "Relation",
    "Route",
    "ScopeCell",
    "ScopeChange",
    "ScopeMatrix",
    "Span",
    "Step",
    "TimeToBusiness",
    "TimeToSignature",
    "Topic",
    "TrustEntry",
    "advanced_emerging",
    "agenda_alignment",
    "choose_advanced",
    "compare_programme",
    "developmental_commercial",
    "eight_steps",
    "expert_fit",
    "gate_verdict",
    "has_twinning_issue",
    "implementation_order",
    "is_really_twinning",
    "linkage_class",
    "mutual_gain",
    "next_step",
    "preferred_partners",
    "prime_movers",
    "route_issue",
    "scope_history",
    "scope_of_cooperation",
    "sequence_verdict",
    "step_reached",
    "time_to_b2b",
    "time_to_signature",
]
