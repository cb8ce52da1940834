"""Devices: which browsers a person has signed in with before."""
