"""The accounts room."""

from portal.accounts import commands, jobs, listeners, passwords, views, visitors
from portal.accounts.events import NewDevice
from portal.accounts.factors import views as factor_views
from portal.accounts.family import views as family_views
from portal.accounts.held import views as held_views
from portal.accounts.joining import views as joining_views
from portal.accounts.passkeys import views as passkey_views
from portal.accounts.proving import views as proving_views
from portal.accounts.recovery import service as recovery
from portal.accounts.recovery import views as recovery_views
from portal.accounts.releases import views as release_views
from portal.accounts.resets import service as resets
from portal.accounts.resets import views as reset_views
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions import views as session_views
from portal.accounts.settings import AccountsSettings
from portal.accounts.staff import back_office
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room

room = Room(
    name="accounts",
    opens=(
        passwords.refuse_weak,
        recovery.refuse_short_wait,
        sessions.install,
        visitors.install,
        held_views.install,
    ),
    pages=(
        views.pages,
        joining_views.pages,
        family_views.pages,
        factor_views.pages,
        passkey_views.pages,
        session_views.pages,
        proving_views.pages,
        release_views.pages,
        held_views.pages,
        reset_views.pages,
        recovery_views.pages,
    ),
    back_office=(back_office.pages,),
    commands=(commands.people,),
    jobs=(jobs.sweep, jobs.tend_recoveries, resets.send),
    periodic=(
        Periodic("*/10 * * * *", jobs.sweep),
        Periodic("*/10 * * * *", jobs.tend_recoveries),
    ),
    banners=(back_office.banner,),
    menu=(
        MenuItem("admin", N_("People"), "staff.people", "users", 40, permission="people.grant"),
        MenuItem(
            "account",
            N_("Sign-in and security"),
            "factors.security",
            "key",
            order=90,
            signed_in=True,
        ),
        MenuItem(
            "account",
            N_("Your contacts"),
            "contacts.mine",
            "msg",
            order=91,
            signed_in=True,
        ),
        MenuItem(
            "account",
            N_("Where you are signed in"),
            "sessions.devices",
            "phone",
            order=92,
            signed_in=True,
        ),
        MenuItem("account", N_("Family"), "family.mine", "users", order=94, signed_in=True),
    ),
    within={NewDevice: (listeners.warn_of_device,)},
    permissions={
        "people.grant": N_("Give and take away roles"),
        "cases.break_glass": N_("Open the cases of a provider for an hour in an emergency"),
    },
    settings=(AccountsSettings,),
)
