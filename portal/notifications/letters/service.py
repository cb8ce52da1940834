"""Writing, approving and sending newsletters. Alone at their table."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import select

from portal.audit import service as audit
from portal.i18n import gettext, language
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.notifications.choices import service as choices
from portal.notifications.domain import Words
from portal.notifications.letters.domain import LetterSettled, NoSuchLetter, OwnLetter, State
from portal.notifications.letters.models import Letter
from portal.notifications.telling import service as telling

SHOWN = 50
# So many people, and then a pause: what is needed goes out between them.
A_BATCH, PAUSE = 200, 60
Written = Letter


def write(kind: str, titles: Mapping[str, str], texts: Mapping[str, str], by: UUID) -> Letter:
    row = Letter(kind=kind, titles=dict(titles), texts=dict(texts))
    row.state, row.written_by = State.WRITTEN, by
    db.session.add(row)
    db.session.flush()
    audit.record("letters.write", about=f"letter:{row.id}", actor=by)
    return row


def newest() -> Sequence[Letter]:
    return db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(SHOWN)).all()


def one(letter_id: UUID) -> Letter:
    """Raises NoSuchLetter."""
    row = db.session.get(Letter, letter_id)
    if row is None:
        raise NoSuchLetter
    return row


def approve(letter_id: UUID, by: UUID) -> None:
    """Let it go to whoever asked for such. Raises NoSuchLetter, LetterSettled, OwnLetter."""
    row = _held(letter_id)
    if row.written_by == by:
        raise OwnLetter
    row.state, row.approved_by, row.approved_at = State.APPROVED, by, clock.now()
    audit.record("letters.approve", about=f"letter:{row.id}", actor=by)
    defer(send, letter_id=str(row.id), after=None)


def discard(letter_id: UUID, by: UUID) -> None:
    """Raises NoSuchLetter, LetterSettled."""
    row = _held(letter_id)
    db.session.delete(row)
    db.session.flush()
    audit.record("letters.discard", about=f"letter:{letter_id}", actor=by)


@job(queue="mail")
def send(letter_id: str, after: str | None) -> None:
    """Tell a batch of people, and go on in a while; nobody is told twice."""
    row = one(UUID(letter_id))
    people = choices.who_asked_for(row.kind, UUID(after) if after else None, A_BATCH)
    for person_id in people:
        telling.tell(person_id, row.kind, f"letter:{row.id}:{person_id}", partial(_words, row))
    if len(people) == A_BATCH:
        defer(send, in_seconds=PAUSE, letter_id=letter_id, after=str(people[-1]))
    else:
        row.state = State.SENT


def _words(row: Letter) -> Words:
    said = language()
    short = gettext("There is something new for you.")
    return Words(row.titles[said], row.texts[said], short, "inbox")


def _held(letter_id: UUID) -> Letter:
    """Raises NoSuchLetter, LetterSettled."""
    wanted = select(Letter).where(Letter.id == letter_id).with_for_update()
    row = db.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise NoSuchLetter
    if row.state != State.WRITTEN:
        raise LetterSettled
    return row
