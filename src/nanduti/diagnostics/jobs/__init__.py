"""Background work of diagnostics, noun by noun."""
