"""The sandbox's company: its page, its notices over HTTP, and where it is refused."""

import threading

import pytest
from werkzeug.serving import make_server

from payments import service
from payments.domain import NoSuchGateway, PaymentState
from payments.gateways import gateways
from payments.gateways.sandbox.company import domain
from payments.gateways.sandbox.company import service as company
from payments.gateways.sandbox.company.models import SandboxNotice
from payments.gateways.sandbox.settings import SandboxSettings, faults
from portal.app import create_app, read_settings
from portal.kernel import crypto
from portal.kernel.db import db
from portal.kernel.jobs import Again
from portal.kernel.settings import SettingsError
from tests.accounts.factories import browser, csrf_token
from tests.jobs import run_jobs
from tests.payments.factories import begun, owed, payment_of, press

PRODUCTION = {
    "PORTAL_ENV": "production",
    "PORTAL_BASE_URL": "https://portal.example.org",
    "PORTAL_MAIL": "smtp",
    "PORTAL_SMTP_URL": "smtp://mail.example.org",
}


def page_of(attempt):
    return f"/en{company.PATH}{domain.page_key(company.secret(), attempt.reference)}"


def notice_of(attempt):
    db.session.rollback()
    return db.session.get(
        SandboxNotice, company.letters(attempt.reference)[0], populate_existing=True
    )


@pytest.fixture
def production(database, tmp_path):
    ring = tmp_path / "keys.json"
    crypto.write_keyring(ring, crypto.new_keyring())
    urls = {"DATABASE_URL": database.app_url, "DATABASE_ADMIN_URL": database.owner_url}
    return PRODUCTION | urls | {"PORTAL_KEYS_FILE": str(ring), "PORTAL_VAR": str(tmp_path)}


@pytest.mark.promise("M16")
def test_production_does_not_start_with_the_sandbox(production):
    with pytest.raises(SettingsError, match="PORTAL_SANDBOX_GATEWAY must not be on in production"):
        create_app(read_settings(production | {"PORTAL_SANDBOX_GATEWAY": "on"}))


@pytest.mark.promise("M16")
def test_production_offers_no_sandbox_and_serves_no_page_of_it(app, production):
    attempt = begun(owed())
    house = create_app(read_settings(production))
    with house.app_context():
        assert service.ways(payment_of(attempt)) == []
        with pytest.raises(NoSuchGateway):
            service.start(payment_of(attempt), "sandbox")
        db.session.remove()
        db.engine.dispose()
    assert house.test_client().get(page_of(attempt)).status_code == 404
    assert house.test_client().post("/hooks/payments/sandbox", data=b"x").status_code == 404


def test_it_can_be_switched_off(production):
    development = production | {"PORTAL_ENV": "development"}
    assert faults(read_settings(development)) == ()
    [sentence] = faults(read_settings(development | {"PORTAL_SANDBOX_GATEWAY": "off"}))
    assert "PORTAL_SANDBOX_GATEWAY" in sentence
    with pytest.raises(SettingsError, match="PORTAL_SANDBOX_GATEWAY"):
        read_settings(development | {"PORTAL_SANDBOX_GATEWAY": "perhaps"})
    assert SandboxSettings().sandbox_gateway == "auto"


def test_its_page_says_that_it_is_a_test_and_needs_no_account(app):
    attempt = begun(owed())
    page = browser(app).get(page_of(attempt))
    words = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "No real money moves here" in words
    assert "Trade licence" in words
    assert "<script" not in words.split("<main")[1]


def test_its_addresses_cannot_be_guessed(app):
    attempt = begun(owed())
    for key in (attempt.reference, str(attempt.id), "0" * 40, "x"):
        assert browser(app).get(f"/en{company.PATH}{key}").status_code == 404


@pytest.mark.parametrize(
    ("choice", "state"),
    [("pay", "paid"), ("decline", "declined"), ("slowly", "processing"), ("leave", "open")],
)
def test_pressing_a_button_leads_back(app, choice, state):
    attempt, client = begun(owed()), browser(app)
    token = csrf_token(client.get(page_of(attempt)).data)
    got = client.post(page_of(attempt), data={"csrf_token": token, "choice": choice})
    assert got.status_code == 303
    assert got.headers["Location"].endswith(f"/en/pay/{payment_of(attempt).id}/return")
    db.session.rollback()
    assert company.look_up(attempt.reference)["state"] == state


def test_its_form_needs_our_token_and_one_of_its_buttons(app):
    attempt, client = begun(owed()), browser(app)
    assert client.post(page_of(attempt), data={"choice": "pay"}).status_code == 400
    token = csrf_token(client.get(page_of(attempt)).data)
    for choice in ("", "refund"):
        sent = {"csrf_token": token, "choice": choice}
        assert client.post(page_of(attempt), data=sent).status_code == 400
    db.session.rollback()
    assert company.look_up(attempt.reference)["state"] == "open"


def test_what_is_over_cannot_be_pressed_again(app):
    attempt, client = begun(owed()), browser(app)
    token = csrf_token(client.get(page_of(attempt)).data)
    press(attempt, "decline")
    assert "is over" in client.get(page_of(attempt)).get_data(as_text=True)
    again = client.post(page_of(attempt), data={"csrf_token": token, "choice": "pay"})
    assert again.status_code == 409


@pytest.fixture
def served(app, settings, database):
    """The portal, really listening, and calling itself by that address."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    house = create_app(
        read_settings(
            {
                "PORTAL_ENV": "test",
                "PORTAL_VAR": str(settings.kernel.var),
                "DATABASE_URL": database.app_url,
                "DATABASE_ADMIN_URL": database.owner_url,
                "PORTAL_BASE_URL": f"http://127.0.0.1:{server.port}",
            }
        )
    )
    server.app = house
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    with house.app_context():
        yield house
        db.session.remove()
        server.shutdown()
        running.join(10)
        server.server_close()
        db.engine.dispose()


@pytest.mark.promise("M16")
def test_its_notices_really_come_over_http(served):
    attempt = begun(owed())
    press(attempt)
    company.send(notice_id=str(notice_of(attempt).id))
    db.session.commit()
    assert notice_of(attempt).taken_at is not None
    run_jobs()
    db.session.expire_all()
    assert payment_of(attempt).state == PaymentState.PAID


def test_a_notice_that_nobody_takes_is_sent_again_and_given_up_in_the_end(app):
    attempt = begun(owed())
    press(attempt)
    notice_id = str(notice_of(attempt).id)
    order = db.session.query(company.Order).one()
    order.notice_url = "http://127.0.0.1:9/hooks"
    db.session.commit()
    waits = []
    for _ in domain.PATIENCE:
        with pytest.raises(Again) as again:
            company.send(notice_id=notice_id)
        db.session.commit()
        waits.append(again.value.in_seconds)
    assert tuple(waits) == domain.PATIENCE
    company.send(notice_id=notice_id)
    assert notice_of(attempt).taken_at is None


def test_the_slow_bank_pays_at_last(app):
    attempt = begun(owed())
    press(attempt, "slowly")
    order_id = str(db.session.query(company.Order.id).scalar())
    for _ in range(2):
        company.finish(order_id=order_id)
        db.session.commit()
    assert company.look_up(attempt.reference)["state"] == "paid"
    assert len(company.letters(attempt.reference)) == 2


def test_the_gateway_is_found_by_its_folder():
    assert gateways()["sandbox"].capabilities.test
