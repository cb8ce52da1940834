"""Writing to the person of an application, once for each thing that happened."""

from uuid import UUID

from portal.accounts import service as accounts
from portal.applications import service as applications
from portal.applications.service import Case
from portal.i18n import say, speaking, tag
from portal.kernel.keys import Erased
from portal.kernel.settings import current
from portal.notifications import words
from portal.post import service as post
from portal.post.domain import SUBJECT_LIMIT
from portal.registry import service as registry

# What happened without a state of its own, by the act in the timeline.
ACTS = {"answered": "answer", "paid": "pay"}


def tell(application_id: UUID, happened: str) -> None:
    """Write that this happened. Heard twice, it is written once; those who left hear nothing."""
    application = applications.by_id(application_id)
    try:
        person = accounts.details(application.person_id)
    except (accounts.NoSuchPerson, Erased):
        return
    if happened not in words.SAID or not person.email:
        return
    with speaking(person.language):
        subject = words.subject(happened, application.reference, _title(application))
        body = words.body(happened, _url(application))
    post.send_mail(
        subject_id=application.subject_id,
        to=person.email,
        subject=subject[:SUBJECT_LIMIT],
        body=body,
        language=person.language,
        key=_key(application, happened),
    )


def _key(application: Case, happened: str) -> str:
    """The same occasion twice is told twice; the same event heard twice is not.

    The timeline only grows, so how often this happened until now names the occasion.
    """
    entries = applications.timeline(application)
    times = sum(happened == entry.state or ACTS.get(happened) == entry.act for entry in entries)
    return f"application:{application.id}:{happened}:{times}:{application.person_id}"


def _title(application: Case) -> str:
    return say(registry.version(application.version_id).service.title)


def _url(application: Case) -> str:
    return f"{current().kernel.base_url}/{tag()}/applications/{application.reference}"
