"""Untrusted text → clean values, noun by noun."""
