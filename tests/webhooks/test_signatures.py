"""How messages are signed: with a shared secret or a private key, and while either changes."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from portal.kernel import clock, signatures, signing
from portal.kernel.db import db
from portal.webhooks.endpoints import service as endpoints
from tests.jobs import run_jobs
from tests.webhooks.conftest import SECRET, deliver, deliveries
from tests.webhooks.test_delivery import BY

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
# Of the whole figure, tools/bench's; here enough to meet each moment of a rotation.
MESSAGES = 400
# RFC 8032, 7.1, test 1.
SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


def verified(public_key, heard_headers, body):
    """Checks a v1a signature with cryptography alone, as the specification says."""
    key = Ed25519PublicKey.from_public_bytes(
        base64.b64decode(public_key.removeprefix("whpk_"), validate=True)
    )
    said = f"{heard_headers['webhook-id']}.{heard_headers['webhook-timestamp']}.".encode() + body
    for one in heard_headers["webhook-signature"].split(" "):
        version, _, signature = one.partition(",")
        if version == "v1a":
            try:
                key.verify(base64.b64decode(signature, validate=True), said)
            except InvalidSignature:
                continue
            return True
    return False


def by_library(secret, heard):
    try:
        Webhook(secret).verify(heard.body, heard.headers)
    except WebhookVerificationError:
        return False
    return True


def rotate(kind=None):
    made = endpoints.rotate_secret("tehsil", BY, kind)
    db.session.commit()
    return made


def sent(department, send):
    deliver(deliveries(send())[-1])
    return department.heard[-1]


def test_a_key_of_the_standards_own_example_gives_its_public_key():
    private = "whsk_" + base64.b64encode(bytes.fromhex(SEED)).decode()
    public = "whpk_" + base64.b64encode(bytes.fromhex(PUBLIC)).decode()
    assert signatures.public_key(private) == public
    # As other libraries write it: the public key behind the seed.
    longer = "whsk_" + base64.b64encode(bytes.fromhex(SEED + PUBLIC)).decode()
    assert signatures.public_key(longer) == public


def test_a_message_of_an_endpoint_with_a_pair_of_keys_is_verified_independently(department, send):
    with time_machine.travel(NOW, tick=False) as traveller:
        rotate("v1a")
        traveller.shift(timedelta(days=2))
        heard = sent(department, send)
    (public,) = endpoints.public_keys("tehsil")
    assert public.startswith("whpk_")
    assert len(heard.headers["webhook-signature"].split(" ")) == 1
    assert heard.headers["webhook-signature"].startswith("v1a,")
    assert verified(public, heard.headers, heard.body)
    strange = signatures.public_key(signatures.new_secret("v1a"))
    assert not verified(strange, heard.headers, heard.body)


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp", "body"])
def test_nothing_that_a_private_key_signed_can_be_changed(department, send, part):
    rotate("v1a")
    heard = sent(department, send)
    (public,) = endpoints.public_keys("tehsil")
    told, body = dict(heard.headers), heard.body
    if part == "body":
        body = body.replace(b"submitted", b"withdrawn")
    else:
        told[part] = told[part][:-1] + ("0" if told[part][-1] != "0" else "1")
    assert not verified(public, told, body)


def test_changing_the_kind_signs_both_ways_for_a_day(department, send):
    with time_machine.travel(NOW, tick=False) as traveller:
        rotate("v1a")
        (public,) = endpoints.public_keys("tehsil")
        heard = sent(department, send)
        assert by_library(SECRET, heard)
        assert verified(public, heard.headers, heard.body)
        traveller.shift(timedelta(hours=25))
        heard = sent(department, send)
        assert not by_library(SECRET, heard)
        assert verified(public, heard.headers, heard.body)
        secret = rotate("v1")
        heard = sent(department, send)
        assert by_library(secret, heard)
        assert verified(public, heard.headers, heard.body)


def test_a_new_private_key_follows_the_old_one_for_a_day(department, send):
    with time_machine.travel(NOW, tick=False) as traveller:
        rotate("v1a")
        (old,) = endpoints.public_keys("tehsil")
        traveller.shift(timedelta(days=2))
        rotate()
        new, also = endpoints.public_keys("tehsil")
        assert also == old != new
        heard = sent(department, send)
        assert verified(old, heard.headers, heard.body)
        assert verified(new, heard.headers, heard.body)
        traveller.shift(timedelta(hours=24))
        assert endpoints.public_keys("tehsil") == (new,)
        heard = sent(department, send)
        assert not verified(old, heard.headers, heard.body)
        assert verified(new, heard.headers, heard.body)


def test_a_private_key_is_sealed_where_it_is_stored(department):
    private = rotate("v1a")
    row = db.session.execute(text("SELECT e::text AS whole FROM webhook_endpoints e")).one()
    for form in (private, base64.b64decode(private.removeprefix("whsk_"))):
        raw = form if isinstance(form, bytes) else form.encode()
        assert raw.hex() not in row.whole


def test_an_endpoint_with_a_shared_secret_has_no_public_key(department):
    assert endpoints.public_keys("tehsil") == ()
    assert endpoints.public_keys("nobody") == ()


@pytest.mark.parametrize("kind", ["v1", "v1a"])
def test_no_message_is_refused_while_the_secret_changes(department, kind):
    """The receiver changes its own at any moment within the day: before, in the midst, at its end.

    It has the old one until then and the new one from then on.
    """
    row = endpoints.of("tehsil")
    with time_machine.travel(NOW, tick=False) as traveller:
        old = signatures.new_secret(kind)
        signing.put(row, old)
        new, refused = signing.rotate(row, kind), []
        for number in range(MESSAGES):
            traveller.move_to(NOW + timedelta(hours=24) * number / MESSAGES)
            body = json.dumps({"number": number})
            told = signatures.headers(str(uuid4()), body, signing.valid(row), clock.now())
            for secret in (old, new):
                if kind == "v1":
                    Webhook(secret).verify(body, told)
                elif not verified(signatures.public_key(secret), told, body.encode()):
                    refused.append(number)
    assert refused == []


def test_no_message_that_is_under_way_is_refused_while_the_secret_changes(department, send):
    """By real messages: the new secret is made in the midst of them, and used at once or later."""
    secrets = [SECRET]
    for number in range(6):
        send()
        if number in (2, 4):
            run_jobs()
            secrets.append(rotate())
    run_jobs()
    heard = department.heard
    assert len(heard) == 6
    assert all(by_library(SECRET, one) for one in heard[:5])
    assert all(by_library(secrets[1], one) for one in heard[3:])
    assert by_library(secrets[2], heard[5])
