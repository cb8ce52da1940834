"""Roles, and invitations to the first ones."""
