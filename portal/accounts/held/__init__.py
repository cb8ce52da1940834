"""Held posts: what was sent too late, kept for its sender until the next sign-in."""
