"""How far messages came, in words: for readers, for officers, and for who looks after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import render_template
from markupsafe import Markup

from portal.i18n import gettext, moment
from portal.kernel import clock
from portal.kernel.errors import N_
from portal.notifications.domain import Channel
from portal.notifications.forms import WAYS
from portal.notifications.inbox import service as inbox
from portal.notifications.inbox.service import Kept
from portal.notifications.kinds import kinds
from portal.notifications.sendings import service as sendings
from portal.notifications.sendings.service import Sent
from portal.post.domain import State
from portal.post.reports import service as reports
from portal.post.reports.service import COUNTED

SAID = {
    State.PENDING: (N_("on its way"), "info"),
    State.SENT: (N_("sent"), "ok"),
    State.DELIVERED: (N_("delivered"), "ok"),
    State.FAILED: (N_("not delivered"), "bad"),
    State.RETURNED: (N_("came back"), "bad"),
}
# Of a case, the newest.
SHOWN = 5


@dataclass(frozen=True)
class Way:
    """One way of one message; `at` is since when, or when it is to go."""

    way: str
    said: str
    look: str
    at: datetime

    @property
    def is_lost(self) -> bool:
        return self.look == "bad"


@dataclass(frozen=True)
class Told:
    """One message about a case: when it was written, and how it went."""

    at: datetime
    ways: Sequence[Way]
    is_read: bool


@dataclass(frozen=True)
class Count:
    """How many messages of one kind and way came how far."""

    kind: str
    way: str
    by_state: Mapping[State, int]


def of_rows(rows: Sequence[Kept]) -> Mapping[UUID, Sequence[Way]]:
    """By message of the inbox; those that wait say until when."""
    gone = sendings.of_notices([row.id for row in rows])
    return {row.id: [*map(_way, gone.get(row.id, ())), *_waiting(row)] for row in rows}


def _way(sent: Sent) -> Way:
    word, look = SAID[sent.state]
    return Way(way_in_words(sent.way), gettext(word), look, sent.at)


def _waiting(row: Kept) -> Sequence[Way]:
    if row.send_at is None:
        return []
    said = gettext("waits until %(when)s", when=moment(row.send_at))
    return [Way(way_in_words(way), said, "off", row.send_at) for way in row.waits]


def beside_case(application_id: UUID) -> Markup | None:
    """For officers: whether what was written about a case came to its person. No words of it."""
    rows = inbox.about(application_id, SHOWN)
    if not rows:
        return None
    ways = of_rows(rows)
    told = [Told(row.created_at, ways[row.id], row.read_at is not None) for row in rows]
    return Markup(render_template("notifications/beside_case.html", told=told))  # noqa: S704


def totals() -> Sequence[Count]:
    """Of the last days: a row for each kind and way, the kinds in their order."""
    found: dict[tuple[str | None, str], dict[State, int]] = {}
    counted = {**reports.totals(), **sendings.totals(), **_listed()}
    for (kind, way, state), n in counted.items():
        found.setdefault((kind, way), {})[State(state)] = n
    order = [*kinds(), None]
    known = sorted(found, key=lambda of: (order.index(of[0] if of[0] in order else None), of[1]))
    return [Count(kind_in_words(kind), way_in_words(way), found[kind, way]) for kind, way in known]


def _listed() -> Mapping[tuple[str | None, str, str], int]:
    since = clock.now() - COUNTED
    return {
        (kind, Channel.INBOX, State.DELIVERED): n for kind, n in inbox.listed_since(since).items()
    }


def kind_in_words(slug: str | None) -> str:
    known = kinds().get(slug or "")
    return gettext(known.title) if known else gettext("Messages to integrators")


def way_in_words(way: str) -> str:
    return str(WAYS[Channel(way)])


def in_words(state: State) -> str:
    return gettext(SAID[State(state)][0])
