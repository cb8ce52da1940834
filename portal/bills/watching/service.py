"""Reminding people of the bills of an account, while they want it. Alone at its table."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import array, insert

from portal.audit import service as audit
from portal.bills import service as bills
from portal.bills.domain import Fetched, NotAnswering, NotConnected, Open, UnknownAccount
from portal.bills.service import Lookup
from portal.bills.sources import service as sources
from portal.bills.sources.service import Biller
from portal.bills.watching import domain
from portal.bills.watching.domain import NoSuchWatch, TooManyWatched
from portal.bills.watching.models import BillWatch
from portal.i18n import gettext, money, say
from portal.i18n.formats import ZONE
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.room import Coming

# What fell due is listed for so long, unless it is paid.
SHOWN = timedelta(days=30)
# Seconds that a silent provider is given, and how often.
PAUSE, MISSES = 60, 3
# What pages read of it; its columns are changed here alone.
Watch = BillWatch


def keep(lookup: Lookup) -> None:
    """Remind the person of the lookup of this account from now on: they agreed to the questions.

    Asked twice, it is kept once. Raises TooManyWatched.
    """
    mine = BillWatch.person_id == lookup.person_id
    if (db.session.scalar(select(func.count()).where(mine)) or 0) >= domain.MOST:
        raise TooManyWatched
    row = BillWatch(
        subject_id=lookup.subject_id,
        person_id=lookup.person_id,
        provider_slug=lookup.provider_slug,
        account_key=_key(lookup.provider_slug, lookup.told.account),
        dues=domain.dues(lookup.told.bills),
        asked_at=lookup.created_at,
        tried_at=lookup.created_at,
    )
    row.told = lookup.told
    values = {column.key: getattr(row, column.key) for column in BillWatch.__table__.columns}
    put = insert(BillWatch).values(values).on_conflict_do_nothing().returning(BillWatch.id)
    if db.session.scalar(put) is not None:
        _told("bills.watched", row)


def stop(person_id: UUID, watch_id: UUID) -> None:
    """At once: an answer that is on its way is not kept. Raises NoSuchWatch."""
    row = _mine(person_id, watch_id)
    db.session.delete(row)
    db.session.flush()
    _told("bills.unwatched", row)


def account_of(person_id: UUID, watch_id: UUID) -> str:
    """Raises NoSuchWatch."""
    return _mine(person_id, watch_id).told.account


def of_account(person_id: UUID) -> Sequence[BillWatch]:
    mine = select(BillWatch).where(BillWatch.person_id == person_id)
    return db.session.scalars(mine.order_by(BillWatch.id)).all()


def watched(lookup: Lookup) -> UUID | None:
    """Which of the person's watches is of this account."""
    key = _key(lookup.provider_slug, lookup.told.account)
    same = BillWatch.provider_slug == lookup.provider_slug, BillWatch.account_key == key
    wanted = select(BillWatch.id).where(BillWatch.person_id == lookup.person_id, *same)
    return db.session.scalar(wanted)


def forget(person_id: UUID) -> None:
    db.session.execute(delete(BillWatch).where(BillWatch.person_id == person_id))


def ask_all() -> None:
    """Let each provider be asked for the accounts that it was not asked for today."""
    waiting = select(BillWatch.provider_slug).where(BillWatch.asked_at < _morning()).distinct()
    for slug in db.session.scalars(waiting.order_by(BillWatch.provider_slug)):
        _go_on(slug)


def _go_on(provider_slug: str, misses: int = 0) -> None:
    """Under a lock of the provider, so that it is never asked two things at a time."""
    wait = PAUSE if misses else 0
    lock = f"bills:{provider_slug}"
    defer(ask, lock=lock, in_seconds=wait, provider_slug=provider_slug, misses=misses)


