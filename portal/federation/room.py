"""The federation room: signing in with identity providers of others."""

from portal.accounts.events import AccountSecured, PersonRemoved
from portal.federation import api, jobs, listeners, service, views
from portal.federation.settings import FederationSettings
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room

room = Room(
    name="federation",
    opens=(service.open_providers,),
    pages=(views.pages,),
    api=(api.programs,),
    jobs=(jobs.sweep,),
    periodic=(Periodic("7 * * * *", jobs.sweep),),
    within={AccountSecured: (listeners.secured,), PersonRemoved: (listeners.removed,)},
    menu=(
        MenuItem(
            "account",
            N_("Linked identities"),
            "federation.mine",
            "plug",
            order=93,
            signed_in=True,
        ),
    ),
    settings=(FederationSettings,),
    ways_in=(views.ways_in,),
)
