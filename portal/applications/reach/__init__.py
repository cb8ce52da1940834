"""Reach: which cases somebody of a provider sees."""
