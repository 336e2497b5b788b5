"""What can go wrong in diagnostics, said to a person."""
