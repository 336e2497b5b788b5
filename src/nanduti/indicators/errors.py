"""What can go wrong in indicators, said to a person."""
