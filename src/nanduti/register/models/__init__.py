from .clusters import Cluster
from .duplicates import DuplicateDecision, DuplicatePair, DuplicateSearch
from .establishments import Establishment, EstablishmentMerge
from .facts import ProfileFact
from .memberships import AssociationMembership, ClusterMembership
from .organisations import Organisation, SizeBand
from .people import Person, Position
from .places import Place
from .shared import shared_scope
from .stakeholders import Stakeholder

__all__ = [
    "AssociationMembership",
    "Cluster",
    "ClusterMembership",
    "DuplicateDecision",
    "DuplicatePair",
    "DuplicateSearch",
    "Establishment",
    "EstablishmentMerge",
    "Organisation",
    "Person",
    "Place",
    "Position",
    "ProfileFact",
    "SizeBand",
    "Stakeholder",
    "shared_scope",
]
