from .audit import AuditEvent
from .files import StoredFile
from .imports import ImportBatch, ImportChange
from .mixins import Scoped, Sourced, Timestamped, Versioned
from .runs import Run
from .scopes import Grant, Scope, ScopeReach
from .sources import SourceDocument
from .users import ApiToken, User
from .work import Job

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Grant",
    "ImportBatch",
    "ImportChange",
    "Job",
    "Run",
    "Scope",
    "ScopeReach",
    "Scoped",
    "SourceDocument",
    "Sourced",
    "StoredFile",
    "Timestamped",
    "User",
    "Versioned",
]
