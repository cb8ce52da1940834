"""The webhooks room."""

from payments.events import PaymentClaimed, PaymentDisputed, PaymentRefunded
from portal.applications.events import (
    AppealEnded,
    ApplicationAnswered,
    ApplicationAppealed,
    ApplicationPaid,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    MessageWritten,
)
from portal.bills.events import BillPaid
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room
from portal.webhooks import api, back_office, described, listeners, service
from portal.webhooks.feed import back_office as feed_pages
from portal.webhooks.feed import service as feed
from portal.webhooks.replies import service as replies
from portal.webhooks.sending import service as sending
from portal.webhooks.settings import WebhookSettings
from portal.webhooks.shaping import service as shaping

room = Room(
    name="webhooks",
    back_office=(feed_pages.pages, back_office.pages),
    api=(api.pages,),
    jobs=(
        service.deliver,
        replies.hear,
        service.recover,
        sending.release_more,
        sending.wake,
        feed.number,
        shaping.shape,
        shaping.shape_lost,
    ),
    periodic=(
        Periodic("*/10 * * * *", service.recover),
        Periodic("*/10 * * * *", shaping.shape_lost),
        Periodic("* * * * * */10", sending.wake),
        Periodic("* * * * * */5", feed.number),
    ),
    settings=(WebhookSettings,),
    told=described.MESSAGES,
    within={
        ApplicationSubmitted: (listeners.submitted,),
        ApplicationPaid: (listeners.paid,),
        ApplicationAnswered: (listeners.answered,),
        ApplicationWithdrawn: (listeners.withdrawn,),
        ApplicationAppealed: (listeners.appealed,),
        AppealEnded: (listeners.appeal_ended,),
        MessageWritten: (listeners.written,),
        PaymentRefunded: (listeners.refunded,),
        PaymentDisputed: (listeners.disputed,),
        PaymentClaimed: (listeners.claimed,),
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
