"""Proving contacts."""

from uuid import UUID


def trust(person_id: UUID) -> None:
    """Take the person's e-mail address and mobile number as proven: only where we know it."""
