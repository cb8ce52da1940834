"""Ringing browsers: their subscriptions, the portal's key, and the call. Alone at their table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.i18n import direction, gettext, speaking, tag
from portal.kernel import clock, http, ids, keys
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased, keyring
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.notifications.push.domain import Browser, SubscriptionUnfit, checked, decoded, encoded
from portal.notifications.push.models import PushSubscription
from portal.notifications.sendings import service as sendings

MOST = 10
GONE, LATER = (404, 410), (408, 425, 429)
TOKEN_LASTS, KEPT = timedelta(hours=12), timedelta(days=1)
WAITS = (60, 600, 3600)
# Longer than a message is of use, nobody waits.
LONGEST_WAIT = int(KEPT.total_seconds())
# How many points P-256 has (FIPS 186-5).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Ring:
    """All that one call needs, so that no transaction waits for it."""

    browser: Browser
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Heard:
    """What a push service answered, and how many seconds it asks to wait."""

    status: int
    wait: int = 0

    @property
    def is_busy(self) -> bool:
        return self.status >= 500 or self.status in LATER


def public_key() -> str:
    """What browsers subscribe with. They pin it, so it lasts as long as the keyring."""
    public = (
        _private()
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return encoded(public)


def _private() -> ec.EllipticCurvePrivateKey:
    """Parted from the keyring, and kept nowhere else (VAPID, RFC 8292)."""
    number = int.from_bytes(keyring().part("push"))
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


def subscribe(person_id: UUID, endpoint: str, key: str, secret: str) -> None:
    """Ring this browser for the person from now on, and for nobody who used it before.

    Raises SubscriptionUnfit.
    """
    browser = checked(endpoint, key, secret)
    leave(endpoint)
    mine = select(func.count()).where(PushSubscription.subject_id == person_id)
    if (db.session.scalar(mine) or 0) >= MOST:
        raise SubscriptionUnfit
    row = PushSubscription(subject_id=person_id, endpoint_key=_endpoint_key(endpoint))
    row.browser = browser
    table = PushSubscription.__table__
    values = {column.key: getattr(row, column.key) for column in table.columns}
    db.session.execute(insert(PushSubscription).values(values).on_conflict_do_nothing())


def leave(endpoint: str) -> None:
    """Whoever knows the address of a browser's inbox may stop what comes there."""
    theirs = PushSubscription.endpoint_key == _endpoint_key(endpoint)
    db.session.execute(delete(PushSubscription).where(theirs))


def reaches(person_id: UUID) -> bool:
    mine = select(PushSubscription.id).where(PushSubscription.subject_id == person_id)
    return db.session.scalar(mine.limit(1)) is not None


def forget(person_id: UUID) -> None:
    mine = PushSubscription.subject_id == person_id
    db.session.execute(delete(PushSubscription).where(mine))


def send(person_id: UUID, kind: str, path: str, language: str) -> str | None:
    """Ring each browser of the person, once this transaction is committed; what it is called."""
    mine, name = PushSubscription.subject_id == person_id, f"push:{ids.uuid7()}"
    said = {"kind": kind, "path": path, "language": language}
    rows = select(PushSubscription.id).where(mine).order_by(PushSubscription.id)
    rung = db.session.scalars(rows).all()
    for subscription_id in rung:
        defer(ring, subscription_id=str(subscription_id), said=said, name=name, tries=0)
    return name if rung else None


@job(queue="mail")
def ring(subscription_id: str, said: dict[str, str], name: str, tries: int) -> None:
    """Ring one browser; one that is gone is forgotten."""
    row = db.session.get(PushSubscription, UUID(subscription_id))
    if row is None:
        sendings.rang(name, taken=False)
        return
    try:
        told = _prepared(row.browser, said)
    except Erased:
        return
    # A push service may be slow; no transaction waits for it.
    db.session.commit()
    heard = _called(told)
    if heard.status in GONE:
        leave(told.browser.endpoint)
    elif heard.is_busy and tries < len(WAITS):
        _later(max(WAITS[tries], heard.wait), subscription_id, said, name, tries + 1)
        return
    elif heard.status >= 300:
        log.error("push refused", status=heard.status)
    sendings.rang(name, taken=heard.status < 300)


def _later(wait: int, subscription_id: str, said: dict[str, str], name: str, tries: int) -> None:
    of = {"said": said, "name": name, "tries": tries}
    defer(ring, in_seconds=wait, lock=None, subscription_id=subscription_id, **of)


def _called(told: Ring) -> Heard:
    """What the push service says; 503 for one that says nothing."""
    allow = current().kernel.allow_private_webhooks
    try:
        answer = http.post(told.browser.endpoint, told.body, told.headers, allow_private=allow)
    except http.AddressRefused:
        return Heard(404)
    except http.Unreachable:
        return Heard(503)
    return Heard(answer.status, _wait(answer.headers.get("retry-after", "")))


def _wait(said: str) -> int:
    """Seconds that a busy service asks for, as a number or a date (RFC 9110, 10.2.3)."""
    if said.isascii() and said.isdecimal() and len(said) < 10:
        return min(int(said), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
        asked = int((until - clock.now()).total_seconds())
    except (TypeError, ValueError):
        return 0
    return min(max(asked, 0), LONGEST_WAIT)


def _prepared(browser: Browser, said: Mapping[str, str]) -> Ring:
    body = http_ece.encrypt(
        json.dumps(in_words(said), ensure_ascii=False).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(browser.key),
        auth_secret=decoded(browser.secret),
    )
    headers = {
        "authorization": f"vapid t={_token(browser.endpoint)}, k={public_key()}",
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        "ttl": str(int(KEPT.total_seconds())),
    }
    return Ring(browser, body, headers)


def in_words(said: Mapping[str, str]) -> dict[str, str]:
    """What the browser shows, in its person's language: that there is something, and where."""
    with speaking(said["language"]):
        return {
            "kind": said["kind"],
            "title": gettext("Sanjha"),
            "body": gettext("There is something new for you."),
            "path": f"{tag()}/{said['path']}",
            "lang": tag(),
            "dir": direction(),
        }


def _token(endpoint: str) -> str:
    """Shows the push service who rings, for half a day (RFC 8292)."""
    parts = urlsplit(endpoint)
    pem = _private().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key = ECKey.import_key(pem.decode())
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((clock.now() + TOKEN_LASTS).timestamp()),
        "sub": current().kernel.base_url,
    }
    return str(jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, key))


def _endpoint_key(endpoint: str) -> bytes:
    # Of its letters' codes: the hash of a text does not tell capitals from small letters.
    return keys.keyed_hash("push.endpoint", endpoint.encode().hex())
