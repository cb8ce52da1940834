"""Confirming: showing a factor again while signed in."""
