"""Warnings to a person about their own account, over every way that reaches them."""

from collections.abc import Collection
from uuid import UUID


def warn(person_id: UUID, what: str, *, also: Collection[str] = (), **about: str) -> None:
    """Tell the person at each verified contact, and at those of `also`, that this happened.

    `what` is one of domain.WARNINGS; each message has a link that says it was somebody else.
    """
