"""The room of people's documents."""

from functools import partial

from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room
from portal.vault import service, views

room = Room(
    name="vault",
    pages=(views.pages,),
    menu=(MenuItem("account", N_("Documents"), "vault.mine", "cert", order=20, signed_in=True),),
    prefill={path: partial(service.value, path) for path in service.PATHS},
)
