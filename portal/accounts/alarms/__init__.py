"""Warnings: what a person hears when something about their sign-in changes."""
