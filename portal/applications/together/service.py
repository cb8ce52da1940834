"""Sending several applications at once: all of them or none, and one bundle for a draft."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from portal.applications import applying
from portal.applications.lists import service as lists
from portal.applications.models import Application
from portal.applications.service import Behalf, Case
from portal.applications.together.filling import Whole
from portal.applications.together.models import Bundle
from portal.audit import service as audit
from portal.files import service as files
from portal.forms import service as drafts
from portal.kernel import clock, ids
from portal.kernel.db import db, wait_patiently
from portal.kernel.errors import N_, Conflict, NotFound
from portal.kernel.money import Money
from portal.registry import service as registry

# What callers read of it.
Sent = Bundle
Fees = Mapping[str, Money | None]


class NoSuchBundle(NotFound):
    message = N_("There are no such applications among yours.")


class NothingChosen(Conflict):
    message = N_("Nothing is chosen yet. Say what you need first.")


def send(whole: Whole, fees: Fees, by: Behalf | None = None) -> Bundle:
    """Make an application of each service that is chosen; sent before, it is the same bundle.

    `fees` are the prices that were shown, by path. Raises NothingChosen, NotReady, ServicePaused,
    ChangedMeanwhile; then nothing is sent.
    """
    if not whole.chosen:
        raise NothingChosen
    wait_patiently()
    bundle = _made(whole)
    if bundle is None:
        return of_draft(whole.draft.person_id, whole.draft.id)
    for part in whole.parts:
        applying.hand_in(part, by, fees.get(part.path), bundle.id)
    drafts.close(whole.draft)
    _let_go(whole)
    audit.record(
        "bundle.send",
        about=f"bundle:{bundle.id}",
        actor=by.author.id if by else str(whole.draft.person_id),
        subject_id=whole.draft.subject_id,
    )
    return bundle


def _let_go(whole: Whole) -> None:
    """What was uploaded for a service that was not chosen in the end is nobody's."""
    sent = {one for part in whole.parts for one in drafts.files_in(part.asked.answers)}
    if left := drafts.files_in(whole.answers) - sent:
        files.release(left)


def _made(whole: Whole) -> Bundle | None:
    """None when a twin made it meanwhile: this waits until that one is through."""
    values = {
        "id": ids.uuid7(),
        "created_at": clock.now(),
        "draft_id": whole.draft.id,
        "person_id": whole.draft.person_id,
        "life_event": whole.event.slug,
        "title": whole.event.title.texts,
    }
    put = insert(Bundle).values(values).on_conflict_do_nothing(index_elements=["draft_id"])
    return db.session.scalar(put.returning(Bundle))


def of_draft(person_id: UUID, draft_id: UUID) -> Bundle:
    """What the draft became. Raises NoSuchBundle, also while it is not sent."""
    return _found(Bundle.draft_id == draft_id, person_id)


def find(person_id: UUID, bundle_id: UUID) -> Bundle:
    """Raises NoSuchBundle, also for somebody else's."""
    return _found(Bundle.id == bundle_id, person_id)


def _found(which: ColumnElement[bool], person_id: UUID) -> Bundle:
    bundle = db.session.scalar(select(Bundle).where(which, Bundle.person_id == person_id))
    if bundle is None:
        raise NoSuchBundle
    return bundle


def cases(bundle: Bundle, by: Behalf | None = None) -> Sequence[Case]:
    """The applications, as far as they may be seen, in the order in which they were made."""
    wanted = select(Application).where(Application.bundle_id == bundle.id)
    return db.session.scalars(lists.within(wanted, by).order_by(Application.id)).all()


def paused(whole: Whole) -> Sequence[registry.Offer]:
    """Those of the chosen services that take nobody now."""
    now = [registry.offered(*path.split("/")) for path in whole.chosen]
    return [offer for offer in now if offer.state == "paused"]
