"""How many submissions a second the door takes, durably, and whether that stays so as rows build up."""
