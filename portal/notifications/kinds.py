"""The kinds of messages, as the rooms declare them."""

from typing import cast

from flask import current_app

from portal.kernel.room import Notice, Room


def kinds() -> dict[str, Notice]:
    rooms = cast("tuple[Room, ...]", current_app.extensions["rooms"])
    found = sorted(
        (kind for room in rooms for kind in room.notices), key=lambda kind: not kind.needed
    )
    return {kind.slug: kind for kind in found}
