"""Secrets that sign: where they open, how long an earlier one lasts, and what each one signs."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks import Webhook, WebhookVerificationError

from portal.interfaces.models import ProviderInterface
from portal.kernel import clock, crypto, signatures, signing
from portal.kernel.crypto import CannotOpen
from portal.kernel.keys import keyring
from portal.webhooks.models import WebhookEndpoint

pytestmark = pytest.mark.usefixtures("app")
# Of each row with a secret: its table, and the part of the keyring that seals it.
STORED = [
    (ProviderInterface, "billing_sources", "billing"),
    (WebhookEndpoint, "webhook_endpoints", "webhooks"),
]


def row_with(secret, model=WebhookEndpoint):
    row = model(provider_slug="tehsil")
    signing.put(row, secret)
    return row


@pytest.mark.parametrize(("model", "table", "part"), STORED)
def test_what_was_stored_before_still_opens(model, table, part):
    row, secret = model(provider_slug="tehsil"), signatures.new_secret()
    place = f"{table}|secret|{row.id}".encode()
    row.secret_sealed = crypto.seal(keyring().part(part), place, secret.encode())
    assert signing.valid(row) == (secret,)


def test_a_secret_opens_in_its_own_row_only():
    one, other = row_with(signatures.new_secret()), row_with(signatures.new_secret())
    other.secret_sealed = one.secret_sealed
    with pytest.raises(CannotOpen):
        signing.valid(other)


def test_a_secret_of_one_room_does_not_open_in_another():
    one = row_with(signatures.new_secret())
    other = ProviderInterface(id=one.id, provider_slug="tehsil")
    other.secret_sealed = one.secret_sealed
    with pytest.raises(CannotOpen):
        signing.valid(other)


def test_the_earlier_secret_signs_for_a_day():
    old = signatures.new_secret()
    row = row_with(old)
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with time_machine.travel(at, tick=False):
        new = signing.rotate(row)
        assert signing.valid(row) == (new, old)
    with time_machine.travel(at + timedelta(hours=23, minutes=59), tick=False):
        assert signing.valid(row) == (new, old)
    with time_machine.travel(at + timedelta(hours=24), tick=False):
        assert signing.valid(row) == (new,)


def test_each_secret_gives_a_signature_that_the_library_verifies():
    secrets = (signatures.new_secret(), signatures.new_secret())
    sent = signatures.headers("message-1", '{"a": 1}', secrets, clock.now())
    assert len(sent["webhook-signature"].split()) == 2
    for secret in secrets:
        assert Webhook(secret).verify('{"a": 1}', sent) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(signatures.new_secret()).verify('{"a": 1}', sent)
