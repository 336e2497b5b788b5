"""Questions to field work, noun by noun."""
