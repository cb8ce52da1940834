"""The webhooks room."""

from payments.events import PaymentRefunded
from portal.applications.events import (
    ApplicationAnswered,
    ApplicationPaid,
    ApplicationSubmitted,
    ApplicationWithdrawn,
)
from portal.bills.events import BillPaid
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room
from portal.webhooks import back_office, listeners, service
from portal.webhooks.replies import service as replies

room = Room(
    name="webhooks",
    back_office=(back_office.pages,),
    jobs=(service.deliver, replies.hear, service.recover),
    periodic=(Periodic("*/10 * * * *", service.recover),),
    within={
        ApplicationSubmitted: (listeners.submitted,),
        ApplicationPaid: (listeners.paid,),
        ApplicationAnswered: (listeners.answered,),
        ApplicationWithdrawn: (listeners.withdrawn,),
        PaymentRefunded: (listeners.refunded,),
        BillPaid: (listeners.bill_paid,),
    },
    permissions={"webhooks.manage": N_("Set where messages to a provider go, and send them again")},
    menu=(
        MenuItem(
            "console",
            N_("Messages"),
            "webhooks.index",
            "plug",
            20,
            permission="webhooks.manage",
        ),
    ),
)
