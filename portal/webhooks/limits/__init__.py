"""How much an endpoint takes at a time."""
