"""Leaving: what goes when a person goes."""
