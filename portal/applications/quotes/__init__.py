"""Fees that the provider itself works out."""
