"""Telling providers what happened: one signed message at a time, in order, until it arrives."""
