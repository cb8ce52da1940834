"""Providers' own interfaces: where they answer, and asking them while a person or a job waits."""
