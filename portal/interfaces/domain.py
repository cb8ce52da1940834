"""What is refused about a provider's own interface. No tables, no web."""

from typing import ClassVar

from portal.kernel.errors import N_, DomainError, NotFound


class NoSuchInterface(NotFound):
    message = N_("This provider has no interface here yet. Save its address first.")


class NotAnswering(DomainError):
    """`error` is the kind of what went wrong: its text may quote what was said of somebody."""

    status: ClassVar[int] = 503
    message = N_("The provider does not answer now. Nothing is lost. Try again in a few minutes.")
