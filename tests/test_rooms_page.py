"""docs/rooms.md says what the code does: rooms, layers, the Room value, states and events."""

import configparser
import dataclasses
import re
from pathlib import Path

from portal.app import rooms
from portal.applications.domain import NEXT
from portal.kernel.events import Event
from portal.kernel.room import Room

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "rooms.md").read_text()


def table(heading):
    """The rows of the first table under a heading, as lists of cells."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def room_of(event):
    """`portal.forms.events` is of forms, `payments.events` of payments."""
    return event.__module__.removeprefix("portal.").split(".")[0]


def codes(cell):
    return re.findall(r"`([^`]+)`", cell)


def test_the_layers_are_those_that_the_linter_keeps():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    layers = config["importlinter:contract:rooms"]["layers"].split("\n")
    kept = [sorted(name.strip() for name in layer.split("|")) for layer in layers if layer.strip()]
    assert [sorted(codes(row[1])) for row in table("Rooms, top to bottom")] == kept


def test_every_room_stands_on_the_page():
    told = {name for row in table("Rooms, top to bottom") for name in codes(row[1])}
    assert {room.name for room in rooms()} <= told | {"payments"}
    assert "`payments` stands beside `portal`" in PAGE


def test_the_room_value_is_told_field_by_field():
    told = [codes(row[0])[0] for row in table("The Room value")]
    assert told == [field.name for field in dataclasses.fields(Room)]


def test_the_states_and_their_moves_are_those_of_the_table():
    told = {codes(row[0])[0]: set(codes(row[1])) for row in table("States of an application")}
    assert told == {state.value: {to.value for to in tos} for state, tos in NEXT.items()}


def test_every_event_is_told_with_its_room():
    # A room's events are known once it is read.
    rooms()
    told = {(codes(row[0])[0], codes(row[1])[0]) for row in table("Events")}
    known = {(event.__name__, room_of(event)) for event in Event.__subclasses__()}
    assert told == {pair for pair in known if pair[1] != "kernel"}
