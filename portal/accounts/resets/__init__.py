"""Setting a password anew by a message to a proven contact."""
