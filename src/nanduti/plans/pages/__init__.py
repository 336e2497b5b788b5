"""The pages of plans, one module for each noun."""
