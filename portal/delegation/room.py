"""The room of delegation."""

from portal.accounts.events import AccountSecured, PersonRemoved
from portal.delegation import counter, jobs, listeners, views, visitors
from portal.delegation.domain import ASSIST
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="delegation",
    pages=(views.pages, counter.pages),
    jobs=(jobs.sweep,),
    periodic=jobs.PERIODIC,
    within={PersonRemoved: (listeners.removed,), AccountSecured: (listeners.secured,)},
    menu=(
        MenuItem("account", N_("Helpers"), "delegation.index", "users", order=60, signed_in=True),
        MenuItem("site", N_("Service centre"), "counter.assist", "centre", 85, ASSIST),
    ),
    permissions={ASSIST: N_("Act for citizens at a service centre")},
    banners=(visitors.banner,),
)
