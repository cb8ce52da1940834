"""Messages that a provider's programs fetch, because nothing of theirs listens."""
