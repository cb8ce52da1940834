"""The admin room."""

from portal.admin import back_office
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="admin",
    back_office=(back_office.pages,),
    menu=(MenuItem("admin", N_("Overview"), "admin.overview", "grid", 0, signed_in=True),),
    permissions={"admin.open": N_("Open the administration: whoever may open a part of it")},
)
