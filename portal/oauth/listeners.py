"""What the authorization server hears."""

from portal.accounts import service as accounts
from portal.accounts.events import AccountSecured, PersonRemoved, RoleRevoked
from portal.api import service as api
from portal.oauth import service


def role_revoked(event: RoleRevoked) -> None:
    """Tokens of a provider's programs end with the right of whoever made them."""
    if event.provider is None:
        return
    if event.provider not in accounts.providers_of(event.person_id, "api.tokens"):
        api.end_tokens_of(event.person_id, event.provider)


def removed(event: PersonRemoved) -> None:
    """Codes, tokens and what was agreed to go with the person."""
    service.forget(event.person_id)


def secured(event: AccountSecured) -> None:
    """A thief may have let sites of their own in."""
    if event.since is not None:
        service.secure(event.person_id, event.since)
