"""The accounts room."""

from portal.accounts import commands, jobs, passwords, views, visitors
from portal.accounts.sessions import service as sessions
from portal.accounts.settings import AccountsSettings
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room

room = Room(
    name="accounts",
    opens=(passwords.refuse_weak, sessions.install, visitors.install),
    pages=(views.pages,),
    commands=(commands.people,),
    jobs=(jobs.sweep,),
    periodic=(Periodic("*/10 * * * *", jobs.sweep),),
    menu=(
        MenuItem(
            "account",
            N_("Sign-in and security"),
            "accounts.security",
            "key",
            order=90,
            signed_in=True,
        ),
    ),
    permissions={"people.grant": N_("Give and take away roles")},
    settings=(AccountsSettings,),
)
