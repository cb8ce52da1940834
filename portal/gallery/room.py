"""The gallery room."""

from portal.gallery import views
from portal.kernel.room import Room

room = Room(name="gallery", pages=(views.pages,))
