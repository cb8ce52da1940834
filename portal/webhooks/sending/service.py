"""Messages on their way: each is tried on its schedule, in order, as its endpoint takes them.

Locks are taken in one order: the endpoint's row, then rows of deliveries, then its pace.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, bindparam, or_, select
from sqlalchemy.orm import aliased

from portal.kernel import clock, signing
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.jobs import Again, Job, defer, job
from portal.kernel.keys import Erased, SubjectKey, remember
from portal.kernel.log import log
from portal.webhooks import domain
from portal.webhooks.domain import KINDS, SETTLED, TEST, Outcome, State, Waits
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.events import DeliveryGivenUp
from portal.webhooks.limits import service as limits
from portal.webhooks.limits.gate import gate
from portal.webhooks.models import Delivery, DeliveryAttempt, WebhookEndpoint
from portal.webhooks.replies import service as replies
from portal.webhooks.sending import calls
from portal.webhooks.sending.calls import Call, Heard

RECOVER_AFTER = timedelta(minutes=15)
# So many are let go at a time: others' messages come between.
BATCH = 50


def _statement_up_to() -> Select[*tuple[Any, ...]]:
    this = aliased(Delivery)
    return (
        select(Delivery, WebhookEndpoint, SubjectKey)
        .join(this, (this.about_id == Delivery.about_id) & (this.sequence >= Delivery.sequence))
        .join(WebhookEndpoint, WebhookEndpoint.provider_slug == Delivery.provider_slug)
        .join(SubjectKey, SubjectKey.id == Delivery.subject_id)
        .where(this.id == bindparam("id"), Delivery.state.not_in(SETTLED))
        .order_by(Delivery.sequence)
        .with_for_update(of=Delivery)
    )


def _statement_from_on() -> Select[Delivery]:
    wanted = select(Delivery).where(
        Delivery.about_id == bindparam("about"),
        Delivery.sequence >= bindparam("sequence"),
        or_(Delivery.sequence == bindparam("sequence"), Delivery.state.not_in(SETTLED)),
    )
    return wanted.with_for_update().order_by(Delivery.sequence).limit(2)


# Put together once: that costs more than sending them.
UP_TO, FROM_ON = _statement_up_to(), _statement_from_on()
# What was read before may be old.
FRESH = {"populate_existing": True}


# --- One try ------------------------------------------------------------------------------------


def _deliver(delivery_id: str) -> None:
    """Try once to deliver one message. Raises Again while the schedule has a next try."""
    call = _ready(UUID(delivery_id))
    # Departments may be slow, so no transaction is open and no connection held during the call.
    # This is the one job that commits in its middle: what it wrote so far stands by itself.
    try:
        db.session.commit()
        heard = calls.make(call) if call else None
    finally:
        if call:
            gate.leave(call.provider_slug)
    if call and heard:
        _note(call, heard)


# Jobs that wait are known by this name.
deliver = Job("portal.webhooks.service.deliver", _deliver, "webhooks")


def _ready(delivery_id: UUID) -> Call | None:
    """What to send; None when it is settled, or held by an earlier one or by its endpoint."""
    unsettled, target = _up_to(delivery_id)
    delivery = unsettled[-1] if unsettled else None
    if delivery is None or target is None:
        return None
    if delivery.id != delivery_id or delivery.state != State.PENDING:
        return None
    if len(unsettled) > 1:
        hold_for(delivery, None)
        return None
    if not _takes(target, delivery):
        return _hold_for_endpoint(delivery)
    return _call(delivery, target)


def _takes(target: WebhookEndpoint, delivery: Delivery) -> bool:
    """A test may always ask an endpoint that rests."""
    is_test = delivery.type == TEST
    return target.state == endpoints.ACTIVE or (is_test and target.state == endpoints.RESTING)


def _up_to(delivery_id: UUID) -> tuple[list[Delivery], WebhookEndpoint | None]:
    """What is unsettled up to this message, in order, and where it goes: by one query.

    The messages are locked, so that what a page or another worker does meanwhile is not missed.
    """
    rows = db.session.execute(UP_TO, {"id": delivery_id}, execution_options=FRESH).all()
    remember(key for _, _, key in rows)
    return [row for row, _, _ in rows], rows[-1][1] if rows else None


def _hold_for_endpoint(delivery: Delivery) -> Call | None:
    """The endpoint is off or rests: hold it, unless that has changed, or it is to ask again."""
    # The endpoint is locked first, so what is locked is let go and read again.
    db.session.commit()
    target = endpoints.of(delivery.provider_slug, lock="change")
    unsettled, _ = _up_to(delivery.id)
    if not unsettled or unsettled[-1].id != delivery.id or delivery.state != State.PENDING:
        return None
    if target is not None and len(unsettled) == 1:
        if target.state == endpoints.ACTIVE:
            return _call(delivery, target)
        if target.state == endpoints.RESTING and endpoints.take_probe(target):
            return _call(delivery, target, is_probe=True)
    is_off = target is None or target.state == endpoints.DISABLED
    hold_for(delivery, Waits.OFF if is_off else Waits.REST)
    return None


def _call(delivery: Delivery, target: WebhookEndpoint, *, is_probe: bool = False) -> Call | None:
    """The call, if the endpoint takes one more now. Raises Again when it does so later."""
    try:
        body = delivery.body
    except Erased:
        _settle(delivery, State.SKIPPED)
        return None
    counted, turned = limits.has_own(target), delivery.waits == Waits.TURN
    if counted and not _has_turn(delivery, target):
        return None
    most = endpoints.most_at_once(target)
    if not gate.enter(target.provider_slug, most):
        if counted:
            limits.end(delivery.id)
        hold_for(delivery, Waits.TURN)
        return None
    return Call(
        delivery.id,
        delivery.about_id,
        delivery.sequence,
        target.provider_slug,
        target.url,
        body,
        signing.valid(target),
        most,
        is_test=delivery.type == TEST,
        decides=KINDS[delivery.type].decides,
        is_first=delivery.attempts == delivery.attempts_before,
        is_probe=is_probe,
        troubled=endpoints.is_troubled(target),
        counted=counted,
        turned=turned,
    )


def _has_turn(delivery: Delivery, target: WebhookEndpoint) -> bool:
    """Whether its limits let it go now. Raises Again when they do at a later second."""
    turn = limits.begin(delivery, target)
    if turn is None:
        hold_for(delivery, Waits.TURN)
        return False
    if turn >= clock.now() + limits.SECOND:
        delivery.waits, delivery.next_at = Waits.PACE, turn
        raise Again((turn - clock.now()).total_seconds())
    return True


# --- How it went --------------------------------------------------------------------------------


def _note(call: Call, heard: Heard) -> None:
    """Record the try and what follows from it. Raises Again."""
    meaning = calls.meaning(call, heard.status, heard.answer)
    was_resting, state = _note_endpoint(call, heard, meaning)
    delivery, following = _from_on(call)
    _record(delivery, call, heard)
    _give_turns(call)
    if delivery.state == State.PENDING:
        if meaning is Outcome.ARRIVED:
            _clear(delivery, State.DELIVERED, following)
            if call.decides and domain.read_reply(heard.answer or "", heard.status):
                defer(replies.hear, delivery_id=str(delivery.id))
        elif meaning is Outcome.GONE:
            hold_for(delivery, Waits.OFF)
        else:
            _wait(delivery, heard.retry_after, state)
    if was_resting:
        release_held(call.provider_slug)


def _note_endpoint(call: Call, heard: Heard, meaning: Outcome) -> tuple[bool, str]:
    """What the endpoint is from now on, and whether it rested until now; asked only if it matters.

    A test says nothing against it.
    """
    if meaning is Outcome.GONE:
        endpoints.disable(call.provider_slug)
    elif meaning is Outcome.ARRIVED:
        return call.troubled and endpoints.recovered(call.provider_slug), endpoints.ACTIVE
    elif not call.is_test:
        state = endpoints.failed(
            call.provider_slug,
            is_first=call.is_first,
            is_probe=call.is_probe,
            asks=endpoints.rest_asked(heard.status, heard.retry_after),
        )
        return False, state
    return False, endpoints.ACTIVE


def _from_on(call: Call) -> tuple[Delivery, Delivery | None]:
    """The message and the first unsettled one after it, locked, by one query."""
    here = {"about": call.about_id, "sequence": call.sequence}
    rows = db.session.scalars(FROM_ON, here, execution_options=FRESH).all()
    return rows[0], rows[1] if len(rows) > 1 else None


def _record(delivery: Delivery, call: Call, heard: Heard) -> None:
    delivery.attempts += 1
    if call.is_probe:
        delivery.attempts_before += 1
    attempt = DeliveryAttempt(
        subject_id=delivery.subject_id,
        delivery_id=delivery.id,
        provider_slug=delivery.provider_slug,
        number=delivery.attempts,
        at=heard.at,
        url=call.url,
        sent=dict(heard.sent),
        status=heard.status,
        duration_ms=heard.duration_ms,
        error=heard.error,
        detail=heard.detail,
    )
    attempt.answer = heard.answer
    attempt.told = dict(heard.told) if heard.told else None
    db.session.add(attempt)


def _wait(delivery: Delivery, retry_after: int, state: str) -> None:
    """Until its next try; or, if its endpoint is left alone now, until that is back."""
    jitter = secrets.SystemRandom().uniform(-1, 1)
    failures = max(delivery.attempts - delivery.attempts_before, 1)
    wait = domain.wait_after(failures, jitter, retry_after, KINDS[delivery.type].tries)
    if wait is None:
        _give_up(delivery)
    elif state == endpoints.ACTIVE:
        delivery.next_at, delivery.waits = clock.now() + timedelta(seconds=wait), None
        raise Again(wait)
    else:
        hold_for(delivery, Waits.REST if state == endpoints.RESTING else Waits.OFF)


def _give_up(delivery: Delivery) -> None:
    delivery.state, delivery.next_at = State.DEAD, None
    log.error("delivery given up", delivery=str(delivery.id), provider=delivery.provider_slug)
    if delivery.type != TEST:
        publish(DeliveryGivenUp(delivery.id, delivery.provider_slug, clock.now()))


def _settle(delivery: Delivery, state: State) -> None:
    """Take it out of the way of the next one."""
    following = select(Delivery).where(
        Delivery.about_id == delivery.about_id,
        Delivery.sequence > delivery.sequence,
        Delivery.state.not_in(SETTLED),
    )
    first = db.session.scalar(following.order_by(Delivery.sequence).limit(1).with_for_update())
    _clear(delivery, state, first)


def _clear(delivery: Delivery, state: State, following: Delivery | None) -> None:
    delivery.state, delivery.next_at, delivery.kept_back = state, None, False
    delivery.waits = None
    if following is not None and following.state == State.HELD and not following.kept_back:
        release(following)


def skip(delivery: Delivery) -> None:
    """Give it up for good, and let the next one go; it is locked."""
    _settle(delivery, State.SKIPPED)


# --- Holding and letting go ---------------------------------------------------------------------


def send_soon(delivery: Delivery) -> None:
    lock = f"{KINDS[delivery.type].about}:{delivery.about_id}"
    defer(deliver, lock=lock, delivery_id=str(delivery.id))


def hold_for(delivery: Delivery, waits: Waits | None) -> None:
    """It waits in its row alone: no job, no thread and no connection is kept for it."""
    delivery.state, delivery.next_at, delivery.waits = State.HELD, None, waits


def release(delivery: Delivery, waits: Waits | None = None) -> None:
    """Whoever waited for a turn keeps that in mind, to hand it on in its turn.

    What its provider has yet to add to goes when it has.
    """
    if delivery.unshaped:
        delivery.kept_back = False
        return
    delivery.state, delivery.next_at, delivery.kept_back = State.PENDING, clock.now(), False
    delivery.waits = waits
    send_soon(delivery)


def release_held(provider_slug: str) -> None:
    """Let the first waiting message of each thing go, the oldest first; each brings the next."""
    held = _held(provider_slug, Delivery.waits.is_distinct_from(Waits.TURN))
    rows = _released(held.order_by(Delivery.id), BATCH)
    if len(rows) == BATCH:
        defer(release_more, provider_slug=provider_slug)


@job(queue="webhooks")
def release_more(provider_slug: str) -> None:
    target = endpoints.of(provider_slug, lock="share")
    if target is not None and target.state == endpoints.ACTIVE:
        release_held(provider_slug)


def _give_turns(call: Call) -> None:
    """A call to this endpoint has ended: let those go that were turned away meanwhile."""
    if call.counted:
        limits.end(call.delivery_id)
    room = max(gate.room(call.provider_slug, call.most), call.counted or call.turned)
    if room and not _next_turns(call.provider_slug, room):
        gate.found_nobody(call.provider_slug)


def _next_turns(provider_slug: str, most: int) -> list[Delivery]:
    db.session.flush()
    asked = {"provider": provider_slug, "most": most}
    rows = list(db.session.scalars(NEXT_TURNS, asked, execution_options=FRESH))
    for delivery in rows:
        release(delivery, Waits.TURN)
    return rows


def _held(provider_slug: Any, which: ColumnElement[bool]) -> Select[Delivery]:
    return _first_of_each(State.HELD).where(
        Delivery.provider_slug == provider_slug,
        Delivery.kept_back.is_(False),
        Delivery.unshaped.is_(False),
        which,
    )


def _released(held: Select[Delivery], most: int) -> list[Delivery]:
    """Those that nobody else has in hand."""
    db.session.flush()
    free = held.limit(most).with_for_update(skip_locked=True, of=Delivery)
    rows = list(db.session.scalars(free.execution_options(**FRESH)))
    for delivery in rows:
        release(delivery)
    return rows


def _first_of_each(state: State) -> Select[Delivery]:
    """Deliveries of this state that no earlier one about the same stands before."""
    earlier = aliased(Delivery)
    before = select(earlier.id).where(
        earlier.about_id == Delivery.about_id,
        earlier.sequence < Delivery.sequence,
        earlier.state.not_in(SETTLED),
    )
    return select(Delivery).where(Delivery.state == state, ~before.exists())


def _statement_next_turns() -> Select[Delivery]:
    waiting = _held(bindparam("provider"), Delivery.waits == Waits.TURN).order_by(Delivery.id)
    return waiting.limit(bindparam("most", type_=Integer)).with_for_update(
        skip_locked=True, of=Delivery
    )


# Asked after almost every call while an endpoint is busy, so it is put together once, too.
NEXT_TURNS = _statement_next_turns()


@job(queue="webhooks")
def wake() -> None:
    """Let one message ask each endpoint that has rested, and one where turns may be lost."""
    for provider_slug in endpoints.rested():
        held = _held(provider_slug, Delivery.waits == Waits.REST)
        # Those that asked least often before: one that always fails would else keep it shut.
        _released(held.order_by(Delivery.attempts, Delivery.id), 1)
    waiting = select(Delivery.provider_slug).where(
        Delivery.waits == Waits.TURN, Delivery.state == State.HELD
    )
    for provider_slug in db.session.scalars(waiting.distinct()).all():
        _next_turns(provider_slug, 1)


@job(queue="webhooks")
def recover() -> None:
    """Give a job again to each message whose own was lost."""
    lost = _first_of_each(State.PENDING).where(Delivery.next_at < _long_ago())
    for delivery in db.session.scalars(lost.limit(500)):
        release(delivery)


def _long_ago() -> datetime:
    return clock.now() - RECOVER_AFTER
