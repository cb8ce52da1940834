"""The fee of an application: when it falls due, that it was paid, and what waits for it.

The money itself is the payments room's. Where a payment and its application are both changed, the
payment is locked first: the gateway's word comes from that side.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from payments import service as payments
from payments.service import Delivered, Delivery, Due, Payment
from portal.applications.domain import Actor, Author, State, owes_with, takes_money
from portal.applications.events import ApplicationPaid, ApplicationSubmitted, StateChanged
from portal.applications.models import Application
from portal.applications.records import service as records
from portal.geo import service as geo
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, Conflict
from portal.kernel.events import publish
from portal.kernel.money import Money
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.asking import Answers
from portal.registry.contract import PaymentMoment
from portal.registry.pricing import Circumstances, Line, Price
from portal.rules import UNKNOWN

PURPOSE = "application"
TO_PAY = timedelta(days=14)
GIVES_NOTHING = frozenset({State.REFUSED, State.WITHDRAWN, State.LAPSED})
PORTAL = Author(Actor.PORTAL, "payments")
A_BATCH = 100


class NotReady(Conflict):
    message = N_("Some answers are missing or not right yet. Go back and complete them.")


class FeeWouldChange(Conflict):
    message = N_(
        "These answers change the fee, which is paid already. Leave them as they were, or withdraw"
        " and apply again."
    )


class NotPaidYet(Conflict):
    kind = "not-paid-yet"
    message = N_("The fee is not paid yet. The application can be approved once it is.")


def here(day: date | None = None) -> Circumstances:
    """Today, or another day, among the areas of this portal."""
    return Circumstances(day or clock.today(), _above)


def quoted(
    offer: registry.Offer,
    answers: Answers | declared.Asked,
    said: Money | None = None,
    day: date | None = None,
) -> Money | None:
    """None when it is free. What the provider is asked for itself, it `said`.

    Raises NotReady when the provider said nothing, or an answer that decides the fee is missing.
    """
    asked = "quote" in (offer.service.asks or ())
    by_rule = None if asked else declared.quote(offer.service, answers, here(day))
    fee = (UNKNOWN if said is None else said) if asked else by_rule
    if fee is None or isinstance(fee, Money):
        return fee or None
    raise NotReady


def lines(
    offer: registry.Offer, answers: Answers | declared.Asked, day: date | None = None
) -> Sequence[Line]:
    """What the fee is made of, where a table says it; nothing while an answer is missing."""
    if offer.service.tariff is None:
        return ()
    found = declared.priced(offer.service, answers, here(day))
    return found.lines if isinstance(found, Price) else ()


def lines_of(application: Application) -> Sequence[Line]:
    """The same of what was sent, by the table of that day; nothing if it was another fee."""
    offer = registry.version(application.version_id)
    if offer.service.tariff is None:
        return ()
    found = lines(offer, application.answers, clock.day(application.created_at))
    total = sum((line.amount.minor for line in found), 0)
    return found if total == (application.fee_minor or 0) else ()


def of(application: Application) -> Money | None:
    if application.fee_minor is None or application.fee_currency is None:
        return None
    return Money(application.fee_minor, application.fee_currency)


def payment(application: Application) -> Payment | None:
    """The payment that was asked for; None while nothing is due."""
    return payments.of(PURPOSE, application.id) if application.fee_minor else None


def ask(application: Application) -> None:
    """Let the person pay the fee from now on."""
    fee = of(application)
    if fee is None:
        return
    offer = registry.version(application.version_id)
    due = Due(
        purpose=PURPOSE,
        about=application.id,
        person_id=application.person_id,
        subject_id=application.subject_id,
        provider=application.provider_slug,
        payee=offer.provider.name.texts,
        title=offer.service.title.texts,
        amount=fee,
        lines=tuple(
            payments.Line(line.words.texts, line.amount.minor, line.amount.currency)
            for line in lines_of(application)
        ),
        # Of several that were sent together, the next one is paid from their page.
        back=f"/bundles/{application.bundle_id}"
        if application.bundle_id
        else f"/applications/{application.reference}",
    )
    payments.due(due)


def ask_first(application: Application) -> None:
    """The provider gets the application when it is paid."""
    records.begin(application, "owe", PORTAL)
    ask(application)


def ask_after(application: Application) -> None:
    """A fee that is due after approval stands between the decision and the document."""
    if application.paid_at is None and of(application) and _moment(application) == "after":
        application.state = State.AWAITING_PAYMENT
        records.tell(application, "owe", PORTAL)
        ask(application)


def check_paid(application: Application) -> None:
    """Raises NotPaidYet for what is decided only when the fee has come."""
    if owes_with(_moment(application), of(application), application.paid_at):
        raise NotPaidYet


def hold(application: Application) -> None:
    """Lock the payment, if there is one, before its application is locked."""
    if application.fee_minor and application.paid_at is None:
        payments.hold(PURPOSE, application.id)


def requote(
    application: Application,
    offer: registry.Offer,
    answers: Answers | declared.Asked,
    said: Money | None = None,
) -> None:
    """Other answers may cost something else. Raises NotReady, FeeWouldChange."""
    day = clock.day(application.created_at)
    fee, before = quoted(offer, answers, said, day), of(application)
    if fee == before:
        return
    if application.paid_at is not None:
        raise FeeWouldChange
    application.fee_minor = fee.minor if fee else None
    application.fee_currency = fee.currency if fee else None
    if fee is None:
        payments.cancel(PURPOSE, application.id)
    elif offer.service.payment != "after":
        ask(application)


def drop(application: Application) -> None:
    """Nobody owes the fee any more; money that still comes goes back."""
    if application.fee_minor and application.paid_at is None:
        payments.cancel(PURPOSE, application.id)


def delivery(application_id: UUID) -> Delivery:
    """How it stands with what the fee was for."""
    application = db.session.get_one(Application, application_id)
    state = State(application.state)
    if state is State.ISSUED or (state is State.APPROVED and not _issues(application)):
        return Delivery(Delivered.GIVEN)
    if state in GIVES_NOTHING:
        return Delivery(Delivered.ENDED)
    until = application.due_on
    stands_still = application.days_left is not None
    is_late = until is not None and not stands_still and until < clock.today()
    return Delivery(Delivered.LATE if is_late else Delivered.IN_TIME, until)


def unaware(application_ids: Collection[UUID]) -> Collection[UUID]:
    """Those of them, all of which were paid, that do not know it."""
    wanted = select(Application.id).where(
        Application.id.in_(application_ids), Application.paid_at.is_(None)
    )
    return db.session.scalars(wanted).all()


def paid(application_id: UUID, payment_id: UUID) -> None:
    """The money has come: go on, or give it back when there is nothing to go on with."""
    application = _locked(application_id)
    if application.paid_at is not None:
        return
    if not takes_money(State(application.state)):
        fee = payments.by_id(payment_id).amount
        payments.refund(payment_id, fee, "The application had ended.", by="applications")
        return
    application.paid_at = application.changed_at = clock.now()
    if application.submitted_at is None:
        _hand_over(application)
        return
    if application.state == State.AWAITING_PAYMENT:
        application.state = State.APPROVED
    records.tell(application, "pay", PORTAL)
    publish(ApplicationPaid(application.id))


def lapse() -> bool:
    """End a batch of what was not paid in time; whether there may be more."""
    unpaid, is_any_gone = _unpaid(), False
    payments.hold(PURPOSE, *unpaid)
    for application_id in unpaid:
        application = _locked(application_id)
        if _is_left(application):
            is_any_gone = True
            application.state, application.changed_at = State.LAPSED, clock.now()
            records.tell(application, "lapse", PORTAL)
            drop(application)
            publish(StateChanged(application.id, application.state))
    return len(unpaid) == A_BATCH and is_any_gone


def _above(code: str) -> Sequence[str]:
    try:
        return [area.code for area in geo.path(code)]
    except geo.NoSuchArea:
        return ()


def _is_left(application: Application) -> bool:
    """Nothing was paid, and no bank is about to say that it was."""
    waits = application.state == State.AWAITING_PAYMENT and application.submitted_at is None
    return waits and not payments.is_under_way(PURPOSE, application.id)


def _hand_over(application: Application) -> None:
    for name, value in records.handed_over(registry.version(application.version_id)).items():
        setattr(application, name, value)
    records.tell(application, "pay", PORTAL)
    records.tell(application, "submit", records.sender(application))
    publish(ApplicationSubmitted(application.id))


def _issues(application: Application) -> bool:
    return bool(registry.version(application.version_id).service.issues)


def _moment(application: Application) -> PaymentMoment:
    return registry.version(application.version_id).service.payment


def _locked(application_id: UUID) -> Application:
    wanted = select(Application).where(Application.id == application_id).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _unpaid() -> Sequence[UUID]:
    late = (
        Application.state == State.AWAITING_PAYMENT,
        Application.submitted_at.is_(None),
        Application.created_at < clock.now() - TO_PAY,
    )
    return db.session.scalars(select(Application.id).where(*late).limit(A_BATCH)).all()
