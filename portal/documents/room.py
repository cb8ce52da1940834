"""The room of documents."""

from portal.documents import api, commands, views
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

room = Room(
    name="documents",
    pages=(views.pages,),
    api=(api.programs,),
    commands=(commands.documents,),
    menu=(MenuItem("site", N_("Check a document"), "documents.ask", "cert", 70),),
)
