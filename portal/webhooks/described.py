"""Each type of message, for the description of the interface: its shape and an example."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from portal.api.openapi import Json, Sample, Told
from portal.applications.shapes import MoneyOut, PaidOut
from portal.webhooks.domain import Reply

AT = "2026-11-22T09:30:00Z"
LINK = "https://…/api/v1/files/eyJmaWxlIjoi…"


class Paper(BaseModel):
    field: str
    name: str
    type: str
    bytes: int
    sha256: str
    url: str = Field(description="needs no token, and ends at `expires`")
    expires: datetime


class Refund(MoneyOut):
    payment: str = Field(description="the payment that went back, in whole or in part")


class Case(BaseModel):
    """An application; nothing that the person answered."""

    application: str = Field(description="the reference")
    sequence: int = Field(description="counts the messages of one application from 1")
    state: str
    service: str = Field(description="provider and service, parted by a slash")
    version: int
    language: str
    submitted_by: Literal["self", "guardian", "helper", "operator"]
    due_on: date | None
    fee: MoneyOut | None
    paid: PaidOut | None


class AnsweredCase(Case):
    """With the answers and documents, or with the address where they are read."""

    answers: dict[str, Any] | None = Field(default=None, description="declared and agreed to")
    documents: list[Paper] | None = None
    url: str | None = Field(default=None, description="read it there: it is too long for a message")
    payload: dict[str, Any] | None = Field(
        default=None, description="what your own hook adds; null when it did not answer for hours"
    )


class RefundedCase(Case):
    refund: Refund


class Disputed(BaseModel):
    payment: str
    by: Literal["bank", "person"] = Field(description="who wants the money back")
    state: Literal["opened", "won", "lost"] = Field(description="won: the money stays yours")
    amount: str
    currency: str
    answer_by: date | None = Field(default=None, description="until when an answer counts")


class DisputedCase(Case):
    dispute: Disputed


class Appealed(BaseModel):
    level: int = Field(description="counts the levels of appeal from 1")
    ground: Literal["refused", "late"]
    state: Literal[
        "open", "upheld", "set_aside", "allowed_in_part", "granted", "withdrawn", "settled"
    ]
    due_on: date


class AppealedCase(Case):
    appeal: Appealed


class Written(BaseModel):
    number: int = Field(description="counts the messages of the thread from 1")


class MessageCase(Case):
    message: Written


class Bill(BaseModel):
    sequence: int
    bill: str = Field(description="your number of the bill")
    account: str = Field(description="your number of the account")
    amount: str
    currency: str
    payment: str
    paid_at: datetime


class Tested(BaseModel):
    provider: str


class _Message(BaseModel):
    timestamp: datetime = Field(description="when it happened; the same at every try")


class ApplicationTold(_Message):
    type: Literal["application.submitted", "application.answered"]
    data: AnsweredCase


class ApplicationMoved(_Message):
    type: Literal["application.paid", "application.withdrawn"]
    data: Case


class ApplicationAppealed(_Message):
    type: Literal["application.appealed"]
    data: AppealedCase


class MessageWritten(_Message):
    type: Literal["application.message"]
    data: MessageCase


class PaymentRefunded(_Message):
    type: Literal["payment.refunded"]
    data: RefundedCase


class PaymentDisputed(_Message):
    type: Literal["payment.disputed"]
    data: DisputedCase


class BillPaid(_Message):
    type: Literal["bill.paid"]
    data: Bill


class EndpointTested(_Message):
    type: Literal["endpoint.test"]
    data: Tested


def _case(sample: Sample, **more: Json) -> dict[str, Json]:
    return {
        "application": sample.reference,
        "sequence": 1,
        "state": "submitted",
        "service": sample.path,
        "version": sample.version,
        "language": "pa",
        "submitted_by": "self",
        "due_on": "2026-12-15",
        "fee": {"amount": "150.00", "currency": "INR"},
        "paid": None,
        **more,
    }


def _paper(name: str) -> dict[str, Json]:
    return {
        "field": name,
        "name": f"{name.replace('_', '-')}.pdf",
        "type": "application/pdf",
        "bytes": 48211,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "url": LINK,
        "expires": "2026-11-22T10:30:00Z",
    }


def _whole(sample: Sample) -> dict[str, Json]:
    papers = [_paper(name) for name in sample.papers[:1]]
    return {"answers": dict(sample.answers), "documents": papers}


PAID = {"payment": "PB-4D1P-VQ6S", "paid_at": "2026-11-22T09:59:41Z"}
BACK = {"payment": "PB-4D1P-VQ6S", "amount": "150.00", "currency": "INR"}
DISPUTE = {**BACK, "by": "bank", "state": "opened", "answer_by": "2026-12-01"}
APPEAL = {"level": 1, "ground": "refused", "state": "open", "due_on": "2027-01-15"}
BILL = {
    "sequence": 1,
    "bill": "2026-10-4471",
    "account": "3001245678",
    "amount": "1240.00",
    "currency": "INR",
    "payment": "PB-8HNL-20ZB",
    "paid_at": "2026-11-22T10:59:58Z",
}
DATA: Mapping[str, Callable[[Sample], dict[str, Json]]] = {
    "application.submitted": lambda sample: _case(sample, **_whole(sample)),
    "application.paid": lambda sample: _case(sample, sequence=2, state="in_progress", paid=PAID),
    "application.answered": lambda sample: _case(
        sample, sequence=2, state="in_progress", **_whole(sample)
    ),
    "application.withdrawn": lambda sample: _case(sample, sequence=2, state="withdrawn"),
    "application.appealed": lambda sample: _case(
        sample, sequence=3, state="refused", appeal=APPEAL
    ),
    "application.message": lambda sample: _case(sample, sequence=2, message={"number": 1}),
    "payment.refunded": lambda sample: _case(
        sample, sequence=3, state="withdrawn", paid=PAID, refund=BACK
    ),
    "payment.disputed": lambda sample: _case(sample, sequence=3, paid=PAID, dispute=DISPUTE),
    "bill.paid": lambda _: BILL,
    "endpoint.test": lambda sample: {"provider": sample.provider},
}
SAID: Mapping[str, tuple[str, type[BaseModel], str]] = {
    "application.submitted": (
        "Somebody applied",
        ApplicationTold,
        "With a fee that comes first: once it is paid. Its answer may decide at once.",
    ),
    "application.paid": (
        "A fee was paid that was due with the application or after it",
        ApplicationMoved,
        "`paid` names the payment.",
    ),
    "application.answered": (
        "The person corrected what you asked about",
        ApplicationTold,
        "With all answers, the corrected ones among them.",
    ),
    "application.withdrawn": ("The person withdrew", ApplicationMoved, "It has ended."),
    "application.appealed": (
        "An appeal was opened, or ended",
        ApplicationAppealed,
        "`appeal` says at which level, and `state` beside it what the application is now.",
    ),
    "application.message": (
        "The person wrote to you",
        MessageWritten,
        "Read it at `/api/v1/provider/applications/{reference}/messages`: no word of it is sent.",
    ),
    "payment.refunded": (
        "Money of an application went back to the person",
        PaymentRefunded,
        "`refund` holds all that went back of the payment until now.",
    ),
    "payment.disputed": (
        "The payer's bank, or the person, wants the fee of an application back",
        PaymentDisputed,
        "What a person paid for and did not get by `answer_by` is paid back.",
    ),
    "bill.paid": ("A bill of yours was paid", BillPaid, "Bills have an order of their own."),
    "endpoint.test": (
        "Somebody pressed Send a test in the console",
        EndpointTested,
        "It comes once, and tells nothing about anybody.",
    ),
}


def _told(name: str) -> Told:
    summary, body, description = SAID[name]

    def example(sample: Sample) -> dict[str, Json]:
        return {"type": name, "timestamp": AT, "data": DATA[name](sample)}

    answer = Reply if name == "application.submitted" else None
    return Told(name, summary, body, example, description, answer=answer)


MESSAGES = tuple(_told(name) for name in SAID)
