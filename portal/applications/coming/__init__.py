"""What of a person's applications falls due, and whom to remind of it."""
