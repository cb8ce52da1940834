"""The room of payments, and what its gateways bring."""

from payments import api, commands, jobs, views
from payments.gateways import gateways, rooms
from portal.kernel.room import Room

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
    settings=tuple(dict.fromkeys(SETTINGS)),
)
