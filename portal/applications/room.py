"""The room of applications."""

from portal.applications import api, back_office, views
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="applications",
    pages=(views.pages,),
    back_office=(back_office.pages,),
    api=(api.pages,),
    menu=(
        MenuItem("site", N_("My applications"), "applications.index", "doc", 20, signed_in=True),
        MenuItem("site", N_("Desk"), "desk.queue", "users", 80, "applications.read"),
        MenuItem("desk", N_("Queue"), "desk.queue", "grid", 10, "applications.read"),
    ),
    permissions={
        "applications.read": N_("Read the cases of the provider"),
        "applications.decide": N_("Decide cases of the provider"),
    },
)
