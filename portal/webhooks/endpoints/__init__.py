"""Endpoints of providers."""
