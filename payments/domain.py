"""What may happen to a payment and to each attempt at it. No web here, and no tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from payments.gateway import Status
from portal.kernel.errors import N_, Conflict, DomainError, NotFound
from portal.kernel.money import Money


class PaymentState(StrEnum):
    """Of the whole: `refunded` when all of it went back.

    `disputed` while the payer's bank wants it back, `charged_back` when the bank got it.
    """

    DUE = "due"
    PAID = "paid"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"


class State(StrEnum):
    """Of one attempt at one gateway."""

    CREATED = "created"
    STARTED = "started"
    PENDING = "pending"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Turn(StrEnum):
    """What happens to an attempt: the edges between its states.

    `corrected`: the gateway took money for what we had given up, and its word is the truth.
    """

    STARTED = "started"
    DELAYED = "delayed"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    CORRECTED = "corrected"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class RefundState(StrEnum):
    ASKED = "asked"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


ENDS: Mapping[Turn, State] = MappingProxyType(
    {
        Turn.SUCCEEDED: State.SUCCEEDED,
        Turn.DECLINED: State.FAILED,
        Turn.CANCELLED: State.CANCELLED,
        Turn.EXPIRED: State.EXPIRED,
    }
)
HELD: Mapping[Turn, State] = MappingProxyType(
    {Turn.DELAYED: State.PENDING, Turn.AUTHORISED: State.AUTHORISED}
)
CORRECTED: Mapping[Turn, State] = MappingProxyType({Turn.CORRECTED: State.SUCCEEDED})
# What is told of an end later changes nothing, but for money that came after all.
NEXT: Mapping[State, Mapping[Turn, State]] = MappingProxyType(
    {
        State.CREATED: {Turn.STARTED: State.STARTED, **HELD, **ENDS},
        State.STARTED: {**HELD, **ENDS},
        State.PENDING: {Turn.AUTHORISED: State.AUTHORISED, **ENDS},
        State.AUTHORISED: ENDS,
        State.FAILED: CORRECTED,
        State.CANCELLED: CORRECTED,
        State.EXPIRED: CORRECTED,
    }
)
OPEN = (State.CREATED, State.STARTED, State.PENDING, State.AUTHORISED)
# Its money is held by a bank or the company: nobody begins another order meanwhile.
UNDER_WAY = (State.PENDING, State.AUTHORISED)
TURNS: Mapping[Status, Turn] = MappingProxyType(
    {
        Status.PENDING: Turn.DELAYED,
        Status.AUTHORISED: Turn.AUTHORISED,
        Status.SUCCEEDED: Turn.SUCCEEDED,
        Status.FAILED: Turn.DECLINED,
        Status.CANCELLED: Turn.CANCELLED,
        Status.EXPIRED: Turn.EXPIRED,
    }
)
# From one question to the next, while a gateway does not say how it ended; then each last one.
ASK_AFTER = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 30, 60))
# Why an attempt failed although the gateway took money.
DIFFERS = "amount_differs"


@dataclass(frozen=True)
class Line:
    """A part of an amount with its words, by language; less than nothing for what goes off."""

    words: Mapping[str, str]
    minor: int
    currency: str

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


@dataclass(frozen=True)
class Due:
    """Money that a person owes: for what (`purpose`, `about`), to whom, and where to go then.

    `back` is a path without its language. `payee` is the provider's name, by language. `lines` say
    what the amount is made of, where somebody knows.
    """

    purpose: str
    about: UUID
    person_id: UUID
    subject_id: UUID
    provider: str
    title: Mapping[str, str]
    amount: Money
    back: str
    payee: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()


class Delivered(StrEnum):
    """How it stands with what a payment was for."""

    GIVEN = "given"
    IN_TIME = "in_time"
    LATE = "late"
    # Refused, withdrawn or lapsed: it was dealt with, and will not be given.
    ENDED = "ended"


@dataclass(frozen=True)
class Delivery:
    """`until` is the promised day, where there is one."""

    stands: Delivered
    until: date | None = None


class NoSuchPayment(NotFound):
    message = N_("There is no such payment among yours.")


class NoSuchGateway(NotFound):
    message = N_("This way of paying is not offered. Choose one of those that are shown.")


class NothingToPay(Conflict):
    message = N_("There is nothing to pay here any more.")


class BeingPaid(Conflict):
    message = N_("This payment is under way. Wait until the bank has answered.")


class AlreadyPaid(Conflict):
    message = N_("This is paid, so its amount cannot change.")


class NoAmount(Conflict):
    message = N_("Only an amount above zero can be paid.")


class TooManyTogether(Conflict):
    message = N_("These are too many to pay at once. Choose fewer of them.")


class NotPaid(Conflict):
    message = N_("Nothing was paid here, so nothing can be given back.")


class NoSuchRefund(NotFound):
    message = N_("There is no such refund, or the money has gone back already.")


class TooMuchBack(Conflict):
    message = N_("No more can be given back than was paid. %(left)s is left.")


class OnlyWhole(Conflict):
    message = N_("This way of paying gives back the whole amount only.")


class CannotStart(DomainError):
    status: ClassVar[int] = 503
    message = N_("The payment cannot begin now. Nothing was taken. Try again in a few minutes.")


def after(state: State, turn: Turn) -> State | None:
    """The state that follows; None when the turn comes too late to count."""
    return NEXT.get(state, {}).get(turn)


class Standing(StrEnum):
    """How a payment stands, as far as its payer needs to know."""

    TO_PAY = "to_pay"
    BEGUN = "begun"
    UNDER_WAY = "under_way"
    NOT_PAID = "not_paid"
    PAID = "paid"
    CALLED_OFF = "called_off"
    GIVEN_BACK = "given_back"
    DISPUTED = "disputed"


def standing(payment: PaymentState, attempt: State | None) -> Standing:
    """What is said of a payment and its newest order, whatever states both are in."""
    if payment is not PaymentState.DUE:
        return OUTWARD[payment]
    return Standing.TO_PAY if attempt is None else OUTWARD_DUE[attempt]


OUTWARD: Mapping[PaymentState, Standing] = MappingProxyType(
    {
        PaymentState.PAID: Standing.PAID,
        PaymentState.CANCELLED: Standing.CALLED_OFF,
        PaymentState.REFUNDED: Standing.GIVEN_BACK,
        PaymentState.DISPUTED: Standing.DISPUTED,
        PaymentState.CHARGED_BACK: Standing.GIVEN_BACK,
    }
)
# A success beside a payment that is due is of an order of several, one of which was called off.
OUTWARD_DUE: Mapping[State, Standing] = MappingProxyType(
    {
        State.CREATED: Standing.BEGUN,
        State.STARTED: Standing.BEGUN,
        State.PENDING: Standing.UNDER_WAY,
        State.AUTHORISED: Standing.UNDER_WAY,
        State.SUCCEEDED: Standing.TO_PAY,
        State.FAILED: Standing.NOT_PAID,
        State.CANCELLED: Standing.TO_PAY,
        State.EXPIRED: Standing.TO_PAY,
    }
)


def wait_after(asked: int) -> timedelta:
    """How long to wait for news before the gateway is asked again."""
    return ASK_AFTER[min(asked, len(ASK_AFTER) - 1)]


def total(amounts: Sequence[Money]) -> Money | None:
    """All together; None for nothing, or for money of two kinds, which no order can ask for."""
    if not amounts or len({one.currency for one in amounts}) > 1:
        return None
    return Money(sum(one.minor for one in amounts), amounts[0].currency)
