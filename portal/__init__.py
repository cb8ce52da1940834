"""Sanjha: one door to every public service."""
