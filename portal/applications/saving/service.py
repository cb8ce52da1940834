"""Saving a page that is not done yet, and what its browser needs to keep answers for a while."""

import base64
import hmac
from uuid import UUID

from werkzeug.datastructures import MultiDict

from portal.applications.applying import Course
from portal.forms import engine
from portal.forms import service as drafts
from portal.forms.engine import Posted
from portal.forms.sending import stamp
from portal.forms.service import Saved
from portal.i18n import gettext, moment, time_of_day
from portal.kernel import clock
from portal.kernel.errors import BadInput
from portal.kernel.keys import keyring


def keep(course: Course, slug: str, posted: Posted) -> None:
    """Keep what is right of a page, as finishing later does; files come with the whole page.

    Raises NoSuchStep, NoSuchDraft, SavedElsewhere, BadInput.
    """
    told = stamp(posted.texts)
    if told.draft_id != course.draft.id:
        raise drafts.NoSuchDraft
    if told.by is None:
        raise BadInput
    sheet = engine.take(course.page(slug), Posted(posted.texts, MultiDict()), _no_files)
    drafts.save_unless_changed(course.draft, sheet.answers, sheet.answered, told.by, told.version)


def _no_files(*_: object) -> dict[str, str]:
    raise BadInput


def saved(draft: Saved) -> str:
    """When it was saved last, in words."""
    if drafts.is_new(draft):
        return gettext("Not saved yet")
    if clock.day(draft.saved_at) == clock.today():
        return gettext("Saved at %(time)s", time=time_of_day(draft.saved_at))
    return gettext("Saved on %(when)s", when=moment(draft.saved_at))


def seal(visitor_id: UUID, draft_id: UUID) -> tuple[str, str]:
    """The name of what a browser keeps of a draft for this visitor, and its part of the key.

    Nobody else is told either, so what one person left on a device opens for no other.
    """
    ring, place = keyring(), f"{visitor_id} {draft_id}".encode()
    name, key = (
        base64.urlsafe_b64encode(hmac.digest(ring.part(purpose), place, "sha256")).decode()
        for purpose in ("unsent name", "unsent key")
    )
    return name, key
