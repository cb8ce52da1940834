"""Sessions: which browser is whose."""
