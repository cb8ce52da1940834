"""The documents that a person keeps: what was issued to them, and what they put there."""
