"""Verbs of diagnostics, noun by noun."""
