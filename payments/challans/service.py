"""Finding the order that is to be paid with a paper, and making that paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from payments.domain import OPEN, NoSuchPayment, State
from payments.models import Attempt, Payment
from payments.orders import service as orders
from portal.documents import service as documents
from portal.documents.domain import Line, Slip, Texts
from portal.i18n import LANGUAGES, gettext, moment, money, speaking
from portal.kernel.errors import N_

ENGLISH = "en"
CHALLAN, OFFICE, PAYER = N_("Challan"), N_("Copy for the office"), N_("Copy for the payer")
NUMBER, AMOUNT, UNTIL, TO, FOR, PAYMENT = (
    N_("Number of the challan"),
    N_("Amount"),
    N_("Pay until"),
    N_("To"),
    N_("For"),
    N_("Number of the payment"),
)
RECEIVED, STAMP = N_("Number in the receipt book"), N_("Day, stamp and signature")
FIGURES = (NUMBER, AMOUNT, PAYMENT)


@dataclass(frozen=True)
class Challan:
    attempt: Attempt
    payments: Sequence[Payment]

    @property
    def is_taken(self) -> bool:
        """The money was taken, and nobody has confirmed it yet."""
        return self.attempt.state == State.PENDING

    @property
    def number(self) -> str:
        return self.attempt.gateway_reference or self.attempt.reference


def open_one(payment: Payment) -> Challan | None:
    """By which this payment can be paid now; None if it was begun another way, or not at all."""
    attempt = next(iter(orders.attempts(payment.id)), None)
    if attempt is None or attempt.printed is None or attempt.state not in OPEN:
        return None
    return Challan(attempt, orders.of(attempt.id).payments)


def of(payment: Payment) -> Challan:
    """Raises NoSuchPayment for one without a challan."""
    if (found := open_one(payment)) is None:
        raise NoSuchPayment
    return found


def paper(challan: Challan, language: str) -> bytes:
    """One copy for the office and one for the payer, as a PDF. Raises NotMade."""
    codes = tuple(dict.fromkeys((language, ENGLISH)))
    first = challan.payments[0]
    return documents.print_slip(
        Slip(
            number=challan.number,
            issuer_name=_named(first.payee, first.provider),
            title=_said(CHALLAN, codes),
            copies=(_said(OFFICE, codes), _said(PAYER, codes)),
            lines=tuple(_lines(challan, codes)),
            blanks=(_said(RECEIVED, codes), _said(STAMP, codes)),
            text=_named(challan.attempt.printed or {}, ""),
            language=language,
        )
    )


def _lines(challan: Challan, codes: Sequence[str]) -> list[Line]:
    attempt, payments = challan.attempt, challan.payments
    told: list[tuple[str, Texts]] = [
        (NUMBER, dict.fromkeys(codes, challan.number)),
        (AMOUNT, _each(codes, lambda: money(attempt.amount))),
        (UNTIL, _each(codes, lambda: moment(attempt.expires_at))),
    ]
    for payment in payments:
        told.append((FOR, _named(payment.title, payment.purpose)))
        if len(payments) > 1:
            told.append((TO, _named(payment.payee, payment.provider)))
        told.append((PAYMENT, dict.fromkeys(codes, payment.reference)))
    return [Line(_said(label, codes), value, plain=label in FIGURES) for label, value in told]


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
