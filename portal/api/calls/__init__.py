"""The log of calls of a provider's programs."""
