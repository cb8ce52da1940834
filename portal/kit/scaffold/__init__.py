"""A new provider: a folder that works at once, to be made one's own."""
