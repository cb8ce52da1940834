"""What the pretended company does: takes orders, lets people pay, tells the merchant, gives back.

The only user of its tables. It knows nothing of the portal's payments.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from payments.gateways.sandbox.company import domain
from payments.gateways.sandbox.company.domain import (
    BECOMES,
    Choice,
    NoMoreToReturn,
    NoSuchOrder,
    OrderOver,
    State,
)
from payments.gateways.sandbox.company.models import SandboxNotice, SandboxOrder, SandboxReturn
from portal.kernel import clock, crypto, http, ids
from portal.kernel.db import db
from portal.kernel.jobs import Again, defer, job
from portal.kernel.keys import keyring
from portal.kernel.log import log
from portal.kernel.money import Money

# What the pages read of an order; its columns are changed here alone.
Order = SandboxOrder
A_PAGE = 500
PATH = "/sandbox-gateway/pay/"


def secret() -> bytes:
    """What the company and its one merchant share."""
    return keyring().part("payments sandbox")


def take_order(reference: str, amount: Money, **terms: Any) -> str:
    """Open an order, or find the one of this reference; the key of its pay page.

    `terms`: title, return_url, notice_url, expires_at.
    """
    key = domain.page_key(secret(), reference)
    made = SandboxOrder(
        reference=reference,
        number=ids.reference("SBX"),
        page_hash=crypto.token_hash(key),
        amount_minor=amount.minor,
        currency=amount.currency,
        returned_minor=0,
        state=State.OPEN,
        **terms,
    )
    columns = SandboxOrder.__table__.columns
    values = {column.key: getattr(made, column.key) for column in columns}
    db.session.execute(
        insert(SandboxOrder).values(values).on_conflict_do_nothing(index_elements=["reference"])
    )
    return key


def look_up(reference: str) -> dict[str, Any] | None:
    """What the company says of an order, as its interface would answer; None for an unknown one."""
    wanted = select(SandboxOrder).where(SandboxOrder.reference == reference)
    order = db.session.scalar(wanted.execution_options(populate_existing=True))
    return _told(order) if order else None


def opened(since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """The orders that were opened in a span, as its interface would list them, page by page."""
    after = UUID(int=0)
    within = SandboxOrder.created_at >= since, SandboxOrder.created_at < until
    while True:
        wanted = select(SandboxOrder).where(*within, SandboxOrder.id > after)
        wanted = wanted.order_by(SandboxOrder.id).limit(A_PAGE)
        page = db.session.scalars(wanted.execution_options(populate_existing=True)).all()
        yield from [_listed(one) for one in page]
        if len(page) < A_PAGE:
            return
        after = page[-1].id


def _listed(order: SandboxOrder) -> dict[str, Any]:
    back = Money(order.returned_minor, order.currency)
    return _told(order) | {"returned": back.as_json(), "opened": order.created_at.isoformat()}


def give_back(key: str, reference: str, amount: Money) -> str:
    """Return so much, once for each key; the company's number.

    Raises NoSuchOrder, NoMoreToReturn.
    """
    order = _locked(SandboxOrder.reference == reference)
    known = db.session.scalar(select(SandboxReturn).where(SandboxReturn.key == key))
    if known is not None:
        return known.number
    left = order.amount_minor - order.returned_minor
    if order.state != State.PAID or amount.currency != order.currency or amount.minor > left:
        raise NoMoreToReturn
    order.returned_minor += amount.minor
    made = SandboxReturn(key=key, order_id=order.id, amount_minor=amount.minor)
    made.number = ids.reference("SBR")
    db.session.add(made)
    db.session.flush()
    return made.number


def at_page(key: str) -> SandboxOrder:
    """The order of a pay page. Raises NoSuchOrder."""
    wanted = select(SandboxOrder).where(SandboxOrder.page_hash == crypto.token_hash(key))
    order = db.session.scalar(wanted.execution_options(populate_existing=True))
    if order is None:
        raise NoSuchOrder
    return order


def is_over(order: SandboxOrder) -> bool:
    return order.state != State.OPEN or order.expires_at <= clock.now()


def choose(key: str, choice: Choice) -> SandboxOrder:
    """What the person pressed. Raises NoSuchOrder, OrderOver."""
    order = _locked(SandboxOrder.page_hash == crypto.token_hash(key))
    if choice is Choice.LEAVE:
        return order
    if is_over(order):
        raise OrderOver
    _become(order, BECOMES[choice])
    if choice is Choice.SLOWLY:
        defer(finish, in_seconds=domain.SLOW, order_id=str(order.id))
    return order


@job(queue="sandbox")
def finish(order_id: str) -> None:
    """The slow bank has paid at last."""
    order = _locked(SandboxOrder.id == UUID(order_id))
    if order.state == State.PROCESSING:
        _become(order, State.PAID)


@job(queue="sandbox")
def send(notice_id: str) -> None:
    """Tell the merchant, really over HTTP. Raises Again until it is taken or given up."""
    notice = db.session.get_one(SandboxNotice, UUID(notice_id))
    if notice.taken_at is not None:
        return
    url = db.session.get_one(SandboxOrder, notice.order_id).notice_url
    body, headers = letter(notice.id)
    # No transaction is open during the call: what answers it may be this very machine.
    db.session.commit()
    taken = _sent(url, body, headers)
    notice = db.session.get_one(SandboxNotice, UUID(notice_id), populate_existing=True)
    notice.tries += 1
    if taken:
        notice.taken_at = clock.now()
        return
    if notice.tries > len(domain.PATIENCE):
        log.error("sandbox notice given up", notice=notice_id)
        return
    raise Again(domain.PATIENCE[notice.tries - 1])


def letter(notice_id: UUID) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a notice, signed now."""
    body = db.session.get_one(SandboxNotice, notice_id).body.encode()
    signed = domain.sign(secret(), body, int(clock.now().timestamp()))
    return body, {"content-type": "text/plain; charset=utf-8", domain.SIGNATURE: signed}


def letters(reference: str) -> list[UUID]:
    """The ids of all notices of an order, the oldest first."""
    order = SandboxOrder.reference == reference
    wanted = select(SandboxNotice.id).join(SandboxOrder).where(order).order_by(SandboxNotice.id)
    return list(db.session.scalars(wanted))


def _sent(url: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        # The one merchant is this portal, by its own settings; it may well live on this machine.
        return 200 <= http.post(url, body, headers, allow_private=True).status < 300
    except http.Unreachable:
        return False


def _become(order: SandboxOrder, state: State) -> None:
    order.state = state
    notice = SandboxNotice(order_id=order.id, tries=0)
    told = _told(order) | {"id": str(notice.id), "at": _text(notice.created_at)}
    notice.body = json.dumps(told, sort_keys=True)
    db.session.add(notice)
    db.session.flush()
    defer(send, lock=f"sandbox:{order.id}", notice_id=str(notice.id))


def _told(order: SandboxOrder) -> dict[str, Any]:
    late = order.state == State.OPEN and order.expires_at <= clock.now()
    return {
        "reference": order.reference,
        "number": order.number,
        "state": "expired" if late else str(order.state),
        "amount": order.amount.as_json(),
    }


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _locked(condition: Any) -> SandboxOrder:
    wanted: Select[SandboxOrder] = select(SandboxOrder).where(condition).with_for_update()
    order = db.session.scalar(wanted.execution_options(populate_existing=True))
    if order is None:
        raise NoSuchOrder
    return order
