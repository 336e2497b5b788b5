"""The vault: who is behind a pseudonym, kept in a database of its own under a key of its own.

Nouns: `Identity`, its encrypted fields, `Purpose`, `Consent`, `ContactRequest`, `StandingGrant`, `Reveal`.
Promises: every value is encrypted by itself and bound to its pseudonym and field; nobody looks without
leaving a `Reveal` written in the same transaction; a correction keeps the former value until it is shredded; only the
register opens this room.
"""
