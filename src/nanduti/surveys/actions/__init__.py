"""Verbs of field work, noun by noun."""
