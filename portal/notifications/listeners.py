"""Which events become a message to a person."""

from payments.events import AccountWanted, ClaimMoved, ReceiptMade
from portal.accounts.events import PersonRemoved
from portal.applications.events import (
    AppealEnded,
    ApplicationAnswered,
    ApplicationAppealed,
    ApplicationPaid,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    DocumentEnded,
    MeetingChanged,
    MessageWritten,
    RenewalDue,
    StateChanged,
)
from portal.notifications import service
from portal.notifications.integrators import service as integrators
from portal.notifications.money import service as money
from portal.notifications.telling import service as telling
from portal.post.events import MailCameBack
from portal.webhooks.events import DeliveryGivenUp, EndpointFailing, EndpointSwitchedOff

ENDED = {"revoke": "revoked", "replace": "replaced"}
# By how an appeal ended, and what it was about.
OUTCOMES = {
    ("upheld", "refused"): "appeal_upheld",
    ("upheld", "late"): "appeal_goes_on",
    ("set_aside", "refused"): "appeal_set_aside",
    ("set_aside", "late"): "appeal_hurried",
    ("allowed_in_part", "refused"): "appeal_in_part",
}


def submitted(event: ApplicationSubmitted) -> None:
    service.tell(event.application_id, "submitted")


def answered(event: ApplicationAnswered) -> None:
    service.tell(event.application_id, "answered")


def withdrawn(event: ApplicationWithdrawn) -> None:
    service.tell(event.application_id, "withdrawn")


def changed(event: StateChanged) -> None:
    """What the outcome of an appeal did is told with the outcome."""
    if event.why != "appeal":
        service.tell(event.application_id, event.state)


def met(event: MeetingChanged) -> None:
    service.tell(event.application_id, event.what)


def paid(event: ApplicationPaid) -> None:
    service.tell(event.application_id, "paid")


def receipt_made(event: ReceiptMade) -> None:
    money.tell_of_receipt(event.payment_id)


def claim_moved(event: ClaimMoved) -> None:
    money.tell_of_claim(event.claim_id, event.state)


def account_wanted(event: AccountWanted) -> None:
    money.tell_of_account(event.payment_id, event.about)


def document_ended(event: DocumentEnded) -> None:
    service.tell(event.application_id, ENDED[event.act])


def renewal(event: RenewalDue) -> None:
    service.tell(event.application_id, "renewal")


def appealed(event: ApplicationAppealed) -> None:
    service.tell(event.application_id, f"appeal_{event.act}")


def appeal_ended(event: AppealEnded) -> None:
    """What its person withdrew, or a decision settled, they know already."""
    happened = OUTCOMES.get((event.state, event.ground), "")
    if event.state == "granted":
        happened = "appeal_owes" if event.then == "awaiting_payment" else "appeal_granted"
    service.tell(event.application_id, happened)


def written(event: MessageWritten) -> None:
    """Officers see a mark in their queue."""
    if event.side == "office":
        service.tell(event.application_id, "message", str(event.number))


def endpoint_fails(event: EndpointFailing) -> None:
    integrators.tell(event.provider, "failing", f"{event.since:%Y-%m-%dT%H:%M:%S}")


def endpoint_off(event: EndpointSwitchedOff) -> None:
    integrators.tell(event.provider, f"off_{event.reason}", f"{event.at:%Y-%m-%dT%H:%M:%S}")


def given_up(event: DeliveryGivenUp) -> None:
    """Once an hour: many may be given up together."""
    integrators.tell(event.provider, "given_up", f"{event.at:%Y-%m-%dT%H}")


def removed(event: PersonRemoved) -> None:
    service.forget(event.person_id)


def came_back(event: MailCameBack) -> None:
    telling.tell_of_return(event.person_id, event.message_id)
