"""The floor under the rooms: who may, within what, and what was done.

Nouns: `User`, `Grant` (a role within a scope), `Scope` (a programme, a cluster, or a programme's work in
a cluster), `AuditEvent`, `Run`, `StoredFile`, `Job` (background work), `ImportBatch`, `SourceDocument`.
Promises: a query with no scope raises instead of leaking; every action writes its audit event in the same
transaction as the deed; every field of every model is classified; long work can be watched, left and found again.
"""
