"""Which posts providers declare, who holds them, and where nobody does."""
