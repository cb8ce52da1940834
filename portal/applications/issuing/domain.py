"""What may happen to a document after it was issued."""

from portal.kernel.errors import N_, BadInput, Conflict


class NotOurs(Conflict):
    message = N_("The provider made this document itself. Only what the portal made is ended here.")


class WhyIsNeeded(BadInput):
    status = 422
    message = N_("Say why. The person reads it.")


class NotIssued(Conflict):
    message = N_("Nothing was issued on this application yet.")
