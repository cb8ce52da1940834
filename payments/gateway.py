"""The contract between the portal and a company that takes payments. No web here, and no tables.

A package under `payments/gateways/` declares one `gateway = Gateway(…)`; nothing else names it. Its
functions get all they need as arguments, speak to the company, and answer in the words below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from portal.kernel.errors import N_
from portal.kernel.http import Answer
from portal.kernel.money import Money
from portal.kernel.settings import Section, Settings


class ForgedNotice(Exception):
    """The notice does not carry this company's signature, or carries it from another time."""


class GatewayError(Exception):
    """The company was not reached, or said nothing that can be understood: ask again later."""


class Method(StrEnum):
    """What a person pays with."""

    CARD = "card"
    UPI = "upi"
    NETBANKING = "netbanking"
    WALLET = "wallet"
    BANK_TRANSFER = "bank_transfer"
    CASH = "cash"


METHODS: Mapping[Method, str] = MappingProxyType(
    {
        Method.CARD: N_("Card"),
        Method.UPI: N_("UPI"),
        Method.NETBANKING: N_("Net banking"),
        Method.WALLET: N_("Wallet"),
        Method.BANK_TRANSFER: N_("Bank transfer"),
        Method.CASH: N_("Cash"),
    }
)


class Hosted(StrEnum):
    """Where a person pays: on a page of the company's, or somewhere else with what they print."""

    PAGE = "page"
    PRINTED = "printed"


