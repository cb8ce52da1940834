"""Signing ID tokens, publishing the keys, and changing them over."""

import json
from datetime import timedelta
from typing import Any

from joserfc.jwk import RSAKey
from sqlalchemy import delete, or_, select, text

from portal.audit import service as audit
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.oauth.signing.models import OauthKey

ALG = "RS256"
BITS = 2048
# Longer than any ID token lasts, and than others keep the published keys.
PUBLISHED_AFTER = timedelta(days=1)
ALONE = text("SELECT pg_advisory_xact_lock(7305808)")


def ready() -> None:
    """See to it that there is a key to sign with, and the next one published."""
    if _current() is None:
        _begin()


def current() -> tuple[str, RSAKey]:
    """What ID tokens are signed with, after its `kid`."""
    row = _current() or _begin()
    told = json.loads(keys.keyring().unwrap(row.key_id, row.id.bytes, row.sealed))
    return str(row.id), RSAKey.import_key(told)


def published() -> list[dict[str, Any]]:
    """The key in use, the next one, and old ones; none before the first client is approved."""
    live = or_(OauthKey.ends.is_(None), OauthKey.ends > clock.now())
    rows = db.session.scalars(select(OauthKey).where(live).order_by(OauthKey.id))
    return [row.public for row in rows]


def rotate() -> str:
    """Sign with the next key from now on; its `kid`."""
    db.session.execute(ALONE)
    old = _current() or _begin()
    fresh = db.session.scalars(select(OauthKey).where(OauthKey.begins.is_(None))).one()
    now = clock.now()
    old.ends, fresh.begins = now + PUBLISHED_AFTER, now
    db.session.add(_made())
    db.session.flush()
    audit.record("oauth.keys_rotated", about=f"oauth_key:{fresh.id}", actor="command")
    return str(fresh.id)


def sweep() -> None:
    """Remove keys that nothing valid is signed with."""
    db.session.execute(delete(OauthKey).where(OauthKey.ends < clock.now()))


def _begin() -> OauthKey:
    """The first key and the next one, once."""
    db.session.execute(ALONE)
    if (found := _current()) is not None:
        return found
    first = _made()
    first.begins = clock.now()
    db.session.add_all([first, _made()])
    db.session.flush()
    return first


def _current() -> OauthKey | None:
    wanted = select(OauthKey).where(OauthKey.begins.is_not(None), OauthKey.ends.is_(None))
    return db.session.scalar(wanted)


def _made() -> OauthKey:
    row = OauthKey(begins=None, ends=None)
    pair = RSAKey.generate_key(BITS)
    row.public = {**pair.as_dict(private=False), "kid": str(row.id), "use": "sig", "alg": ALG}
    secret = json.dumps(pair.as_dict(private=True)).encode()
    row.key_id, row.sealed = keys.keyring().wrap(row.id.bytes, secret)
    return row
