"""The books: posting into the ledger, and reading its balances."""
