"""The room of interfaces."""

from portal.api import back_office, jobs, views
from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room

room = Room(
    name="api",
    api=(views.pages,),
    back_office=(back_office.pages,),
    jobs=(jobs.forget_answers,),
    periodic=(Periodic("17 3 * * *", jobs.forget_answers),),
    menu=(MenuItem("console", N_("Tokens"), "tokens.index", "key", 30, "api.tokens"),),
    permissions={"api.tokens": N_("make and revoke tokens of the provider's programs")},
)
