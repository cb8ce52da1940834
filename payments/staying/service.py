"""Letting what was paid go on. Normally it does so in the transaction that settles the money."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, exists, select

from payments.domain import PaymentState
from payments.models import Attempt, Part, Payment, Refund
from payments.orders import service as orders
from payments.reconciling import service as reconciling
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.jobs import job
from portal.kernel.log import log
from portal.kernel.room import Room, Settled

LOOKED_BACK, A_PART = timedelta(days=7), 500
# What is being settled at this moment is nobody's to mend.
MARGIN = timedelta(minutes=2)


@job(queue="payments")
def let_go_on() -> None:
    """Tell each room once more of what it does not know, and a person of what stays all the same.

    Money that is on its way back was dealt with.
    """
    stays: list[tuple[str, Payment]] = []
    for gateway, payment, room in _unaware():
        if not _goes_on(payment, room):
            stays.append((gateway, payment))
    reconciling.note_stays(stays)


def _unaware() -> Iterator[tuple[str, Payment, Settled]]:
    rooms = _rooms()
    for part in _parts():
        by_purpose: defaultdict[str, list[tuple[str, Payment]]] = defaultdict(list)
        for gateway, payment in part:
            by_purpose[payment.purpose].append((gateway, payment))
        for purpose, some in by_purpose.items():
            if (room := rooms.get(purpose)) is None:
                continue
            waiting = set(room.waits([payment.about for _, payment in some]))
            yield from ((one, payment, room) for one, payment in some if payment.about in waiting)


def _goes_on(payment: Payment, room: Settled) -> bool:
    """By a savepoint, so that one that fails undoes no other."""
    try:
        with db.session.begin_nested():
            orders.lock([payment.id])
            room.go_on(payment.about, payment.id)
            db.session.flush()
    except Exception as error:  # noqa: BLE001 - whatever a room does, the others go on
        log.error("paid and stays", payment=str(payment.id), error=type(error).__name__)
    is_back = exists().where(Refund.payment_id == payment.id)
    if db.session.scalar(select(is_back)):
        return True
    return payment.about not in set(room.waits([payment.about]))


def _parts() -> Iterator[Sequence[tuple[str, Payment]]]:
    """What was paid in the last days and is nobody's way back, with the gateway, by and by."""
    now, after = clock.now(), UUID(int=0)
    paid = and_(
        Payment.state == PaymentState.PAID,
        Payment.paid_at >= now - LOOKED_BACK,
        Payment.paid_at < now - MARGIN,
        ~exists().where(Refund.payment_id == Payment.id),
    )
    while True:
        wanted = (
            select(Attempt.gateway, Payment)
            .join(Part, and_(Part.payment_id == Payment.id, Part.succeeded))
            .join(Attempt, Attempt.id == Part.attempt_id)
            .where(paid, Payment.id > after)
            .order_by(Payment.id)
            .limit(A_PART)
        )
        rows = [(gateway, payment) for gateway, payment in db.session.execute(wanted)]
        if rows:
            yield rows
        if len(rows) < A_PART:
            return
        after = rows[-1][1].id


def _rooms() -> Mapping[str, Settled]:
    rooms: tuple[Room, ...] = current_app.extensions["rooms"]
    return {purpose: told for room in rooms for purpose, told in room.settled.items()}
