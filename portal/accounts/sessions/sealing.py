"""What a session's row holds, sealed: what pages keep by the token, the browser by the person."""

import hashlib
import secrets
from typing import Any, cast
from uuid import UUID

from flask import current_app
from flask.sessions import session_json_serializer
from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import TypeAdapter

from portal.accounts.devices.domain import Device
from portal.kernel import crypto, keys

DEVICE = TypeAdapter(Device)


def new_token() -> str:
    return secrets.token_urlsafe(32)


def seal(values: dict[str, Any], row_id: UUID, token: str) -> bytes:
    said = session_json_serializer.dumps(values).encode()
    return crypto.seal(_data_key(token), row_id.bytes, said)


def read(data: bytes | None, row_id: UUID, token: str) -> dict[str, Any]:
    if data is None:
        return {}
    said = crypto.unseal(_data_key(token), row_id.bytes, data)
    return cast("dict[str, Any]", session_json_serializer.loads(said.decode()))


def seal_device(device: Device, row_id: UUID, person_id: UUID) -> bytes:
    return keys.seal(person_id, _place(row_id), DEVICE.dump_json(device))


def read_device(sealed: bytes | None, row_id: UUID, person_id: UUID) -> Device:
    """One that says nothing for a session that was made outside of a request."""
    if sealed is None:
        return Device()
    return DEVICE.validate_json(keys.unseal(person_id, _place(row_id), sealed))


def secret_of_form(signed: str) -> bytes:
    """The secret inside a form's token, as Flask-WTF puts it there; empty if it is not ours."""
    reader = URLSafeTimedSerializer(cast("str", current_app.secret_key), salt="wtf-csrf-token")
    try:
        return str(reader.loads(signed)).encode()
    except BadData:
        return b""


def _data_key(token: str) -> bytes:
    return hashlib.sha256(f"session data {token}".encode()).digest()


def _place(row_id: UUID) -> bytes:
    return f"sessions|device|{row_id}".encode()
