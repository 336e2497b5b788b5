"""Pages of networks, noun by noun."""
