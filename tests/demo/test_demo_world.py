"""The demo world: whole or not at all, never beside real people, never in production."""

import re
from datetime import timedelta

import pyotp
import pytest

from portal.accounts import service as accounts
from portal.accounts.domain import FOR_A_PROVIDER, Level, Role
from portal.accounts.passwords import UnfitPassword, check
from portal.demo import commands, department, service
from portal.demo.domain import ACCOUNTS, BILLER, PROVIDER
from portal.demo.towns import BODIES
from portal.interfaces import service as interfaces
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.settings import load
from portal.profile import service as profile
from portal.registry import service as registry
from portal.registry.discovery import discover
from portal.registry.heirs import service as heirs
from portal.registry.vocabulary import PREFILL
from portal.webhooks import service as webhooks
from tests.accounts.factories import make_person

CITIZENS = [one for one in ACCOUNTS if one.role is None]
PORTAL = "http://localhost:8000"


@pytest.fixture
def world(app):
    service.load()
    db.session.commit()


def test_every_service_of_every_provider_is_offered(world):
    offered = {(row.provider, row.service) for row in registry.catalogue_rows()}
    declared = {(one.slug, each.slug) for one in discover() for each in one.services}
    assert offered == declared | {(one.slug, "trade-licence") for one in BODIES}


def test_six_towns_inherit_the_trade_licence_and_say_what_is_their_own(world):
    shown = heirs.of("municipal", "trade-licence")
    assert [one.provider for one in shown] == [one.slug for one in BODIES]
    assert not any(one.behind or one.problem for one in shown)
    assert {one.differs for one in shown} == {
        (),
        ("promise",),
        ("fee", "fee_words"),
        ("fee", "fee_words", "channels"),
        ("payment", "promise"),
    }


def test_two_admins_published_them(world):
    admins = [accounts.id_of(one.email) for one in ACCOUNTS if one.role is Role.ADMIN]
    for row in registry.catalogue_rows():
        version = registry.find(row.version_id)
        assert [version.proposed_by, version.published_by] == admins


def test_everyone_signs_in_with_what_the_page_says(world):
    for account in ACCOUNTS:
        pending = accounts.begin_sign_in(account.email, account.password, address="192.0.2.9")
        assert pending, account.email
        assert pending.level is Level.PASSWORD
        assert accounts.finish_with_app(pending.person_id, service.code(account)), account.email


def test_roles_are_for_a_provider_or_for_the_whole_portal(world):
    for account in ACCOUNTS:
        grants = accounts.grants_of(accounts.id_of(account.email))
        provider = account.provider if account.role in FOR_A_PROVIDER else None
        given = {(account.role, provider)} if account.role else set()
        assert {(one.role, one.provider) for one in grants} == {(Role.CITIZEN, None)} | given


def test_a_citizens_profile_fills_whatever_forms_may_ask(world):
    paths = {path for path in PREFILL if path.startswith("profile.")}
    for account in CITIZENS:
        assert set(profile.prefill(accounts.id_of(account.email), paths)) == paths


def test_the_citizens_read_three_languages():
    assert {one.details.language for one in CITIZENS} == {"en", "pa", "ur"}


def test_a_database_with_people_is_left_alone(app):
    make_person()
    with pytest.raises(service.NotEmpty):
        service.load()


def test_it_is_not_loaded_twice(world):
    with pytest.raises(service.NotEmpty):
        service.load()


def test_production_refuses(app, tmp_path, monkeypatch):
    strict = {
        "PORTAL_ENV": "production",
        "PORTAL_BASE_URL": "https://services.example",
        "PORTAL_KEYS_FILE": str(tmp_path / "keys.json"),
    }
    monkeypatch.setitem(app.config, "SETTINGS", load(strict, ()))
    with pytest.raises(service.NotHere):
        service.load()
    assert service.is_empty()


def test_the_department_gets_the_messages_and_a_token(world, app, tmp_path, monkeypatch):
    allow(app, monkeypatch)
    file = tmp_path / "department.json"
    service.connect(file, PORTAL, 8100)
    known = department.read(file)
    assert known.portal == PORTAL
    assert known.token.startswith("sanjha_")
    assert webhooks.endpoint(PROVIDER).url == f"{known.url}/webhook"
    assert webhooks.endpoint(BILLER).url == f"{known.url}/webhook"
    assert interfaces.of(BILLER).url == known.url
    assert file.stat().st_mode & 0o77 == 0


def test_the_department_keeps_its_secret_when_it_moves(world, app, tmp_path, monkeypatch):
    allow(app, monkeypatch)
    file = tmp_path / "department.json"
    service.connect(file, PORTAL, 8100)
    first = department.read(file)
    service.connect(file, "http://localhost:9000", 8100)
    second = department.read(file)
    assert (second.secret, second.token) == (first.secret, first.token)
    assert second.portal == "http://localhost:9000"


def test_a_database_of_its_own_must_be_named(app):
    done = app.test_cli_runner().invoke(commands.demo, ["load"])
    assert done.exit_code == 2
    assert "--into" in done.output
    assert service.is_empty()


def test_a_named_database_is_filled(app):
    name = db.engine.url.database
    done = app.test_cli_runner().invoke(commands.demo, ["load", "--into", name])
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert service.is_loaded()


def test_accounts_are_printed_with_the_code_of_the_moment(app):
    said = app.test_cli_runner().invoke(commands.demo, ["accounts"]).output
    for account in ACCOUNTS:
        assert account.password in said
        codes = {
            pyotp.TOTP(account.secret).at(clock.now() + timedelta(seconds=off)) for off in (-30, 0)
        }
        assert codes & set(re.findall(r"code now: (\d{6})", said))


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda one: one.email)
def test_the_passwords_obey_the_rules(app, account):
    try:
        check(account.password, account.details)
    except UnfitPassword as fault:
        pytest.fail(str(fault))


def allow(app, monkeypatch):
    """Let messages go to loopback, as `portal run --demo` does."""
    before = app.config["SETTINGS"]
    environ = {"PORTAL_ENV": "test", "PORTAL_ALLOW_PRIVATE_WEBHOOKS": "true"}
    environ["PORTAL_VAR"] = str(before.kernel.var)
    monkeypatch.setitem(app.config, "SETTINGS", load(environ, ()))
