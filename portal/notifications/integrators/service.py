"""Writing to those who look after a provider's endpoint, once for each occasion."""

from uuid import UUID

from portal.accounts import service as accounts
from portal.accounts.contacts import service as contacts
from portal.accounts.roles import service as roles
from portal.i18n import say, speaking, tag
from portal.kernel.keys import Erased
from portal.kernel.settings import current
from portal.notifications.integrators import words
from portal.post import service as post
from portal.post.domain import SUBJECT_LIMIT
from portal.registry import service as registry


def tell(provider: str, happened: str, occasion: str) -> None:
    """Write it to each integrator in their language; the same occasion twice is written once."""
    for reader_id in roles.integrators(provider):
        _write(provider, happened, occasion, reader_id)


def _write(provider: str, happened: str, occasion: str, reader_id: UUID) -> None:
    try:
        reader, email = accounts.details(reader_id), contacts.email_of(reader_id)
    except (accounts.NoSuchPerson, Erased):
        return
    if email is None:
        return
    with speaking(reader.language):
        subject = words.subject(happened, _name(provider))
        url = f"{current().kernel.base_url}/{tag()}/console/webhooks/{provider}"
        body = words.body(happened, url)
    post.send_mail(
        subject_id=reader_id,
        to=email,
        subject=subject[:SUBJECT_LIMIT],
        body=body,
        language=reader.language,
        key=f"endpoint:{provider}:{happened}:{occasion}:{reader_id}",
    )


def _name(provider: str) -> str:
    """As people know it; its slug while nothing of it is published."""
    try:
        return say(registry.provider(provider).name)
    except registry.NoSuchProvider:
        return provider
