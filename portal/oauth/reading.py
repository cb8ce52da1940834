"""Reading parameters once each, and who a client is; alike for all addresses of the server."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import unquote_plus

from flask import request
from werkzeug.datastructures import MultiDict

from portal.accounts.attempts import service as attempts
from portal.accounts.attempts.domain import Limit
from portal.oauth.clients import service as clients
from portal.oauth.clients.domain import Kind
from portal.oauth.clients.service import Client
from portal.oauth.domain import BAD, LONGEST, OauthRefused

MINUTE = timedelta(minutes=1)
FAILURES = Limit("oauth client", 20, MINUTE, MINUTE, 10 * MINUTE)
CLIENT = "invalid_client"
FORM = "application/x-www-form-urlencoded"


def once(told: MultiDict[str, str]) -> dict[str, str]:
    """Raises OauthRefused for what is repeated, too long or not text."""
    for name, values in told.lists():
        if len(values) > 1 or len(name) > LONGEST or len(values[0]) > LONGEST:
            raise OauthRefused(BAD, "parameters")
        if "\0" in name + values[0]:
            raise OauthRefused(BAD, "parameters")
    return {name: value for name, value in told.items() if value}


def form() -> dict[str, str]:
    """Raises OauthRefused."""
    if request.mimetype != FORM or request.args:
        raise OauthRefused(BAD, "parameters")
    return once(request.form)


def client(told: Mapping[str, str]) -> Client:
    """The approved client that showed its secret; an app has none. Raises OauthRefused, TooMany."""
    name, secret = _credentials(told)
    key = (name[:64], request.remote_addr or "")
    attempts.spend(FAILURES, *key)
    found = clients.approved(name)
    if found is None or not _shows(found, secret):
        raise OauthRefused(CLIENT, status=401)
    attempts.take_back(FAILURES, *key)
    return found


def _shows(found: Client, secret: str | None) -> bool:
    if found.kind == Kind.APP:
        return secret is None
    return secret is not None and clients.knows(found, secret)


def _credentials(told: Mapping[str, str]) -> tuple[str, str | None]:
    """By one way alone: in the header or in the form."""
    header = request.headers.get("Authorization")
    if header is None:
        if "client_assertion" in told or not told.get("client_id"):
            raise OauthRefused(CLIENT, "no_credentials", 401)
        return told["client_id"], told.get("client_secret")
    kind, _, text = header.partition(" ")
    if kind.casefold() != "basic" or "client_secret" in told or len(text) > LONGEST:
        raise OauthRefused(BAD if "client_secret" in told else CLIENT, "credentials", 401)
    try:
        name, found, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise OauthRefused(CLIENT, "credentials", 401) from error
    name = unquote_plus(name)
    if not found or "\0" in name + secret or told.get("client_id", name) != name:
        raise OauthRefused(CLIENT, "credentials", 401)
    return name, unquote_plus(secret)
