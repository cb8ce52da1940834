"""Passkeys in a real browser, whose authenticator is Chromium's virtual one."""

import re

import pytest

from portal.accounts.passkeys import service as passkeys
from tests.accounts import factories
from tests.accounts.factories import PASSWORD
from tests.browser.visit import DESK, PHONE

SECURITY = "/account"
MADE = "form[data-passkey=make] button"
SHOWN = "form[data-passkey=get] button"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Device:
    """What unlocks passkeys in one browser. It answers at once, or not at all when `locked`."""

    def __init__(self, page):
        self.wire = page.context.new_cdp_session(page)
        self.wire.send("WebAuthn.enable")
        added = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.me = {"authenticatorId": added["authenticatorId"]}

    def credentials(self):
        return self.wire.send("WebAuthn.getCredentials", self.me)["credentials"]

    def unlocks(self, *, verified):
        told = self.me | {"isUserVerified": verified}
        self.wire.send("WebAuthn.setUserVerified", told)

    def answers(self, *, at_once):
        told = self.me | {"enabled": at_once}
        self.wire.send("WebAuthn.setAutomaticPresenceSimulation", told)


def new_passkey(person, name):
    person.go(f"{SECURITY}/factors/passkeys/new")
    person.fill(name=name)
    person.press(MADE)


def sign_out(person):
    person.press("main form[action$='sign-out'] button")


@pytest.mark.promise("M20")
@pytest.mark.parametrize("way", [DESK, PHONE])
def test_a_person_lives_with_passkeys(visit, app, way):
    somebody = factories.make_person()
    person = visit(**way)
    device = Device(person.page)
    person.let_in(somebody)
    new_passkey(person, "First")
    assert "First" in person.text()
    held = device.credentials()[0]
    assert held["isResidentCredential"] is True
    assert held["rpId"] == "localhost"

    device.answers(at_once=False)
    sign_out(person)
    person.go("/sign-in")
    device.answers(at_once=True)
    person.press(SHOWN)
    person.go(SECURITY)
    assert "First" in person.text()

    device.wire.send("WebAuthn.removeVirtualAuthenticator", device.me)
    other = Device(person.page)
    new_passkey(person, "Second")
    assert len(other.credentials()) == 1
    person.go(f"{SECURITY}/factors/app/remove")
    person.press("main form button.btn.no")
    first, second = passkeys.kept(somebody.id)
    person.go(f"{SECURITY}/factors/passkeys/{first.id}")
    person.press("main form button.btn.no")
    assert "First" not in person.text()
    person.go(f"{SECURITY}/factors/passkeys/{second.id}")
    assert person.page.locator("main form button.btn.no").count() == 0
    assert person.faults == []


@pytest.mark.promise("M4")
@pytest.mark.promise("M20")
def test_a_new_account_is_protected_by_a_passkey_alone(visit, app):
    factories.make_unfinished(email="new@example.org")
    person = visit()
    device = Device(person.page)
    device.answers(at_once=False)
    person.go("/sign-in")
    person.fill(contact="new@example.org", password=PASSWORD)
    person.press()
    assert "Protect your account" in person.text()
    device.answers(at_once=True)
    person.press(MADE)
    assert "Keep your recovery codes" in person.text()
    person.press()
    sign_out_by_foot = "footer form[action$='sign-out'] button"
    device.answers(at_once=False)
    person.press(sign_out_by_foot)
    person.go("/sign-in")
    person.fill(contact="new@example.org", password=PASSWORD)
    person.press()
    device.answers(at_once=True)
    person.press(SHOWN)
    person.go(SECURITY)
    assert "Passkeys" in person.text()
    assert person.faults == []


@pytest.mark.promise("M20")
def test_a_device_that_does_not_know_its_owner_signs_nobody_in(visit, app):
    somebody = factories.make_person()
    person = visit()
    device = Device(person.page)
    person.let_in(somebody)
    new_passkey(person, "First")
    device.unlocks(verified=False)
    sign_out(person)
    person.go("/sign-in")
    person.page.locator(SHOWN).click()
    line = person.page.locator("form[data-passkey=get] [role=status]")
    line.wait_for()
    assert "The device gave no passkey" in line.inner_text()
    assert person.page.url.endswith("/sign-in")


def test_a_passkey_is_offered_in_the_field_of_the_name(visit, app):
    somebody = factories.make_person()
    person = visit()
    device = Device(person.page)
    person.let_in(somebody)
    new_passkey(person, "First")
    sign_out(person)
    with person.page.expect_response(lambda one: "/sign-in/passkey" in one.url) as asked:
        person.page.goto("/en/sign-in?next=/en/account")
    assert asked.value.request.method == "GET"
    # The page before says the same address at its end, behind `next=`.
    person.page.wait_for_url(re.compile(r":\d+/en/account$"))
    assert "First" in person.text()
    assert device.credentials()[0]["signCount"] > 1


def test_the_same_device_is_not_set_up_twice(visit, app):
    somebody = factories.make_person()
    person = visit()
    Device(person.page)
    person.let_in(somebody)
    new_passkey(person, "First")
    person.go(f"{SECURITY}/factors/passkeys/new")
    person.page.locator(MADE).click()
    line = person.page.locator("form[data-passkey=make] [role=status]")
    line.wait_for()
    assert "keeps a passkey of yours already" in line.inner_text()
    assert passkeys.count(somebody.id) == 1


def test_without_scripts_the_other_ways_are_there(visit, app):
    somebody = factories.make_person()
    person = visit(scripts=False)
    person.go("/sign-in")
    assert not person.page.locator(SHOWN).is_visible()
    person.fill(contact=somebody.email, password=PASSWORD)
    person.press()
    person.fill(code=factories.fresh_code(somebody))
    person.press()
    person.go(SECURITY)
    assert "Passkeys" in person.text()
