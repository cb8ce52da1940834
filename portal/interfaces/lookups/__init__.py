"""Looking an answer up at its provider, while somebody fills in a form."""
