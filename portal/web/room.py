"""The web room."""

from portal.kernel.room import Room
from portal.web import views

room = Room(name="web", api=(views.pages,))
