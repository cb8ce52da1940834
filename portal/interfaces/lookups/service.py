"""Looking an answer up: counted, remembered for minutes in this process, and asked for.

What was looked up, and what came, is written nowhere: neither in a table nor in the log.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert

from portal.audit import service as audit
from portal.interfaces import service as interfaces
from portal.interfaces.domain import NotAnswering
from portal.interfaces.lookups.domain import (
    FRESH,
    KEPT,
    LONGEST,
    LOOK_UPS,
    REMEMBERED,
    UNKNOWN_FOR,
    WITHIN,
    Unknown,
)
from portal.interfaces.lookups.models import LookUpsMade
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.registry import hook_paths
from portal.registry.discovery import hooks_of
from portal.registry.hooks import Ask, LookUpHook, NotKnown
from portal.registry.kept import Kept
from portal.registry.questions import TextField
from portal.registry.service import Offer

Told = Mapping[str, Any]


class Remembered(NamedTuple):
    """What a provider said, by the names that it gives; None when it does not know."""

    told: Told | None
    until: datetime


_remembered: Kept[bytes, Remembered] = Kept(REMEMBERED)


def look_up(person_id: UUID, offer: Offer, field: TextField, value: str) -> dict[str, Any]:
    """What the provider knows of this answer, by the question that it fills.

    `person_id` is who asks, whoever they fill in for. The running transaction is committed before
    the provider is asked. Raises Unknown, TooMany, NotAnswering.
    """
    provider = offer.provider.slug
    declared = field.look_up
    hook = None if declared is None else hook_paths.look_up(declared, hooks_of(provider))
    if declared is None or hook is None:
        raise NotAnswering
    _count(person_id, provider)
    audit.record("look_up.made", about=f"version:{offer.version_id}", actor=person_id, why=provider)
    key = _key(provider, offer.version_id, field.name, value)
    told = _recall(key) or _remember(key, _asked(provider, hook, field, value))
    if told.told is None:
        raise Unknown
    fills = declared.fills
    return {fills[member]: one for member, one in told.told.items() if member in fills}


def sweep() -> None:
    """Forget who looked things up: that is counted for ten minutes."""
    db.session.execute(delete(LookUpsMade).where(LookUpsMade.began < clock.now() - KEPT))


def _count(person_id: UUID, provider: str) -> None:
    """One more, which stands whatever the provider answers. Raises TooMany."""
    now = clock.now()
    goes_on = LookUpsMade.began > now - WITHIN
    put = insert(LookUpsMade).values(
        person_id=person_id, provider_slug=provider, began=now, count=1
    )
    put = put.on_conflict_do_update(
        index_elements=["person_id", "provider_slug"],
        set_={
            "began": case((goes_on, LookUpsMade.began), else_=now),
            "count": case((goes_on, LookUpsMade.count + 1), else_=1),
        },
    )
    count, began = db.session.execute(put.returning(LookUpsMade.count, LookUpsMade.began)).one()
    if count > LOOK_UPS:
        raise TooMany(int((began + WITHIN - now).total_seconds()) + 1)


def _asked(provider: str, hook: LookUpHook, field: TextField, value: str) -> Told | None:
    """Raises NotAnswering."""

    def call(ask: Ask) -> Told:
        told = {"values": dict(hook(field.name, value, ask))}
        return hook_paths.read(hook_paths.LookedUp, told).values

    try:
        return interfaces.answered(provider, call)
    except NotKnown:
        return None


def _recall(key: bytes) -> Remembered | None:
    known = _remembered.get(key)
    return known if known is not None and clock.now() < known.until else None


def _remember(key: bytes, told: Told | None) -> Remembered:
    """In the memory of this process alone, under a hash: never on a disk."""
    new = Remembered(told, clock.now() + (UNKNOWN_FOR if told is None else FRESH))
    if len(json.dumps(told)) <= LONGEST:
        _remembered.put(key, new)
    return new


def _key(*parts: object) -> bytes:
    """Of the codes of the letters: the hash of a text does not tell capitals from small ones."""
    return keys.keyed_hash(
        "interfaces.look_up", "|".join(str(part).encode().hex() for part in parts)
    )
