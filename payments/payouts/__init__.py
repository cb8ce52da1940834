"""Money that a gateway sent to our bank account, and that went on from there to a provider."""
