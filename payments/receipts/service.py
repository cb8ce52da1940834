"""Making the paper of a receipt, finding it, and ending it when the money went back."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO
from uuid import UUID

from sqlalchemy import select

from payments import service as payments
from payments.domain import PaymentState
from payments.events import ReceiptMade
from payments.models import Attempt, Payment
from payments.orders import service as orders
from payments.receipts.models import PaymentReceipt
from portal.documents import service as documents
from portal.documents.domain import Line, Sheet, Texts
from portal.documents.service import EndedAlready
from portal.files import service as files
from portal.i18n import LANGUAGES, day, gettext, money, speaking
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, NotFound
from portal.kernel.events import publish

SLUG, ENGLISH = "receipt", "en"
SHOWN = 50
RECEIPT = N_("Receipt")
TEST = N_("This is a test: no real money moves.")
WENT_BACK = N_("The whole amount was given back.")
NUMBER, AMOUNT, PAID, FOR, PAID_BY, PAYMENT, AT_GATEWAY = (
    N_("Number of the receipt"),
    N_("Amount"),
    N_("Paid"),
    N_("For"),
    N_("Paid by"),
    N_("Number of the payment"),
    N_("Number at the gateway"),
)
# What the QR code says, too; and what is read from left to right in every script.
STATED = (NUMBER, AMOUNT, PAID)
FIGURES = (NUMBER, AMOUNT, PAYMENT, AT_GATEWAY)


class NotMadeYet(NotFound):
    message = N_("The receipt is being made. Come back in a minute.")


def make(payment_id: UUID) -> None:
    """Print the receipt of a payment that is made, once; asked again, it stands already.

    Raises NotMade, and what the files room refuses: it is asked again then.
    """
    (payment,) = orders.lock([payment_id])
    attempt = payments.paid(payment)
    if attempt is None or _row(payment_id) is not None:
        return
    paper, content = documents.issue(_sheet(payment, attempt), payment.subject_id, None)
    kept = files.keep(
        BytesIO(content),
        f"{paper.number}.pdf",
        subject_id=payment.subject_id,
        person_id=payment.person_id,
        accepts=("pdf",),
        counted=False,
    )
    row = PaymentReceipt(
        subject_id=payment.subject_id,
        payment_id=payment_id,
        file_id=kept.id,
        document_id=paper.id,
    )
    db.session.add(row)
    db.session.flush()
    publish(ReceiptMade(payment_id))


def end(payment_id: UUID) -> None:
    """Nobody shows a receipt for money that went back."""
    (payment,), row = orders.lock([payment_id]), _row(payment_id)
    if row is None or payment.state not in (PaymentState.REFUNDED, PaymentState.CHARGED_BACK):
        return
    with suppress(EndedAlready):
        documents.revoke(row.document_id, _said(WENT_BACK, LANGUAGES))


def file_of(payment: Payment) -> UUID:
    """Raises NotMadeYet."""
    if (row := _row(payment.id)) is None:
        raise NotMadeYet
    return row.file_id


def is_made(payment: Payment) -> bool:
    return _row(payment.id) is not None


def of_person(person_id: UUID) -> Sequence[Payment]:
    """What a person owes and has paid, the newest first."""
    mine = select(Payment).where(
        Payment.person_id == person_id, Payment.state != PaymentState.CANCELLED
    )
    return db.session.scalars(mine.order_by(Payment.id.desc()).limit(SHOWN)).all()


def _row(payment_id: UUID) -> PaymentReceipt | None:
    return db.session.scalar(select(PaymentReceipt).where(PaymentReceipt.payment_id == payment_id))


def _sheet(payment: Payment, attempt: Attempt) -> Sheet:
    codes = tuple(dict.fromkeys((attempt.language, ENGLISH)))
    lines = _lines(payment, attempt, codes)
    is_test = payments.gateway_of(attempt).capabilities.test
    return Sheet(
        issuer=payment.provider,
        # In all languages: these two are read on the page that says whether it is good.
        issuer_name=_named(payment.payee, payment.provider),
        slug=SLUG,
        title=_said(RECEIPT, LANGUAGES),
        text=_said(TEST, codes) if is_test else {},
        lines=tuple(lines.values()),
        language=attempt.language,
        stated={label: lines[label].value[ENGLISH] for label in STATED},
    )


def _lines(payment: Payment, attempt: Attempt, codes: Sequence[str]) -> dict[str, Line]:
    paid_on = clock.day(payment.paid_at or clock.now())
    told: dict[str, Texts] = {
        NUMBER: dict.fromkeys(codes, payment.receipt_number or ""),
        AMOUNT: _each(codes, lambda: money(payment.amount)),
        PAID: _each(codes, lambda: day(paid_on)),
        FOR: _named(payment.title, payment.purpose),
        PAID_BY: _said(payments.gateway_of(attempt).title, codes),
        PAYMENT: dict.fromkeys(codes, payment.reference),
    }
    if attempt.gateway_reference:
        told[AT_GATEWAY] = dict.fromkeys(codes, attempt.gateway_reference)
    return {
        label: Line(_said(label, codes), value, plain=label in FIGURES)
        for label, value in told.items()
    }


def _said(text: str, codes: Sequence[str]) -> Texts:
    return _each(codes, lambda: gettext(text))


def _each(codes: Sequence[str], saying: Callable[[], str]) -> Texts:
    told = {}
    for code in codes:
        with speaking(code):
            told[code] = saying()
    return told


def _named(texts: Texts, otherwise: str) -> Texts:
    """In every language; where one is missing, in English."""
    english = texts.get(ENGLISH, otherwise)
    return {code: texts.get(code, english) for code in LANGUAGES}
