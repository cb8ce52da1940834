"""Payments to test with: owed, begun at the sandbox, and pressed on its page."""

from uuid import uuid4

from payments import service
from payments.gateways.sandbox.company import service as company
from payments.gateways.sandbox.company.domain import Choice
from payments.models import LedgerTransaction
from payments.orders import service as orders
from payments.service import Due
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.kernel.keys import new_subject
from portal.kernel.money import Money

PURPOSE = "test"  # of no room, so that none listens
FEE = Money.of("150.00", "INR")
TITLE = {"en": "Trade licence", "pa": "ਵਪਾਰ ਲਾਇਸੈਂਸ", "ur": "تجارتی لائسنس"}


def owed(amount=FEE, **changes):
    """A payment that is due; committed."""
    usual = {
        "purpose": PURPOSE,
        "about": uuid4(),
        "person_id": uuid4(),
        "subject_id": new_subject(),
        "provider": "municipal",
        "payee": {"en": "Municipal Corporation"},
        "title": TITLE,
        "amount": amount,
        "back": "/applications/PB-0000-0000",
    }
    payment = service.due(Due(**usual | changes))
    db.session.commit()
    return payment


def begun(payment):
    """The attempt at the sandbox that was just started; committed."""
    service.start(payment, "sandbox")
    db.session.commit()
    return service.newest(payment)


def press(attempt, choice=Choice.PAY):
    """What the person presses on the company's page; committed."""
    key = company.domain.page_key(company.secret(), attempt.reference)
    company.choose(key, Choice(choice))
    db.session.commit()


def payment_of(attempt):
    """The payment of an order of one."""
    [payment_id] = orders.paid_by(attempt.id)
    return service.by_id(payment_id)


def part_of(payment):
    """What its newest order asks for it."""
    return orders.share(service.newest(payment).id, payment.id).part


def letters(attempt):
    """The company's signed notices of an attempt, each as body and headers."""
    return [company.letter(one) for one in company.letters(attempt.reference)]


def heard(gateway, headers, body):
    """A notice arrives and is taken in, as if its job ran at once; whether its order is known."""
    known = service.noticed(gateway, headers, body)
    service.inbox.retry_parked()
    return known


def notify(attempt):
    """Let all notices of an attempt arrive; committed."""
    for body, headers in letters(attempt):
        heard("sandbox", headers, body)
    db.session.commit()


def paid(payment):
    """The same payment, paid through the sandbox."""
    attempt = begun(payment)
    press(attempt)
    service.came_back(payment)
    db.session.commit()
    return service.by_id(payment.id)


def told(name):
    """How many events of this name were told."""
    return db.session.query(StoredEvent).filter_by(name=name).count()


def booked(payment):
    """The kinds of ledger transactions of a payment, in order."""
    rows = db.session.query(LedgerTransaction).filter_by(payment_id=payment.id)
    return [row.kind for row in rows.order_by(LedgerTransaction.id)]
