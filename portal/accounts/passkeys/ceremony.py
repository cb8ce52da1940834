"""The two ceremonies of WebAuthn: what a browser is asked, and whether its answer holds.

No tables and no session here. Whatever cannot be read or does not verify is Unfit.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.accounts.passkeys.domain import Unfit
from portal.kernel import crypto
from portal.kernel.settings import current

T = TypeVar("T")
NAME = "Sanjha"
# Characters of what a browser sends; a long certificate would fit, and nothing beyond.
LONGEST = 16_384
LONGEST_ID = 1023
TIMEOUT = 300_000  # milliseconds, as long as the challenge
REQUIRED = UserVerificationRequirement.REQUIRED
TRANSPORTS = {one.value for one in AuthenticatorTransport}
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Known:
    """A passkey that options name: its credential in base64url, and how it is reached."""

    credential: str
    transports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Owner:
    """As whom the authenticator keeps a passkey; `handle` is random, in base64url."""

    handle: str
    label: str
    name: str


@dataclass(frozen=True)
class Made:
    """A new passkey, verified."""

    credential: str
    public_key: str
    transports: tuple[str, ...]
    sign_count: int
    backed_up: bool


@dataclass(frozen=True)
class Shown:
    """A passkey that was shown, verified but for its counter."""

    sign_count: int
    backed_up: bool


def options_to_make(owner: Owner, challenge: str, known: Iterable[Known]) -> dict[str, Any]:
    options = webauthn.generate_registration_options(
        rp_id=party(),
        rp_name=NAME,
        user_id=base64url_to_bytes(owner.handle),
        user_name=owner.label,
        user_display_name=owner.name,
        challenge=base64url_to_bytes(challenge),
        timeout=TIMEOUT,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
        ),
        exclude_credentials=_named(known),
    )
    return options_to_json_dict(options)


def options_to_show(challenge: str, known: Iterable[Known]) -> dict[str, Any]:
    options = webauthn.generate_authentication_options(
        rp_id=party(),
        challenge=base64url_to_bytes(challenge),
        timeout=TIMEOUT,
        allow_credentials=_named(known),
        user_verification=REQUIRED,
    )
    return options_to_json_dict(options)


def read(text: str) -> dict[str, Any]:
    """What the browser sent, as far as every answer has it. Raises Unfit."""
    if len(text) > LONGEST:
        raise Unfit("too large")
    told = _guarded("malformed", lambda: json.loads(text))
    if not isinstance(told, dict) or not isinstance(told.get("response"), dict):
        raise Unfit("malformed")
    if not _is_plain(told.get("id")):
        raise Unfit("malformed")
    _guarded("malformed", lambda: _check_frame(told["response"]["clientDataJSON"]))
    return told


def made(told: dict[str, Any], challenge: str) -> Made:
    """Raises Unfit."""
    found = _guarded(
        "unverified",
        lambda: webauthn.verify_registration_response(
            credential=told,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party(),
            expected_origin=origin(),
            require_user_verification=True,
        ),
    )
    if len(found.credential_id) > LONGEST_ID:
        raise Unfit("malformed")
    return Made(
        credential=bytes_to_base64url(found.credential_id),
        public_key=bytes_to_base64url(found.credential_public_key),
        transports=_transports(told["response"].get("transports")),
        sign_count=found.sign_count,
        backed_up=found.credential_backed_up,
    )


def shown(told: dict[str, Any], challenge: str, public_key: str) -> Shown:
    """Raises Unfit. The counter is left to the one update that moves it."""
    found = _guarded(
        "unverified",
        lambda: webauthn.verify_authentication_response(
            credential=told,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party(),
            expected_origin=origin(),
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        ),
    )
    return Shown(found.new_sign_count, found.credential_backed_up)


def check_handle(told: dict[str, Any], handle: str, *, needed: bool) -> None:
    """The authenticator names the owner; it may leave that out when we asked for one. Unfit."""
    said = told["response"].get("userHandle")
    if said is None and not needed:
        return
    if not _is_plain(said) or not crypto.same(said.rstrip("=").encode(), handle.encode()):
        raise Unfit("handle")


def party() -> str:
    """The host that passkeys are made for: that of the base URL, whatever the request says."""
    return urlsplit(current().kernel.base_url).hostname or ""


def origin() -> str:
    """The base URL as browsers write an origin."""
    parts = urlsplit(current().kernel.base_url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = parts.port in (None, PORTS.get(parts.scheme))
    return f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}")


def _check_frame(client_data: str) -> None:
    """No page of ours stands in a frame of another site."""
    if json.loads(base64url_to_bytes(client_data)).get("crossOrigin"):
        raise Unfit("framed")


def _is_plain(told: Any) -> bool:
    return isinstance(told, str) and told.isascii() and len(told) <= LONGEST_ID * 2


def _guarded(why: str, work: Callable[[], T]) -> T:
    """A stranger's bytes may break a parser in any way; each of them is the same refusal."""
    try:
        return work()
    except Unfit:
        raise
    except Exception as error:
        raise Unfit(why) from error


def _named(known: Iterable[Known]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.credential),
            transports=[AuthenticatorTransport(way) for way in one.transports] or None,
        )
        for one in known
    ]


def _transports(told: object) -> tuple[str, ...]:
    if not isinstance(told, list):
        return ()
    return tuple(sorted({one for one in told if isinstance(one, str)} & TRANSPORTS))