@job(queue="bills")
def ask(provider_slug: str, misses: int) -> None:
    """Ask for one account, and then for the next one.

    Who does not answer three times in a row is left alone until the next round.
    """
    row = _next(provider_slug)
    if row is None:
        return
    row.tried_at = clock.now()
    _told("bills.asked", row, actor="bills")
    try:
        found = sources.fetch(sources.biller(provider_slug), row.told.account)
    except NotConnected:
        return
    except NotAnswering:
        if misses + 1 < MISSES:
            _go_on(provider_slug, misses + 1)
        return
    except UnknownAccount:
        found = ()
    _answered(row.id, found)
    _go_on(provider_slug)


def _next(provider_slug: str) -> BillWatch | None:
    """Whose turn it is: not heard today, and not tried for the longest time."""
    theirs = BillWatch.provider_slug == provider_slug, BillWatch.asked_at < _morning()
    rows = select(BillWatch).where(*theirs).order_by(BillWatch.tried_at, BillWatch.id)
    return db.session.scalar(rows.limit(1))


def _answered(watch_id: UUID, found: tuple[Open, ...]) -> None:
    """Stopped in the meantime, it is not kept."""
    wanted = select(BillWatch).where(BillWatch.id == watch_id).with_for_update()
    row = db.session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        return
    row.told, row.dues = Fetched(row.told.account, found), domain.dues(found)
    row.asked_at = clock.now()


def of_person(person_id: UUID) -> list[Coming]:
    """The open bills of watched accounts, in the language spoken now."""
    rows, billers = of_account(person_id), sources.billers()
    return [
        _coming(row, bill, billers[row.provider_slug])
        for row in rows
        if row.provider_slug in billers
        for bill in open_of(row)
    ]


def open_of(row: BillWatch) -> list[Open]:
    """What is not paid here, and not long over."""
    stands = bills.stand(row.person_id, row.provider_slug, row.told.bills)
    oldest = clock.today() - SHOWN
    return [
        bill
        for bill in row.told.bills
        if stands.get(bill.number) != "paid" and (bill.due_on is None or bill.due_on >= oldest)
    ]


def to_remind(today: date) -> Iterator[UUID]:
    due = BillWatch.dues.has_any(array(domain.days_to_remind(today)))
    yield from db.session.scalars(select(BillWatch.person_id).where(due).distinct())


def _coming(row: BillWatch, bill: Open, biller: Biller) -> Coming:
    """The number of a bill, and of an account, is nobody else's business."""
    body = gettext(
        "%(amount)s to %(provider)s, for the account that ends in %(ending)s.",
        amount=money(bill.amount),
        provider=say(biller.provider.name),
        ending=domain.ending(row.told.account),
    )
    today, service = clock.today(), say(biller.billing.title)
    if bill.due_on is None or today < bill.due_on:
        said = gettext("Pay the bill: %(service)s", service=service)
    elif today == bill.due_on:
        said = gettext("Today is the last day to pay: %(service)s", service=service)
    else:
        said = gettext("The last day to pay has passed: %(service)s", service=service)
    name = _key(row.provider_slug, bill.number).hex()[:16]
    when = domain.remind_on(bill.due_on, today) if bill.due_on else None
    return Coming(f"bill:{row.id}:{name}", said, body, "bills", bill.due_on, when)


def _mine(person_id: UUID, watch_id: UUID) -> BillWatch:
    """Raises NoSuchWatch."""
    wanted = select(BillWatch).where(BillWatch.id == watch_id, BillWatch.person_id == person_id)
    if (row := db.session.scalar(wanted)) is None:
        raise NoSuchWatch
    return row


def _morning() -> datetime:
    """When the day of today began, where people are."""
    return datetime.combine(clock.now().astimezone(ZONE).date(), time(), ZONE)


def _key(provider_slug: str, text: str) -> bytes:
    """Of its letters' codes: the hash of a text does not tell capitals from small letters."""
    return keys.keyed_hash("bills.watched", f"{provider_slug}|{text.encode().hex()}")


def _told(act: str, row: BillWatch, actor: UUID | str | None = None) -> None:
    audit.record(
        act,
        about=f"watch:{row.id}",
        actor=actor or row.person_id,
        subject_id=row.subject_id,
        why=row.provider_slug,
    )
