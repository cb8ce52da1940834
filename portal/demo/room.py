"""The demo room."""

from portal.demo import commands
from portal.kernel.room import Room

room = Room(name="demo", commands=(commands.demo,))
