"""Same firm or not: searching a cluster's register for doubles, deciding about them, learning from decisions.

The comparison opens identities in the vault under the right of whoever searches, and leaves behind pseudonyms,
points and reasons as codes: no value that was compared is kept anywhere.
"""
