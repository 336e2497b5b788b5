"""Pages of field work, noun by noun."""
