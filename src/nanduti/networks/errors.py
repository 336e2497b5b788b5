"""What can go wrong in networks, said to a person."""
