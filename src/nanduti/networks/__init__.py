"""Who works with and trusts whom: ties from rosters, snowball waves and records, and the groups that firms form.

Nouns: `Tie` with its `TieKind`, `TieActor` (whom ties join; somebody named who is not in the register yet too),
`TieWave` with its `TieRespondent`s, `Nomination`, `BusinessNetwork` with its `NetworkMember`s and the
`FormalisationStep`s it has taken. Promises: every tie has a kind, a direction, a day and a source; silence is no tie
that is missing but an answer that is missing, and is said so; no name leaves the vault for the sake of a picture.
"""
