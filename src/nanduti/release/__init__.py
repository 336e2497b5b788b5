"""The only door out: request, disclosure check, two approvals, publication, withdrawal; and results returned.

Nouns: `ReleaseRequest` with its `DisclosureCheck` and `Approval`s, `Publication` with its `PublishedFile`s, `Returning`
(results brought back to those who answered). Promises: nothing leaves by another way; what was published before is
taken into account; a publication is dated, can be cited and can be withdrawn; a dataset is closed once returned.
"""
