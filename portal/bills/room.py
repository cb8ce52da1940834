"""The room of bills."""

from payments.events import PaymentSucceeded
from portal.bills import jobs, listeners, views
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="bills",
    pages=(views.pages,),
    jobs=(jobs.release_bills, jobs.forget_lookups),
    periodic=jobs.PERIODIC,
    within={PaymentSucceeded: (listeners.paid,)},
    menu=(MenuItem("site", N_("Bills"), "bills.index", "wallet", 30, signed_in=True),),
)
