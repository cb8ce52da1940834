"""The accounts room."""

from portal.accounts import commands, jobs, passwords, views, visitors
from portal.accounts.factors import views as factor_views
from portal.accounts.joining import views as joining_views
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions import views as session_views
from portal.accounts.settings import AccountsSettings
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room

room = Room(
    name="accounts",
    opens=(passwords.refuse_weak, sessions.install, visitors.install),
    pages=(views.pages, joining_views.pages, factor_views.pages, session_views.pages),
    commands=(commands.people,),
    jobs=(jobs.sweep,),
    periodic=(Periodic("*/10 * * * *", jobs.sweep),),
    menu=(
        MenuItem(
            "account",
            N_("Sign-in and security"),
            "factors.security",
            "key",
            order=90,
            signed_in=True,
        ),
    ),
    permissions={"people.grant": N_("Give and take away roles")},
    settings=(AccountsSettings,),
)
