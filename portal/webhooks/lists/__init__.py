"""Lists of messages."""
