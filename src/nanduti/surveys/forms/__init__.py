"""Forms of field work, noun by noun: untrusted text to clean values."""
