"""What must hold when the storm is over, counted from the books of everybody who took part."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from payments.gateways.sandbox.company.models import SandboxOrder
from payments.models import Attempt, LedgerEntry, LedgerTransaction, Payment
from portal.applications.models import Application, TimelineEntry
from portal.kernel.db import db
from portal.webhooks import service as webhooks
from portal.webhooks.models import Delivery
from tests.journeys.departments import payload
from tests.journeys.storm_people import ADDED


@dataclass
class Findings:
    """Each entry names what was lost or doubled, or came in the wrong order."""

    lost: list = field(default_factory=list)
    doubled: list = field(default_factory=list)
    disorder: list = field(default_factory=list)
    ledger: list = field(default_factory=list)

    def __str__(self):
        return (
            f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.disorder)} order"
            f" breaks, ledger sum {sum(self.ledger)}"
        )

    def once(self, what, count, expected=1):
        """Note unless this is there as often as it should be."""
        if count < expected:
            self.lost.append(what)
        if count > expected:
            self.doubled.append(what)


def kinds(sent):
    """The messages that a department gets of an application, in order."""
    return ["application.submitted", *(["application.withdrawn"] if sent.withdrawn else [])]


def acts(sent):
    if sent.payment:
        return ["owe", "pay", "submit"]
    return ["submit", *(["withdraw"] if sent.withdrawn else [])]


def left(sent, department):
    """What is not through yet: messages to arrive, and payments to be settled."""
    open_ = select(Delivery.reference).where(Delivery.state != webhooks.State.DELIVERED)
    waiting = [f"message of {reference}" for reference in db.session.scalars(open_)]
    unpaid = select(Payment.reference).where(Payment.state == "due")
    waiting += [f"payment {reference}" for reference in db.session.scalars(unpaid)]
    return waiting + [
        f"department lacks {each.reference}"
        for each in sent
        if len(department.done[each.reference]) < len(kinds(each))
    ]


def findings(sent, department):
    found = Findings()
    _applications(found, sent)
    for each in sent:
        _messages(found, each, department)
    _payments(found, [each for each in sent if each.payment])
    return found


def _applications(found, sent):
    stored = Counter(str(one) for one in db.session.scalars(select(Application.submission)))
    known = {one.reference: one for one in db.session.scalars(select(Application))}
    for each in sent:
        found.once(f"application of draft {each.draft}", stored.pop(each.draft, 0))
        if each.reference not in known:
            found.lost.append(each)
            continue
        state = "withdrawn" if each.withdrawn else "submitted"
        found.once(f"{state} {each}", int(known[each.reference].state == state))
        mine = TimelineEntry.application_id == known[each.reference].id
        entries = select(TimelineEntry.act).where(mine).order_by(TimelineEntry.id)
        found.once(f"{acts(each)} of {each}", int(list(db.session.scalars(entries)) == acts(each)))
    found.doubled += [f"application of draft {draft}, of which nobody knows" for draft in stored]


def _messages(found, each, department):
    """By the department's own count: by the id of the message, however often each came."""
    done = [told for _, told in department.done[each.reference]]
    counted = Counter(told["data"]["sequence"] for told in done)
    for number in range(1, len(kinds(each)) + 1):
        found.once(f"message {number} of {each}", counted.pop(number, 0))
    found.doubled += [f"message {number} of {each}" for number in counted]
    for told in done:
        if each.service == ADDED and told["type"] == "application.submitted":
            said = told["data"].get("payload")
            found.once(f"payload of {each}", int(said == payload(each.reference)))
    order = [(told["data"]["sequence"], told["type"]) for told in done]
    if order != list(enumerate(kinds(each), start=1)):
        found.disorder.append(f"{order} of {each}")


def uploaded(found, program, recorded):
    """What the program was answered is recorded once, in its order, and nothing else is."""
    counted = Counter(recorded)
    for each in program.sent:
        found.once(f"upload {each}", counted.pop(each, 0))
    # One that was never answered may be there; only one, and only the last.
    counted = +counted
    unanswered = [version for version, _ in counted if version == program.number]
    found.doubled += [f"upload {each}" for each in counted if each[0] != program.number]
    found.once("the upload that was not answered", max(len(unanswered), 1))
    if [version for version, _ in recorded] != sorted(version for version, _ in recorded):
        found.disorder.append(f"uploads {recorded}")


def _payments(found, sent):
    """The company's books, ours, and what people have in their hands, must say the same."""
    receipts = {
        str(one.id): one.receipt_number
        for one in db.session.scalars(select(Payment).where(Payment.state == "paid"))
    }
    for each in sent:
        receipt = receipts.get(each.payment.rpartition("/")[2])
        found.once(f"receipt of {each}", int(receipt == (each.receipt or receipt) is not None))
    _numbers(found, receipts)
    paid = select(SandboxOrder.reference).where(SandboxOrder.state == "paid")
    took = Counter(db.session.scalars(paid).all())
    here = select(Attempt.reference).where(Attempt.state == "succeeded")
    succeeded = Counter(db.session.scalars(here).all())
    for reference in took | succeeded:
        found.once(f"success of {reference}", succeeded[reference], took[reference])
    found.once("payments of the company", took.total(), len(sent))
    booked = select(LedgerTransaction.payment_id, LedgerTransaction.kind)
    captured = Counter((str(one), kind) for one, kind in db.session.execute(booked))
    for payment in receipts:
        found.once(f"booking of {payment}", captured.pop((payment, "capture"), 0))
    found.doubled += [f"booking {one}" for one in captured]
    sums = select(func.sum(LedgerEntry.minor)).group_by(LedgerEntry.transaction_id)
    found.ledger += [int(one) for one in db.session.scalars(sums) if one]


def _numbers(found, receipts):
    """Receipts are numbered without gaps, for one provider in one year."""
    counted = Counter(int(number.rpartition("-")[2]) for number in receipts.values())
    for number in range(1, len(receipts) + 1):
        found.once(f"receipt number {number}", counted[number])
