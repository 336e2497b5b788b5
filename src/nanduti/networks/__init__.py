"""Who works with and trusts whom: ties from rosters, snowball waves and records, and the groups that firms form.

Nouns: `Tie`, `TieSource` (a wave or record that ties were read from), `BusinessNetwork` with its members and the
`FormalisationStep`s it has taken. Promises: every tie has a kind, a direction, a day and a source; silence is no tie
that is missing but an answer that is missing, and is said so; no name leaves the vault for the sake of a picture.
"""
