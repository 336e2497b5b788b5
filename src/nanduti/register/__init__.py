"""The register: who and what the programme is about, by pseudonym.

Nouns: `Place`, `Cluster`, `Organisation` (enterprise, association, support institution, BDS provider, public
body …), `Establishment`, `Person`, `Position`, `Stakeholder` (a role in a cluster), `ProfileFact`.
Promises: no name of a person, no name of a firm that is not public, no contact, address or coordinate of an
establishment stands here; they live in the vault, which this room alone opens. Two sources that contradict
each other stand side by side. Merging two establishments can be taken back.
"""
