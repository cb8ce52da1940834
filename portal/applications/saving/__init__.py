"""Drafts that save themselves: what a page sends while its person types."""
