"""Paid, and what it was for does not know it: it is told again, or a person is."""
