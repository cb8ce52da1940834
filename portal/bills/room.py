"""The room of bills."""

from payments.events import PaymentSucceeded
from portal.accounts.events import PersonRemoved
from portal.bills import jobs, listeners, service, views
from portal.bills.watching import service as watching
from portal.bills.watching import views as watching_pages
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Reminding, Room, Settled

room = Room(
    name="bills",
    pages=(views.pages, watching_pages.pages),
    jobs=(jobs.release_bills, jobs.forget_lookups, jobs.ask_watched, watching.ask),
    periodic=jobs.PERIODIC,
    within={PaymentSucceeded: (listeners.paid,), PersonRemoved: (listeners.removed,)},
    delivers={service.PURPOSE: service.delivery},
    settled={service.PURPOSE: Settled(service.unaware, service.paid)},
    reminds=(Reminding(watching.of_person, watching.to_remind),),
    menu=(MenuItem("site", N_("Bills"), "bills.index", "wallet", 30, signed_in=True),),
)
