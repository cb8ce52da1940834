"""The consent room."""

from portal.consent import views
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="consent",
    pages=(views.pages,),
    menu=(
        MenuItem("account", N_("What you share"), "consent.mine", "lock", order=40, signed_in=True),
    ),
)
