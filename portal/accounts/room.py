"""The accounts room."""

from portal.accounts import commands, jobs, listeners, passwords, visitors
from portal.accounts.events import AccountSecured, NewDevice
from portal.accounts.recovery import service as recovery
from portal.accounts.resets import service as resets
from portal.accounts.sessions import service as sessions
from portal.accounts.settings import AccountsSettings
from portal.accounts.views import factors as factor_views
from portal.accounts.views import family as family_views
from portal.accounts.views import held as held_views
from portal.accounts.views import joining as joining_views
from portal.accounts.views import passkeys as passkey_views
from portal.accounts.views import proving as proving_views
from portal.accounts.views import recovery as recovery_views
from portal.accounts.views import releases as release_views
from portal.accounts.views import resets as reset_views
from portal.accounts.views import sessions as session_views
from portal.accounts.views import signing as views
from portal.accounts.views import staff as back_office
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Notice, Room

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
    within={
        NewDevice: (listeners.warn_of_device,),
        AccountSecured: (listeners.secured,),
    },
    permissions={
        "people.grant": N_("Give and take away roles"),
        "cases.break_glass": N_("Open the cases of a provider for an hour in an emergency"),
    },
    settings=(AccountsSettings,),
    notices=(
        Notice(
            "security",
            N_("The safety of your account"),
            N_("You get this message because it is about your account."),
            needed=True,
        ),
    ),
)
