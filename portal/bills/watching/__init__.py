"""Accounts whose bills a person is reminded of: asked for once a day, until they say stop."""
