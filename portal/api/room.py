"""The room of interfaces."""

from portal.api import back_office, jobs, views
from portal.api.calls import back_office as calls_pages
from portal.api.following import follow_calls
from portal.api.settings import ApiSettings
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room

room = Room(
    name="api",
    opens=(follow_calls,),
    api=(views.pages,),
    back_office=(back_office.pages, calls_pages.pages),
    jobs=(jobs.forget_answers, jobs.forget_calls, jobs.count_days),
    periodic=(
        Periodic("17 3 * * *", jobs.forget_answers),
        Periodic("27 3 * * *", jobs.forget_calls),
        Periodic("*/15 * * * *", jobs.count_days),
    ),
    menu=(
        MenuItem("console", N_("Tokens"), "tokens.index", "key", 30, "api.tokens"),
        MenuItem("console", N_("Calls"), "calls.index", "clock", 32, "api.tokens"),
    ),
    permissions={"api.tokens": N_("make and revoke tokens of the provider's programs")},
    settings=(ApiSettings,),
)
