"""Questions to diagnostics, noun by noun."""
