"""How many applications come."""
