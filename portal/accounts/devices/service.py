"""Known devices: a long-lived token in a cookie says that somebody signed in here before.

It opens nothing. It gets a new value whenever a sign-in is completed, so that a copy of it, or one
that was planted, is of no use from then on.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from flask import Response, g, request
from sqlalchemy import delete, select, update

from portal.accounts.devices import domain
from portal.accounts.devices.domain import Device
from portal.accounts.devices.models import KnownDevice
from portal.accounts.events import NewDevice
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.kernel.settings import current

LASTS = timedelta(days=400)
BYTES = 32


def cookie_name() -> str:
    return "__Host-device" if current().kernel.secure else "device"


def device_token_hash() -> bytes | None:
    """What this browser's token is found by; None when it brought none."""
    token = request.cookies.get(cookie_name(), "")
    return _hash(token) if len(token) == 2 * BYTES else None


def is_known_device(person_id: UUID) -> bool:
    """Whether the person has signed in with this browser before, and did not end that."""
    return is_known(person_id, device_token_hash())


def is_known(person_id: UUID, here: bytes | None) -> bool:
    """The same of a browser that brought the token of this hash."""
    if here is None:
        return False
    mine = select(KnownDevice.id).where(
        KnownDevice.token_hash == here,
        KnownDevice.person_id == person_id,
        KnownDevice.seen > clock.now() - LASTS,
    )
    return db.session.scalar(mine) is not None


def here() -> Device:
    """What may be said of the browser of this request."""
    return domain.device(request.user_agent.string, request.remote_addr or "")


def arrive(person_id: UUID, *, new_account: bool) -> None:
    """The person completed a sign-in with this browser: know it, and tell of one that is new."""
    g.device_token = secrets.token_hex(BYTES)
    if _moved(person_id, _hash(g.device_token)):
        return
    db.session.add(
        KnownDevice(person_id=person_id, token_hash=_hash(g.device_token), seen=clock.now())
    )
    db.session.flush()
    if not new_account:
        found = here()
        publish(NewDevice(person_id, found.browser, found.system))


def undo() -> None:
    """The sign-in was undone, so the browser keeps the token that it has."""
    g.pop("device_token", None)


def give(response: Response) -> None:
    """Hand the browser its new token, if there is one."""
    if token := g.pop("device_token", None):
        response.set_cookie(
            cookie_name(),
            token,
            max_age=LASTS,
            httponly=True,
            secure=current().kernel.secure,
            samesite="Lax",
            path="/",
        )


def forget_devices(person_id: UUID) -> None:
    """Every browser is a new one from now on."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id))


def sweep() -> None:
    """Remove browsers that nobody came with for as long as the cookie lasts."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.seen <= clock.now() - LASTS))


def _moved(person_id: UUID, new: bytes) -> bool:
    """Give all who use this browser its new hash; whether the person was one of them."""
    if (old := device_token_hash()) is None:
        return False
    now = clock.now()
    theirs = (
        update(KnownDevice)
        .where(KnownDevice.token_hash == old, KnownDevice.seen > now - LASTS)
        .values(token_hash=new, seen=now)
        .returning(KnownDevice.person_id)
    )
    return person_id in db.session.scalars(theirs).all()


def _hash(token: str) -> bytes:
    return keys.keyed_hash("devices", token)
