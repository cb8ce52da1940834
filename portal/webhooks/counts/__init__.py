"""How many messages there are, by state."""
