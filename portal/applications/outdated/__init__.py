"""Drafts that were begun on an older version: what changed for their person, and going on."""
