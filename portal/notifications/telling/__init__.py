"""Telling a person something: into the inbox, and out by the ways of their choice."""
