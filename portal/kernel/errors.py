"""Refusals: each is a class with one sentence that tells the reader what to do.

`message` is an English sentence with %(named)s places; the edge translates it. Nothing here knows
HTTP but the status that fits.
"""

from typing import Any, ClassVar


def N_(sentence: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a sentence for translation, without translating it here."""
    return sentence


class DomainError(Exception):
    """A request that is understood and refused.

    `faults` may hold a JSON pointer and a sentence for each place of a body that is wrong.
    `kind` names the problem for programs, where the status alone does not.
    """

    status: ClassVar[int] = 409
    kind: ClassVar[str | None] = None
    message: ClassVar[str] = N_("This cannot be done now.")

    def __init__(self, **params: Any) -> None:
        self.params = params
        self.faults: list[dict[str, str]] = []
        super().__init__(self.message % params if params else self.message)


class BadInput(DomainError):
    status = 400
    message = N_("The request could not be read. Go back and try again.")


class SignInNeeded(DomainError):
    status = 401
    message = N_("Sign in to go on.")


class ConfirmationNeeded(DomainError):
    """Somebody is signed in, but showed a factor too long ago for this."""

    status = 401
    message = N_("Confirm that it is you, then go on.")


class Refused(DomainError):
    status = 403
    message = N_("You may not do this. Ask the administrator of your department for the right.")


class NotFound(DomainError):
    """Never tells whether the thing exists and belongs to somebody else."""

    status = 404
    message = N_("There is nothing at this address. Check it, or begin at the first page.")


class Conflict(DomainError):
    status = 409
    message = N_("Somebody changed this in the meantime. Load the page again.")


class Gone(DomainError):
    status = 410
    message = N_("This is no longer kept.")


class TooLarge(DomainError):
    status = 413
    message = N_("This is too large to be taken. Send less at once.")


class TooMany(DomainError):
    """`retry_after` is in seconds."""

    status = 429
    message = N_("Too many tries. Wait %(retry_after)s seconds, then try again.")

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(retry_after=retry_after)
