"""What is known of a person already and fits the questions of a form, asked of the rooms."""

from collections.abc import Collection, Iterable
from uuid import UUID

from flask import current_app

from portal.forms import engine
from portal.kernel.room import Filled, Room
from portal.registry.contract import Declaration, Document, Form


def known(person_id: UUID, form: Form) -> dict[str, Filled]:
    """By question, as typed answers; nobody ticks a declaration for a person.

    Documents are not among them: what a form holds is a file of its own, which somebody must make.
    """
    wanted = {
        one.name: one.prefill
        for one in form.fields
        if one.prefill and not one.never_prefill and not isinstance(one, Declaration | Document)
    }
    found = ask(current_app.extensions["rooms"], person_id, set(wanted.values()))
    told = {}
    for one in form.fields:
        filled = found.get(wanted.get(one.name, ""))
        value = None if filled is None else engine.accepted(one, filled.value)
        if filled is not None and value is not None:
            told[one.name] = Filled(value, filled.source, filled.on, filled.verified, filled.path)
    return told


def ask(rooms: Iterable[Room], person_id: UUID, paths: Collection[str]) -> dict[str, Filled]:
    """Each source once, for all the paths that it has."""
    found: dict[str, Filled] = {}
    for room in rooms:
        for source in dict.fromkeys(room.prefill.values()):
            mine = {path for path in paths if room.prefill.get(path) is source}
            found |= source(person_id, mine) if mine else {}
    return found
