"""Untrusted text → clean values."""
