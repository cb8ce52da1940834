"""The room of people's documents."""

from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room
from portal.vault import service, views

room = Room(
    name="vault",
    pages=(views.pages,),
    menu=(MenuItem("account", N_("Documents"), "vault.mine", "cert", order=20, signed_in=True),),
    prefill=dict.fromkeys(service.PATHS, service.prefill),
)
