"""What the finance desk reads of the books: balances, statements of a provider, and files."""
