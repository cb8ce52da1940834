"""Writing to the person of an application, once for each thing that happened."""

from uuid import UUID

from portal.applications import service as applications
from portal.applications.service import Case
from portal.i18n import say as say_
from portal.notifications import words
from portal.notifications.choices import service as choices
from portal.notifications.coming import service as coming
from portal.notifications.domain import Words
from portal.notifications.inbox import service as inbox
from portal.notifications.push import service as push
from portal.notifications.sendings import service as sendings
from portal.notifications.telling import service as telling
from portal.registry import service as registry

# What happened without a state of its own, by the acts in the timeline.
ACTS = {
    "answered": ("answer", "correct"),
    "paid": ("pay",),
    "revoked": ("revoke",),
    "replaced": ("replace",),
    "appeal_ask": ("appeal_ask",),
    "appeal_open": ("appeal_open", "appeal_pass_on"),
    "appeal_upheld": ("appeal_uphold",),
    "appeal_goes_on": ("appeal_uphold",),
    "appeal_hurried": ("appeal_set_aside",),
    "appeal_in_part": ("appeal_allow_in_part",),
    "appeal_granted": ("appeal_grant",),
    "appeal_owes": ("appeal_grant",),
    "appeal_set_aside": ("appeal_set_aside",),
} | {act: (act,) for act in ("meeting_set", "meeting_moved", "meeting_off", "met_nobody")}


def tell(application_id: UUID, happened: str, occasion: str = "") -> None:
    """Write that this happened, to the person and the guardians of a child.

    `occasion` tells one from the other where the timeline does not.
    Heard twice, it is written once; those who left, and those without an account, hear nothing.
    """
    application = applications.by_id(application_id)
    if happened not in words.SAID:
        return
    for reader_id in telling.readers(application.person_id):
        _write(application, happened, reader_id, occasion)


def _write(application: Case, happened: str, reader_id: UUID, occasion: str) -> None:
    def say() -> Words:
        title = registry.version(application.version_id).service.title
        return words.said(
            happened, application.reference, say_(title), _path(application, reader_id)
        )

    slug = words.kind_of(happened)
    times = occasion or _times(application, happened)
    key = f"application:{application.id}:{happened}:{times}:{reader_id}"
    telling.tell(reader_id, slug, key, say, about=application.id)


def _times(application: Case, happened: str) -> int:
    """The same occasion twice is told twice; the same event heard twice is not.

    The timeline only grows, so how often this happened until now names the occasion.
    """
    entries = applications.timeline(application)
    return sum(happened == entry.state or entry.act in ACTS.get(happened, ()) for entry in entries)


def _path(application: Case, reader_id: UUID) -> str:
    """A guardian first chooses for whom they act."""
    is_theirs = reader_id == application.person_id
    return f"applications/{application.reference}" if is_theirs else "act-for"


def forget(person_id: UUID) -> None:
    """The person left: nothing of theirs stays here."""
    inbox.forget(person_id)
    choices.forget(person_id)
    coming.forget(person_id)
    push.forget(person_id)
    sendings.forget(person_id)
