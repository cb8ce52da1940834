"""Signing in with identity providers of others, and what they tell of people."""
