"""The geo room."""

from portal.geo import commands
from portal.kernel.room import Room

room = Room(name="geo", commands=(commands.areas,))
