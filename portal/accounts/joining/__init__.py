"""Joining: how somebody comes to have an account."""
