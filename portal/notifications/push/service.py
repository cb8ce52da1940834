"""Ringing browsers: their subscriptions, the portal's key, and the call. Alone at their table."""

import json
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.kernel import clock, http, keys
from portal.kernel.db import db
from portal.kernel.jobs import defer, job
from portal.kernel.keys import Erased, keyring
from portal.kernel.log import log
from portal.kernel.settings import current
from portal.notifications.push.domain import Browser, SubscriptionUnfit, checked, decoded, encoded
from portal.notifications.push.models import PushSubscription

MOST = 10
GONE, LATER = (404, 410), (408, 425, 429)
TOKEN_LASTS, KEPT = timedelta(hours=12), timedelta(days=1)
WAITS = (60, 600, 3600)
# How many points P-256 has (FIPS 186-5).
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Ring:
    """All that one call needs, so that no transaction waits for it."""

    browser: Browser
    body: bytes
    headers: dict[str, str]


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


def send(person_id: UUID, kind: str, path: str) -> None:
    """Ring each browser of the person, once this transaction is committed."""
    mine = select(PushSubscription.id).where(PushSubscription.subject_id == person_id)
    for subscription_id in db.session.scalars(mine.order_by(PushSubscription.id)):
        defer(ring, subscription_id=str(subscription_id), kind=kind, path=path, tries=0)


@job(queue="mail")
def ring(subscription_id: str, kind: str, path: str, tries: int) -> None:
    """Ring one browser; one that is gone is forgotten."""
    row = db.session.get(PushSubscription, UUID(subscription_id))
    if row is None:
        return
    try:
        told = _prepared(row.browser, kind, path)
    except Erased:
        return
    # A push service may be slow; no transaction waits for it.
    db.session.commit()
    status = _called(told)
    if status in GONE:
        leave(told.browser.endpoint)
    elif status >= 500 or status in LATER:
        _later(subscription_id, kind, path, tries)
    elif status >= 300:
        log.error("push refused", status=status)


def _later(subscription_id: str, kind: str, path: str, tries: int) -> None:
    if tries < len(WAITS):
        again = {"subscription_id": subscription_id, "kind": kind, "path": path}
        defer(ring, in_seconds=WAITS[tries], tries=tries + 1, **again)


def _called(told: Ring) -> int:
    """What the push service says; 503 for one that says nothing."""
    allow = current().kernel.allow_private_webhooks
    try:
        answer = http.post(told.browser.endpoint, told.body, told.headers, allow_private=allow)
    except http.AddressRefused:
        return 404
    except http.Unreachable:
        return 503
    return answer.status


def _prepared(browser: Browser, kind: str, path: str) -> Ring:
    said = json.dumps({"kind": kind, "path": path}).encode()
    body = http_ece.encrypt(
        said,
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
