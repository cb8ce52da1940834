"""Reading parameters once each, and what a client shows of itself in the header."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import unquote_plus

from flask import request
from werkzeug.datastructures import MultiDict

from portal.oauth.domain import BAD, CLIENT, LONGEST, OauthRefused

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


def query() -> dict[str, str]:
    """Raises OauthRefused."""
    return once(request.args)


def one_way(told: Mapping[str, str]) -> str:
    """The identifier of a client that shows its secret in one way alone. Raises OauthRefused."""
    if (shown := header(told)) is not None:
        if "client_secret" in told:
            raise OauthRefused(BAD, "credentials")
        return shown[0]
    if "client_assertion" in told or not told.get("client_id"):
        raise OauthRefused(CLIENT, "credentials", 401)
    return told["client_id"]


def header(told: Mapping[str, str]) -> tuple[str, str] | None:
    """The identifier and the secret of the header, if there is one. Raises OauthRefused."""
    sent = request.headers.get("Authorization")
    if sent is None:
        return None
    kind, _, text = sent.partition(" ")
    if kind.casefold() != "basic" or len(text) > LONGEST:
        raise OauthRefused(CLIENT, "credentials", 401)
    try:
        name, found, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise OauthRefused(CLIENT, "credentials", 401) from error
    name, secret = unquote_plus(name), unquote_plus(secret)
    if not found or "\0" in name + secret or told.get("client_id", name) != name:
        raise OauthRefused(CLIENT, "credentials", 401)
    return name, secret
