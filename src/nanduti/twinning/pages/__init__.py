"""The pages of twinnings: pairs to read, and what is written down and corrected about them."""
