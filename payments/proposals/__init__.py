"""Refunds by finance staff: a second person looks at what is above a limit."""
