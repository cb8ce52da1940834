"""The whole `portal` command: the house's own commands, and those that rooms bring."""

import click
from flask.cli import ScriptInfo

from portal.app import create_app, rooms
from portal.cli import trial
from portal.cli.house import portal


def gather() -> click.Group:
    """The house's commands and those of the rooms; groups of one name become one."""
    for command in (*(one for room in rooms() for one in room.commands), trial.providers):
        name = command.name or ""
        known = portal.commands.get(name)
        if isinstance(known, click.Group) and isinstance(command, click.Group):
            both = {**known.commands, **command.commands}
            portal.add_command(click.Group(name, commands=both, help=known.help))
        else:
            portal.add_command(command)
    return portal


def main() -> None:
    gather()(obj=ScriptInfo(create_app=create_app))
