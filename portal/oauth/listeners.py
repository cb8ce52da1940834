"""What the authorization server hears."""

from portal.accounts import service as accounts
from portal.accounts.events import RoleRevoked
from portal.api import service as api


def role_revoked(event: RoleRevoked) -> None:
    """Tokens of a provider's programs end with the right of whoever made them."""
    if event.provider is None:
        return
    if event.provider not in accounts.providers_of(event.person_id, "api.tokens"):
        api.end_tokens_of(event.person_id, event.provider)
