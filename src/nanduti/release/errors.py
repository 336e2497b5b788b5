"""What can go wrong in release, said to a person."""
