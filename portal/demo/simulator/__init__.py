"""A department to try a provider with: the example's desk, and each message as it was signed."""
