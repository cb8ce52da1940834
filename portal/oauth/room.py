"""The oauth room: other sites and apps sign people in with the portal."""

from portal.accounts.events import AccountSecured, PersonRemoved, RoleRevoked
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room
from portal.oauth import api, back_office, commands, jobs, listeners, service, views

room = Room(
    name="oauth",
    pages=(views.pages,),
    back_office=(back_office.console, back_office.admin),
    api=(api.programs, views.starts),
    commands=(commands.oauth,),
    jobs=(jobs.sweep,),
    periodic=(Periodic("23 3 * * *", jobs.sweep),),
    within={
        RoleRevoked: (listeners.role_revoked,),
        PersonRemoved: (listeners.removed,),
        AccountSecured: (listeners.secured,),
    },
    menu=(
        MenuItem(
            "account", N_("Sites and apps you let in"), "apps.mine", "plug", 94, signed_in=True
        ),
        MenuItem("console", N_("Sites and apps"), "clients.index", "plug", 35, "oauth.clients"),
        MenuItem("admin", N_("Sites and apps"), "approvals.waiting", "plug", 35, "oauth.approve"),
    ),
    permissions={
        "oauth.clients": N_("register sites and apps of the provider that sign people in"),
        "oauth.approve": N_("approve and suspend sites and apps that sign people in"),
    },
    bearers=(service.bearer,),
)
