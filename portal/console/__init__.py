"""The first page of the console, what is used, and the documentation with examples of one's own."""
