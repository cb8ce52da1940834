"""The files room."""

from portal.files import api, jobs
from portal.kernel.room import Room

room = Room(name="files", api=(api.programs,), jobs=(jobs.sweep,), periodic=(jobs.EVERY_HOUR,))
