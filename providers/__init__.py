"""Providers of public services: each folder declares one, and knows only portal.registry."""
