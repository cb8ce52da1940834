"""Declared forms as pages: steps, checks, pre-filled values, drafts that wait for their person."""
