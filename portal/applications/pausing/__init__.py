"""Stopping the clock of a case for a reason that the service declares."""
