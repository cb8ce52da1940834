"""The room of providers' own interfaces."""

from portal.interfaces import back_office, described, jobs
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="interfaces",
    back_office=(back_office.pages,),
    told=described.ASKED,
    jobs=(jobs.forget_look_ups,),
    periodic=jobs.PERIODIC,
    menu=(
        MenuItem(
            "console",
            N_("Interface"),
            "interfaces.index",
            "globe",
            30,
            permission=back_office.MANAGE,
        ),
    ),
    permissions={back_office.MANAGE: N_("Set where a provider's own interface answers")},
)
