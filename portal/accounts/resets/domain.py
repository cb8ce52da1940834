"""How long a new password may take and how often one may be asked for."""

from datetime import timedelta

from portal.accounts.attempts.domain import FORGOTTEN_AFTER, Limit
from portal.kernel.errors import N_, DomainError, Gone

HOUR = timedelta(hours=1)
# By whoever names a contact, and from where; known and unknown contacts count alike.
ASKED = Limit("reset for contact", 5, FORGOTTEN_AFTER, HOUR, HOUR)
ASKED_FROM = Limit("reset for address", 10, HOUR, HOUR, HOUR)
LASTS = timedelta(minutes=30)
CODE_TRIES, DIGITS = 5, 6


class ResetEnded(Gone):
    message = N_("This link has ended or was used. Ask for a new one.")


class AskedElsewhere(DomainError):
    message = N_("Open this link in the browser in which you asked for it.")
