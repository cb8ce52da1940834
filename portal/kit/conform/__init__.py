"""Drives a department's endpoint through everything that the portal may send it, and worse."""
