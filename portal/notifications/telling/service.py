"""Telling people things once, by the ways that they chose and at the hours that they chose."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from portal.accounts import service as accounts
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Kind
from portal.accounts.family import service as family
from portal.audit import service as audit
from portal.i18n import speaking
from portal.i18n.formats import ZONE
from portal.kernel import clock, ids
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased
from portal.kernel.room import Notice
from portal.notifications import domain, leaving
from portal.notifications.choices import service as choices
from portal.notifications.domain import Channel, Words
from portal.notifications.inbox import service as inbox
from portal.notifications.inbox.service import Kept
from portal.notifications.kinds import kinds
from portal.notifications.push import service as push
from portal.notifications.sendings import service as sendings
from portal.notifications.telling import words as said
from portal.post import service as post
from portal.post.domain import MOST_PARTS, SUBJECT_LIMIT, parts

Say = Callable[[], Words]


@dataclass(frozen=True)
class Reader:
    """Somebody who is told, and where they can be reached."""

    id: UUID
    language: str
    mail: str | None
    mobile: str | None
    is_mail_lost: bool = False
    is_rung: bool = False

    @property
    def ways(self) -> frozenset[str]:
        there = {
            Channel.MAIL: None if self.is_mail_lost else self.mail,
            Channel.PUSH: "push" if self.is_rung else None,
            Channel.TEXT: self.mobile if post.offers_texts() else None,
        }
        return frozenset(way for way, where in there.items() if where) | {Channel.INBOX}


def tell(person_id: UUID, slug: str, key: str, say: Say, *, about: UUID | None = None) -> bool:
    """Tell the person in their language; False when this occasion was told before.

    `about` is the application that it tells of. Those who left, and those without an account, hear
    nothing.
    """
    reader, kind = reader_of(person_id), kinds()[slug]
    if reader is None:
        return False
    chosen = choices.of(person_id)
    with speaking(reader.language):
        words = say()
    listed = Channel.INBOX in chosen.ways(kind)
    kept = inbox.keep(person_id, slug, key, words, listed=listed, about=about)
    if kept is None:
        return False
    plan = domain.plan(kind, chosen, clock.now().astimezone(ZONE))
    if plan.at is not None:
        inbox.hold_back(kept, plan.later, plan.at)
    for way in domain.leads(kind, reader.ways, plan.now):
        send(reader, kind, way, words, key, of=[kept.id])
    return True


def try_out(person_id: UUID, kind: Notice, way: str, words: Words, language: str) -> bool:
    """Send this to oneself, in whatever language; whether there is a way to."""
    reader = reader_of(person_id)
    if reader is None or way not in reader.ways:
        return False
    audit.record("notifications.tried", about=f"person:{person_id}", actor=person_id, why=kind.slug)
    send(replace(reader, language=language), kind, way, words, f"tried:{ids.uuid7()}")
    return True


def readers(person_id: UUID) -> list[UUID]:
    """Who hears of what is the person's: themselves, and the guardians of a child."""
    try:
        guardians = family.guardians_of(person_id)
    except (accounts.NoSuchPerson, Erased):
        return []
    return [person_id, *(one.id for one in guardians)]


def reader_of(person_id: UUID) -> Reader | None:
    try:
        language = accounts.details(person_id).language
        found = {one.kind: one.value for one in contacts.reachable(person_id)}
    except (accounts.NoSuchPerson, Erased):
        return None
    mail, mobile = found.get(Kind.EMAIL), found.get(Kind.MOBILE)
    is_lost = bool(mail and post.came_back(mail))
    return Reader(person_id, language, mail, mobile, is_lost, push.reaches(person_id))


def tell_of_return(person_id: UUID, message_id: UUID) -> None:
    """Mail did not reach the person: say so in the inbox, and what was needed by text as well."""
    reader, key = reader_of(person_id), post.key_of(message_id)
    if reader is None:
        return
    with speaking(reader.language):
        words = said.of_return()
    inbox.keep(person_id, "security", f"returned:{message_id}", words, listed=True)
    lost = inbox.by_key(key) if key else None
    kind = kinds().get(lost.kind) if lost else None
    if lost and lost.words and kind and kind.needed and Channel.TEXT in reader.ways:
        send(reader, kind, Channel.TEXT, lost.words, lost.key, of=[lost.id])


def send_waiting() -> bool:
    """Let what was held back go out, each person's apart; whether there may be more."""
    people = inbox.people_waiting()
    for person_id in people:
        defer(send_held, person_id=str(person_id))
    return len(people) == inbox.A_BATCH


@job(queue="mail")
def send_held(person_id: str) -> None:
    """Send what is due to one person; run twice, it finds nothing the second time."""
    rows = inbox.waiting(UUID(person_id))
    _send_together(UUID(person_id), rows)
    inbox.gone_out(rows)


def _send_together(person_id: UUID, rows: Iterable[Kept]) -> None:
    """One message for each kind and way, since each stops by a link of its own."""
    reader = reader_of(person_id)
    if reader is None:
        return
    together: dict[tuple[str, str], list[Kept]] = {}
    for row in rows:
        for way in row.waits if row.kind in kinds() else ():
            together.setdefault((row.kind, way), []).append(row)
    for (slug, way), theirs in together.items():
        words = [row.words for row in theirs if row.words]
        with speaking(reader.language):
            whole = words[0] if len(words) == 1 else said.bundle(words)
        send(reader, kinds()[slug], way, whole, theirs[0].key, of=[row.id for row in theirs])


def send(
    reader: Reader, kind: Notice, way: str, words: Words, key: str, of: Sequence[UUID] = ()
) -> None:
    """By one way, and note for each message of the inbox that this carries it out."""
    name: str | None = None
    if way == Channel.MAIL and reader.mail:
        name = _send_mail(reader, kind, words, key)
    elif way == Channel.TEXT and reader.mobile:
        name = _send_text(reader, kind, words, key)
    elif way == Channel.PUSH:
        # No path of a thing: what rings on a screen says no more than that there is something.
        name = push.send(reader.id, kind.slug, "inbox", reader.language)
    if name is not None:
        sendings.went(reader.id, of, kind.slug, way, name)


def _send_mail(reader: Reader, kind: Notice, words: Words, key: str) -> str:
    token = None if kind.needed else leaving.token(reader.id, kind.slug, Channel.MAIL)
    with speaking(reader.language):
        body = said.letter(words, kind, token)
    post.send_mail(
        subject_id=reader.id,
        to=reader.mail or "",
        subject=words.title[:SUBJECT_LIMIT],
        body=body,
        language=reader.language,
        key=key,
        kind=kind.slug,
        leave=token and leaving.address(reader.id, kind.slug, Channel.MAIL),
    )
    return key


def _send_text(reader: Reader, kind: Notice, words: Words, key: str) -> str:
    leave = None if kind.needed else leaving.address(reader.id, kind.slug, Channel.TEXT)
    with speaking(reader.language):
        body = said.text(words, leave)
    # Without the links it fits: the portal's own address may be long.
    fits, key = parts(body) <= MOST_PARTS, f"{key}:text"
    post.send_text(
        subject_id=reader.id,
        to=reader.mobile or "",
        body=body if fits else f"{said.SITE}: {words.short}",
        language=reader.language,
        key=key,
        kind=kind.slug,
    )
    return key
