"""The room of applications."""

from payments.events import PaymentSucceeded
from portal.accounts.events import PersonRemoved
from portal.applications import api, back_office, citizen_api, jobs, listeners, service, views
from portal.applications.appeals import back_office as appeals_desk
from portal.applications.appeals import views as appeal_pages
from portal.applications.calling import back_office as meeting_lists
from portal.applications.calling import views as meeting_pages
from portal.applications.coming import service as coming
from portal.applications.correcting import views as correcting_pages
from portal.applications.deadlines import service as deadlines
from portal.applications.desk import back_office as desk_pages
from portal.applications.ending import back_office as ending_pages
from portal.applications.events import (
    ApplicationAnswered,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    StateChanged,
)
from portal.applications.fees import service as fees
from portal.applications.moving import back_office as moving_pages
from portal.applications.moving import service as moving
from portal.applications.pausing import back_office as pausing_pages
from portal.applications.posts import back_office as posts_pages
from portal.applications.pricing import views as pricing_pages
from portal.applications.referring import back_office as referring_desk
from portal.applications.saving import views as saving_pages
from portal.applications.threads import api as thread_calls
from portal.applications.threads import back_office as threads_desk
from portal.applications.threads import views as thread_pages
from portal.applications.together import views as together_pages
from portal.applications.tracking import views as tracking_pages
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Notice, Reminding, Room, Settled
from portal.profile.events import ProfileChanged
from portal.registry.events import VersionProposed

WHY = N_("You get this message because you applied through Sanjha. Do not answer it.")

room = Room(
    name="applications",
    pages=(
        views.pages,
        tracking_pages.pages,
        appeal_pages.pages,
        thread_pages.pages,
        correcting_pages.pages,
        saving_pages.pages,
        together_pages.pages,
        meeting_pages.pages,
        pricing_pages.pages,
    ),
    back_office=(
        *(appeals_desk.pages, desk_pages.pages, back_office.pages),
        *(ending_pages.pages, moving_pages.pages, threads_desk.pages, pausing_pages.pages),
        *(meeting_lists.pages, referring_desk.pages, posts_pages.pages),
    ),
    api=(api.pages, thread_calls.pages, citizen_api.pages),
    jobs=(
        *(jobs.lapse_unpaid, jobs.announce_renewals, jobs.let_rise),
        *(jobs.forget_quotes, jobs.forget_checks),
        *(jobs.open_appeals, jobs.pass_appeals_on),
        moving.move,
    ),
    periodic=jobs.PERIODIC,
    within={
        PaymentSucceeded: (listeners.paid,),
        ProfileChanged: (listeners.corrected,),
        ApplicationSubmitted: (listeners.sent,),
        ApplicationAnswered: (listeners.answered,),
        PersonRemoved: (listeners.left,),
        StateChanged: (listeners.moved,),
        ApplicationWithdrawn: (listeners.withdrawn,),
    },
    after={VersionProposed: (listeners.proposed,)},
    payers={fees.PURPOSE: service.may_pay},
    delivers={fees.PURPOSE: fees.delivery},
    settled={fees.PURPOSE: Settled(fees.unaware, fees.paid)},
    menu=(
        MenuItem("site", N_("My applications"), "applications.index", "doc", 20, signed_in=True),
        MenuItem("site", N_("Desk"), "desk.queue", "users", 80, "applications.read"),
        MenuItem(
            "admin", N_("Running applications"), "moving.index", "clock", 15, "catalogue.publish"
        ),
        MenuItem("admin", N_("Posts"), "posts.index", "users", 42, "people.grant"),
        MenuItem("desk", N_("Queue"), "desk.queue", "grid", 10, "applications.read"),
        MenuItem("desk", N_("Appeals"), "appeals_desk.queue", "flag", 20, "applications.decide"),
        MenuItem(
            *("desk", N_("Referrals"), "referring.queue", "ask", 25, "applications.decide"),
            count=referring_desk.waiting,
        ),
        MenuItem("desk", N_("Day list"), "office_meetings.day", "cal", 15, "applications.read"),
    ),
    permissions={
        "applications.read": N_("Read the cases of the provider"),
        "applications.decide": N_("Decide cases of the provider"),
    },
    reminds=(
        Reminding(coming.of_person, coming.to_remind),
        Reminding(deadlines.of_person, deadlines.to_remind),
    ),
    notices=(
        Notice("decisions", N_("Decisions, and what waits for you"), WHY, needed=True),
        Notice("progress", N_("How your applications go on"), WHY),
    ),
)