class Status(StrEnum):
    """Where one order stands at the company. `unknown`: it knows of no such order.

    `authorised`: the money is held for us and has to be captured. `disputed` is told in notices
    alone, and of a dispute.
    """

    UNKNOWN = "unknown"
    OPEN = "open"
    PENDING = "pending"
    AUTHORISED = "authorised"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class DisputeStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class RefundStatus(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class Order:
    """One attempt to pay, as the company is told of it.

    `reference` is ours, and new for each attempt: whatever is asked twice under it is done once.
    `payees` are the providers whose money it is.
    """

    reference: str
    amount: Money
    title: str
    language: str
    return_url: str
    notice_url: str
    expires_at: datetime
    gateway_reference: str | None = None
    payees: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefundOrder:
    """Money to give back. Whatever is asked twice under `id` is given back once."""

    id: UUID
    order: Order
    amount: Money


@dataclass(frozen=True)
class Redirect:
    """Lead the browser there. `reference` is the company's own, if it gave one."""

    url: str
    reference: str | None = None


@dataclass(frozen=True)
class FormPost:
    """Let the browser send these fields there."""

    url: str
    fields: Mapping[str, str]
    reference: str | None = None


@dataclass(frozen=True)
class Printed:
    """Nothing opens: the person prints how to pay; one text, in lines, for each language.

    The portal keeps it, shows it again, and makes a paper of it with `reference`, which whoever
    takes the money asks for.
    """

    instructions: Mapping[str, str]
    reference: str


Started = Redirect | FormPost | Printed


@dataclass(frozen=True)
class Outcome:
    """What the company says of an order. `amount` is what it took; `code` is why it did not."""

    status: Status
    amount: Money | None = None
    reference: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Notice:
    """A message from the company whose signature was checked. `order` is our reference.

    `dispute` is the company's number of a dispute, for a notice that is about one: how it stands is
    asked then.
    """

    id: str
    order: str
    outcome: Outcome
    dispute: str | None = None


@dataclass(frozen=True)
class Dispute:
    """The payer's bank wants the money of an order back. `order` is our reference.

    We have until `answer_by` to send the company what speaks for us.
    """

    order: str
    amount: Money
    status: DisputeStatus
    reason: str | None = None
    answer_by: datetime | None = None


@dataclass(frozen=True)
class RefundOutcome:
    status: RefundStatus
    reference: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Listed:
    """An order as the company lists it.

    `amount` is what it took, `refunded` what of that has gone back so far; None where it does not
    say. `at` is when it was opened or paid.
    """

    order: str
    status: Status
    at: datetime
    amount: Money | None = None
    reference: str | None = None
    fee: Money | None = None
    refunded: Money | None = None


@dataclass(frozen=True)
class Means:
    """What a gateway may use. `secret` is 32 bytes for this gateway alone."""

    settings: Settings
    secret: bytes
    post: Callable[..., Answer]
    get: Callable[..., Answer]
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Capabilities:
    """`currencies` and `payees` left empty mean any; `test` says that no real money moves.

    `captures`: money may be held at first, and is taken when it is asked for. `lasts`: how long a
    person has for paying an order. `by_list`: what goes back is sent by a payment list, to an
    account that the person names.
    """

    currencies: frozenset[str] = frozenset()
    partial_refund: bool = False
    test: bool = False
    methods: tuple[Method, ...] = (Method.CARD,)
    hosted: Hosted = Hosted.PAGE
    captures: bool = False
    payees: frozenset[str] = frozenset()
    lasts: timedelta = timedelta(minutes=45)
    by_list: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """The msgids of the methods, where there are several to name."""
        return tuple(METHODS[one] for one in self.methods) if len(self.methods) > 1 else ()


def no_notices(_: Mapping[str, str], __: bytes, ___: Means) -> Sequence[Notice]:
    """For a company that sends none: whatever comes in its name is forged. Raises ForgedNotice."""
    raise ForgedNotice


def _nothing(_: Settings) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Gateway:
    """A way to pay.

    `title` is an English msgid. `start` and `refund` do a thing once, however often they are
    called for one reference. `read_notice` raises ForgedNotice, the others GatewayError.
    `check_config` says in sentences why it cannot be used here. `hosts` are the origins that
    the browser is sent to, such as https://pay.example.org; `hosts_by` names those that settings
    decide, as `capabilities_by` does what it can. `at_hand`: its calls stay inside this process,
    in our transaction; all others are made outside of any transaction. `cancel` lets the company
    take nothing more for an order that we gave up, and says how the order stands then. `capture`
    takes what it holds for an authorised one. `dispute` says how one stands, by its number; None
    for a number that is not of ours. `listing`
    gives, little by little, all that the company opened or was paid from one moment to another.
    """

    slug: str
    title: str
    start: Callable[[Order, Means], Started]
    read_notice: Callable[[Mapping[str, str], bytes, Means], Sequence[Notice]]
    query: Callable[[Order, Means], Outcome]
    refund: Callable[[RefundOrder, Means], RefundOutcome]
    capabilities: Capabilities = field(default_factory=Capabilities)
    check_config: Callable[[Settings], Sequence[str]] = _nothing
    settings: tuple[type[Section], ...] = ()
    hosts: tuple[str, ...] = ()
    hosts_by: Callable[[Settings], Sequence[str]] = _nothing
    capabilities_by: Callable[[Settings], Capabilities] | None = None
    at_hand: bool = False
    cancel: Callable[[Order, Means], Outcome] | None = None
    capture: Callable[[Order, Means], Outcome] | None = None
    dispute: Callable[[str, Means], Dispute | None] | None = None
    listing: Callable[[datetime, datetime, Means], Iterable[Listed]] | None = None

    def takes(self, amount: Money, *payees: str) -> bool:
        """Whether these providers can be paid so much through it."""
        can = self.capabilities
        fits = not can.currencies or amount.currency in can.currencies
        return fits and (not can.payees or can.payees.issuperset(payees))

    def under(self, settings: Settings) -> "Gateway":
        """The same, with what it can do under these settings."""
        if self.capabilities_by is None:
            return self
        return replace(self, capabilities=self.capabilities_by(settings))

    def origins(self, settings: Settings) -> tuple[str, ...]:
        """Where the browser may be led."""
        return (*self.hosts, *self.hosts_by(settings))
