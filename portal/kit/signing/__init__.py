"""Signing a bundle as its publisher, so that nobody else uploads for the provider."""
