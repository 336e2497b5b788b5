"""Pages of diagnostics, noun by noun."""
