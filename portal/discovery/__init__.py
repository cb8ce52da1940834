"""The first page, and the search over all that rooms offer."""
