"""The notifications room."""

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
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Notice, Room
from portal.notifications import api, arriving, back_office, jobs, listeners, views
from portal.notifications.coming import service as coming
from portal.notifications.inbox import service as kept
from portal.notifications.letters import back_office as letter_pages
from portal.notifications.letters import service as letters
from portal.notifications.push import service as push
from portal.notifications.telling import service as telling
from portal.post.events import MailCameBack
from portal.webhooks.events import DeliveryGivenUp, EndpointFailing, EndpointSwitchedOff

ASKED = N_("You get this message because you asked for it.")

room = Room(
    name="notifications",
    pages=(views.pages,),
    back_office=(back_office.pages, letter_pages.pages),
    api=(api.programs,),
    jobs=(
        jobs.send_waiting,
        telling.send_held,
        jobs.remind,
        coming.remind_one,
        letters.send,
        push.ring,
    ),
    periodic=jobs.PERIODIC,
    counts={kept.UNREAD: kept.unread},
    menu=(
        MenuItem(
            "site",
            N_("Inbox"),
            "notifications.inbox",
            "bell",
            40,
            signed_in=True,
            count=views.unread,
        ),
        MenuItem(
            "admin", N_("Messages to people"), "messages.index", "msg", 60, back_office.MANAGE
        ),
        MenuItem(
            "account",
            N_("Coming up"),
            "notifications.coming_up",
            "cal",
            order=30,
            signed_in=True,
        ),
        MenuItem(
            "account",
            N_("What you are sent"),
            "notifications.preferences",
            "bell",
            order=93,
            signed_in=True,
        ),
    ),
    permissions={back_office.MANAGE: N_("Read the words of messages, and try them")},
    beside={"case": arriving.beside_case},
    within={PersonRemoved: (listeners.removed,)},
    after={
        ApplicationSubmitted: (listeners.submitted,),
        ApplicationAnswered: (listeners.answered,),
        ApplicationWithdrawn: (listeners.withdrawn,),
        ApplicationPaid: (listeners.paid,),
        ReceiptMade: (listeners.receipt_made,),
        ClaimMoved: (listeners.claim_moved,),
        AccountWanted: (listeners.account_wanted,),
        DocumentEnded: (listeners.document_ended,),
        ApplicationAppealed: (listeners.appealed,),
        AppealEnded: (listeners.appeal_ended,),
        MessageWritten: (listeners.written,),
        RenewalDue: (listeners.renewal,),
        StateChanged: (listeners.changed,),
        MeetingChanged: (listeners.met,),
        EndpointFailing: (listeners.endpoint_fails,),
        EndpointSwitchedOff: (listeners.endpoint_off,),
        DeliveryGivenUp: (listeners.given_up,),
        MailCameBack: (listeners.came_back,),
    },
    notices=(
        Notice(
            "reminders",
            N_("Reminders of what falls due"),
            N_("You get this message because something of yours falls due."),
        ),
        Notice("newsletter", N_("Newsletter"), ASKED, channels=()),
        Notice("promotions", N_("New services and offers"), ASKED, channels=()),
    ),
)
