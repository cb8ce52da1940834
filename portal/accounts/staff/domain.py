"""Refusals of what staff do to each other's roles."""

from portal.kernel.errors import N_, DomainError, Gone


class SamePerson(DomainError):
    status = 403
    message = N_("You proposed this yourself, or it is about you. Another admin must decide.")


class ChangeEnded(Gone):
    message = N_("This was decided, or nobody did within 7 days. Propose it again.")


class ReasonNeeded(DomainError):
    status = 422
    message = N_("Say why, in a sentence. It is kept and shown to others.")
