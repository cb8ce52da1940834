"""The discovery room."""

from portal.discovery import views
from portal.kernel.room import Room

room = Room(name="discovery", pages=(views.pages,))
