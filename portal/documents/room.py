"""The room of documents."""

from portal.documents import api, commands, views
from portal.kernel.room import Room

room = Room(
    name="documents",
    pages=(views.pages,),
    api=(api.programs,),
    commands=(commands.documents,),
)
