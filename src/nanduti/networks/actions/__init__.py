"""Verbs of networks: ties and rounds, whoever was named, and business networks."""
