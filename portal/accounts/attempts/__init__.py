"""Counting tries, so that nothing can be guessed."""
