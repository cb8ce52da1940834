"""The profile room."""

from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room
from portal.profile import service, views
from portal.profile.domain import SOURCES

room = Room(
    name="profile",
    pages=(views.pages,),
    menu=(MenuItem("account", N_("Profile"), "profile.mine", "user", order=10, signed_in=True),),
    prefill=dict.fromkeys(SOURCES, service.prefill),
)
