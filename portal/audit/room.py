"""The audit room."""

from portal.audit import commands
from portal.kernel.room import Room

room = Room(name="audit", commands=(commands.audit,))
