"""The room of payments, and what its gateways bring."""

from payments import api, commands, jobs, listeners, views
from payments.events import PaymentRefunded, PaymentSucceeded
from payments.gateways import gateways, rooms
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

BROUGHT = rooms()
SETTINGS = (section for gateway in gateways().values() for section in gateway.settings)

room = Room(
    name="payments",
    opens=tuple(one for brought in BROUGHT for one in brought.opens),
    pages=(views.pages, *(one for brought in BROUGHT for one in brought.pages)),
    api=(api.pages, *(one for brought in BROUGHT for one in brought.api)),
    commands=(commands.payments,),
    jobs=(*jobs.JOBS, *(one for brought in BROUGHT for one in brought.jobs)),
    periodic=(*jobs.PERIODIC, *(one for brought in BROUGHT for one in brought.periodic)),
    after={
        PaymentSucceeded: (listeners.print_receipt,),
        PaymentRefunded: (listeners.end_receipt,),
    },
    menu=(MenuItem("account", N_("Payments"), "payments.mine", "wallet", 25, signed_in=True),),
    settings=tuple(dict.fromkeys(SETTINGS)),
)
