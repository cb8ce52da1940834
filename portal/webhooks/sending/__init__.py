"""Sending messages, and holding those that cannot go yet."""
