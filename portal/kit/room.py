"""The kit as a room of the portal: its commands. On the base they come without this."""

from portal.kernel.room import Room
from portal.kit import commands

room = Room(name="kit", commands=(commands.providers,))
