"""Which messages go by which way, and when: choices, quiet hours, digests. No web, no tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from portal.kernel.errors import N_, NotFound
from portal.kernel.room import Notice

# When people read a digest: in the morning, of the week's first working day.
MORNING, MONDAY = time(8), 0
DAY = timedelta(days=1)


class Channel(StrEnum):
    MAIL = "mail"
    TEXT = "text"
    INBOX = "inbox"
    PUSH = "push"


# These ring; the inbox waits in silence.
RINGS = frozenset({Channel.TEXT, Channel.PUSH})
ALL = tuple(Channel)


class Digest(StrEnum):
    ONCE = "once"
    DAY = "day"
    WEEK = "week"


class NoSuchLeave(NotFound):
    message = N_("This link stops no messages. Sign in and choose what you are sent.")


class NoSuchNotice(NotFound):
    message = N_("There is no such message in your inbox.")


class NoSuchFeed(NotFound):
    message = N_("This calendar address is not in use any more. Sign in to get another.")


@dataclass(frozen=True)
class Quiet:
    """From one hour of the day to another, over midnight too."""

    begins: int
    ends: int

    def holds(self, at: datetime) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at.hour < self.ends
        return at.hour >= self.begins or at.hour < self.ends

    def over(self, at: datetime) -> datetime:
        """When it ends next; an hour that a change of the clock leaves out is the one after it."""
        end = at.replace(hour=self.ends, minute=0, second=0, microsecond=0, fold=0)
        end = end if end > at else end + DAY
        there = end.astimezone(UTC).astimezone(at.tzinfo)
        return self.over(there) if self.holds(there) else there


@dataclass(frozen=True)
class Choices:
    """What a person chose: kind -> ways; a kind that is missing goes as its room says."""

    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    quiet: Quiet | None = None
    digest: Digest = Digest.ONCE

    def ways(self, kind: Notice) -> frozenset[str]:
        usual = frozenset(kind.channels)
        picked = self.chosen.get(kind.slug, usual)
        return picked | {Channel.MAIL, Channel.INBOX} if kind.needed else picked


@dataclass(frozen=True)
class Plan:
    """The ways of now, those of later, and when that is."""

    now: frozenset[str]
    later: frozenset[str]
    at: datetime | None


@dataclass(frozen=True)
class Words:
    """One message in one language; `short` is what a text message may say: never what it is about.

    `path` is where it leads to, without the language.
    """

    title: str
    body: str
    short: str
    path: str


def plan(kind: Notice, choices: Choices, at: datetime) -> Plan:
    """`at` is in the person's zone. What is needed waits for nothing, but rings at no night."""
    ways = choices.ways(kind)
    out = ways - {Channel.INBOX}
    quiet = choices.quiet if choices.quiet and choices.quiet.holds(at) else None
    if kind.needed:
        held = out & RINGS if quiet else frozenset()
    else:
        held = out if quiet or choices.digest is not Digest.ONCE else frozenset()
    return Plan(ways - held, held, send_at(choices, at, kind) if held else None)


def send_at(choices: Choices, at: datetime, kind: Notice) -> datetime:
    """When what is held back goes out."""
    due = at if kind.needed else _next_digest(choices.digest, at)
    return choices.quiet.over(due) if choices.quiet and choices.quiet.holds(due) else due


def _next_digest(digest: Digest, at: datetime) -> datetime:
    if digest is Digest.ONCE:
        return at
    due = datetime.combine(at.date(), MORNING, at.tzinfo)
    while due <= at or (digest is Digest.WEEK and due.weekday() != MONDAY):
        due += DAY
    return due


def leads(kind: Notice, reachable: frozenset[str], wanted: frozenset[str]) -> frozenset[str]:
    """The ways out that lead somewhere; a needed message takes any other one rather than none."""
    there = wanted & reachable
    if kind.needed and not there & {Channel.MAIL, Channel.TEXT}:
        there |= reachable & {Channel.TEXT} or {Channel.MAIL}
    return there
