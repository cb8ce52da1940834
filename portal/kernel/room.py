"""What a room brings to the house: one frozen value, collected by create_app."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import click
from flask import Blueprint, Flask

from portal.kernel.events import Event
from portal.kernel.jobs import Job, Periodic
from portal.kernel.settings import Section

Listener = Callable[[Any], None]


@dataclass(frozen=True)
class MenuItem:
    """A link in a shell's menu: `shell` is site, account, desk, console or admin.

    Shown to those who hold `permission`; `signed_in` alone hides it from visitors. `count` says how
    many things wait behind it.
    """

    shell: str
    label: str
    endpoint: str
    icon: str
    order: int = 50
    permission: str | None = None
    signed_in: bool = False
    count: Callable[[], int] | None = None


@dataclass(frozen=True)
class Notice:
    """A kind of message that people get, and may choose the ways of.

    `why` ends each message of it. What is `needed`, such as a decision, is always sent; the others
    go by `channels` (mail, text, inbox, push) until the person says otherwise, by none at first
    where people are asked before.
    """

    slug: str
    title: str
    why: str
    needed: bool = False
    channels: tuple[str, ...] = ("mail", "inbox")


@dataclass(frozen=True)
class Coming:
    """Something that a person has to do, mostly by a day, in the language spoken now.

    `key` names the occasion, `path` where it is done, without the language. `remind_on` is the
    newest day on which the person is to be reminded of it; of each such day they are once. `at` is
    from when to when, for what has a time of the day.
    """

    key: str
    title: str
    body: str
    path: str
    on: date | None = None
    remind_on: date | None = None
    at: tuple[datetime, datetime] | None = None


@dataclass(frozen=True)
class Reminding:
    """Where a room knows such things from; `to_remind` names the people of a day, if it reminds."""

    of_person: Callable[[UUID], Sequence[Coming]]
    to_remind: Callable[[date], Iterable[UUID]] | None = None


@dataclass(frozen=True)
class Filled:
    """A typed answer that is known already, with the words for where it is from, by language.

    `on` is the day that it is from, `path` where its person corrects it, without the language.
    """

    value: Any
    source: Mapping[str, str]
    on: date | None = None
    verified: bool = False
    path: str = ""


@dataclass(frozen=True)
class Settled:
    """How a room knows of money that came, and did not reach what it was for.

    `waits` says which of these things do not know yet that they are paid; `go_on` tells one, with
    the payment's id, as often as one likes.
    """

    waits: Callable[[Collection[UUID]], Collection[UUID]]
    go_on: Callable[[UUID, UUID], None]


@dataclass(frozen=True)
class WayIn:
    """Another way to sign in; `title` is in the reader's language, `url` takes a `next`."""

    title: str
    url: str


Prefill = Callable[[UUID, Collection[str]], Mapping[str, Filled]]


@dataclass(frozen=True)
class Room:
    """Everything is declared; nothing registers itself.

    `opens` sets up the application before its pages are mounted.
    `pages` and `back_office` are mounted under each language, `api` without one. `within`
    listeners run in the transaction of the event, `after` listeners from a job of their own.
    `permissions` maps a name to what it allows, `prefill` a path to the function that
    tells what it knows of such paths of a person. `ways_in` offer other ways to sign in; each of
    `banners` gives what stands above a page for this visitor, as markup, or None. `payers`
    maps a purpose of payments to what says whether a person may pay for a thing of another's.
    `delivers` says by purpose how it stands with what a payment was for, as
    payments.service.Delivery.
    `settled` lets by purpose go on what was paid and does not know it, as Settled.
    `bearers` tell who calls an interface with a token of theirs, as portal.api.service.Caller.
    `counts` are figures of a visitor that pages show, by name: each makes a scalar subquery of the
    parameter that holds the person's id, and all are read with the one query for who visits.
    `told` are the kinds of messages that programs are sent, as portal.api.openapi.Told.
    `notices` are the kinds of messages that people are sent; `reminds` know what falls due.
    `beside` gives by a thing's name, such as case, what else stands on its page: markup, or None.
    """

    name: str
    opens: tuple[Callable[[Flask], None], ...] = ()
    pages: tuple[Blueprint, ...] = ()
    back_office: tuple[Blueprint, ...] = ()
    api: tuple[Blueprint, ...] = ()
    commands: tuple[click.Command, ...] = ()
    jobs: tuple[Job, ...] = ()
    periodic: tuple[Periodic, ...] = ()
    within: Mapping[type[Event], tuple[Listener, ...]] = field(default_factory=dict)
    after: Mapping[type[Event], tuple[Listener, ...]] = field(default_factory=dict)
    menu: tuple[MenuItem, ...] = ()
    permissions: Mapping[str, str] = field(default_factory=dict)
    prefill: Mapping[str, Prefill] = field(default_factory=dict)
    searchable: tuple[Callable[..., Any], ...] = ()
    settings: tuple[type[Section], ...] = ()
    ways_in: tuple[Callable[[], Sequence[WayIn]], ...] = ()
    banners: tuple[Callable[[], Any], ...] = ()
    payers: Mapping[str, Callable[[UUID, UUID], bool]] = field(default_factory=dict)
    delivers: Mapping[str, Callable[[UUID], Any]] = field(default_factory=dict)
    settled: Mapping[str, Settled] = field(default_factory=dict)
    bearers: tuple[Callable[[str], Any], ...] = ()
    told: tuple[Any, ...] = ()
    counts: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    reminds: tuple[Reminding, ...] = ()
    beside: Mapping[str, Callable[[UUID], Any]] = field(default_factory=dict)
