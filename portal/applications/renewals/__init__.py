"""Until when an issued document stays good, and the reminder before it ends."""
