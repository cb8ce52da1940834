"""The web room."""

from portal.kernel.room import Room
from portal.web import views

room = Room(name="web", pages=(views.shown,), api=(views.pages,))
